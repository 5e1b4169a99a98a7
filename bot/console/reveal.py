"""Showing a whole number once: asked for by a form with a reason, answered by this page and never by an address."""

from aiohttp import web

from bot.console.addresses import ID, row_id
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import reveal
from bot.services.reveal import FIELDS, PURPOSES, BadReason

BACK = {"application": ("/applications", "回到入会申请"), "member": ("/members", "回到会员")}


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The value, when the reason holds. Opening the page again asks again."""
    kind, field, number = request.match_info["kind"], request.match_info["field"], row_id(request, "id")
    reason, now, value, problem = (await read_form(request)).get("reason", ""), room.clock.now(), "", ""
    try:
        value = await room.database.writer.write(
            lambda work: reveal.open_value(work, visit.actor, kind, number, field, reason, now)
        )
    except BadReason as refusal:
        problem = refusal.words
    return room.render(
        visit,
        "revealed.html",
        422 if problem else 200,
        kind=kind,
        field=field,
        id=number,
        label=FIELDS[field],
        value=value,
        problem=problem,
        back=(f"{BACK[kind][0]}/{number}", BACK[kind][1]),
    )


_ONE = f"/reveal/{{kind:{'|'.join(PURPOSES)}}}/{{id:{ID}}}/{{field:{'|'.join(FIELDS)}}}"
ROUTES = (Route("POST", _ONE, "reveal", show),)
