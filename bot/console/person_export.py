"""导出一个人的信息: everything kept of a member as a file for that person, with a reason that is kept."""

import json

from aiohttp import web

from bot.console import pages
from bot.console.addresses import ID, row_id
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import person_export
from bot.services.reveal import BadReason


async def download(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The file; that it was made is written down in the same transaction."""
    member_id, now = row_id(request, "member"), room.clock.now()
    reason = (await read_form(request)).get("reason", "")
    try:
        made = await room.database.writer.write(
            lambda work: person_export.export(work, visit.actor, member_id, reason, now)
        )
    except BadReason as refusal:
        return pages.refusal(room, visit, refusal.words, 422)
    kept = {"Content-Disposition": f'attachment; filename="member-{member_id}.json"'}
    body = json.dumps(made, ensure_ascii=False, indent=2).encode()
    return web.Response(body=body, content_type="application/json", charset="utf-8", headers=kept)


ROUTES = (Route("POST", f"/members/{{member:{ID}}}/export", "export", download),)
