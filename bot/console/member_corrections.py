"""更正登记的信息: staff change what is registered of a member, with a reason, against how the page showed it."""

from collections.abc import Mapping

from aiohttp import web
from multidict import MultiDict

from bot.console.addresses import ID, row_id
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.errors import Refusal
from bot.services import member_corrections
from bot.services.actors import NotAllowed
from bot.services.member_corrections import LABELS, STATUSES, BadFacts
from bot.services.member_deeds import ShownBefore
from bot.services.member_requests import NoRequest
from bot.services.reveal import REASON_CHARS

MARK_CHARS = 80
NOT_SAID = ("", "没有登记")


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The form with what is registered; numbers are masked and typed anew."""
    return await _page(room, visit, row_id(request, "member"))


async def _page(
    room: Room,
    visit: Visit,
    member_id: int,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> web.StreamResponse:
    member, facts, mark = await room.database.read(lambda work: member_corrections.facts(work, visit.actor, member_id))
    statuses = list(dict.fromkeys([*STATUSES, facts["work_status"]]))
    return room.render(
        visit,
        "member_correct.html",
        status,
        member=member,
        facts=facts,
        mark=mark,
        typed=typed if typed is not None else MultiDict[str](),
        problem=refusal.words if refusal else "",
        wrong=refusal.problems if isinstance(refusal, BadFacts) else {},
        statuses=[NOT_SAID, *((each, each) for each in statuses if each)],
        migrant=[NOT_SAID, ("是", "是"), ("否", "否")],
        chars=REASON_CHARS,
    )


async def save(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Correct it; what was typed is kept when something is wrong, not when the page was too old."""
    member_id, form, now = row_id(request, "member"), await read_form(request), room.clock.now()
    given = {key: form.get(key, "") for key in LABELS}
    reason, seen = form.get("reason", ""), form.get("seen", "")[:MARK_CHARS]
    try:
        await room.database.writer.write(
            lambda work: member_corrections.correct(work, visit.actor, member_id, given, reason, seen, now)
        )
    except (NotAllowed, NoRequest):
        raise
    except ShownBefore as refusal:
        return await _page(room, visit, member_id, 409, refusal=refusal)
    except Refusal as refusal:
        return await _page(room, visit, member_id, 422, form, refusal)
    return room.redirect(f"/members/{member_id}", "member_corrected")


_PATH = f"/members/{{member:{ID}}}/correct"
ROUTES = (Route("GET", _PATH, "decide", show), Route("POST", _PATH, "decide", save))
