"""导出一个人的信息: what is kept of a member or an applicant as a file for that person, for a reason that is kept."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.console.addresses import ID, row_id
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import person_export
from bot.services.actors import Actor
from bot.services.reveal import BadReason
from storage.work import Work

Export = Callable[[Work, Actor, int, str, datetime], dict[str, Any]]


async def of_member(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The file, asked for on the page of a member."""
    return await _file(room, visit, request, "member", person_export.of_member)


async def of_applicant(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The file, asked for on the page of an application."""
    return await _file(room, visit, request, "application", person_export.of_applicant)


async def of_cadre(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The file, asked for on the page of a cadre."""
    return await _file(room, visit, request, "cadre", person_export.of_cadre)


async def _file(room: Room, visit: Visit, request: web.Request, kind: str, export: Export) -> web.StreamResponse:
    """That it was made is written down in the same transaction."""
    number, now = row_id(request, kind), room.clock.now()
    reason = (await read_form(request)).get("reason", "")
    try:
        made = await room.database.writer.write(lambda work: export(work, visit.actor, number, reason, now))
    except BadReason as refusal:
        values = {"problem": refusal.words, "back": request.path.removesuffix("/export")}
        return room.render(visit, "person_export.html", 422, **values)
    kept = {"Content-Disposition": f'attachment; filename="{kind}-{number}.json"'}
    body = json.dumps(made, ensure_ascii=False, indent=2).encode()
    return web.Response(body=body, content_type="application/json", charset="utf-8", headers=kept)


ROUTES = (
    Route("POST", f"/members/{{member:{ID}}}/export", "export", of_member),
    Route("POST", f"/applications/{{application:{ID}}}/export", "export", of_applicant),
    Route("POST", f"/cadres/{{cadre:{ID}}}/export", "export", of_cadre),
)
