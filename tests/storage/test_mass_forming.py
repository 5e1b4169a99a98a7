"""Mass jobs are formed of 2 to the most people, nobody is massed twice, and who cannot be goes back to other routes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from storage import broadcast_rows, bulk_ends, mass_forming, mass_jobs, notices_told, people
from storage.database import Database
from storage.mass_forming import Formed
from storage.reach import Means
from storage.recipients import Recipient
from storage.work import Work
from tests.conftest import Opener
from tests.storage.kit import together
from tests.storage.mass_kit import Crowd, recipient

MONTH = datetime(2026, 10, 31, 16, tzinfo=UTC)
MEANS = Means(MONTH, routes=("mass",))
BACK = ("queued", "", "", "mass")
GONE = ("massed", "", "mass", "")


def formed(
    crowd: Crowd, broadcast_id: int, most: int = 10, means: Means = MEANS, now: datetime | None = None
) -> list[Formed]:
    """Steps until nobody waits."""
    steps: list[Formed] = []
    for _ in range(20):
        step = crowd.database.writer.run(
            lambda work: mass_forming.form(work, broadcast_id, 1, means, now or crowd.at, most)
        )
        if step == Formed():
            return steps
        steps.append(step)
    raise AssertionError(steps)


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(2, [2]), (10, [10]), (11, [6, 5]), (19, [10, 9]), (20, [10, 10]), (21, [10, 6, 5]), (31, [10, 10, 6, 5])],
)
def test_jobs_are_as_large_as_they_may_be_and_never_of_one(
    database: Database, now: datetime, count: int, sizes: list[int]
) -> None:
    crowd = Crowd(database, now, count)
    broadcast = crowd.broadcast()
    assert [step.people for step in formed(crowd, broadcast)] == sizes
    assert crowd.jobs(broadcast) == [(size, "planned", "") for size in sizes]
    assert crowd.recipients(broadcast) == {GONE: count}


def test_one_alone_goes_back_to_other_routes(database: Database, now: datetime) -> None:
    crowd = Crowd(database, now, 1)
    broadcast = crowd.broadcast(tried="custom")
    assert formed(crowd, broadcast) == [Formed(0, 1)]
    assert crowd.recipients(broadcast) == {("queued", "", "", "custom,mass"): 1}
    assert crowd.jobs(broadcast) == []


def test_who_had_all_of_the_month_or_left_goes_back(database: Database, now: datetime) -> None:
    crowd = Crowd(database, now, 6)
    full, almost, left, refuses = crowd.people[:4]
    for _ in range(3):
        crowd.broadcast([full, almost], "done", state="sent", settled_at=now)
    crowd.broadcast([full], "sending", state="massed")
    database.writer.run(lambda work: people.mark_unfollowed(work, left.address_id))
    database.writer.run(lambda work: people.refuse(work, refuses.address_id, "48002"))
    broadcast = crowd.broadcast()
    assert formed(crowd, broadcast) == [Formed(3, 3)]
    assert crowd.recipients(broadcast) == {GONE: 3, BACK: 3}


def test_others_of_the_broadcast_are_left_alone(database: Database, now: datetime) -> None:
    crowd = Crowd(database, now, 2)
    done = crowd.broadcast(state="sent", settled_at=now)
    other = crowd.broadcast(route="custom")
    for broadcast in (done, other):
        assert formed(crowd, broadcast) == []
    second = crowd.broadcast(attempt=2)
    assert formed(crowd, second) == []


def test_a_closed_route_is_waited_for_only_as_long_as_it_is_worth_it(database: Database, now: datetime) -> None:
    crowd = Crowd(database, now, 2)
    until = now + timedelta(minutes=30)
    closed = replace(MEANS, stops={"mass": until}, worth_until=now + timedelta(hours=1))
    first, second = crowd.broadcast(), crowd.broadcast()
    assert formed(crowd, first, means=closed) == [Formed(2, 0)]
    assert database.writer.run(lambda work: mass_jobs.claim(work, "me", now)) is None
    assert database.writer.run(lambda work: mass_jobs.claim(work, "me", until)) is not None
    assert formed(crowd, second, means=replace(closed, worth_until=until)) == [Formed(0, 2)]
    assert crowd.recipients(second) == {BACK: 2}


def test_two_broadcasts_at_once_never_give_anybody_a_fifth(another: Opener, now: datetime) -> None:
    one, two = another(), another()
    crowd = Crowd(one, now, 6)
    for _ in range(3):
        crowd.broadcast(None, "done", state="sent", settled_at=now)
    broadcasts = [crowd.broadcast(), crowd.broadcast()]

    def step(database: Database, broadcast_id: int) -> None:
        database.writer.run(lambda work: mass_forming.form(work, broadcast_id, 1, MEANS, now))

    assert together(lambda: step(one, broadcasts[0]), lambda: step(two, broadcasts[1])) == []
    massed = [crowd.recipients(each)[GONE] for each in broadcasts]
    assert sorted(massed) == [0, 6]


def test_only_broadcasts_that_are_being_sent_have_somebody_waiting(database: Database, now: datetime) -> None:
    crowd = Crowd(database, now, 2)
    going = crowd.broadcast()
    for state in ("resolving", "paused", "cancelled", "done"):
        crowd.broadcast(None, state)
    crowd.broadcast(route="custom")
    assert database.look(lambda work: mass_forming.waiting(work, now)) == [going]
    assert database.look(lambda work: mass_forming.waiting(work, now + timedelta(hours=1))) == []
    assert not database.look(lambda work: mass_jobs.any_work(work, now))
    formed(crowd, going)
    job = database.writer.run(lambda work: mass_jobs.claim(work, "me", now))
    assert job is not None
    assert not database.look(lambda work: mass_jobs.any_work(work, now))
    assert database.look(lambda work: mass_jobs.any_work(work, now + mass_jobs.LEASE))


def test_fewer_than_a_full_job_wait_until_nobody_else_may_come(database: Database, now: datetime) -> None:
    crowd = Crowd(database, now, 5)
    broadcast = crowd.broadcast(crowd.people[:3])

    def add(work: Work) -> None:
        for each, state in zip(crowd.people[3:], ("sending", "kept"), strict=True):
            values = {"person_id": each.person_id, "address_id": each.address_id, "route": "custom", "due_at": now}
            work.append(Recipient, {"id": work.new_id(), "broadcast_id": broadcast, "state": state, **values})

    database.writer.run(add)
    assert database.look(lambda work: mass_forming.waiting(work, now)) == []
    assert database.look(lambda work: mass_forming.waiting(work, now, 4)) == []
    assert database.look(lambda work: mass_forming.waiting(work, now, 3)) == [broadcast], "a full job goes at once"
    settled = sa.update(recipient).where(recipient.c.state == "sending").values(state="sent")
    database.writer.run(lambda work: work.execute(settled))
    assert database.look(lambda work: mass_forming.waiting(work, now)) == [broadcast]
    formed(crowd, broadcast)
    assert database.look(lambda work: mass_forming.waiting(work, now)) == []


def test_calls_of_a_cancelled_notice_are_stopped_one_at_a_time(database: Database, now: datetime) -> None:
    crowd = Crowd(database, now, 6)
    broadcast = crowd.broadcast(crowd.people[:5])
    formed(crowd, broadcast, 3)
    crowd.move(broadcast, "cancelled")
    assert database.look(lambda work: bulk_ends.cancelled_ones(work, now)) == [broadcast]
    step = partial(broadcast_rows.cancel_some, broadcast_id=broadcast, now=now, limit=5)
    assert [database.writer.run(step) for _ in range(3)] == [3, 2, 0]
    assert [state for _, state, _ in crowd.jobs(broadcast)] == ["failed", "failed"]
    assert crowd.states(broadcast) == {("cancelled", "cancelled"): 5}
    assert database.look(lambda work: bulk_ends.cancelled_ones(work, now)) == []


def test_who_said_received_before_the_end_was_known_still_went_with_the_call(database: Database, now: datetime) -> None:
    crowd = Crowd(database, now, 3)
    broadcast = crowd.broadcast()
    (step,) = formed(crowd, broadcast)
    database.writer.run(lambda work: work.execute(sa.update(recipient).values(state="unknown")))
    said = sa.select(recipient.c.id, recipient.c.mass_job_id).limit(1)
    first, job_id = database.look(lambda work: tuple(work.look(said).one()))
    database.writer.run(lambda work: notices_told.acknowledge(work, [first], now))
    assert database.look(lambda work: mass_jobs.people_of(work, job_id)) == step.people == 3
