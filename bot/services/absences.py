"""Leave of cadres with a substitute: entered by staff or said in chat, cut short when somebody is back earlier.

While it lasts the substitute is told instead; without one nothing is said until it is over. Deadlines do not move.
Whatever begins or ends a leave arms the reminders of both at once. Who is away on a day is for `storage/absences.py` to
say.
Only colleagues in office in the same union or the one right above stand in, and not while they are away themselves.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from bot import cadre_texts as texts
from bot.calendar import say_date, say_day
from bot.clock import local
from bot.errors import Refusal
from bot.search import unify
from bot.services import cadres, letters
from bot.services.actors import Actor, require, require_branch
from bot.services.cadres import Colleague
from bot.services.duty_arming import rearm
from bot.services.house import House
from storage import absences as rows
from storage import audit, orgs, people
from storage.absences import Absence
from storage.work import Work

LONGEST = timedelta(days=366)


class NoLeave(Refusal):
    """Leave cannot be noted or ended so; the words say why."""


def say_period(from_on: date, until_on: date) -> str:
    """12月1日到12月10日; with years where they differ."""
    if from_on == until_on:
        return say_day(from_on)
    say = say_day if from_on.year == until_on.year else say_date
    return f"{say(from_on)}到{say(until_on)}"


def take(
    work: Work,
    person_id: int,
    from_on: date,
    until_on: date,
    substitute_id: int | None,
    by: str,
    now: datetime,
    house: House,
) -> Absence:
    """Note leave, both days included; the substitute is told by a letter. Raises NoLeave.

    `by` is `person:7` or `staff:wang`. Two at once for one person: the second one sees the first.
    """
    work.alone(f"absence:{person_id}")
    _demand_days(from_on, until_on, local(now).date())
    _demand_free(work, person_id, from_on, until_on)
    if substitute_id is not None:
        _demand_substitute(work, person_id, substitute_id, from_on, until_on, local(now).date())
    values = {"person_id": person_id, "substitute_id": substitute_id, "by": by, "at": now}
    made = rows.add(work, from_on=from_on, until_on=until_on, state="open", **values)
    audit.write(work, by, "leave", f"person:{person_id}", now)
    if substitute_id is not None:
        who, period = name_of(work, person_id, local(now).date()), say_period(from_on, until_on)
        words = texts.LEAVE_TO_SUBSTITUTE.format(who=who, period=period)
        letters.plant(work, f"leave:{made.id}", substitute_id, words, now)
    rearm(work, _both(made), now, house)
    return made


def _both(absence: Absence) -> list[int]:
    """Who is away, and who stands in."""
    return [each for each in (absence.person_id, absence.substitute_id) if each is not None]


def _demand_days(from_on: date, until_on: date, today: date) -> None:
    if until_on < from_on:
        raise NoLeave(texts.LEAVE_ORDER)
    if from_on < today:
        raise NoLeave(texts.LEAVE_PAST.format(day=say_date(from_on)))
    if from_on > today + LONGEST or until_on - from_on >= LONGEST:
        raise NoLeave(texts.LEAVE_LONG)


def _demand_free(work: Work, person_id: int, from_on: date, until_on: date) -> None:
    for each in rows.meeting(work, person_id, from_on, until_on):
        period = say_period(each.from_on, each.until_on)
        if each.person_id == person_id:
            raise NoLeave(texts.LEAVE_MEETS.format(period=period))
        raise NoLeave(texts.LEAVE_STANDS_IN.format(period=period, who=name_of(work, each.person_id)))


def _demand_substitute(
    work: Work, person_id: int, substitute_id: int, from_on: date, until_on: date, today: date
) -> None:
    if substitute_id not in {each.person_id for each in cadres.colleagues(work, person_id, today)}:
        raise NoLeave("只能由本工会或上一级工会在任的干部代，请重新选择。")
    if any(each.person_id == substitute_id for each in rows.meeting(work, substitute_id, from_on, until_on)):
        raise NoLeave(texts.LEAVE_BUSY.format(who=name_of(work, substitute_id)))


def named(work: Work, person_id: int, words: str, today: date) -> Colleague:
    """The colleague that words mean: a name, an office, or both. Raises NoLeave for nobody and for several."""
    there = cadres.colleagues(work, person_id, today)
    meant = [each for each in there if unify(words) in map(unify, _called(each))]
    if len(meant) == 1:
        return meant[0]
    if not there:
        raise NoLeave(texts.LEAVE_NO_ONE_AT_ALL.format(who=words))
    if not meant:
        raise NoLeave(texts.LEAVE_NO_ONE.format(who=words, lines=listed(there)))
    example = meant[0].office + meant[0].name
    raise NoLeave(texts.LEAVE_WHICH.format(count=len(meant), who=words, example=example, lines=listed(meant)))


def _called(colleague: Colleague) -> tuple[str, ...]:
    name, office = colleague.name, colleague.office
    return name, office, office + name, name + office


def listed(there: Collection[Colleague]) -> str:
    """Colleagues as lines of a message."""
    return "\n".join(f"· {each.label}" for each in list(there)[:10])


def back(work: Work, person_id: int, now: datetime, house: House) -> Absence:
    """销假: the leave a person is on ends, or else the next one is off. Raises NoLeave."""
    found = rows.present_or_next(work, person_id, local(now).date())
    if found is None:
        raise NoLeave(texts.BACK_NONE)
    _end(work, found, f"person:{person_id}", now, house)
    return found


def _end(work: Work, absence: Absence, by: str, now: datetime, house: House) -> None:
    absence.state = "ended"
    work.session.add(absence)
    audit.write(work, by, "leave_end", f"person:{absence.person_id}", now)
    rearm(work, _both(absence), now, house)
    if absence.substitute_id is not None:
        letters.overtake(work, f"leave:{absence.id}")
        words = texts.BACK_SUBSTITUTE.format(who=name_of(work, absence.person_id, local(now).date()))
        letters.plant(work, f"back:{absence.id}:{now.astimezone(UTC):%d%H%M%S}", absence.substitute_id, words, now)


def name_of(work: Work, person_id: int, today: date | None = None) -> str:
    """A cadre's name, for colleagues; with a day the office of somebody without a name."""
    person = people.get(work, person_id)
    if person is not None and person.name:
        return person.name
    offices = orgs.offices_of(work, person_id, today) if today else ()
    return f"{offices[0][1].name}{offices[0][0].office}" if offices else texts.SOMEBODY


def enter(
    work: Work,
    actor: Actor,
    person_id: int,
    from_on: date,
    until_on: date,
    substitute_id: int | None,
    now: datetime,
    house: House,
) -> Absence:
    """Staff note leave of a cadre of their branch. Raises NoLeave, NotAllowed (right `appoint`)."""
    _demand_mine(work, actor, person_id, now)
    return take(work, person_id, from_on, until_on, substitute_id, f"staff:{actor.name}", now, house)


def cancel(work: Work, actor: Actor, absence_id: int, now: datetime, house: House) -> None:
    """Staff end a leave. Raises NoLeave, NotAllowed."""
    found = rows.get(work, absence_id)
    if found is None or found.state != "open":
        raise NoLeave("这次请假已经结束了，请刷新页面看看。")
    _demand_mine(work, actor, found.person_id, now)
    _end(work, found, f"staff:{actor.name}", now, house)


def _demand_mine(work: Work, actor: Actor, person_id: int, now: datetime) -> None:
    require(actor, "appoint")
    offices = orgs.offices_of(work, person_id, local(now).date())
    if not offices:
        raise NoLeave("这位同志现在没有职务。")
    if not any(actor.within(org.path) for _, org in offices):
        require_branch(work, actor, offices[0][1].id)
