"""What a month would bring if nobody answered: the messages that firing would send, by the same `step`. Reads only.

It starts from what is open now, gives out in mind the duties of the months until then, and goes through time person by
person. Leave that begins later and offices that change are not foreseen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count

from bot.calendar import at, clamped, period_of
from bot.services.duty_desk import Desks
from bot.services.duty_issue import Month, Offices, month_of, offices_on
from bot.services.duty_ladder import LIST, Item, Policy, State, Step, next_moment, reached_by, step
from bot.services.house import House
from storage import duty_issuing, duty_rows, reminders
from storage.duty_issuing import Holder
from storage.work import Work

BATCH = 500
EVERYBODY = 10_000_000
Said = tuple[str, str, int | None]  # template, period, step in days from the deadline; None: in the list


@dataclass(frozen=True, slots=True)
class Planned:
    """One message that would go out."""

    at: datetime
    person_id: int
    unit: str
    office: str
    what: str
    parts: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class _Coming:
    """Duties that will be given out at a moment."""

    at: datetime
    items: list[Item]


@dataclass(slots=True)
class _Mind:
    """What all people share: titles, the months to come, the house's rules."""

    house: House
    policy: Policy
    now: datetime
    months: list[tuple[datetime, Month, Offices]]
    known: dict[int, tuple[str, str, str]]
    ids: Iterator[int]


def month(work: Work, period: str, house: House, now: datetime) -> list[Planned]:
    """All messages of a month like `2026-12` from now on, by time."""
    holders = duty_issuing.holders(work, max(clamped(period, 1), clamped(period_of(now), 1)), 0, EVERYBODY)
    people: dict[int, list[Holder]] = {}
    for each in holders:
        people.setdefault(each.person_id, []).append(each)
    planned: list[Planned] = []
    everybody = sorted(people)
    for start in range(0, len(everybody), BATCH):
        batch = {each: people[each] for each in everybody[start : start + BATCH]}
        planned.extend(_batch(work, batch, period, house, now))
    return sorted(planned, key=lambda each: (each.at, each.unit, each.person_id))


def _batch(work: Work, people: dict[int, list[Holder]], period: str, house: House, now: datetime) -> Iterator[Planned]:
    desks = Desks(work, people, house, now)
    armed = reminders.of_people(work, list(people))
    units = duty_rows.units(work, {holder.org_id for held in people.values() for holder in held})
    months = [_month(work, each, people, now) for each in _months(period_of(now), period)]
    known = {row.id: (row.template_id, row.period, desks.title(row)) for desk in desks.of.values() for row in desk.rows}
    mind = _Mind(house, desks.policy, now, months, known, count(-1, -1))
    for person_id, held in people.items():
        state = desks.state(person_id, armed.get(person_id))
        coming = [_give(mind, held, *each) for each in months]
        unit, office = units[held[0].org_id], held[0].office
        for moment, done in _life(mind, _items(desks, person_id), state, coming, _end(period)):
            if period_of(moment) == period:
                parts, what = _parts(mind, done)
                yield Planned(moment, person_id, unit, office, what, parts)


def _items(desks: Desks, person_id: int) -> list[Item]:
    """What is on a desk: until a colleague is back the substitute hears of it, from then on the colleague."""
    desk, hours = desks.of[person_id], desks.policy.hours
    found: list[Item] = []
    for row in desk.rows:
        item = desks.item(row)
        if row.person_id != person_id:
            last = reached_by(row.deadline, item.offsets, desk.backs[row.person_id], hours)
            item = replace(item, offsets=tuple(each for each in item.offsets if each <= last))
        elif desk.substitute is not None and desk.back is not None:
            last = reached_by(row.deadline, item.offsets, desk.back, hours)
            item = replace(item, reached=max(item.reached, last))
        found += [item] if row.open else []
    return found


def _months(first: str, last: str) -> Iterator[str]:
    while first <= last:
        yield first
        first = period_of(_end(first))


def _end(period: str) -> datetime:
    """The first moment after a period."""
    return at(clamped(period, 31) + timedelta(days=1), time())


def _month(work: Work, period: str, people: dict[int, list[Holder]], now: datetime) -> tuple[datetime, Month, Offices]:
    """When a month is given out, its lines, and what its office holders have of it already."""
    held = [each for mine in people.values() for each in mine]
    begins = max(at(clamped(period, 1), time()), now)
    return begins, month_of(work, period), offices_on(work, held, period, clamped(period, 1))


def _give(mind: _Mind, held: Sequence[Holder], begins: datetime, lines: Month, offices: Offices) -> _Coming:
    items: list[Item] = []
    for holder in held:
        for deadline, line in offices.lack(lines, holder):
            item = _item(mind, lines.period, deadline, line.ladder, begins)
            mind.known[item.duty_id] = (line.id, lines.period, line.title)
            items.append(item)
    return _Coming(begins, items)


def _item(mind: _Mind, period: str, deadline: date, ladder: Sequence[int] | None, begins: datetime) -> Item:
    offsets = mind.house.duties.offsets(ladder)
    reached = reached_by(deadline, offsets, begins, mind.house.hours)
    return Item(next(mind.ids), period, deadline, offsets, begins, reached, told=False)


def _life(
    mind: _Mind, items: list[Item], state: State, coming: Sequence[_Coming], end: datetime
) -> Iterator[tuple[datetime, Step]]:
    """What one person hears, moment by moment."""
    waiting = [each for each in coming if each.items]
    while True:
        if waiting and (state.armed is None or waiting[0].at <= state.armed):
            given = waiting.pop(0)
            items = [*items, *given.items]
            back = replace(state, armed=None, away=max(filter(None, (state.away, given.at))))
            state = replace(state, armed=next_moment(items, back, mind.policy))
            continue
        if state.armed is None or state.armed >= end:
            return
        moment = max(state.armed, mind.now)
        done = step(items, state, moment, mind.policy)
        items = done.after(items)
        state = done.state
        if done.says:
            yield moment, done


def _parts(mind: _Mind, done: Step) -> tuple[tuple[Said, ...], str]:
    spoken = [part for each in done.firings if each.result in ("said", "merged") for part in each.parts]
    parts = tuple(sorted({(*mind.known[duty_id][:2], offset) for duty_id, offset in spoken}, key=repr))
    listed = sum(1 for _, period, offset in parts if offset is LIST and period == done.listing)
    words = [f"本月任务 {listed} 项"] if done.listing else []
    words += [f"新任务 {len(done.news)} 项"] if done.news else []
    titles = [mind.known[each][2] for each in done.speaking]
    words += [f"催办：{'、'.join(titles)}"] if titles else []
    return parts, "；".join(words)
