"""没答上来: what people asked and nobody could answer, grouped; who takes it, and what becomes of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.console.addresses import ID, is_id, row_id
from bot.console.gate import read_form
from bot.console.knowledge import MAX_WORDS
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import catalogue, closing, gaps
from bot.services.closing import NoGap
from storage.catalogue import Wanted
from storage.misses import Sought
from storage.work import Work

WHOSE = {"mine": "我的", "nobody": "没人认领"}
LETTERS = {
    "told": "已经告诉",
    "sending": "正在发送",
    "waiting": "等待发送",
    "kept": "等对方下次来访时告知",
    "lapsed": "过期没有告知",
}


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Groups of questions, most people first."""
    query, now = request.query, room.clock.now()
    state = query.get("state") if query.get("state") in gaps.STATES else "open"
    kind = query.get("kind", "") if query.get("kind") in gaps.KINDS else ""
    whose = query.get("whose", "") if query.get("whose") in WHOSE else ""
    assignee = {"mine": visit.actor.name, "nobody": ""}.get(whose)
    sought = Sought(state=state or "open", kind=kind, assignee=assignee)

    def look(work: Work) -> tuple[list[gaps.GapLine], dict[str, str]]:
        return gaps.listing(work, visit.actor, sought, now), catalogue.names(work)

    lines, names = await room.database.read(look)
    return room.render(
        visit,
        "gaps.html",
        lines=lines,
        names=names,
        sought=sought,
        whose=whose,
        states=list(gaps.STATES.items()),
        kinds=gaps.KINDS,
        whose_names=list(WHOSE.items()),
    )


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One group: every wording, what was offered, what was said against an answer, and what can be done."""
    gap_id, now = row_id(request, "gap"), room.clock.now()
    words = " ".join(request.query.get("words", "").split())[:MAX_WORDS]

    def look(work: Work) -> tuple[gaps.Detail, dict[str, str], list[tuple[str, str]], list[tuple[str, str]]]:
        found = gaps.detail(work, visit.actor, gap_id, room.house.knowledge, now)
        matches = _matches(work, room, words, now) if words else found.near
        return found, catalogue.names(work), matches, gaps.assignees(work)

    detail, names, matches, staff = await room.database.read(look)
    return room.render(
        visit,
        "gap.html",
        detail=detail,
        gap=detail.gap,
        line=detail.line,
        names=names,
        staff=staff,
        words=words,
        matches=matches,
        letters=[(LETTERS[key], detail.letters[key]) for key in LETTERS if key in detail.letters],
        kinds=gaps.KINDS,
        states=gaps.STATES,
        may_new=visit.actor.may("draft") and visit.actor.path is None,
        may_draft=visit.actor.may("draft"),
        own_branch=visit.actor.org_id if visit.actor.path is not None else None,
    )


def _matches(work: Work, room: Room, words: str, now: datetime) -> list[tuple[str, str]]:
    wanted = Wanted(words=words, status="published")
    found = catalogue.listing(work, room.house.knowledge, wanted, 1, now)
    return [(each.id, each.question) for each in found.lines[:8]]


async def _do(room: Room, visit: Visit, request: web.Request, deed: Callable[[Work, int, Any], Any]) -> Any:
    form, gap_id = await read_form(request), row_id(request, "gap")
    return await room.database.writer.write(lambda work: deed(work, gap_id, form))


async def assign(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Somebody takes it up, or nobody any more."""

    def deed(work: Work, gap_id: int, form: Any) -> None:
        closing.assign(work, visit.actor, gap_id, form.get("assignee", ""), room.clock.now())

    await _do(room, visit, request, deed)
    return room.redirect(request.path.rpartition("/")[0], "gap_assigned")


async def dismiss(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Nothing needs to be said about it."""

    def deed(work: Work, gap_id: int, form: Any) -> None:
        reason = form.get("reason", "")
        closing.dismiss(work, visit.actor, gap_id, reason, room.clock.now())

    await _do(room, visit, request, deed)
    return room.redirect("/gaps", "gap_dismissed")


async def answer(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A published entry says it already: tell everybody who asked."""

    def deed(work: Work, gap_id: int, form: Any) -> None:
        closing.answer_with(work, visit.actor, gap_id, form.get("entry", "")[:64], room.clock.now())

    await _do(room, visit, request, deed)
    return room.redirect(request.path.rpartition("/")[0], "gap_answered")


async def merge(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """It means the same as another group."""

    def deed(work: Work, gap_id: int, form: Any) -> int:
        into = form.get("into", "")
        if not is_id(into):
            raise NoGap("请选择要并入的一组问题。")
        return gaps.merge(work, visit.actor, gap_id, int(into), room.clock.now()).id

    return room.redirect(f"/gaps/{await _do(room, visit, request, deed)}", "gap_merged")


async def split(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One wording means something else."""

    def deed(work: Work, gap_id: int, form: Any) -> int:
        miss = form.get("miss", "")
        if not is_id(miss):
            raise NoGap("请选择要拆出的一句话。")
        return gaps.split(work, visit.actor, gap_id, int(miss), room.clock.now()).id

    return room.redirect(f"/gaps/{await _do(room, visit, request, deed)}", "gap_split")


_ONE = f"/gaps/{{gap:{ID}}}"
ROUTES = (
    Route("GET", "/gaps", "gaps", show_list),
    Route("GET", _ONE, "gaps", show),
    Route("POST", f"{_ONE}/assign", "gaps", assign),
    Route("POST", f"{_ONE}/dismiss", "gaps", dismiss),
    Route("POST", f"{_ONE}/answer", "draft", answer),
    Route("POST", f"{_ONE}/merge", "gaps", merge),
    Route("POST", f"{_ONE}/split", "gaps", split),
)
