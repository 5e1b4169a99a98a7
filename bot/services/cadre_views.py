"""Cadres as staff of their branch see them: lists by side, one cadre with offices, leave, duties and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.clock import local
from bot.services import absences, cadres, duty_year
from bot.services.actors import Actor, NotAllowed, require
from bot.services.cadres import Colleague, Moved, NoHandover
from bot.services.duty_policy import DutyPolicy
from bot.services.trail import ACTIONS
from storage import absences as leaves
from storage import audit, orgs, people, staff
from storage import cadres as rows
from storage.absences import Absence
from storage.cadres import Wanted
from storage.orgs import Appointment, Organisation
from storage.work import Work

PAGE = 50
SIDES = {
    "bound": "已绑定",
    "waiting": "绑定码还没用",
    "vacant": "没有绑定",
    "leave": "请假中",
    "unreachable": "联系不上",
    "left": "已解除",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list; what a line holds depends on the side (`storage/cadres.py`). `names` by the line's key."""

    lines: Sequence[Any]
    names: dict[int, str]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One cadre, seen from one office. `offices` are those of the actor's branch, with their last day or None.

    `leaves`: (row, in words, substitute); `events`: (when, what, who, note), the latest first; `moved`: what would be
    handed over; `mark`: how that stands.
    """

    appointment: Appointment
    org: Organisation
    name: str
    held: bool
    offices: list[tuple[Appointment, Organisation]]
    code_used_at: datetime | None
    unreachable: bool
    leaves: list[tuple[Absence, str, str]]
    counts: dict[str, int]
    events: list[tuple[datetime, str, str, str]]
    moved: Moved
    colleagues: list[Colleague]
    mark: str


def listing(work: Work, actor: Actor, wanted: Wanted, page: int, now: datetime) -> Listing:
    """One side of the cadres of the actor's branch, fifty a page. Raises NotAllowed (right `cadres`)."""
    require(actor, "cadres")
    if not (wanted.path and actor.within(wanted.path)):
        wanted = Wanted(actor.path or "/", wanted.office, wanted.view)
    today = local(now).date()
    total = rows.count(work, wanted, now, today)
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    lines = rows.listed(work, wanted, now, today, PAGE, (page - 1) * PAGE)
    return Listing(lines, _names(work, wanted, lines), total, page, pages)


def _names(work: Work, wanted: Wanted, lines: Sequence[Any]) -> dict[int, str]:
    """Names by line: those of codes are sealed."""
    if wanted.view != "waiting":
        return {each.key: each.name for each in lines}
    return {each.key: work.seal.open_or("", each.name, orgs.NAME) for each in lines}


def one(work: Work, actor: Actor, appointment_id: int, now: datetime) -> Sheet:
    """One cadre. Raises NoHandover (there is none), NotAllowed."""
    appointment, org = seen(work, actor, appointment_id)
    person_id, today = appointment.person_id, local(now).date()
    person, code = people.get(work, person_id), orgs.spent_for(work, org.id, appointment.office, person_id)
    addresses = people.addresses_of(work, person_id)
    moved = cadres.to_move(work, appointment, today)
    return Sheet(
        appointment=appointment,
        org=org,
        name=person.name if person else "",
        held=appointment.until is None or appointment.until >= today,
        offices=[pair for pair in rows.offices_ever(work, person_id) if actor.within(pair[1].path)],
        code_used_at=code.used_at if code else None,
        unreachable=not any(each.following and not each.refused for each in addresses),
        leaves=_leaves(work, person_id, today),
        counts=rows.counts_of(work, person_id),
        events=_events(work, appointment),
        moved=moved,
        colleagues=cadres.colleagues(work, person_id, today, [org.id]),
        mark=cadres.mark_of(appointment, moved),
    )


def seen(work: Work, actor: Actor, appointment_id: int) -> tuple[Appointment, Organisation]:
    """An office that the actor may look at. Raises NoHandover (there is none), NotAllowed."""
    require(actor, "cadres")
    appointment = orgs.appointment(work, appointment_id)
    org = orgs.get(work, appointment.org_id) if appointment else None
    if appointment is None or org is None:
        raise NoHandover("没有这位干部。")
    if not actor.within(org.path):
        raise NotAllowed("这位干部不归您所在的工会管理。")
    return appointment, org


def year(
    work: Work, actor: Actor, appointment_id: int, wanted: int, policy: DutyPolicy
) -> tuple[Appointment, Organisation, str, list[duty_year.Month]]:
    """A year of whoever has this office, in all their offices of the actor's branch, with every draft published.

    Raises as `one` does.
    """
    appointment, org = seen(work, actor, appointment_id)
    person = people.get(work, appointment.person_id)
    below = actor.path or "/"
    months = duty_year.year_of_person(work, appointment.person_id, wanted, policy, drafts=True, below=below)
    return appointment, org, person.name if person else "", months


def _leaves(work: Work, person_id: int, today: date) -> list[tuple[Absence, str, str]]:
    return [
        (
            each,
            absences.say_period(each.from_on, each.until_on),
            absences.name_of(work, each.substitute_id, today) if each.substitute_id is not None else "",
        )
        for each in leaves.of_person(work, person_id)
    ]


def _events(work: Work, appointment: Appointment) -> list[tuple[datetime, str, str, str]]:
    """What staff did with this office, and leave of its holder."""
    person = f"person:{appointment.person_id}"
    found = [
        *audit.of_subject(work, f"appointment:{appointment.id}"),
        *(each for each in audit.of_subject(work, person) if each.action in ("leave", "leave_end")),
    ]
    found.sort(key=lambda each: each.at, reverse=True)
    return [(each.at, ACTIONS.get(each.action, each.action), _who(work, each.actor), each.note) for each in found[:50]]


def _who(work: Work, actor: str) -> str:
    kind, _, name = actor.partition(":")
    if kind != "staff":
        return "本人" if kind == "person" else actor
    account = staff.by_name(work, name)
    return account.display if account else name


def last_day(sheet: Sheet) -> date | None:
    """The day from which an office is over."""
    return sheet.appointment.until + timedelta(days=1) if sheet.appointment.until is not None else None
