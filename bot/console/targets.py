"""目标和报表: the tree of a year's targets beside what was reached and the time gone by, and breaking one down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.clock import local
from bot.console import charts
from bot.console.addresses import is_id, number
from bot.console.charts import Reached
from bot.console.knowledge import read_page
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.errors import Refusal
from bot.exchange.picture import ROWS
from bot.services import catalogue, circular, duty_board, indicators, targets
from bot.services.duty_board import Place
from bot.services.indicators import say
from bot.services.targets import BASES, YEARS, BadTarget, Progress, Trace
from storage.indicators import Indicator
from storage.work import Work

PATH = "/targets"
KEY_CHARS = 64
UNITS = 80  # a page of the form; a form has at most 200 fields


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, checked for its shape. `indicator` may be empty: the first one."""

    indicator: str
    year: int
    org: int | None
    page: int = 1

    def link(self, path: str = PATH, **more: object) -> str:
        """An address with the same indicator, year and union, and more."""
        given = {"indicator": self.indicator, "year": self.year, "org": self.org, **more}
        kept = {name: str(value) for name, value in given.items() if value not in (None, "")}
        return f"{path}?{urlencode(kept)}"


def read(query: Mapping[str, str], now: datetime) -> Asked:
    """The filters of an address or a form; what does not fit is as if it were not there."""
    year, org = query.get("year", ""), query.get("org", "")
    fits = len(year) == 4 and year.isascii() and year.isdigit() and int(year) in YEARS
    return Asked(
        query.get("indicator", "")[:KEY_CHARS],
        int(year) if fits else local(now).year,
        int(org) if is_id(org) else None,
        read_page(query),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything on the page of a union; `seen` is None while no indicator is in use."""

    place: Place
    every: Sequence[Indicator]
    seen: Progress | None
    trace: Sequence[Trace]
    may_set: bool
    may_spread: bool


def look(work: Work, room: Room, visit: Visit, asked: Asked) -> tuple[Asked, Shown]:
    """The page's numbers, and what was asked with the indicator filled in. Raises NoIndicator, NoPlace, NotAllowed."""
    place, every = duty_board.place_of(work, visit.actor, asked.org), indicators.every(work)
    if not every:
        return asked, Shown(place, every, None, (), False, False)
    asked = Asked(asked.indicator or every[0].id, asked.year, place.org.id, asked.page)
    day, ranking = today(room), room.house.duties.ranking
    seen = targets.progress(work, visit.actor, asked.indicator, asked.year, place.org.id, day, ranking)
    trace = targets.trace(work, visit.actor, asked.indicator, asked.year, place.org.id)
    may_set = targets.may_set(work, visit.actor, place.org)
    may_spread = bool(seen.below) and targets.may_spread(visit.actor, place.org)
    return asked, Shown(place, every, seen, trace, may_set, may_spread)


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Time and progress side by side."""
    return await _page(room, visit, read(request.query, room.clock.now()))


async def _page(
    room: Room, visit: Visit, asked: Asked, refusal: Refusal | None = None, typed: str = ""
) -> web.StreamResponse:
    asked, shown = await room.database.read(lambda work: look(work, room, visit, asked))
    names = await room.database.read(catalogue.names)
    more: dict[str, Any] = {}
    if shown.seen is not None:
        more = _figures(shown.seen, asked.page)
    return room.render(
        visit,
        "targets.html",
        422 if refusal else 200,
        view="progress",
        asked=asked,
        shown=shown,
        choices=[(each.id, each.title) for each in shown.every],
        place=shown.place,
        names=names,
        problem=refusal.words if refusal else "",
        typed=typed,
        ranked=room.house.duties.ranking,
        years=[(str(each), f"{each}年") for each in years(asked.year, today(room).year)],
        **more,
    )


def today(room: Room) -> date:
    """The day in China."""
    return local(room.clock.now()).date()


def years(asked: int, this: int) -> list[int]:
    """The years to choose from, the newest first."""
    return sorted({asked, this + 1, this, this - 1, this - 2} & set(YEARS), reverse=True)


def _figures(seen: Progress, page: int) -> dict[str, Any]:
    """What the page shows of the numbers: in words, as a chart, page by page."""
    unit = seen.indicator.unit
    pages = max(1, -(-len(seen.below) // ROWS))
    page = max(1, min(page, pages))
    below = seen.below[(page - 1) * ROWS : page * ROWS]
    own = circular.row(seen.own, unit)
    rows = [(each.measured, circular.row(each, unit)) for each in below]
    return {
        "seen": seen,
        "own": own,
        "rows": rows,
        "notes": circular.notes(seen),
        "percent": circular.percent,
        "bars": [_bar(own), *(_bar(row) for _, row in rows)],
        "mark": float(round(seen.elapsed * 100, 1)) if seen.adds_up else None,
        "page": page,
        "pages": pages,
        "goal": "" if seen.own.target is None else say(seen.own.target),
    }


def _bar(row: circular.Row) -> Reached:
    _, goal, done, share, _, _ = row.words
    words = f"{done} / {goal}　{share}" if row.goal is not None else f"{done}（目标未定）"
    return charts.reached(row.name, words, None if row.share is None else float(row.share))


async def set_own(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A union's own target, given by the union above."""
    form, now = await read_form(request), room.clock.now()
    asked, text = read(form, now), form.get("goal", "")[:40]
    if asked.org is None:
        raise web.HTTPBadRequest
    org_id, seen = asked.org, form.get("seen", "")[:40]
    try:
        changed = await room.database.writer.write(
            lambda work: targets.set_own(work, visit.actor, asked.indicator, asked.year, org_id, text, now, seen=seen)
        )
    except BadTarget as refusal:
        return await _page(room, visit, asked, refusal, text)
    return room.redirect(asked.link(), "target_set" if changed else "target_same")


async def show_spread(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The form with a target for each union right below."""
    return await _spread_page(room, visit, read(request.query, room.clock.now()))


async def _spread_page(
    room: Room, visit: Visit, asked: Asked, refusal: Refusal | None = None, typed: Mapping[int, str] | None = None
) -> web.StreamResponse:
    asked, shown = await room.database.read(lambda work: look(work, room, visit, asked))
    seen = shown.seen
    if seen is None or not shown.may_spread:
        raise BadTarget("这个工会的目标不归您分解，或者下面没有单位。")
    pages = max(1, -(-len(seen.below) // UNITS))
    page = max(1, min(asked.page, pages))
    below = seen.below[(page - 1) * UNITS : page * UNITS]
    fields = {each.measured.org_id: "" if each.target is None else say(each.target) for each in below}
    fields |= {key: value for key, value in (typed or {}).items() if key in fields}
    return room.render(
        visit,
        "target_spread.html",
        422 if refusal else 200,
        view="progress",
        asked=asked,
        shown=shown,
        place=shown.place,
        seen=seen,
        below=below,
        fields=fields,
        checked=targets.checked(seen, fields) if typed is not None else None,
        problem=refusal.words if refusal else "",
        bases=BASES,
        page=page,
        pages=pages,
        say=say,
    )


def _typed(form: Mapping[str, str]) -> dict[int, str]:
    """The fields `t-<union>`."""
    found = {number(name[2:]): value[:40] for name, value in form.items() if name.startswith("t-")}
    return {key: value for key, value in found.items() if key is not None}


async def spread(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Look at the sum, save what was typed, or have it worked out."""
    form, now = await read_form(request), room.clock.now()
    asked, typed, mark = read(form, now), _typed(form), form.get("seen", "")[:40]
    basis = form.get("basis", "")
    if asked.org is None or not mark:
        raise web.HTTPBadRequest
    if form.get("action") == "check":
        return await _spread_page(room, visit, asked, None, typed)
    org_id = asked.org

    def job(work: Work) -> int:
        given = (work, visit.actor, asked.indicator, asked.year, org_id)
        if form.get("action") == "distribute":
            return targets.distribute(*given, basis, mark, now)
        return targets.spread(*given, typed, mark, now, agreed=bool(form.get("agreed")))

    try:
        changed = await room.database.writer.write(job)
    except BadTarget as refusal:
        return await _spread_page(room, visit, asked, refusal, typed)
    return room.redirect(asked.link(), "target_set" if changed else "target_same")


ROUTES = (
    Route("GET", PATH, "duties", show),
    Route("POST", f"{PATH}/own", "approve", set_own),
    Route("GET", f"{PATH}/spread", "approve", show_spread),
    Route("POST", f"{PATH}/spread", "approve", spread),
)
