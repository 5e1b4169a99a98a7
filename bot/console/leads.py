"""建会线索: employers without a union that people wanted to join at; passing them on, closing them."""

from aiohttp import web

from bot.console.addresses import ID, number, row_id
from bot.console.gate import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import leads
from bot.services.leads import OUTCOMES, REMARK_CHARS, LeadLine, NoLead
from storage.work import Work

STATES = {"open": "待跟进", "closed": "已办结"}
Branches = list[tuple[int, str]]


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Open leads, or closed ones, perhaps of one branch."""
    state = "closed" if request.query.get("state") == "closed" else "open"
    branch = number(request.query.get("branch", ""))

    def look(work: Work) -> tuple[list[LeadLine], tuple[int, int], Branches]:
        lines = leads.listing(work, visit.actor, state, branch)
        return lines, leads.totals(work, visit.actor, branch), leads.branches(work, visit.actor)

    lines, totals, branches = await room.database.read(look)
    return room.render(
        visit, "leads.html", lines=lines, totals=totals, branches=branches, branch=branch, state=state, states=STATES
    )


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One employer, and what can be done."""
    return await _page(room, visit, row_id(request, "lead"))


async def _page(
    room: Room, visit: Visit, lead_id: int, status: int = 200, problem: str = "", **typed: str
) -> web.StreamResponse:
    def look(work: Work) -> tuple[LeadLine, Branches]:
        return leads.one(work, visit.actor, lead_id), leads.branches(work, visit.actor)

    line, branches = await room.database.read(look)
    return room.render(
        visit,
        "lead.html",
        status,
        problem=problem,
        typed=typed,
        line=line,
        branches=branches,
        outcomes=OUTCOMES,
        remark_chars=REMARK_CHARS,
    )


async def pass_on(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Another union looks into it."""
    lead_id, now = row_id(request, "lead"), room.clock.now()
    org_id = number((await read_form(request)).get("org", "")) or 0
    try:
        await room.database.writer.write(lambda work: leads.pass_on(work, visit.actor, lead_id, org_id, now))
    except NoLead as refusal:
        return await _page(room, visit, lead_id, 422, refusal.words)
    return room.redirect(f"/leads/{lead_id}", "lead_passed")


async def close(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """How it ended."""
    lead_id, now, form = row_id(request, "lead"), room.clock.now(), await read_form(request)
    outcome, remark = form.get("outcome", ""), form.get("remark", "")
    try:
        await room.database.writer.write(lambda work: leads.close(work, visit.actor, lead_id, outcome, remark, now))
    except NoLead as refusal:
        return await _page(room, visit, lead_id, 422, refusal.words, outcome=outcome, remark=remark)
    return room.redirect("/leads", "lead_closed")


_ONE = f"/leads/{{lead:{ID}}}"
ROUTES = (
    Route("GET", "/leads", "cases", show_list),
    Route("GET", _ONE, "cases", show),
    Route("POST", f"{_ONE}/pass", "cases", pass_on),
    Route("POST", f"{_ONE}/close", "cases", close),
)
