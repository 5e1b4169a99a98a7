"""Firing the reminders of many cadres as one transaction.

Order: hold the reminders that are still due, with their people (a turn of theirs waits, what is held elsewhere is left)
· load desks, addresses, names with a few statements · ask `duty_ladder.step` what is said · write, together: a Firing
for each due moment (UNIQUE reminder, due time) · the outbox row (UNIQUE `r:<reminder>:<due moment>`) · the steps the
duties have come to · when the reminder is due next. A crash before the commit leaves all of them armed; after it
nothing is left to do. Two processes: a reminder is held by one, the other finds it moved.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bot.calendar import at
from bot.clock import local
from bot.reminders.words import Told, compose
from bot.services import duty_places
from bot.services.duty_arming import rearm
from bot.services.duty_desk import Desks
from bot.services.duty_ladder import Fired, Step, step
from bot.services.house import House
from storage import duty_rows, outbox, reminders
from storage.reminders import Armed
from storage.work import Work

RESULTS = ("said", "missed", "moot", "unreachable", "put_off", "gone")
STRENGTH = ("said", "merged", "missed", "moot")  # of two ends of one due moment the first counts
TICK = timedelta(microseconds=1)


@dataclass(slots=True)
class _Batch:
    """What a batch needs to know, and what it has come to."""

    desks: Desks
    addresses: dict[int, int]
    units: dict[int, str]
    taken: set[tuple[int, datetime]]
    now: datetime
    rungs: dict[int, int] = field(default_factory=dict)
    instead: set[int] = field(default_factory=set)


def fire(work: Work, ids: Collection[int], house: House, now: datetime) -> Counter[str]:
    """Fire those of these reminders that are still due. Counts of people by result, as `docs/jobs.md` explains them."""
    held = reminders.take(work, ids, now)
    counts = Counter({"gone": len(ids) - len(held)})
    if not held:
        return counts
    batch = _load(work, held, house, now)
    for armed in held:
        counts[_one(work, batch, armed)] += 1
    duty_rows.climbed(work, batch.rungs)
    rearm(work, batch.instead - {each.person_id for each in held}, now, house)
    return counts


def _load(work: Work, held: Sequence[Armed], house: House, now: datetime) -> _Batch:
    people = [each.person_id for each in held]
    desks = Desks(work, people, house, now)
    places = {row.org_id for desk in desks.of.values() for row in desk.rows if row.org_id is not None}
    since = min((row.created_at for desk in desks.of.values() for row in desk.rows if row.open), default=now)
    taken = reminders.fired_since(work, [each.id for each in held], since)
    return _Batch(desks, duty_rows.reachable(work, people), duty_rows.units(work, places), taken, now)


def _one(work: Work, batch: _Batch, armed: Armed) -> str:
    """One person's; the substitute of somebody on leave is asked instead."""
    desk = batch.desks.of[armed.person_id]
    if desk.substitute is not None:
        batch.instead.add(desk.substitute)
        reminders.put(work, armed._replace(next_fire_at=batch.desks.next(armed.person_id, armed)))
        return "put_off"
    done = step(
        batch.desks.items(armed.person_id), batch.desks.state(armed.person_id, armed), batch.now, batch.desks.policy
    )
    batch.rungs.update(done.rungs)
    result, outbox_id = _speak(work, batch, armed, done) if done.says else ("", None)
    _write(work, batch, armed, done, result, outbox_id)
    ends = {each.result for each in done.firings}
    return result or ("missed" if "missed" in ends else "moot" if ends or done.state.armed is None else "put_off")


def _speak(work: Work, batch: _Batch, armed: Armed, done: Step) -> tuple[str, int | None]:
    address = batch.addresses.get(armed.person_id)
    if address is None:
        return "unreachable", None
    today = local(batch.now).date()
    newest = max(each.due_at for each in done.firings if each.result == "said")
    worth = batch.now + batch.desks.policy.list_window if done.listing else at(today, time(23, 59))
    outbox_id = outbox.put(
        work,
        person_id=armed.person_id,
        address_id=address,
        text=compose(_known(work, batch, armed.person_id, today), armed.person_id, done),
        state="queued",
        now=batch.now,
        lane=outbox.REMINDER,
        valid_until=worth,
        template="reminder",
        dedupe=f"r:{armed.id}:{_free(batch, armed, newest).astimezone(UTC):%Y%m%dT%H%M%S.%fZ}",
    )
    _told(work, batch, armed, done, outbox_id)
    return "said", outbox_id


def _known(work: Work, batch: _Batch, person_id: int, today: date) -> Told:
    numbers = duty_places.numbers(work, person_id, batch.desks.of[person_id].rows, batch.now)
    return Told(batch.desks, numbers, batch.units, today)


def _told(work: Work, batch: _Batch, armed: Armed, done: Step, outbox_id: int) -> None:
    """Which duties were heard of for the first time."""
    if done.listing:
        for whose in (armed.person_id, *batch.desks.of[armed.person_id].names):
            duty_rows.told_list(work, whose, done.listing, outbox_id)
    rows = batch.desks.of[armed.person_id].rows
    fresh = [row.id for row in rows if row.id in done.speaking and row.state == "issued" and row.told_id is None]
    if fresh:
        duty_rows.told(work, fresh, outbox_id)


def _write(work: Work, batch: _Batch, armed: Armed, done: Step, result: str, outbox_id: int | None) -> None:
    """The firings, and the reminder as it is from now on."""
    for fired in _by_moment(done.firings):
        due_at = _free(batch, armed, fired.due_at)
        batch.taken.add((armed.id, due_at))
        spoken = fired.result in ("said", "merged")
        end = "unreachable" if spoken and result == "unreachable" else fired.result
        reminders.fired(work, armed.id, due_at, end, batch.now, fired.parts, outbox_id if spoken else None)
    state = done.state
    after = armed._replace(next_fire_at=state.armed, listed=state.listed)
    if result == "said":
        after = after._replace(
            said_at=state.said_at, week_on=state.week_on, week_said=state.week_said, unreachable_at=None
        )
    elif result == "unreachable":
        after = after._replace(unreachable_at=armed.unreachable_at or batch.now)
    reminders.put(work, after)


def _by_moment(firings: Sequence[Fired]) -> list[Fired]:
    """One a due moment: what was said there counts before what was moot."""
    kept: dict[datetime, Fired] = {}
    for each in sorted(firings, key=lambda fired: STRENGTH.index(fired.result)):
        kept.setdefault(each.due_at, each)
    return list(kept.values())


def _free(batch: _Batch, armed: Armed, due_at: datetime) -> datetime:
    """The due moment; a duty that came to this desk later may share it with one that was fired before."""
    while (armed.id, due_at) in batch.taken:
        due_at += TICK
    return due_at
