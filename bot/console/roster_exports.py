"""导出名册: the members meant by the filters as a file, with a reason that is kept."""

import asyncio

from aiohttp import web

from bot.clock import local
from bot.console import roster_filter, sheets
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.exchange import roster_export
from bot.services import roster
from bot.services.member_requests import REASON_CHARS, NoRequest


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """What would be exported, and the form for the reason."""
    return await _page(room, visit, request)


async def _page(
    room: Room, visit: Visit, request: web.Request, problem: str = "", reason: str = ""
) -> web.StreamResponse:
    wanted, unit = roster_filter.of_request(room, request, visit.session_id)
    total = (await room.database.read(lambda work: roster.listing(work, visit.actor, wanted, 1))).total
    said = roster_filter.said(wanted, unit)
    values = {"total": total, "said": said, "reason": reason, "chars": REASON_CHARS, "problem": problem}
    return room.render(visit, "roster_export.html", 422 if problem else 200, **values)


async def download(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The file. That it was made is written down before it is sent."""
    form, now = await read_form(request), room.clock.now()
    wanted, _ = roster_filter.of_request(room, request, visit.session_id)
    full, reason = form.get("full") == "1", form.get("reason", "")
    count = await room.counting.ask(room.database, lambda work: roster.to_export(work, visit.actor, wanted, full))
    try:
        await room.database.writer.write(lambda work: roster.note_export(work, visit.actor, count, full, reason, now))
    except NoRequest as refusal:
        return await _page(room, visit, request, refusal.words, reason[:100])
    members = await room.database.read(lambda work: roster.export(work, visit.actor, wanted, full))
    body = await asyncio.to_thread(roster_export.write, members)
    name = f"members-{local(now):%Y%m%d-%H%M}.xlsx"
    kept = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=sheets.TYPE, headers=kept)


ROUTES = (
    Route("GET", "/members/export", "export", show),
    Route("POST", "/members/export", "export", download),
)
