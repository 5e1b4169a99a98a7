"""Firing the reminders of many cadres as one transaction.

Order: hold the reminders that are still due, with their people (a turn of theirs waits, what is held elsewhere is left)
· load desks, addresses, names with a few statements · ask `duty_ladder.step` what is said, once for all people in the
same situation (`duty_memo.py`), and compose the words once, too · write, together: a Firing
for each due moment (UNIQUE reminder, due time) · the outbox row (UNIQUE `r:<reminder>:<due moment>`) · the steps the
duties have come to · when the reminder is due next. A crash before the commit leaves all of them armed; after it
nothing is left to do. Two processes: a reminder is held by one, the other finds it moved.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter

from bot.calendar import at
from bot.clock import local
from bot.reminders.words import Told, compose, in_list
from bot.services import duty_places
from bot.services.duty_arming import arm
from bot.services.duty_desk import Desks
from bot.services.duty_ladder import LIST, Fired, Step
from bot.services.duty_memo import Memo, once
from bot.services.house import House
from storage import duty_rows, outbox, reminders
from storage.duty_rows import DutyRow
from storage.reminders import Armed
from storage.work import Work

RESULTS = ("said", "missed", "moot", "unreachable", "put_off", "gone")
SHOWN = ("period", "template_id", "deadline", "state", "percent")  # all that words say of a duty but its number
_shown = itemgetter(*map(DutyRow._fields.index, SHOWN))
STRENGTH = ("said", "merged", "missed", "moot")  # of two ends of one due moment the first counts
TICK = timedelta(microseconds=1)
UNIT = "\x00"  # stands for the name of the unit in words that many units share


@dataclass(slots=True)
class _Batch:
    """What a batch needs to know, and what it has come to."""

    desks: Desks
    addresses: dict[int, int]
    units: dict[int, str]
    now: datetime
    taken: set[tuple[int, datetime]] = field(default_factory=set)
    reached: dict[int, int] = field(default_factory=dict)
    instead: set[int] = field(default_factory=set)


def fire(work: Work, ids: Collection[int], house: House, now: datetime, memo: Memo | None = None) -> Counter[str]:
    """Fire those of these reminders that are still due. Counts of people by result, as `docs/jobs.md` explains them.

    `memo`: what other batches of the same run have thought already.
    """
    held = reminders.take(work, ids, now)
    counts = Counter({"gone": len(ids) - len(held)})
    if not held:
        return counts
    batch = _load(work, held, house, now, memo)
    steps = [(armed, batch.desks.step(armed.person_id, armed)) for armed in held if not _instead(work, batch, armed)]
    moments = {each.due_at for _, done in steps for each in done.firings}
    batch.taken.update(reminders.fired_since(work, [each.id for each in held], min(moments)) if moments else ())
    for armed, done in steps:
        counts[_one(work, batch, armed, done)] += 1
    counts["put_off"] += len(held) - len(steps)
    duty_rows.climbed(work, batch.reached)
    arm(work, batch.instead - {each.person_id for each in held}, now, house)
    return counts


def _load(work: Work, held: Sequence[Armed], house: House, now: datetime, memo: Memo | None) -> _Batch:
    people = [each.person_id for each in held]
    desks = Desks(work, people, house, now, memo)
    places = {row.org_id for desk in desks.of.values() for row in desk.rows if row.org_id is not None}
    return _Batch(desks, duty_rows.reachable(work, people), duty_rows.units(work, places), now)


def _instead(work: Work, batch: _Batch, armed: Armed) -> bool:
    """Whether the substitute of somebody on leave is asked instead."""
    substitute = batch.desks.of[armed.person_id].substitute
    if substitute is None:
        return False
    batch.instead.add(substitute)
    reminders.put(work, armed._replace(next_fire_at=batch.desks.next(armed.person_id, armed)))
    return True


def _one(work: Work, batch: _Batch, armed: Armed, done: Step) -> str:
    """One person's."""
    batch.reached.update(done.reached)
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
    due_at = _free(batch, armed, newest).astimezone(UTC)
    outbox_id = outbox.put(
        work,
        person_id=armed.person_id,
        address_id=address,
        text=_words(work, batch, armed.person_id, done, today),
        state="queued",
        now=batch.now,
        lane=outbox.REMINDER,
        valid_until=at(today, batch.desks.policy.hours.end),  # nobody is reminded at night; see duty_recall.py
        template="reminder",
        dedupe=":".join(filter(None, ("r", str(armed.id), f"{due_at:%Y%m%dT%H%M%S.%fZ}", done.listing))),
    )
    _told(work, batch, armed, done, outbox_id)
    return "said", outbox_id


def _words(work: Work, batch: _Batch, person_id: int, done: Step, today: date) -> str:
    """`compose`, once for all whose messages differ in nothing but the name of the one unit they are about."""
    desk = batch.desks.of[person_id]
    numbers = duty_places.numbers(work, person_id, desk.rows, batch.now)
    places = {row.org_id for row in desk.rows}
    unit = batch.units.get(places.pop() or 0) if len(places) == 1 else None
    if desk.names or not unit:
        return compose(Told(batch.desks, numbers, batch.units, today), person_id, done)
    spoken, fresh = set(done.speaking), set(done.news)
    rows = tuple([(*_shown(row), numbers[row.id], row.id in spoken, row.id in fresh) for row in desk.rows])
    told = Told(batch.desks, numbers, dict.fromkeys((row.org_id for row in desk.rows if row.org_id), UNIT), today)
    asked = (today, done.listing, rows)
    return once(batch.desks.memo.words, asked, lambda: compose(told, person_id, done)).replace(UNIT, unit)


def _told(work: Work, batch: _Batch, armed: Armed, done: Step, outbox_id: int) -> None:
    """Which duties were heard of for the first time."""
    named = {*done.speaking, *done.news}
    fresh = [row for row in batch.desks.of[armed.person_id].rows if row.state == "issued" and not row.told_id]
    fresh = [row for row in fresh if row.id in named or in_list(row, done.listing)]
    duty_rows.told(work, [row.id for row in fresh], outbox_id)


def _write(work: Work, batch: _Batch, armed: Armed, done: Step, result: str, outbox_id: int | None) -> None:
    """The firings, and the reminder as it is from now on."""
    for fired in _by_moment(done.firings):
        if result == "unreachable" and all(offset is LIST and each in done.news for each, offset in fired.parts):
            continue  # nobody has heard the news: they stay news until somebody can
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
