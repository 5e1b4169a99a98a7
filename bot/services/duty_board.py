"""The month board: what became of the duties of a branch, unit by unit and task by task, and who is silent.

Whoever looks sees their own branch and what is below it. Units stand in the tree's order; sorting them by what they
have done is a ranking, which the rules against formalism forbid unless a union turns it on (`duties.ranking`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from bot.calendar import at, clamped, period_of
from bot.clock import local
from bot.errors import Refusal
from bot.forms.fields import mobile
from bot.services.actors import Actor, NotAllowed, require
from bot.services.house import House
from storage import duty_board as rows
from storage import duty_course, duty_templates, members, orgs
from storage.duty_board import Sums, Wanted
from storage.duty_course import Mobile
from storage.orgs import Organisation
from storage.work import Work

PAGE, MOST = 50, 20_000  # lines of a page; of a file
UNITS = 100  # units of a page
COUNTS = {
    "deliver": "待送达",
    "waiting": "待收到",
    "received": "已收到",
    "done": "按时完成",
    "late": "逾期完成",
    "excused": "已免",
    "overdue": "已逾期",
    "escalated": "已上报",
}
STATES = {"": "全部", "silent": "没有回音", "open": "没有完成", **COUNTS, "untold": "上级没有在任干部，未通报"}
LOST = "（打不开）"
NOBODY = "没有登记"
GONE = "（空缺）"  # behind the office whose holder left and whose duties nobody has


class NoPlace(Refusal):
    """There is no such union, or none at all yet."""

    words = "没有这个工会。"


class NoTemplate(Refusal):
    """There is no such line of the calendar."""

    words = "没有这项任务。"


@dataclass(frozen=True, slots=True)
class Place:
    """A branch that is looked at, with the way to it from the top of what the actor may see."""

    org: Organisation
    way: Sequence[Organisation]


@dataclass(frozen=True, slots=True)
class Unit:
    """One line of the board. `below`: whether there is a board of its own; `own`: the branch's own duties."""

    org: Organisation
    sums: Sums
    own: bool = False
    below: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the calendar in a month, with its counts."""

    id: str
    title: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Board:
    """A branch in a month, as of a day. `pages` of the units below; counts are in 项. `untold`: due to be told upwards
    while nobody above is in office."""

    place: Place
    period: str
    today: date
    whole: Sums
    units: Sequence[Unit]
    tasks: Sequence[Task]
    pages: int
    page: int
    untold: int


def place_of(work: Work, actor: Actor, org_id: int | None) -> Place:
    """The branch with this id, without one the actor's own. Raises NoPlace, NotAllowed."""
    require(actor, "duties")
    own = actor.org_id if actor.path is not None else None
    org = orgs.get(work, org_id or own or 0) if org_id or own else orgs.root(work)
    if org is None:
        raise NoPlace
    if not actor.within(org.path):
        raise NotAllowed("这个工会不归您所在的工会管理。")
    return Place(org, [each for each in rows.way_to(work, org) if actor.within(each.path)])


def read_period(text: str, now: datetime) -> str:
    """A month like `2026-11` as it came in an address; this month for anything else."""
    year, _, month = text.partition("-")
    fits = len(text) == 7 and text.isascii() and year.isdigit() and month.isdigit()
    return text if fits and 1 <= int(month) <= 12 and 2000 <= int(year) <= 2099 else period_of(now)


def moved(period: str, months: int) -> str:
    """A month so many months later."""
    year, month = divmod(int(period[:4]) * 12 + int(period[5:]) - 1 + months, 12)
    return f"{year:04}-{month + 1:02}"


def board(
    work: Work, actor: Actor, org_id: int | None, period: str, now: datetime, page: int = 1, ranking: bool = False
) -> Board:
    """One branch in a month: counts of each unit right below it. `ranking` sorts by what is done, and is off."""
    place, today = place_of(work, actor, org_id), local(now).date()
    units: dict[int | None, Sums] = {}
    tasks: dict[str, Sums] = {}
    whole = Sums()
    for unit, task, sums in rows.roll_up(work, place.org.path, period, today):
        units[unit], tasks[task] = units.get(unit, Sums()) + sums, tasks.get(task, Sums()) + sums
        whole = whole + sums
    lines = _units(work, place.org, units, ranking)
    pages = max(1, -(-len(lines) // UNITS))
    page = max(1, min(page, pages))
    shown = lines[(page - 1) * UNITS : page * UNITS]
    untold = rows.count(work, Wanted(place.org.path, period, today, state="untold"))
    return Board(place, period, today, whole, shown, _tasks(work, tasks), pages, page, untold)


def _units(work: Work, org: Organisation, sums: Mapping[int | None, Sums], ranking: bool) -> list[Unit]:
    below = [
        Unit(each, sums.get(each.id, Sums()), below=each.level != "基层") for each in rows.units_below(work, org.id)
    ]
    if ranking:
        below.sort(key=lambda each: -(each.sums.share or 0))
    own = sums.get(None, Sums())
    return [*([Unit(org, own, own=True)] if own.total else []), *below]


def _tasks(work: Work, sums: Mapping[str, Sums]) -> list[Task]:
    lines = [each for each in duty_templates.every(work) if each.id in sums]
    return [Task(each.id, each.title, sums[each.id]) for each in lines]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list; rows as `storage/duty_board.py` and `storage/duty_course.py` give them."""

    place: Place
    period: str
    today: date
    lines: Sequence[Any]
    total: int
    page: int = 1
    pages: int = 1


def listing(
    work: Work,
    actor: Actor,
    org_id: int | None,
    wanted: tuple[str, str, str],
    now: datetime,
    page: int,
    size: int = PAGE,
) -> Listing:
    """Duties of a branch; `wanted`: month, id of a template or nothing, state of `STATES`. In the tree's order."""
    place, today, (period, template_id, state) = place_of(work, actor, org_id), local(now).date(), wanted
    asked = Wanted(place.org.path, period, today, template_id, state if state in STATES else "", GONE)
    total = rows.count(work, asked)
    page, pages = _page(page, total, size)
    lines = rows.listed(work, asked, size, (page - 1) * size)
    return Listing(place, period, today, lines, total, page, pages)


def _page(page: int, total: int, size: int) -> tuple[int, int]:
    pages = max(1, -(-total // size))
    return max(1, min(page, pages)), pages


def template_name(work: Work, template_id: str) -> str:
    """How a line of the calendar is called. Raises NoTemplate."""
    found = duty_templates.get(work, template_id)
    if found is None:
        raise NoTemplate
    return found.title


def silent(
    work: Work, actor: Actor, org_id: int | None, period: str, now: datetime, page: int, size: int = PAGE
) -> Listing:
    """Offices of a branch that have answered nothing to at least one duty of the month."""
    place, today = place_of(work, actor, org_id), local(now).date()
    wanted = Wanted(place.org.path, period, today, gone=GONE)
    total = rows.count_silent_offices(work, wanted)
    page, pages = _page(page, total, size)
    lines = rows.silent_offices(work, wanted, size, (page - 1) * size)
    return Listing(place, period, today, lines, total, page, pages)


@dataclass(frozen=True, slots=True)
class Missed:
    """A reminder that was due and not said. `about`: rows of the duties of the branch it would have named."""

    due_at: datetime
    about: Sequence[Any]


def missed(work: Work, actor: Actor, org_id: int | None, period: str, now: datetime, house: House) -> Listing:
    """Reminders of the month that were never said, oldest first; those that name a duty of the branch."""
    place, today = place_of(work, actor, org_id), local(now).date()
    since, until = (at(clamped(each, 1), time.min) for each in (period, moved(period, 1)))
    found = [firing for firing, _ in rows.missed(work, place.org.path, since, until, MOST)]
    named = rows.by_ids(work, _named(firing.parts for firing in found), place.org.path)
    lines = [Missed(each.due_at, [named[one] for one in _named([each.parts]) if one in named]) for each in found]
    lines = [each for each in lines if each.about]
    return Listing(place, period, today, lines[:MOST], len(lines))


def _named(parts: Any) -> list[int]:
    """The duties that firings are about, each once."""
    return list(dict.fromkeys(int(part[0]) for each in parts for part in each or ()))


@dataclass(frozen=True, slots=True)
class Call:
    """An office to be phoned; `mobile` is masked, and empty where nobody holds it.

    `member_id`: whose whole number the actor may look at for a reason (`reveal.open_value`); None: not theirs to see,
    or there is none.
    """

    row: Any
    mobile: str
    member_id: int | None = None


def phone_list(
    work: Work, actor: Actor, org_id: int | None, period: str, now: datetime, page: int, size: int = PAGE
) -> Listing:
    """Offices with open duties, whatever the month, whose holder nobody can reach by chat or which are vacant."""
    place, today = place_of(work, actor, org_id), local(now).date()
    total = rows.count_unreachable(work, place.org.path, today)
    page, pages = _page(page, total, size)
    lines = rows.unreachable(work, place.org.path, today, size, (page - 1) * size)
    found = duty_course.mobiles(work, [each.person_id for each in lines if each.person_id is not None])
    calls = [_call(work, actor, each, found.get(each.person_id)) for each in lines]
    return Listing(place, period, today, calls, total, page, pages)


def _call(work: Work, actor: Actor, row: Any, found: Mobile | None) -> Call:
    if row.person_id is None:
        return Call(row, "")
    if found is None:
        return Call(row, NOBODY)
    clear = work.seal.open_or(LOST, found.sealed, members.MOBILE_PURPOSE)
    if clear == LOST:
        return Call(row, LOST)
    may = actor.may("reveal") and actor.may("members") and actor.within(found.path)
    return Call(row, mobile().show(clear), found.member_id if may else None)


def waiting(
    work: Work, actor: Actor, org_id: int | None, period: str, now: datetime, page: int = 1, size: int = PAGE
) -> Listing:
    """Requests (延期, 转给) of a branch that nobody has decided, the oldest first."""
    place, today = place_of(work, actor, org_id), local(now).date()
    total = duty_course.count_waiting(work, place.org.path)
    page, pages = _page(page, total, size)
    lines = duty_course.waiting_requests(work, place.org.path, size, (page - 1) * size)
    return Listing(place, period, today, lines, total, page, pages)
