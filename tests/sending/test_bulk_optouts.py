"""Who opts out while a message to them is in a sender's hands, and it comes back: nothing is sent after that."""

from datetime import timedelta
from functools import partial

import pytest

from bot.clock import FrozenClock
from bot.contract import Outcome, Outgoing, Result
from bot.services import broadcast_states
from bot.services.house import House
from storage import topic_choices
from storage.database import Database
from storage.notice_items import NoticeItem
from storage.outbox import Outbox
from storage.people import Known
from tests.rules.notices import ANN, BEA, build
from tests.sending.bulk import CUSTOM_ONLY, announce, bulk, crowd, resolve, scripted, states
from tests.sending.scripted import Scripted, sender
from tests.storage.kit import count, rows

BUSY, CLOSED = Outcome(Result.THROTTLED, "45011"), Outcome(Result.QUOTA, "45047")


def leaving(database: Database, clock: FrozenClock, known: Known, outcome: Outcome) -> Scripted:
    """A platform that refuses at first; the person opts out before it answers."""
    answers = [outcome]
    stop = partial(topic_choices.stop, person_id=known.person_id, topics=["activity"], now=clock.now())

    def script(out: Outgoing) -> Outcome | None:
        database.writer.run(stop)
        return answers.pop() if answers else None

    return scripted(script)


@pytest.mark.parametrize(
    ("kind", "sends", "end"), [("notice", 1, ("cancelled", "opted_out")), ("event", 2, ("sent", ""))]
)
async def test_what_the_platform_was_too_busy_for(
    database: Database, clock: FrozenClock, kind: str, sends: int, end: tuple[str, str]
) -> None:
    (known,) = crowd(database, 1, clock.now())
    broadcast = announce(database, clock.now(), kind=kind, topic="activity")
    resolve(database, clock.now())
    channel = leaving(database, clock, known, BUSY)
    sender = bulk(database, channel, clock)
    await sender.drain()
    assert [state for state, *_ in states(database, broadcast)] == ["queued"]
    clock.move(timedelta(minutes=10))
    await sender.drain()
    assert len(channel.sent) == sends
    assert states(database, broadcast) == {(*end, "custom"): 1}


async def test_what_would_be_kept_for_the_next_contact(database: Database, clock: FrozenClock) -> None:
    (known,) = crowd(database, 1, clock.now())
    broadcast = announce(database, clock.now(), topic="activity")
    resolve(database, clock.now(), CUSTOM_ONLY)
    await bulk(database, leaving(database, clock, known, CLOSED), clock, policy=CUSTOM_ONLY).drain()
    assert states(database, broadcast) == {("cancelled", "opted_out", "custom"): 1}
    assert count(database, NoticeItem) == 0


@pytest.mark.parametrize("by_word", [False, True])
async def test_a_reminder_that_the_platform_was_too_busy_for_is_not_tried_again(
    database: Database, house: House, clock: FrozenClock, by_word: bool
) -> None:
    notices = build(database, house, clock.now())
    made, known = notices.sent("sent", end="done", wants_receipt=True), notices.people[0]
    notices.nudge(ANN, made.id)
    named: list[list[int]] = []

    def script(out: Outgoing) -> Outcome:
        if by_word:
            named.append(database.writer.run(partial(broadcast_states.stop_all, actor=BEA, now=clock.now())))
        else:
            database.writer.run(partial(topic_choices.stop, person_id=known.person_id, topics=["law"], now=clock.now()))
        return BUSY

    channel = Scripted(script=script)
    running = sender(database, channel, clock)
    await running.drain()
    clock.move(timedelta(minutes=10))
    await running.drain()
    assert len(channel.sent) == 1
    assert named == ([[made.id]] if by_word else [])
    assert [row[0] for row in rows(database, Outbox, "state")] == ["expired"]
