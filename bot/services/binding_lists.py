"""Many binding codes at once, from a list of unions and offices: every row is right, or none gets a code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services import bindings
from bot.services.actors import Actor, require
from bot.services.bindings import NoCode
from storage import orgs
from storage.orgs import Organisation
from storage.work import Work

NAMES = {"unit": "工会", "office": "职务", "name": "姓名"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list: whom a code is for. `unit` is a code or the whole name; `row` is where it stands."""

    row: int
    unit: str
    office: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a row, in Chinese; never what stands in a cell."""

    row: int
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Made:
    """A code that is shown this once."""

    unit: str
    unit_code: str
    office: str
    name: str
    code: str
    ends_at: datetime


Checked = list[tuple[Line, Organisation]]


def make_all(
    work: Work, actor: Actor, lines: Sequence[Line], days: int, now: datetime, who: str = ""
) -> tuple[list[Made], list[Mistake]]:
    """A code for every row, in the caller's transaction, or every mistake and no code.

    Raises NoCode (days, an empty list), NotAllowed (right `appoint`). A union outside the actor's branch is a mistake.
    """
    require(actor, "appoint")
    if days not in bindings.DAYS:
        raise NoCode(f"有效期是{bindings.DAYS.start}到{bindings.DAYS.stop - 1}天。")
    if not lines:
        raise NoCode("文件里没有要绑定的人。")
    checked, wrong = _checked(work, actor, lines)
    if wrong:
        return [], wrong
    by, ends_at = who or f"staff:{actor.name}", now + timedelta(days=days)
    made = [
        Made(
            org.name,
            org.code,
            line.office,
            line.name,
            bindings.put(work, org, line.office, line.name, days, now, by),
            ends_at,
        )
        for line, org in checked
    ]
    return made, []


def _checked(work: Work, actor: Actor, lines: Sequence[Line]) -> tuple[Checked, list[Mistake]]:
    places = _places(work, actor)
    first: dict[tuple[int, str, str], int] = {}
    checked: Checked = []
    wrong: list[Mistake] = []
    for line in lines:
        mine = places.get(line.unit.lower()) or places.get(line.unit) or []
        problems = list(_faults(line, mine))
        if not problems:
            same = first.setdefault((mine[0].id, line.office, line.name), line.row)
            if same != line.row:
                problems = [Mistake(line.row, "unit", f"和第{same}行是同一个工会、职务和姓名")]
        wrong += problems
        checked += [(line, mine[0])] if not problems else []
    return checked, wrong


def _places(work: Work, actor: Actor) -> dict[str, list[Organisation]]:
    """The unions of the actor's branch by code and by whole name: one query, however long the list is."""
    found: dict[str, list[Organisation]] = {}
    for org in orgs.beneath(work, actor.path or "/"):
        for key in {org.code, org.name}:
            found.setdefault(key, []).append(org)
    return found


def _faults(line: Line, places: Sequence[Organisation]) -> list[Mistake]:
    wrong = []
    if not places:
        wrong.append(Mistake(line.row, "unit", "没有这个工会，或者不归您管；请写代号或全称"))
    if len(places) > 1:
        wrong.append(Mistake(line.row, "unit", f"有{len(places)}个工会叫这个名称，请写代号"))
    if line.office not in bindings.OFFICES:
        wrong.append(Mistake(line.row, "office", f"只能是：{'、'.join(bindings.OFFICES)}"))
    elif problem := bindings.fault_of(line.office, line.name, bindings.DAYS.start):
        wrong.append(Mistake(line.row, "name", problem))
    return wrong
