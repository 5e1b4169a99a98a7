"""A cadre leaves: the office ends, and every open duty goes to one colleague, or waits for who binds next.

One transaction. Duties taken over from somebody else go along with the last office; where nobody takes them they go
back to whom they were issued to. What is asked for about them is withdrawn. Both are told by letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot import cadre_texts as texts
from bot.calendar import say_date, say_day
from bot.clock import local
from bot.errors import Refusal
from bot.services import cases, duty_changes, letters
from bot.services.actors import Actor, require, require_branch
from bot.services.duty_arming import rearm
from bot.services.house import House
from bot.services.reveal import checked_reason
from storage import absences, audit, orgs, people
from storage import cadres as rows
from storage.duties import Duty
from storage.duty_templates import DutyTemplate
from storage.orgs import Appointment, Organisation
from storage.work import Work

VACANCY = None  # nobody takes the duties: they wait
LISTED = 20  # duties named in one letter
Moved = Sequence[tuple[Duty, DutyTemplate]]


class NoHandover(Refusal):
    """That cannot be handed over so, or not any more; the words say why."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody in office who could take over or stand in. `label`: name, union and office."""

    person_id: int
    name: str
    office: str
    label: str


def colleagues(work: Work, person_id: int, day: date, org_ids: Sequence[int] = ()) -> list[Colleague]:
    """The others in office in these unions (default: the person's own) and the ones right above, once each."""
    own = orgs.by_ids(work, org_ids) if org_ids else {org.id: org for _, org in orgs.offices_of(work, person_id, day)}
    above = {org.parent_id for org in own.values() if org.parent_id is not None}
    found: dict[int, Colleague] = {}
    for held, org, person in rows.in_unions(work, {*own, *above}, day):
        if person.id != person_id:
            label = f"{person.name or texts.SOMEBODY}（{org.name} {held.office}）"
            found.setdefault(person.id, Colleague(person.id, person.name, held.office, label))
    return list(found.values())


def in_office(work: Work, person_id: int, now: datetime) -> bool:
    """Whether somebody holds an office now."""
    return bool(orgs.offices_of(work, person_id, local(now).date()))


def mark_of(appointment: Appointment, mine: Moved) -> str:
    """How an office and its open duties stand, as a form carries it: equal while nobody changed anything."""
    latest = max((duty.id for duty, _ in mine), default=0)
    return f"{appointment.since}.{appointment.until}.{len(mine)}.{latest}"


def to_move(work: Work, appointment: Appointment, day: date) -> list[tuple[Duty, DutyTemplate]]:
    """The open duties that go when this office ends: its own, and with the last office those taken over from others."""
    others = [each for each, _ in orgs.offices_of(work, appointment.person_id, day) if each.id != appointment.id]
    found = rows.open_of(work, appointment.person_id)
    return [
        (duty, template)
        for duty, template, issued_to in found
        if issued_to.id == appointment.id or (issued_to.person_id != appointment.person_id and not others)
    ]


def hand_over(
    work: Work,
    actor: Actor,
    from_appointment: int,
    to_person_id: int | None,
    now: datetime,
    house: House,
    *,
    reason: str,
    seen: str,
    with_office: bool = False,
) -> int:
    """End an office and hand all its open duties to a colleague, or to VACANCY; returns how many.

    `with_office`: the colleague holds the office from today. `seen`: `mark_of` as the form carried it. Raises
    NoHandover, BadReason, NotAllowed (right `appoint`, branch).
    """
    appointment, org = _held(work, actor, from_appointment, now)
    today, by = local(now).date(), f"staff:{actor.name}"
    leaver = people.get(work, appointment.person_id)
    why = checked_reason(reason, leaver.name if leaver else "")
    moved = to_move(work, appointment, today)
    if seen != mark_of(appointment, moved):
        raise NoHandover("这位干部的任务刚刚有变化，请看一下现在的情况再办。")
    if to_person_id is not None and to_person_id not in {
        each.person_id for each in colleagues(work, appointment.person_id, today, [org.id])
    }:
        raise NoHandover("只能移交给本工会或上一级工会在任的干部，请重新选择。")
    touched = _end(work, appointment, moved, to_person_id, by, now, house)
    if to_person_id is not None and with_office:
        orgs.appoint(work, org, to_person_id, appointment.office, today)
    rearm(work, touched, now, house)
    note = f"{why}；{len(moved)}项任务{'移交' if to_person_id is not None else '等下一位'}"
    audit.write(work, by, "unbind", f"appointment:{appointment.id}", now, note)
    _tell(work, appointment, org, moved, to_person_id, with_office, now)
    return len(moved)


def step_down(work: Work, person_id: int, appointment_id: int, now: datetime, house: House) -> int | None:
    """A cadre gives up an office of their own: its open duties wait for who binds next, and a case asks staff to look.

    How many duties; None when the office is not theirs (any more).
    """
    appointment, today = orgs.appointment(work, appointment_id, change=True), local(now).date()
    over = appointment is None or (appointment.until is not None and appointment.until < today)
    if appointment is None or over or appointment.person_id != person_id:
        return None
    moved = to_move(work, appointment, today)
    rearm(work, _end(work, appointment, moved, VACANCY, f"person:{person_id}", now, house), now, house)
    audit.write(
        work, f"person:{person_id}", "unbind", f"appointment:{appointment.id}", now, f"{len(moved)}项任务等下一位"
    )
    cases.hand_over(work, person_id, "stepped_down", now)
    return len(moved)


def _end(
    work: Work, appointment: Appointment, moved: Moved, to: int | None, by: str, now: datetime, house: House
) -> list[int]:
    """The office is over at once, its duties move, what is asked about them falls away, and so does leave.

    Who is to be armed anew when all is done: the leaver, and for whom they stood in.
    """
    today = local(now).date()
    appointment.until = today - timedelta(days=1)  # the last day is included
    work.session.add(appointment)
    _move(work, moved, to, by, now, house)
    rows.drop_requests(work, [duty.id for duty, _ in moved], appointment.person_id, by, now)
    if orgs.offices_of(work, appointment.person_id, today):
        return [appointment.person_id]
    return [appointment.person_id, *absences.of_leaver(work, appointment.person_id, today)]


def _held(work: Work, actor: Actor, appointment_id: int, now: datetime) -> tuple[Appointment, Organisation]:
    require(actor, "appoint")
    appointment = orgs.appointment(work, appointment_id, change=True)
    org = orgs.get(work, appointment.org_id) if appointment else None
    if appointment is None or org is None:
        raise NoHandover("没有这位干部。")
    require_branch(work, actor, org.id)
    if appointment.until is not None and appointment.until < local(now).date():
        raise NoHandover("这个职务已经解除了，请刷新页面看看。")
    return appointment, org


def _move(work: Work, moved: Moved, to_person_id: int | None, by: str, now: datetime, house: House) -> None:
    for duty, _ in moved:
        issued_to = orgs.appointment(work, duty.appointment_id)
        back = issued_to.person_id if issued_to else duty.person_id
        goes_to = to_person_id if to_person_id is not None else back
        if goes_to != duty.person_id:
            duty_changes.reassign(work, duty, goes_to, by, now, house)


def inherit(work: Work, appointment: Appointment, now: datetime, house: House) -> Moved:
    """Give a new holder what the last ones of the office left undone, in the caller's transaction; what they got."""
    today, by = local(now).date(), f"person:{appointment.person_id}"
    left = rows.vacant(work, appointment.org_id, appointment.office, today)
    for duty, _ in left:
        if duty.person_id != appointment.person_id:
            duty_changes.reassign(work, duty, appointment.person_id, by, now, house)
    return left


def lines(moved: Moved) -> str:
    """Duties as lines of a message, at most LISTED of them."""
    said = [texts.DUTY_LINE.format(title=each.title, deadline=say_day(duty.deadline)) for duty, each in moved[:LISTED]]
    rest = len(moved) - LISTED
    return "\n".join([*said, texts.REST_LINE.format(count=rest)] if rest > 0 else said)


def _tell(
    work: Work,
    appointment: Appointment,
    org: Organisation,
    moved: Moved,
    to_person_id: int | None,
    with_office: bool,
    now: datetime,
) -> None:
    """Letters; the key has the moment, for the same office may be left twice."""
    key = f"left:{appointment.id}:{now.astimezone(UTC):%Y%m%d%H%M%S}"
    day, unit, office = say_date(local(now).date()), org.name, appointment.office
    rest = texts.LEFT_WAITING if to_person_id is None else texts.LEFT_HANDED
    said = rest.format(count=len(moved)) if moved else ""
    words = texts.LEFT_OFFICE.format(unit=unit, office=office, day=day, rest=said)
    letters.plant(work, f"{key}:from", appointment.person_id, words, now)
    news = [texts.HANDED_OFFICE.format(day=day, unit=unit, office=office)] if with_office else []
    if moved:
        news.append(texts.HANDED_ON.format(unit=unit, office=office, count=len(moved), lines=lines(moved)))
    if to_person_id is not None and news:
        letters.plant(work, f"{key}:to", to_person_id, "\n".join(news), now)
