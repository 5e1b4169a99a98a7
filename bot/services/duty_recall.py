"""Taking back messages about duties that have not left: they are not true any more, or their day is over.

A message that is taken back was never said: its firings go, the duties stand at the step before it, the month's list
is open again, distance and weekly count are as they were. So whatever of it still holds is said anew by the same rules,
within the same windows, or is listed as missed. What holds no more stays behind as a `moot` firing.

Only rows in state `queued` are taken back. What a sender has claimed is beyond reach: it may be on its way, and
whoever has done the duty in that second may still read that it was not done.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.calendar import clamped
from bot.clock import local
from bot.services.duty_desk import Desks
from bot.services.duty_ladder import LIST, moment, monday
from bot.services.house import House
from storage import duty_recall as rows
from storage import duty_rows, reminders
from storage.duty_recall import Ended, Message
from storage.duty_rows import DutyRow
from storage.reminders import Armed
from storage.work import Work

NEAR = timedelta(seconds=1)  # a due moment that was taken already is fired a little later


@dataclass(slots=True)
class _Found:
    """What is known of the messages of a batch."""

    desks: Desks
    duties: dict[int, DutyRow]
    stood: set[tuple[int, int]]
    reached: dict[int, int]


def withdraw(work: Work, person_ids: Collection[int], now: datetime, house: House) -> None:
    """Something about these people's duties has changed: what is queued for them is not sent.

    Whoever calls this arms them anew in the same transaction. Cheap where nothing is queued: one look at open rows.
    """
    found = rows.queued(work, person_ids, now)
    if found:
        rows.cancel(work, [each.id for each in found], now)
        _take_back(work, found, now, house)


def expire(work: Work, lost: dict[int, int], now: datetime, house: House) -> int:
    """Messages that ended unsent (whose they are, by message) are said anew or missed at the next tick; how many.

    People who are being spoken with at this moment are left to the next run.
    """
    found = rows.hold(work, lost)
    if found:
        _take_back(work, found, now, house, late=True)
    return len(found)


def _take_back(work: Work, found: Sequence[Message], now: datetime, house: House, late: bool = False) -> None:
    people, ids = {each.person_id for each in found}, [each.id for each in found]
    armed = reminders.of_people(work, people)
    ended = rows.firings(work, [each.id for each in armed.values()], ids)
    named = {int(duty_id) for each in ended for duty_id, _ in each.parts or ()}
    known = {each.id: each for each in duty_rows.by_ids(work, named)} if named else {}
    stood = rows.stood_in_for(work, people, local(now).date())
    batch = _Found(Desks(work, people, house, now), known, stood, {})
    changed: dict[int, Armed] = {}
    for message in found:
        mine = changed.get(message.person_id) or armed.get(message.person_id)
        if mine is not None:
            theirs = [each for each in ended if each.outbox_id == message.id]
            changed[message.person_id] = _one(work, batch, message, mine, theirs, late)
    duty_rows.climbed(work, batch.reached)
    rows.untold(work, ids)
    rows.release_keys(work, ids)
    before = rows.said_last(work, [each.id for each in armed.values()])
    for each in changed.values():
        reminders.put(work, each._replace(said_at=before.get(each.id)))


def _one(work: Work, batch: _Found, message: Message, armed: Armed, ended: Sequence[Ended], late: bool) -> Armed:
    """The reminder as it was before a message; `late`: it is due when the newest of what is left was."""
    due: list[datetime] = []
    unlisted = False
    for firing in ended:
        left = [part for part in firing.parts or () if _holds(batch, message, firing, *part)]
        gone = [part for part in firing.parts or () if part not in left]
        rows.spoil(work, firing.id, gone) if gone else rows.drop(work, firing.id)
        due += [firing.due_at] if left else []
        unlisted = unlisted or any(offset is LIST for _, offset in left)
        for duty_id, offset in left:
            _step_back(batch, batch.duties[duty_id], offset)
    if armed.week_on == monday(message.created_at):
        armed = armed._replace(week_said=max(0, armed.week_said - 1))
    if unlisted and message.listing == armed.listed:
        armed = armed._replace(listed=_month_before(armed.listed))
    if late and due:
        armed = armed._replace(next_fire_at=min(filter(None, (max(due), armed.next_fire_at))))
    return armed


def _holds(batch: _Found, message: Message, firing: Ended, duty_id: int, offset: int | None) -> bool:
    """Whether this is still to be said: open, due at that moment, and on the desk of somebody who was told of it."""
    duty = batch.duties.get(duty_id)
    if duty is None or not duty.open:
        return False
    if duty.person_id != message.person_id and (message.person_id, duty.person_id) not in batch.stood:
        return False
    start = batch.desks.policy.hours.start
    return offset is LIST or abs(moment(duty.deadline, offset, start) - firing.due_at) < NEAR


def _step_back(batch: _Found, duty: DutyRow, offset: int | None) -> None:
    offsets = batch.desks.item(duty).offsets
    if offset is not LIST and offset in offsets:
        batch.reached[duty.id] = min(offset - 1, batch.reached.get(duty.id, duty.reached))


def _month_before(period: str) -> str:
    return f"{clamped(period, 1) - timedelta(days=1):%Y-%m}"
