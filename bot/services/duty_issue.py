"""Giving everybody in office the duties of a month, in batches; a batch twice is once.

Whose duty a template is: people in office in unions of its levels; with a `role`, those of that office, or everybody
where the union has nobody of it. Its deadline is this year's own date, else what the rule gives; null skips it. Nobody
is given what was due before the office began.

Who has several offices of one union is given a line once for that union: with the appointment of the lowest id among
those it is for, unless it was given with another one before. Every batch, process and binding says so by itself from
the appointments alone, whether or not the other batch was there already: a crash between two batches leaves the line
to the batch of the lowest id, which comes again. Who binds to a further office waits for a batch that is under way.
When the first office ends in mid-month, what was done is done; what is open goes with that office (to who takes it, or
waits for the next holder), and the next run gives the other office its own. Other people's duties that are handed over
come in addition.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from bot.calendar import at, clamped
from bot.clock import local
from bot.due_dates import deadline_in, field_of
from bot.services import duty_places, duty_skipped
from bot.services.duty_arming import arm
from bot.services.duty_ladder import reached_by
from bot.services.duty_whose import applies, held_by_others
from bot.services.house import House
from storage import duty_issuing, duty_rows, duty_templates, org_dates
from storage.duties import ELSEWHERE
from storage.duty_issuing import Holder
from storage.duty_templates import DutyTemplate
from storage.work import Work

BATCH = 500  # about 0.2 s on SQLite, where replies wait for it


@dataclass(frozen=True, slots=True)
class Line:
    """A live template in a period. `day`: its date where all unions have one, else `field`: what it counts from."""

    id: str
    title: str
    role: str
    levels: frozenset[str]
    ladder: Sequence[int] | None
    changed_at: datetime | None
    rule: Mapping[str, Any]
    field: str | None
    day: date | None


Due = tuple[date, Line]


def _by_day(due: Due) -> tuple[date, str]:
    return due[0], due[1].id


@dataclass(frozen=True, slots=True)
class Month:
    """The live lines of a period with their dates. `org_days`: field of a union to its unions' dates."""

    period: str
    lines: Sequence[Line]
    org_days: dict[str, dict[int, date]]
    _known: dict[tuple[str, frozenset[str]], tuple[list[Due], list[Line]]] = field(default_factory=dict)

    @property
    def roles(self) -> set[str]:
        """The offices that have lines of their own."""
        return {each.role for each in self.lines if each.role}

    def of(self, holder: Holder, filled: set[tuple[int, str]]) -> list[Due]:
        """What an office holder has to do, by deadline, and not before the office began. `filled`: offices held in the
        unions."""
        asked = (holder.level, held_by_others(self.roles, holder.org_id, holder.office, filled))
        shared, counted = self._known.get(asked) or self._known.setdefault(asked, self._lines(*asked))
        own = [(day, line) for line in counted if (day := self._counted(line, holder.org_id)) is not None]
        found = sorted([*shared, *own], key=_by_day) if own else shared
        return [each for each in found if each[0] >= holder.since] if found and found[0][0] < holder.since else found

    def _lines(self, level: str, others: frozenset[str]) -> tuple[list[Due], list[Line]]:
        """What everybody of a level has whose colleagues hold these offices: with a day for all, and without."""
        mine = [each for each in self.lines if applies(each.levels, each.role, level, others)]
        shared = [(each.day, each) for each in mine if each.field is None and each.day is not None]
        return sorted(shared, key=_by_day), [each for each in mine if each.field is not None]

    def _counted(self, line: Line, org_id: int) -> date | None:
        """The last day for a union of what counts from its own date; None: not due there in this period."""
        return deadline_in(self.period, line.rule, self.org_days[str(line.field)].get(org_id))


@dataclass(frozen=True, slots=True)
class Given:
    """What a batch came to. `last`: its last appointment, None after the last batch; `skipped`: duties that nobody was
    given in time (`duty_skipped.py`)."""

    people: int
    issued: int
    last: int | None
    skipped: int = 0


def month_of(work: Work, period: str) -> Month:
    """The lines of a period as they are now."""
    own = {each.template_id: each.deadline for each in duty_templates.dates_of(work, period).values()}
    lines = [_line(each, period, own) for each in duty_templates.of_month(work, int(period[5:7]))]
    fields = {line.field for line in lines if line.field}
    return Month(period, lines, {field: org_dates.of_field(work, field) for field in fields})


def _line(each: DutyTemplate, period: str, own: Mapping[str, date | None]) -> Line:
    """A template in a period: this year's own date counts before the rule."""
    field = None if each.id in own else field_of(each.deadline)
    day = own[each.id] if each.id in own else None if field else deadline_in(period, each.deadline)
    levels = frozenset(each.levels)
    return Line(each.id, each.title, each.role, levels, each.ladder, each.changed_at, each.deadline, field, day)


def stamp(work: Work, period: str, now: datetime) -> str:
    """What a period's duties come from, as a short text: while it stays the same, everybody has theirs.

    It begins with the period and a colon, and changes with the period, with the lines and their dates, with who is in
    office where, and with the unions' dates.
    """
    month = month_of(work, period)
    lines = [(each.id, each.role, sorted(each.levels), each.ladder, each.rule, each.day) for each in month.lines]
    changed = [each.changed_at and each.changed_at.isoformat() for each in month.lines]
    people = duty_issuing.in_office(work, local(now).date())
    seen = repr((period, lines, changed, people, org_dates.sums(work, month.org_days)))
    return f"{period}:{hashlib.sha256(seen.encode()).hexdigest()[:56]}"


def issue_batch(
    work: Work, period: str, now: datetime, house: House, since: datetime, after: int = 0, limit: int = BATCH
) -> Given:
    """Give the next office holders what they do not have yet, and arm their reminders.

    `since`: when duties were issued last. Steps of the ladder that came due from then on are said or listed as missed;
    earlier ones are nobody's fault and are left out. Of a month that is over, what was due before today is noted as
    skipped.
    """
    work.alone("issue_duties")
    holders = duty_issuing.holders(work, local(now).date(), after, limit)
    month = month_of(work, period)
    skipped = duty_skipped.note(work, period, missing(work, holders, month, now), now, house)
    fresh, issued = _give(work, holders, month, now, house, since)
    arm(work, fresh, now, house)
    return Given(len(fresh), issued, holders[-1].appointment_id if len(holders) == limit else None, skipped)


def issue(work: Work, period: str, now: datetime, house: House, since: datetime | None = None) -> dict[str, int]:
    """All batches in one transaction: for small unions and tests. Counts of people and duties."""
    counts, after = {"people": 0, "issued": 0}, 0
    while True:
        given = issue_batch(work, period, now, house, since or now, after)
        counts["people"] += given.people
        counts["issued"] += given.issued
        if given.last is None:
            return counts
        after = given.last


def issue_to(work: Work, holder: Holder, period: str, now: datetime, house: House) -> int:
    """Give one office holder this month's duties and arm for what is still to come; how many are new.

    Whoever calls this shows the list at once, so no list of the month is said any more.
    """
    if duty_issuing.of_the_same(work, [holder.appointment_id], local(now).date()):
        work.alone("issue_duties")
    _, issued = _give(work, [holder], month_of(work, period), now, house, now, told_id=ELSEWHERE)
    arm(work, [holder.person_id], now, house, listed=period)
    return issued


def arm_forgotten(work: Work, now: datetime, house: House, limit: int = BATCH) -> int:
    """Arm people who have open duties and no reminder (from before there was one a person); how many."""
    year, month = divmod(local(now).year * 12 + local(now).month - 1 - 2, 12)
    found = duty_rows.unarmed(work, f"{year:04}-{month + 1:02}", limit)
    arm(work, found, now, house)
    return len(found)


def _give(
    work: Work,
    holders: Sequence[Holder],
    month: Month,
    now: datetime,
    house: House,
    since: datetime,
    told_id: int | None = None,
) -> tuple[set[int], int]:
    """Write the duties that are missing; to whom, and how many."""
    if not holders or not month.lines:
        return set(), 0
    numbers = duty_places.highest(work, {each.person_id for each in holders}, month.period)
    people: set[int] = set()
    count = 0
    reached: dict[tuple[str, date, datetime], int] = {}
    for holder, deadline, line in missing(work, holders, month, now):
        numbers[holder.person_id] = number = numbers.get(holder.person_id, 0) + 1
        begun = _from(holder, line, month, since)
        asked = (line.id, deadline, begun)
        if asked not in reached:
            reached[asked] = reached_by(deadline, house.duties.offsets(line.ladder), begun, house.hours)
        values = {"template_id": line.id, "period": month.period, "appointment_id": holder.appointment_id}
        more = {"person_id": holder.person_id, "number": number, "deadline": deadline, "org_id": holder.org_id}
        duty_issuing.give(work, {**values, **more, "created_at": now, "reached": reached[asked], "told_id": told_id})
        people.add(holder.person_id)
        count += 1
    return people, count


def missing(work: Work, holders: Sequence[Holder], month: Month, now: datetime) -> Iterator[tuple[Holder, date, Line]]:
    """What these people were not given yet, with its last day."""
    if not holders or not month.lines:
        return
    offices = offices_on(work, holders, month.period, local(now).date())
    for holder in holders:
        for deadline, line in offices.lack(month, holder):
            yield holder, deadline, line


@dataclass(frozen=True, slots=True)
class Offices:
    """What office holders have already. `filled`: offices held in their unions; `first`: by appointment, the same
    person's offices of the same union that come before it."""

    filled: set[tuple[int, str]]
    have: set[tuple[int, str]]
    first: Mapping[int, Sequence[Holder]]

    def lack(self, month: Month, holder: Holder) -> list[Due]:
        """What a holder is still to be given of a month, by deadline."""
        due = self._open(month, holder)
        first = self.first.get(holder.appointment_id)
        if not first or not due:
            return due
        theirs = {line.id for each in first for _, line in self._open(month, each)}
        return [each for each in due if each[1].id not in theirs]

    def _open(self, month: Month, holder: Holder) -> list[Due]:
        due, have = month.of(holder, self.filled), self.have
        return [each for each in due if (holder.appointment_id, each[1].id) not in have]


def offices_on(work: Work, holders: Sequence[Holder], period: str, day: date) -> Offices:
    """What these holders have of a period, as it is on a day."""
    mine = [each.appointment_id for each in holders]
    others = duty_issuing.of_the_same(work, mine, day)
    first = {key: [each for each in found if each.appointment_id < key] for key, found in others.items()}
    everything = {*mine, *(each.appointment_id for found in first.values() for each in found)}
    have = duty_issuing.issued(work, everything, period)
    if others:
        have |= duty_issuing.elsewhere(work, list(others), period, day)
    return Offices(duty_issuing.offices(work, {each.org_id for each in holders}, day), have, first)


def _from(holder: Holder, line: Line, month: Month, since: datetime) -> datetime:
    """Steps due before this were never to be said: last issued, the month, the office, the template's last change."""
    begins = max(clamped(month.period, 1), holder.since)
    return max(filter(None, (since, at(begins, time()), line.changed_at)))
