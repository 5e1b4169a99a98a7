"""Dates of unions that duties count from (届满日期 …): entered one by one or from a list, all rows or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.errors import Refusal
from bot.services import duty_changes
from bot.services.actors import Actor, require, require_branch
from bot.services.binding_lists import Mistake
from bot.services.house import House
from storage import audit, org_dates, orgs
from storage.org_dates import FIELDS, OrgDate
from storage.orgs import Organisation
from storage.work import Work

PAGE = 50
YEARS = range(2000, 2100)
Row = tuple[int, str, Mapping[str, date]]  # row of the file, union (code or whole name), dates by field


class NoDate(Refusal):
    """A date cannot be taken; the words say why."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of unions with their dates by field."""

    lines: list[tuple[Organisation, Mapping[str, OrgDate]]]
    total: int
    page: int
    pages: int


def listing(work: Work, actor: Actor, path: str, page: int) -> Listing:
    """Unions of the actor's branch (below a path) in the tree's order. Raises NotAllowed (right `cadres`)."""
    require(actor, "cadres")
    below = path if path and actor.within(path) else actor.path or "/"
    total = orgs.count_beneath(work, below)
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    found = orgs.page_beneath(work, below, PAGE, (page - 1) * PAGE)
    dates = org_dates.of_orgs(work, [org.id for org in found])
    return Listing([(org, dates.get(org.id, {})) for org in found], total, page, pages)


def one(work: Work, actor: Actor, org_id: int) -> tuple[Organisation, dict[str, OrgDate]]:
    """One union with its dates. Raises NoDate, NotAllowed."""
    require(actor, "cadres")
    org = orgs.get(work, org_id)
    if org is None:
        raise NoDate("没有这个工会。")
    require_branch(work, actor, org_id)
    return org, org_dates.of_orgs(work, [org.id]).get(org.id, {})


def mark_of(dates: Mapping[str, OrgDate]) -> str:
    """How a union's dates stand, as a form carries it."""
    return "|".join(f"{field}={dates[field].day}" for field in sorted(dates))


def change(
    work: Work, actor: Actor, org_id: int, typed: Mapping[str, str], now: datetime, house: House, seen: str
) -> None:
    """Set the dates of a union as typed (2026-11-26); an empty one is dropped. Open duties that count from one follow.

    Raises NoDate, NotAllowed.
    """
    require(actor, "appoint")
    org, dates = one(work, actor, org_id)
    if seen != mark_of(dates):
        raise NoDate("这些日期刚刚有人改过，请看一下现在的日期再改。")
    wanted = {field: _day(typed.get(field, "")) for field in FIELDS}
    for field, day in wanted.items():
        known = dates.get(field)
        if day is None and known is not None:
            org_dates.drop(work, org.id, field)
            _note(work, f"staff:{actor.name}", org.id, field, None, now)
        elif day is not None and (known is None or known.day != day):
            _set(work, f"staff:{actor.name}", org.id, field, day, now)
            duty_changes.follow(work, org.id, {field: day}, f"staff:{actor.name}", now, house)


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written.strip()) if written.strip() else None
    except ValueError:
        raise NoDate("日期要写成2026-11-26这样。") from None
    if day is not None and day.year not in YEARS:
        raise NoDate("日期要在2000年到2099年之间。")
    return day


def _set(work: Work, by: str, org_id: int, field: str, day: date, now: datetime) -> None:
    org_dates.put(work, org_id, field, day, by, now)
    _note(work, by, org_id, field, day, now)


def _note(work: Work, by: str, org_id: int, field: str, day: date | None, now: datetime) -> None:
    audit.write(work, by, "org_date", f"organisation:{org_id}", now, f"{FIELDS[field]}：{day or '删除'}")


def bring_in(work: Work, actor: Actor, rows: Sequence[Row], now: datetime, house: House) -> tuple[int, list[Mistake]]:
    """Set the dates of every row, or none: how many unions, and every mistake. Duties follow. Raises NotAllowed."""
    require(actor, "appoint")
    places: dict[str, list[Organisation]] = {}
    for org in orgs.beneath(work, actor.path or "/"):
        for key in {org.code, org.name}:
            places.setdefault(key, []).append(org)
    wrong = [
        Mistake(row, "unit", "没有这个工会，或者不止一个，或者不归您管；请写代号或全称")
        for row, unit, _ in rows
        if len(places.get(unit, ())) != 1
    ]
    wrong += [
        Mistake(row, field, "日期要在2000年到2099年之间")
        for row, _, days in rows
        for field, day in days.items()
        if day.year not in YEARS
    ]
    if wrong or not rows:
        return 0, sorted(wrong, key=lambda each: each.row)
    for _, unit, days in rows:
        for field, day in days.items():
            _set(work, f"staff:{actor.name}", places[unit][0].id, field, day, now)
        duty_changes.follow(work, places[unit][0].id, days, f"staff:{actor.name}", now, house)
    return len({unit for _, unit, _ in rows}), []
