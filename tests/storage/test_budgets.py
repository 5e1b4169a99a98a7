"""Rows that all processes share: the rate budget of a channel, its access token, the lease of a job."""

from datetime import datetime, timedelta

from storage import budgets, jobs, tokens
from storage.database import Database
from storage.jobs import JobRun
from storage.seal import Sealer
from storage.tokens import Token
from tests.conftest import Opener
from tests.storage.kit import rows, together

HOUR = timedelta(hours=1)


def take(database: Database, want: int, now: datetime, rate: float = 10.0) -> int:
    return database.writer.run(lambda work: budgets.take(work, "oa", rate, want, now))


def test_a_budget_lasts_a_second_and_refills_by_time(database: Database, now: datetime) -> None:
    def after(seconds: float) -> datetime:
        return now + timedelta(seconds=seconds)

    assert take(database, 4, now) == 4
    assert take(database, 100, now) == 6
    assert take(database, 1, after(0.05)) == 0
    assert take(database, 1, after(0.1)) == 1
    assert take(database, 100, after(60)) == 10


def test_a_budget_takes_back_what_was_not_used(database: Database, now: datetime) -> None:
    assert take(database, 10, now) == 10
    database.writer.run(lambda work: budgets.give_back(work, "oa", 7))
    assert take(database, 99, now) == 7
    database.writer.run(lambda work: budgets.give_back(work, "nobody", 7))


def test_clocks_of_two_processes_that_differ_refill_no_more_than_one(database: Database, now: datetime) -> None:
    ahead = timedelta(seconds=2)
    granted = sum(take(database, 10, now + n * timedelta(milliseconds=10) + ahead * (n % 2)) for n in range(101))
    assert 28 <= granted <= 30  # the bucket, the same once more for the difference, and one second


def test_a_clock_set_far_back_refills_nothing_and_goes_on_from_there(database: Database, now: datetime) -> None:
    assert take(database, 10, now) == 10
    assert take(database, 10, now - HOUR) == 0
    assert take(database, 10, now - HOUR + timedelta(seconds=0.5)) == 5


def test_a_slow_channel_saves_up_for_one_message(database: Database, now: datetime) -> None:
    granted = [take(database, 5, now + timedelta(seconds=second), rate=0.5) for second in range(9)]
    assert sum(granted) == 4
    assert max(granted) == 1


def test_two_processes_never_take_more_than_the_budget(another: Opener, now: datetime) -> None:
    granted: list[int] = []

    def worker(database: Database) -> None:
        granted.extend(take(database, 3, now, rate=20.0) for _ in range(20))

    one, two = another(), another()
    assert together(lambda: worker(one), lambda: worker(two)) == []
    assert sum(granted) == 20


def test_a_token_is_kept_sealed_and_replaced_only_by_who_saw_it_refused(database: Database, now: datetime) -> None:
    def swap(refused: str | None, value: str, until: datetime = now + HOUR) -> tuple[str, datetime]:
        return database.writer.run(lambda work: tokens.swap(work, "oa", refused, value, until))

    assert database.look(lambda work: tokens.load(work, "oa")) is None
    assert swap(None, "T1") == ("T1", now + HOUR)
    assert swap("T1", "T2") == ("T2", now + HOUR)
    assert swap("T1", "T3") == ("T2", now + HOUR)  # somebody was faster
    assert swap("T1", "T3", now + 2 * HOUR) == ("T3", now + 2 * HOUR)  # unless what they stored ends sooner
    assert database.look(lambda work: tokens.load(work, "oa")) == ("T3", now + 2 * HOUR)
    (sealed,) = rows(database, Token, "value")
    assert b"T3" not in sealed[0]


def test_a_token_sealed_with_a_key_nobody_has_any_more_is_fetched_anew(
    database: Database, url: str, now: datetime
) -> None:
    database.writer.run(lambda work: tokens.swap(work, "oa", None, "T1", now + HOUR))
    rotated = Database(url, Sealer({2: bytes(32)}, b"pepper of the tests"))
    rotated.start()
    assert rotated.look(lambda work: tokens.load(work, "oa")) is None
    fresh = rotated.writer.run(lambda work: tokens.swap(work, "oa", None, "T2", now + HOUR))
    assert fresh == ("T2", now + HOUR)
    assert rotated.look(lambda work: tokens.load(work, "oa")) == fresh
    rotated.close()


def test_two_processes_that_renew_at_once_end_with_one_token(another: Opener, now: datetime) -> None:
    one, two = another(), another()
    held: dict[str, str] = {}

    def renew(database: Database, fresh: str) -> None:
        held[fresh] = database.writer.run(lambda work: tokens.swap(work, "oa", "OLD", fresh, now + HOUR))[0]

    assert together(lambda: renew(one, "A"), lambda: renew(two, "B")) == []
    kept = one.look(lambda work: tokens.load(work, "oa"))
    assert kept is not None
    assert set(held.values()) == {kept[0]}


def test_a_job_runs_in_one_process_at_a_time_and_again_when_a_lease_lapsed(another: Opener, now: datetime) -> None:
    databases = [another(), another()]
    got: list[bool] = []

    def lease(database: Database, at: datetime) -> bool:
        return database.writer.run(lambda work: jobs.lease(work, "clean_up", at, at + HOUR))

    assert together(*(lambda each=each: got.append(lease(each, now)) for each in databases)) == []
    assert sorted(got) == [False, True]
    assert not lease(databases[0], now + HOUR / 2)
    assert lease(databases[0], now + HOUR)

    def finish(held: datetime) -> None:
        databases[1].writer.run(lambda work: jobs.finish(work, "clean_up", held, 12, {"forms": 1}, "", held))

    finish(now + HOUR)  # whose lease lapsed gives back nobody else's
    assert not lease(databases[1], now + HOUR)
    finish(now + 2 * HOUR)
    assert lease(databases[1], now + HOUR)
    assert rows(databases[0], JobRun, "name", "millis", "counts", "error") == [("clean_up", 12, {"forms": 1}, "")]
