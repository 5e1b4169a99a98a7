"""通知: the list, what waits for approval, one notice with its progress, and what is done to it."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.console import notice_charts
from bot.console.addresses import ID, row_id
from bot.console.knowledge import read_page
from bot.console.notice_charts import Picture
from bot.console.notice_deeds import DEEDS, Count, Form, Shown, offered
from bot.console.notice_form import times
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.errors import Refusal
from bot.services import (
    broadcast_lists,
    broadcast_tallies,
    broadcasts,
    catalogue,
    event_told,
    group_copies,
    notice_desk,
    notice_trial,
    plan_words,
)
from bot.services.actors import Actor, NotAllowed
from bot.services.broadcast_lists import STATE_WORDS, TABS, Listing
from bot.services.broadcast_results import RECIPIENT_WORDS, Progress
from bot.services.broadcast_tallies import Tally
from bot.services.broadcasts import HOURS_MOST, Moved, NoBroadcast
from bot.services.event_told import Told
from bot.services.group_copies import Copy
from bot.services.notice_desk import Sheet
from bot.services.notice_trial import QUICK, Pairs
from bot.services.plans import Plan
from bot.services.reasons import REASONS
from bot.services.trail import Line as Past
from storage.broadcasts import STATES
from storage.work import Work

NOTHING_YET = Tally(None)
PLANNED = ("pending", "approved", "scheduled")  # what staff decide about with the plan before them
SECONDS = 5  # between two looks at a notice that is on its way, of very many more (`Progress.again_in`)
TAB_NAMES = {"all": "全部", "drafts": "草稿", "waiting": "待审核", "going": "正在发", "ended": "已结束"}


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Notices of the visitor's branch, of a tab or a state."""
    wanted, page = request.query.get("state", ""), read_page(request.query)
    state = wanted if wanted in TABS or wanted in STATES else "all"

    def look(work: Work) -> tuple[Listing, dict[str, int], int, dict[str, str]]:
        found = broadcast_lists.listing(work, visit.actor, state, page)
        numbers = broadcast_lists.numbers(work, visit.actor)
        return found, numbers, notice_desk.waiting(work, visit.actor), catalogue.names(work)

    found, numbers, waiting, called = await room.database.read(look)
    return room.render(
        visit,
        "notices.html",
        found=found,
        numbers=numbers,
        waiting=waiting,
        called=called,
        state=state,
        tabs=TAB_NAMES,
        states=STATE_WORDS,
        page=page,
        desk=notice_desk,
        address=lambda place: "/notices?" + urlencode({"state": state, "page": place}),
    )


async def show_approvals(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """What waits for a second person, and what went out today without one: news of events."""
    now = room.clock.now()

    def look(work: Work) -> tuple[list[Sheet], list[Told]]:
        return notice_desk.approvals(work, visit.actor, room.house, now), event_told.today(work, visit.actor, now)

    sheets, told = await room.database.read(look)
    return room.render(visit, "notice_approvals.html", sheets=sheets, told=told)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything on the page of one notice."""

    sheet: Sheet
    history: list[Past]
    progress: Progress | None
    pictures: list[Picture]
    children: Listing | None
    plan: Plan | None = None
    testing: Pairs = ()
    group: Copy | None = None
    stale: bool = False


def look_at(work: Work, room: Room, visit: Visit, notice_id: int, now: datetime, planned: bool) -> Seen:
    """One notice. The plan of one to many is made when it is `planned`. Raises NoBroadcast, NotAllowed."""
    sheet = notice_desk.one(work, visit.actor, notice_id, room.house, now)
    tally = broadcast_tallies.latest(work, notice_id, now) if sheet.started else NOTHING_YET
    repeats = broadcast_lists.listing(work, visit.actor, "all", 1, notice_id) if sheet.repeat else None
    wanted_plan = sheet.key in PLANNED and (planned or sheet.expected <= QUICK)
    row = broadcasts.seen(work, visit.actor, notice_id) if wanted_plan else None
    plan = notice_trial.plan_kept(work, row, room.house, now) if row else None
    testing = notice_trial.testing(work, visit.actor) if "cancel" in sheet.deeds else ()
    history, pictures = notice_desk.history(work, notice_id), _pictures(tally)
    group = group_copies.of(work, visit.actor, notice_id, room.house, now)
    return Seen(sheet, history, tally.progress, pictures, repeats, plan, testing, group, tally.stale)


def _pictures(tally: Tally) -> list[Picture]:
    progress = tally.progress
    if progress is None or not progress.total:
        return []
    states = [(words, progress.states[key]) for key, words in RECIPIENT_WORDS.items() if progress.states.get(key)]
    return notice_charts.pictures(states, tally.courses)


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One notice; while it is on its way the page looks again by itself."""
    look, notice_id = frozenset(request.query) & {"still", "plan"}, row_id(request, "notice")
    return await show_one(room, visit, notice_id, still="still" in look, planned="plan" in look)


async def show_one(
    room: Room,
    visit: Visit,
    notice_id: int,
    status: int = 200,
    problem: str = "",
    still: bool = True,
    planned: bool = False,
) -> web.StreamResponse:
    """The page of one notice, perhaps with what went wrong."""
    now = room.clock.now()
    look = partial(look_at, room=room, visit=visit, notice_id=notice_id, now=now, planned=planned)
    seen = await (room.counting.ask(room.database, look) if planned else room.database.read(look))
    if seen.stale:
        await room.counting.tally(room.database, notice_id, now)
        seen = await room.database.read(look)
    pace = seen.progress.again_in if seen.progress else 0
    return room.render(
        visit,
        "notice.html",
        status,
        seen=seen,
        sheet=seen.sheet,
        progress=seen.progress,
        plan=seen.plan,
        plannable=seen.sheet.key in PLANNED,
        testing=seen.testing,
        plans=plan_words,
        course=say_course(seen.sheet, seen.progress),
        names=RECIPIENT_WORDS,
        reasons=REASONS,
        offered=offered(seen.sheet.deeds, seen.progress),
        desk=notice_desk,
        problem=problem,
        still=still,
        counting=seen.sheet.started and seen.progress is None,
        seconds=max(SECONDS, pace),
    )


def say_course(sheet: Sheet, progress: Progress | None) -> dict[str, Any]:
    """How far it is, in words: the share that is settled, the pace, the time that is left."""
    if progress is None:
        return {}
    share = 100 if sheet.key in ("done", "partly_failed", "failed") else int(progress.fraction * 100)
    words = [f"{progress.total - progress.waiting:,}／{progress.total:,} 人已有结果"]
    if sheet.runs:
        words.append(f"{'那' if progress.at else '最近'}一分钟 {progress.per_minute:,} 条")
        words.append(f"大约还要 {say_seconds(progress.seconds_left)}" if progress.seconds_left else "")
    return {"share": share, "words": "，".join(filter(None, words))}


def say_seconds(seconds: int) -> str:
    """A duration, roughly."""
    if seconds < 90:
        return f"{seconds} 秒"
    return f"{round(seconds / 60)} 分钟" if seconds < 5400 else f"{round(seconds / 3600, 1):g} 小时"


def _deed(request: web.Request) -> Shown:
    """The last word of the address says which one."""
    return DEEDS[request.path.rpartition("/")[2]]


async def ask(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """What a deed would do, before it is done."""
    return await _ask(room, visit, row_id(request, "notice"), _deed(request))


async def _ask(
    room: Room, visit: Visit, notice_id: int, deed: Shown, status: int = 200, problem: str = ""
) -> web.StreamResponse:
    now = room.clock.now()

    def look(work: Work) -> tuple[Sheet, Progress | None]:
        sheet = notice_desk.one(work, visit.actor, notice_id, room.house, now)
        return sheet, broadcast_tallies.latest(work, notice_id, now, drawn=False).progress if sheet.started else None

    sheet, progress = await room.database.read(look)
    if deed.name not in sheet.deeds and not problem:
        return await show_one(room, visit, notice_id, 409, f"这条通知现在是“{sheet.state}”，不能{deed.label}。")
    about = deed.about(progress) if progress and deed.about else ""
    return room.render(
        visit,
        "notice_confirm.html",
        status,
        sheet=sheet,
        deed=deed,
        about=about,
        as_of=progress.at if progress else None,
        problem=problem,
        unsure=progress.states.get("unknown", 0) if progress else 0,
        times=times(""),
        most=HOURS_MOST,
    )


def _counted(count: Count, actor: Actor, notice_id: int, form: Form, now: datetime, work: Work) -> Any:
    return count(work, actor, notice_id, form, now)


async def act(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Do it; what takes long is counted before. A refusal is told on the page where it was asked."""
    notice_id, deed, now = row_id(request, "notice"), _deed(request), room.clock.now()
    form = await read_form(request)
    more: dict[str, Any] = {}
    try:
        if (count := deed.count) is not None:
            look = partial(_counted, count, visit.actor, notice_id, form, now)
            more["counted"] = await room.counting.ask(room.database, look)
        flash = await room.database.writer.write(
            lambda work: deed.do(work, visit.actor, notice_id, form, now, room.house, **more)
        )
    except (NotAllowed, NoBroadcast):
        raise
    except Refusal as refusal:
        status = 409 if isinstance(refusal, Moved) else 422
        if deed.direct or status == 409:
            return await show_one(room, visit, notice_id, status, refusal.words)
        return await _ask(room, visit, notice_id, deed, status, refusal.words)
    return room.redirect(deed.back or f"/notices/{notice_id}", flash)


_ONE = f"/notices/{{notice:{ID}}}"
ROUTES = (
    Route("GET", "/notices", "see", show_list),
    Route("GET", "/notices/approvals", "approve", show_approvals),
    Route("GET", _ONE, "see", show),
    *(Route("GET", f"{_ONE}/{name}", deed.right, ask) for name, deed in DEEDS.items() if not deed.direct),
    *(Route("POST", f"{_ONE}/{name}", deed.right, act) for name, deed in DEEDS.items()),
)
