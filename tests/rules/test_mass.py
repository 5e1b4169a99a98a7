"""What an answer and a finish event mean for a mass job and its people: nothing is guessed, nobody gets it twice."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import local
from bot.contract import Outcome, Receipt, Result
from bot.services import mass
from bot.services.reach_policy import ReachPolicy
from storage import inbox, mass_jobs, people, quotas, topic_choices
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.mass_jobs import Job, MassJob
from tests.storage.mass_kit import Crowd

POLICY = ReachPolicy(mass=True)
ALL = {"total": 4, "filtered": 4, "sent": 4, "error": 0}


class Desk:
    """A broadcast to four people, whose one job is formed."""

    def __init__(self, database: Database, now: datetime, count: int = 4) -> None:
        self.database, self.now = database, now
        self.crowd = Crowd(database, now, count)
        self.broadcast = self.crowd.broadcast()
        self.form()

    def form(self) -> None:
        self.database.writer.run(lambda work: mass.form(work, POLICY, self.broadcast, self.now))

    def claim(self, later: timedelta = timedelta()) -> tuple[Job, list[str]]:
        """Take the job, and whom it goes to."""
        job = self.database.writer.run(lambda work: mass_jobs.claim(work, "me", self.now + later))
        assert job is not None
        return job, self.database.writer.run(lambda work: mass.begin(work, job, self.now + later))

    def settle(self, job: Job, outcome: Outcome, later: timedelta = timedelta()) -> None:
        self.database.writer.run(lambda work: mass.settle(work, job, 4, outcome, self.now + later))

    def accepted(self) -> Job:
        job, users = self.claim()
        assert users == ["u0", "u1", "u2", "u3"]
        self.settle(job, Outcome(Result.ACCEPTED, message_id="34182"))
        return job

    def heard(self, receipt: Receipt) -> bool:
        return self.database.writer.run(lambda work: mass.heard(work, receipt, self.now))

    def ask(self, outcome: Outcome, later: timedelta) -> None:
        job = self.database.writer.run(lambda work: mass_jobs.ask(work, "me", self.now + later))
        assert job is not None
        self.database.writer.run(lambda work: mass.asked(work, job, outcome, self.now + later))

    @property
    def states(self) -> dict[tuple[str, str], int]:
        return self.crowd.states(self.broadcast)

    @property
    def job(self) -> tuple[str, str]:
        ((_, state, code),) = self.crowd.jobs(self.broadcast)
        return state, code

    @property
    def due_at(self) -> datetime:
        jobs = table(MassJob)
        return self.database.look(lambda work: work.look(sa.select(jobs.c.due_at)).scalar_one())


@pytest.fixture
def desk(database: Database, now: datetime) -> Desk:
    return Desk(database, now)


@pytest.mark.parametrize(
    ("ok", "code", "counts", "job", "people"),
    [
        (True, "", ALL, "done", ("sent", "")),
        (True, "", {**ALL, "sent": 3, "filtered": 3}, "done", ("unknown", "mass_unknown")),
        (True, "", {**ALL, "sent": 3, "error": 1}, "done", ("unknown", "mass_unknown")),
        (True, "", {**ALL, "sent": 0, "filtered": 0}, "done", ("unreachable", "filtered")),
        (True, "", {**ALL, "sent": 0, "error": 4}, "done", ("failed", "mass_failed")),
        (False, "err(20001)", {**ALL, "sent": 0, "error": 4}, "failed", ("failed", "content")),
        (False, "send fail", {**ALL, "sent": 0, "error": 4}, "failed", ("failed", "mass_failed")),
        (False, "send fail", {**ALL, "sent": 1, "error": 3}, "done", ("unknown", "mass_unknown")),
        (True, "", {"total": 4}, "done", ("unknown", "mass_unknown")),
        (False, "err(20001)", {"total": 4}, "failed", ("unknown", "mass_unknown")),
    ],
)
def test_a_finish_event_says_of_people_only_what_it_tells(
    desk: Desk, ok: bool, code: str, counts: dict[str, int], job: str, people: tuple[str, str]
) -> None:
    desk.accepted()
    assert desk.states == {("massed", ""): 4}
    assert desk.heard(Receipt("34182", ok, code, counts))
    assert desk.job == (job, code)
    assert desk.states == {people: 4}


def test_the_counts_are_kept_and_the_quota_is_used(desk: Desk) -> None:
    desk.accepted()
    desk.heard(Receipt("34182", True, "", {"total": 4, "filtered": 3, "sent": 2, "error": 1}))
    jobs = table(MassJob)
    columns = (jobs.c.total, jobs.c.filtered, jobs.c.sent, jobs.c.errors)
    assert tuple(desk.database.look(lambda work: work.look(sa.select(*columns)).one())) == (4, 1, 2, 1)
    day: date = local(desk.now).date()
    assert desk.database.look(lambda work: quotas.used(work, "oa", day, day)) == {"mass": 4, "mass_calls": 1}


def test_other_receipts_are_none_of_ours(desk: Desk) -> None:
    desk.accepted()
    assert not desk.heard(Receipt("999", True, "", ALL))
    assert not desk.heard(Receipt("34182", True))
    assert desk.job == ("accepted", "")


def test_a_finish_event_that_comes_before_the_answer_is_kept(desk: Desk) -> None:
    early = Receipt("34182", False, "err(20001)", {"total": 4, "filtered": 4, "sent": 0, "error": 4})
    assert not desk.heard(early)
    desk.database.writer.run(
        lambda work: inbox.keep_receipt(work, "oa", early.message_id, mass.kept_code(early), desk.now)
    )
    desk.accepted()
    assert (desk.job, desk.states) == (("failed", "err(20001)"), {("failed", "content"): 4})


def test_an_answer_nobody_heard_is_sent_again_by_the_same_key_not_within_a_minute(desk: Desk) -> None:
    job, _ = desk.claim()
    desk.settle(job, Outcome(Result.UNKNOWN, "timeout"))
    assert desk.job == ("sending", "timeout")
    assert desk.due_at - desk.now > timedelta(minutes=1)
    again, users = desk.claim(later=timedelta(minutes=2))
    assert (again.client_id, len(users)) == (job.client_id, 4)
    desk.settle(again, Outcome(Result.ACCEPTED, "45065", message_id="34182"))
    assert desk.heard(Receipt("34182", True, "", ALL))
    assert desk.states == {("sent", ""): 4}


def test_after_six_times_without_an_answer_nobody_knows(desk: Desk) -> None:
    for number in range(6):
        job, _ = desk.claim(later=timedelta(minutes=2 * number))
        desk.settle(job, Outcome(Result.UNKNOWN, "timeout"), timedelta(minutes=2 * number))
    assert (desk.job, desk.states) == (("unknown", "timeout"), {("unknown", "no_answer"): 4})


@pytest.mark.parametrize(
    ("outcome", "job", "people"),
    [
        (Outcome(Result.REJECTED, "45002", ours=True), ("failed", "45002"), ("failed", "content")),
        (Outcome(Result.REJECTED, "48001", ours=True), ("failed", "48001"), ("failed", "account")),
    ],
)
def test_a_refusal_is_final(desk: Desk, outcome: Outcome, job: tuple[str, str], people: tuple[str, str]) -> None:
    claimed, _ = desk.claim()
    desk.settle(claimed, outcome)
    assert (desk.job, desk.states) == (job, {people: 4})


def test_a_busy_platform_is_tried_again_six_times(desk: Desk) -> None:
    for number in range(6):
        later = timedelta(minutes=number)
        job, _ = desk.claim(later)
        desk.settle(job, Outcome(Result.THROTTLED, "-1", until=desk.now + later + timedelta(seconds=60)), later)
    assert (desk.job, desk.states) == (("failed", "-1"), {("failed", "busy"): 4})


@pytest.mark.parametrize(
    ("minutes", "job", "people"),
    [(30, ("planned", "45028"), {("massed", ""): 4}), (60, ("failed", "45028"), {("queued", ""): 4})],
)
def test_without_quota_it_waits_or_goes_by_another_route(
    desk: Desk, minutes: int, job: tuple[str, str], people: dict[tuple[str, str], int]
) -> None:
    claimed, _ = desk.claim()
    until = desk.now + timedelta(minutes=minutes)
    desk.settle(claimed, Outcome(Result.QUOTA, "45028", until=until))
    assert (desk.job, desk.states) == (job, people)
    assert desk.database.look(lambda work: quotas.stops(work, "oa", desk.now)) == {"mass": until}


@pytest.mark.parametrize(
    ("outcome", "job", "people"),
    [
        (Outcome(Result.OK, "SEND_SUCCESS"), ("done", "SEND_SUCCESS"), ("unknown", "mass_unknown")),
        (Outcome(Result.REJECTED, "SEND_FAIL"), ("failed", "SEND_FAIL"), ("failed", "mass_failed")),
        (Outcome(Result.REJECTED, "40035", ours=True), ("accepted", "40035"), ("massed", "")),
        (Outcome(Result.ACCEPTED, "SENDING"), ("accepted", "SENDING"), ("massed", "")),
        (Outcome(Result.UNKNOWN, "timeout"), ("accepted", "timeout"), ("massed", "")),
    ],
)
def test_without_a_finish_event_the_platform_is_asked(
    desk: Desk, outcome: Outcome, job: tuple[str, str], people: tuple[str, str]
) -> None:
    desk.accepted()
    assert desk.database.writer.run(lambda work: mass_jobs.ask(work, "me", desk.now + timedelta(minutes=39))) is None
    desk.ask(outcome, timedelta(minutes=40))
    assert (desk.job, desk.states) == (job, {people: 4})


def test_when_the_platform_does_not_say_either_it_is_unknown_until_the_event_comes_late(desk: Desk) -> None:
    desk.accepted()
    for number in range(6):
        desk.ask(Outcome(Result.ACCEPTED, "SENDING"), timedelta(days=2 * number + 1))
    assert (desk.job, desk.states) == (("unknown", "SENDING"), {("unknown", "mass_unknown"): 4})
    assert desk.heard(Receipt("34182", True, "", ALL))
    assert (desk.job, desk.states) == (("done", ""), {("sent", ""): 4})


def test_who_left_since_is_not_sent_to(desk: Desk) -> None:
    left = desk.crowd.people[1]
    desk.database.writer.run(lambda work: people.mark_unfollowed(work, left.address_id))
    job, users = desk.claim()
    assert users == ["u0", "u2", "u3"]
    assert desk.states == {("massed", ""): 3, ("unreachable", "not_following"): 1}
    desk.settle(job, Outcome(Result.ACCEPTED, message_id="34182"))
    desk.heard(Receipt("34182", True, "", {"total": 3, "filtered": 3, "sent": 3, "error": 0}))
    assert desk.states == {("sent", ""): 3, ("unreachable", "not_following"): 1}


def test_the_last_one_goes_back_to_other_routes(desk: Desk) -> None:
    for each in desk.crowd.people[:3]:
        desk.database.writer.run(lambda work, a=each.address_id: people.mark_unfollowed(work, a))
    _, users = desk.claim()
    assert (users, desk.job) == ([], ("failed", "too few"))
    assert desk.states == {("queued", ""): 1, ("unreachable", "not_following"): 3}


def test_too_late_is_not_sent(desk: Desk) -> None:
    _, users = desk.claim(later=timedelta(hours=1, seconds=1))
    assert (users, desk.job, desk.states) == ([], ("failed", "too late"), {("expired", "too_late"): 4})


def test_a_sender_that_died_is_followed_by_another_while_the_key_is_known(desk: Desk) -> None:
    job, _ = desk.claim()
    assert desk.database.writer.run(lambda work: mass_jobs.claim(work, "other", desk.now)) is None
    again, users = desk.claim(later=mass_jobs.LEASE)
    assert (again.client_id, again.was, len(users)) == (job.client_id, "sending", 4)
    _, users = desk.claim(later=timedelta(hours=13))
    assert (users, desk.job, desk.states) == ([], ("unknown", ""), {("unknown", "sender_died"): 4})


def test_a_pause_stops_it_and_cancelling_ends_it(desk: Desk) -> None:
    desk.crowd.move(desk.broadcast, "paused")
    assert desk.database.writer.run(lambda work: mass_jobs.claim(work, "me", desk.now)) is None
    desk.crowd.move(desk.broadcast, "cancelled")
    assert desk.database.writer.run(lambda work: mass.tidy(work, desk.now)) == 1
    assert (desk.job, desk.states) == (("failed", "cancelled"), {("cancelled", "cancelled"): 4})


def test_at_night_only_what_may_go_out_at_any_hour(desk: Desk) -> None:
    assert desk.database.writer.run(lambda work: mass_jobs.claim(work, "me", desk.now, quiet=True)) is None
    broadcasts = table(Broadcast)
    desk.database.writer.run(lambda work: work.execute(sa.update(broadcasts).values(topic="urgent")))
    assert desk.database.writer.run(lambda work: mass_jobs.claim(work, "me", desk.now, quiet=True)) is not None


def test_what_was_under_way_when_it_was_cancelled_is_unknown(desk: Desk) -> None:
    desk.claim()
    desk.crowd.move(desk.broadcast, "cancelled")
    assert desk.database.writer.run(lambda work: mass.tidy(work, desk.now)) == 0
    assert desk.database.writer.run(lambda work: mass.tidy(work, desk.now + mass_jobs.LEASE)) == 1
    assert (desk.job, desk.states) == (("unknown", ""), {("unknown", "sender_died"): 4})


def test_who_opts_out_while_the_call_waits_gets_nothing(desk: Desk) -> None:
    who = desk.crowd.people[0].person_id
    desk.database.writer.run(lambda work: topic_choices.stop(work, who, ["activity"], desk.now))
    _, users = desk.claim()
    assert users == ["u1", "u2", "u3"]
    assert desk.states == {("massed", ""): 3, ("cancelled", "opted_out"): 1}
