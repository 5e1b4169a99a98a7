"""入会审核: the queue of a branch by view, and approving several unflagged applications at once."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from aiohttp import web

from bot.calendar import Hours
from bot.console.addresses import is_id
from bot.console.cases import spell
from bot.console.gate import read_form
from bot.console.knowledge import read_page
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import admission_queue, admissions, catalogue
from bot.services.admission_queue import Queue
from bot.services.admission_rules import STATES, Unfit
from bot.services.admissions import Bulk
from storage import orgs
from storage.admissions import Sought
from storage.work import Work

VIEWS = {
    "waiting": "待审核",
    "mine": "我在审",
    "overdue": "超期",
    "escalated": "已上报",
    "flagged": "需核对",
    "releasing": "等原工会转出",
    "returned": "已退回",
    "decided": "已办结",
}
UNPLACED = "none"
MARK_CHARS = 160


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One view of the queue, a page at a time."""
    return await _page(room, visit, request.query)


async def _page(
    room: Room, visit: Visit, query: Mapping[str, str], status: int = 200, done: Bulk | None = None, problem: str = ""
) -> web.StreamResponse:
    view = query.get("view", "") if query.get("view", "") in VIEWS else "waiting"
    branch, number, now = query.get("branch", ""), read_page(query), room.clock.now()

    def look(work: Work) -> tuple[Queue, list[tuple[str, str]], dict[str, str]]:
        org = orgs.get(work, int(branch)) if is_id(branch) else None
        sought = Sought(view, org.path if org else None, branch == UNPLACED)
        below = orgs.branches(work, visit.actor.path or "/")
        branches = [(str(each.id), each.name) for each in below]
        found = admission_queue.queue(work, visit.actor, sought, room.house, now, number)
        return found, branches, catalogue.names(work)

    queue, branches, names = await room.database.read(look)
    return room.render(
        visit,
        "applications.html",
        status,
        queue=queue,
        names=names,
        view=view,
        views=VIEWS,
        branch=branch,
        branches=[*branches, *([(UNPLACED, admission_queue.NO_UNIT)] if visit.actor.path is None else [])],
        page=max(1, min(number, queue.pages)),
        address=lambda name, place=1: _address(name, branch, place),
        states=STATES,
        spell=lambda time: spell_working(time, room.house.hours),
        done=done,
        problem=problem,
        may_decide=visit.actor.may("decide"),
        due_days=room.house.review_workdays,
    )


def _address(view: str, branch: str, page: int) -> str:
    kept = {"view": view, "branch": branch, "page": str(page) if page > 1 else ""}
    return "/applications?" + urlencode({name: value for name, value in kept.items() if value})


async def approve_all(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Approve what was ticked, each by itself; what was not approved is listed with the reason."""
    form, now = await read_form(request), room.clock.now()
    picked = [each.partition(":") for each in form.getall("pick", [])]
    asked = [(int(number), mark[:MARK_CHARS]) for number, _, mark in picked if is_id(number) and mark]
    try:
        done = await asyncio.to_thread(admissions.approve_all, room.database, visit.actor, asked, now)
    except Unfit as refusal:
        return await _page(room, visit, form, 422, problem=refusal.words)
    if done.left:
        return await _page(room, visit, form, 409, done)
    return room.redirect("/applications", "applications_approved")


def spell_working(time: timedelta, hours: Hours) -> str:
    """Working time as people say it: hours and minutes, from a day on in working days and hours."""
    day = timedelta(hours=hours.end.hour - hours.start.hour, minutes=hours.end.minute - hours.start.minute)
    days, rest = divmod(time, day)
    if not days:
        return spell(time)
    full = int(rest.total_seconds()) // 3600
    return f"{days}个工作日{f'{full}小时' if full else ''}"


ROUTES = (
    Route("GET", "/applications", "review", show_list),
    Route("POST", "/applications/approve", "decide", approve_all),
)
