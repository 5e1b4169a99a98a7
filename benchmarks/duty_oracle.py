"""What a year of reminders must look like, judged from the rows alone and worked out apart from the bot's own code.

For every person: at which moments the steps of each duty were due, which of them had to be heard, and whether every
message kept to working days, office hours, distance and weekly cap.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import pairwise
from typing import Any

import chinese_calendar
import sqlalchemy as sa

CHINA = timezone(timedelta(hours=8))
GAP, WEEKLY, OPENS, CLOSES = timedelta(hours=20), 3, 9, 18
CATCH_UP, SLACK, NEAR = timedelta(hours=24), timedelta(days=14), timedelta(seconds=1)
ROWS = 250  # people at once

DUTIES = """SELECT d.person_id, d.id, d.period, d.deadline, d.created_at, d.acknowledged_at, d.done_at, t.ladder,
a.since FROM duty d JOIN duty_template t ON t.id = d.template_id JOIN appointment a ON a.id = d.appointment_id
WHERE d.person_id > :after AND d.person_id <= :upto"""
FIRINGS = """SELECT r.person_id, f.due_at, f.result, f.at, f.parts, f.outbox_id FROM firing f
JOIN reminder r ON r.id = f.reminder_id WHERE r.person_id > :after AND r.person_id <= :upto"""
MESSAGES = "SELECT person_id, id, created_at, valid_until FROM outbox WHERE person_id > :after AND person_id <= :upto"


@dataclass(slots=True)
class Person:
    """Everything about one."""

    duties: dict[int, Any] = field(default_factory=dict)
    firings: list[Any] = field(default_factory=list)
    messages: dict[int, datetime] = field(default_factory=dict)
    until: dict[int, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Verdict:
    """Counts, and what is wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def fault(self, kind: str, *about: Any) -> None:
        """Something that must not be."""
        self.wrong[kind] += 1
        if len(self.examples) < 10:
            self.examples.append(f"{kind}: {' '.join(map(str, about))}")


@lru_cache(maxsize=1024)
def works(day: date) -> bool:
    """Whether people work on a day."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5 and (day.month, day.day) != (1, 1)


@lru_cache(maxsize=4096)
def due(deadline: date, offset: int) -> datetime:
    """When a step must be said: nine o'clock of its working day."""
    day, way = deadline + timedelta(days=offset), 1 if offset > 0 else -1
    while not works(day):
        day += timedelta(days=way)
    return datetime(day.year, day.month, day.day, OPENS, tzinfo=CHINA)


def judge(
    conn: sa.Connection, offsets: tuple[int, ...], end: datetime, downs: list[tuple[datetime, datetime]]
) -> Verdict:
    """Look at everybody. `offsets`: where a line has no ladder of its own.

    `downs`: when nothing ran, as (last tick before, first tick after).
    """
    verdict = Verdict()
    for person in _people(conn):
        _bounds(person, verdict)
        _parts(person, verdict, downs)
        for duty in person.duties.values():
            _heard(person, duty, offsets, end, verdict)
    return verdict


def _people(conn: sa.Connection) -> Iterator[Person]:
    after = 0
    ids = "SELECT person_id FROM reminder WHERE person_id > :after ORDER BY person_id LIMIT :count"
    while batch := list(conn.execute(sa.text(ids), {"after": after, "count": ROWS}).scalars()):
        people: dict[int, Person] = {each: Person() for each in batch}
        span = {"after": after, "upto": batch[-1]}
        for row in conn.execute(sa.text(DUTIES), span):
            people[row[0]].duties[row[1]] = _duty(row)
        for row in conn.execute(sa.text(FIRINGS), span):
            people[row[0]].firings.append((_at(row[1]), row[2], _at(row[3]), _parts_of(row[4]), row[5]))
        for row in conn.execute(sa.text(MESSAGES), span):
            people[row[0]].messages[row[1]], people[row[0]].until[row[1]] = _at(row[2]), _at(row[3])
        yield from people.values()
        after = batch[-1]


def _duty(row: Any) -> Mapping[str, Any]:
    deadline, begun = (date.fromisoformat(each) if isinstance(each, str) else each for each in (row[3], row[8]))
    times = {name: _at(row[place]) if row[place] else None for name, place in (("since", 4), ("ack", 5), ("done", 6))}
    own = json.loads(row[7]) if isinstance(row[7], str) else row[7]
    return {"id": row[1], "period": row[2], "deadline": deadline, **times, "own": own, "begun": begun}


def _at(value: Any) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).astimezone(CHINA)


def _parts_of(value: Any) -> list[list[int | None]]:
    found: list[list[int | None]] = json.loads(value) if isinstance(value, str) else value
    return found


def _bounds(person: Person, verdict: Verdict) -> None:
    """Working days, office hours, distance, weekly cap; one message for one firing that said something."""
    times = sorted(person.messages.values())
    verdict.counts["messages"] += len(times)
    for each in times:
        if not works(each.date()) or not OPENS <= each.hour < CLOSES:
            verdict.fault("outside hours", each)
    for row_id, until in person.until.items():
        sent = person.messages[row_id]
        if until > sent.replace(hour=CLOSES, minute=0, second=0, microsecond=0):
            verdict.fault("may leave at night", sent, until)
    for earlier, later in pairwise(times):
        if later - earlier < GAP:
            verdict.fault("too near", earlier, later)
    weeks = Counter(each.date() - timedelta(days=each.weekday()) for each in times)
    if any(count > WEEKLY for count in weeks.values()):
        verdict.fault("too many a week", weeks.most_common(1))
    said = Counter(outbox for _, result, _, _, outbox in person.firings if result == "said")
    if set(said) != set(person.messages) or any(count > 1 for count in said.values()):
        verdict.fault("messages and firings differ", len(said), len(person.messages))


def _parts(person: Person, verdict: Verdict, downs: list[tuple[datetime, datetime]]) -> None:
    """No part twice; at its moment; nothing of what was done, or before the deadline of what was acknowledged."""
    seen: Counter[tuple[Any, ...]] = Counter()
    for due_at, result, at, parts, _ in person.firings:
        verdict.counts[result] += len(parts)
        for duty_id, offset in parts:
            seen[duty_id, offset, offset is None and result == "missed"] += 1  # a missed list is announced later
            duty = person.duties[duty_id]
            if offset is not None and abs(due(duty["deadline"], offset) - due_at) > NEAR:
                verdict.fault("at another moment", due_at, duty, offset)
            if result in ("said", "merged"):
                _spoken(duty, offset, at, verdict)
            elif result == "missed" and not any(down < at and due_at <= up for down, up in downs):
                verdict.fault("missed without a reason", due_at, at)
    for part, count in seen.items():
        if count > 1:
            verdict.fault("twice", part, count)


def _spoken(duty: Mapping[str, Any], offset: int | None, at: datetime, verdict: Verdict) -> None:
    if duty["done"] is not None and duty["done"] <= at:
        verdict.fault("after it was done", duty, at)
    if offset is not None and offset < 0 and duty["ack"] is not None and duty["ack"] <= at:
        verdict.fault("early to somebody who had acknowledged", duty, at)


def _heard(person: Person, duty: Mapping[str, Any], offsets: tuple[int, ...], end: datetime, verdict: Verdict) -> None:
    """Every step that came due while it had to be heard ended in some way."""
    told = {part[1] for firing in person.firings for part in firing[3] if part[0] == duty["id"]}
    times = sorted(person.messages.values())
    for offset in offsets if duty["own"] is None else duty["own"]:
        moment = due(duty["deadline"], offset)
        if moment <= duty["since"] or offset in told:
            continue
        silent_until = duty["done"] if offset >= 0 else min(filter(None, (duty["done"], duty["ack"])), default=None)
        chance = next((each for each in times if each >= moment), moment + SLACK)
        if silent_until is None or silent_until > chance:
            if chance < end:
                verdict.fault("never heard of", duty, offset)
        else:
            verdict.counts["needed no more"] += 1
    if duty["deadline"] < duty["begun"]:
        verdict.fault("due before the office began", duty)
    said = [firing for firing in person.firings if firing[1] in ("said", "merged")]
    named = {part[1] for firing in said for part in firing[3] if part[0] == duty["id"]}
    if None not in named and duty["done"] is None and duty["since"] + SLACK < end:
        verdict.fault("in no list", duty)
