"""待办事项: people who wait for a person, urgent ones first; taking a case up, answering, closing it."""

from datetime import timedelta

from aiohttp import web

from bot.console.addresses import ID, row_id
from bot.console.gate import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import cases, catalogue
from bot.services.cases import OUTCOME_CHARS, REPLY_CHARS, CaseLine, NoCase
from storage.work import Work

STATES = {"open": "待处理", "closed": "已办结"}


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Open cases, or closed ones."""
    state = "closed" if request.query.get("state") == "closed" else "open"
    now = room.clock.now()

    def look(work: Work) -> tuple[list[CaseLine], dict[str, str]]:
        return cases.listing(work, visit.actor, state, room.house, now), catalogue.names(work)

    lines, names = await room.database.read(look)
    return room.render(visit, "cases.html", lines=lines, names=names, state=state, states=STATES, spell=spell)


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One case: what it is about, how long it waits, and what can be done."""
    return await _page(room, visit, row_id(request, "case"))


async def _page(
    room: Room, visit: Visit, case_id: int, status: int = 200, problem: str = "", **typed: str
) -> web.StreamResponse:
    now = room.clock.now()

    def look(work: Work) -> tuple[CaseLine, dict[str, str]]:
        return cases.one(work, visit.actor, case_id, room.house, now), catalogue.names(work)

    line, names = await room.database.read(look)
    return room.render(
        visit,
        "case.html",
        status,
        problem=problem,
        typed=typed,
        line=line,
        names=names,
        spell=spell,
        reply_chars=REPLY_CHARS,
        outcome_chars=OUTCOME_CHARS,
        hours=room.house.hours,
    )


async def take(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The actor takes it up."""
    case_id, now = row_id(request, "case"), room.clock.now()
    await room.database.writer.write(lambda work: cases.take(work, visit.actor, case_id, now))
    return room.redirect(f"/cases/{case_id}", "case_taken")


async def close(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """It is dealt with."""
    case_id, now = row_id(request, "case"), room.clock.now()
    outcome = (await read_form(request)).get("outcome", "")
    try:
        await room.database.writer.write(lambda work: cases.close(work, visit.actor, case_id, outcome, now))
    except NoCase as refusal:
        return await _page(room, visit, case_id, 422, refusal.words, outcome=outcome)
    return room.redirect("/cases", "case_closed")


async def reply(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Words to the person, by a route that is open or at the next visit."""
    case_id, now = row_id(request, "case"), room.clock.now()
    words = (await read_form(request)).get("words", "")
    try:
        await room.database.writer.write(lambda work: cases.reply(work, visit.actor, case_id, words, now))
    except NoCase as refusal:
        return await _page(room, visit, case_id, 422, refusal.words, words=words)
    return room.redirect(f"/cases/{case_id}", "case_replied")


def spell(time: timedelta) -> str:
    """A duration in hours and minutes, as people say it."""
    minutes = int(time.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    return f"{hours}小时{f'{rest}分钟' if rest else ''}" if hours else f"{rest}分钟"


_ONE = f"/cases/{{case:{ID}}}"
ROUTES = (
    Route("GET", "/cases", "cases", show_list),
    Route("GET", _ONE, "cases", show),
    Route("POST", f"{_ONE}/take", "cases", take),
    Route("POST", f"{_ONE}/close", "cases", close),
    Route("POST", f"{_ONE}/reply", "cases", reply),
)
