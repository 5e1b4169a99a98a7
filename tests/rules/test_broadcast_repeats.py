"""Notices that repeat: on which days, never on approval, never twice, and after a time without the server one."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.clock import SHANGHAI, local
from bot.jobs import repeat_broadcasts, resolve_broadcasts
from bot.jobs.job import Moment
from bot.services import broadcast_lists, broadcasts, repeat_rules
from bot.services import broadcast_states as deeds
from bot.services.broadcasts import BadNotice
from bot.services.house import House
from bot.services.reach_policy import ReachPolicy
from bot.services.repeat_rules import BadRepeat
from storage.broadcasts import Broadcast
from storage.database import Database
from tests.conftest import Opener
from tests.rules.notices import ANN, BEA, TALK, Notices, build
from tests.storage.kit import meet, rows, together

WEEKLY = {"every": "week", "days": [1, 3], "time": "09:30", "until": "2026-12-31"}
MONTHLY = {"every": "month", "day": 31, "time": "10:00", "until": "2027-07-31"}
LAST = {**MONTHLY, "day": "last_workday"}


def at(month: int, day: int, hour: int = 9, minute: int = 30, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


def approved(notices: Notices, repeat: dict[str, Any], **change: Any) -> Broadcast:
    return notices.do(deeds.approve, BEA, notices.pending(urgent=False, repeat=repeat, **change).id)


def tick(notices: Notices, now: datetime) -> dict[str, int]:
    return repeat_broadcasts.run(notices.database, notices.house, Moment(now, now))


def children(notices: Notices) -> list[str]:
    found = rows(notices.database, Broadcast, "occurrence")
    return sorted(str(day) for (day,) in found if day is not None)


@pytest.mark.parametrize(
    ("raw", "days"),
    [
        (WEEKLY, ["2026-11-26", "2026-12-01", "2026-12-03", "2026-12-08"]),
        ({**WEEKLY, "days": [2]}, ["2026-12-02", "2026-12-09", "2026-12-16", "2026-12-23"]),
        (MONTHLY, ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"]),
        ({**MONTHLY, "day": 5}, ["2026-12-05", "2027-01-05", "2027-02-05", "2027-03-05"]),
        (LAST, ["2026-11-30", "2026-12-31", "2027-01-29", "2027-02-26"]),
        ({**WEEKLY, "days": [6], "until": "2026-12-06"}, ["2026-11-29", "2026-12-06"]),
    ],
)
def test_the_days_of_a_pattern(raw: dict[str, Any], days: list[str]) -> None:
    pattern, moment = repeat_rules.parse(raw), at(11, 25, 9, 30)
    found: list[str] = []
    while len(found) < 4 and (following := repeat_rules.next_after(pattern, moment)) is not None:
        found, moment = [*found, str(local(following).date())], following
    assert found == days
    assert repeat_rules.parse(repeat_rules.as_json(pattern)) == pattern


@pytest.mark.parametrize(
    "change",
    [
        {"every": "day"},
        {"days": []},
        {"days": [7]},
        {"days": [True]},
        {"days": ["1"]},
        {"time": "25:00"},
        {"until": "soon"},
        {"every": "month", "day": 0},
        {"every": "month", "day": 32},
        {"every": "month", "day": "first"},
    ],
)
def test_a_repetition_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadRepeat):
        repeat_rules.parse({**WEEKLY, **change})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"until": "2027-12-31"}, "一年以后"),
        ({"until": "2026-11-25"}, "没有一次"),
        ({"time": "20:00"}, "之间"),
    ],
)
def test_a_repetition_by_night_for_ever_or_never_is_not_taken(
    notices: Notices, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadRepeat) as refused:
        notices.written(repeat={**WEEKLY, **change})
    assert words in refused.value.words


def test_it_never_fires_when_it_is_approved_and_fires_once_at_its_moment(notices: Notices) -> None:
    pattern = approved(notices, WEEKLY)
    assert (pattern.state, pattern.not_before, pattern.valid_until) == ("scheduled", at(11, 26), None)
    assert tick(notices, notices.now) == tick(notices, at(11, 26, 9, 29)) == {"made": 0, "missed": 0, "failed": 0}
    assert tick(notices, at(11, 26)) == {"made": 1, "missed": 0, "failed": 0}
    assert tick(notices, at(11, 26)) == tick(notices, at(11, 26, 23)) == {"made": 0, "missed": 0, "failed": 0}
    assert children(notices) == ["2026-11-26"]
    (line,) = notices.see(broadcast_lists.listing, ANN, "all", 1, pattern.id).lines
    child = notices.get(line.id)
    assert (child.state, child.not_before, child.valid_until) == (
        "scheduled",
        at(11, 26),
        at(11, 26) + timedelta(hours=48),
    )
    assert (child.text, child.repeat, child.approver) == (pattern.text, None, "staff:bea")
    assert notices.get(pattern.id).not_before == at(12, 1)


def test_after_weeks_without_the_server_the_last_one_is_made_up_for(notices: Notices) -> None:
    pattern = approved(notices, WEEKLY)
    assert tick(notices, at(12, 10, 15, 0)) == {"made": 1, "missed": 0, "failed": 0}
    assert children(notices) == ["2026-12-10"]
    assert notices.get(pattern.id).not_before == at(12, 15)
    assert ("job:repeat_broadcasts", "broadcast_missed") in notices.trail(pattern.id)


def test_what_is_later_than_the_house_makes_up_for_is_missed(notices: Notices) -> None:
    pattern = approved(notices, WEEKLY)
    assert tick(notices, at(12, 5)) == {"made": 0, "missed": 1, "failed": 0}
    assert children(notices) == []
    assert tick(notices, at(12, 8)) == {"made": 1, "missed": 0, "failed": 0}
    assert notices.get(pattern.id).state == "scheduled"


def test_after_its_last_day_it_is_done(notices: Notices) -> None:
    pattern = approved(notices, {**WEEKLY, "until": "2026-11-30"})
    tick(notices, at(11, 26))
    after = notices.get(pattern.id)
    assert (after.state, after.ended_at) == ("done", at(11, 26))
    assert children(notices) == ["2026-11-26"]


def test_paused_it_makes_none_and_resumed_it_goes_on_with_the_next(notices: Notices) -> None:
    pattern = approved(notices, WEEKLY)
    notices.do(deeds.pause, ANN, pattern.id)
    assert tick(notices, at(11, 26)) == {"made": 0, "missed": 0, "failed": 0}
    done = notices.do(deeds.resume, BEA, pattern.id, at=at(12, 2))
    assert (done.state, done.not_before) == ("scheduled", at(12, 3))
    assert tick(notices, at(12, 2, 9, 31)) == {"made": 0, "missed": 0, "failed": 0}
    notices.do(deeds.pause, ANN, pattern.id, at=at(12, 2))
    with pytest.raises(BadNotice):
        notices.do(deeds.resume, BEA, pattern.id, at=at(12, 31, 12))


def test_changed_it_waits_until_it_is_approved_again(notices: Notices) -> None:
    pattern = approved(notices, WEEKLY)
    changed = notices.do(broadcasts.change, ANN, pattern.id, replace(TALK, repeat=MONTHLY), pattern.version)
    assert tick(notices, at(11, 30, 10, 0)) == {"made": 0, "missed": 0, "failed": 0}
    notices.hand_in(ANN, changed.id, at=at(11, 30, 10, 0))
    done = notices.do(deeds.approve, BEA, changed.id, at=at(11, 30, 10, 0))
    assert done.not_before == at(12, 31, 10, 0)


def test_approved_after_its_last_day_it_waits_for_a_change(notices: Notices) -> None:
    made = notices.pending(urgent=False, repeat={**WEEKLY, "until": "2026-11-30"})
    assert notices.do(deeds.approve, BEA, made.id, at=at(12, 1)).state == "approved"
    with pytest.raises(BadNotice):
        notices.do(deeds.schedule, ANN, made.id, None, at=at(12, 1))


def test_a_begin_is_kept(notices: Notices) -> None:
    pattern = approved(notices, WEEKLY, at=at(12, 4, 12))
    assert pattern.not_before == at(12, 8)
    notices.do(deeds.pause, ANN, pattern.id)  # a pause does not bring it forward
    assert notices.do(deeds.resume, BEA, pattern.id).not_before == at(12, 8)


def test_taken_back_and_approved_again_it_skips_none(notices: Notices) -> None:
    pattern = approved(notices, WEEKLY, at=at(12, 1))
    assert pattern.not_before == at(12, 1)  # a begin counts, too
    notices.do(deeds.withdraw, ANN, pattern.id)
    notices.hand_in(ANN, pattern.id)
    assert notices.do(deeds.approve, BEA, pattern.id).not_before == at(12, 1)


def test_moved_to_a_later_time_of_a_day_that_has_its_notice_it_goes_on_and_holds_up_nobody(notices: Notices) -> None:
    pattern, other = approved(notices, WEEKLY), approved(notices, {**WEEKLY, "time": "16:00"})
    tick(notices, at(11, 26))
    later = replace(TALK, repeat={**WEEKLY, "time": "15:00"})
    notices.do(broadcasts.change, ANN, pattern.id, later, notices.get(pattern.id).version, at=at(11, 26, 10))
    notices.hand_in(ANN, pattern.id, at=at(11, 26, 10))
    assert notices.do(deeds.approve, BEA, pattern.id, at=at(11, 26, 10)).not_before == at(11, 26, 15, 0)
    assert tick(notices, at(11, 26, 16, 0)) == {"made": 1, "missed": 1, "failed": 0}
    made = [row for row in rows(notices.database, Broadcast, "parent_id", "occurrence") if row[0]]
    assert sorted(row[0] for row in made) == sorted([pattern.id, other.id])
    assert notices.get(pattern.id).not_before == at(12, 1, 15, 0)


def test_what_would_be_out_of_date_at_once_is_missed(notices: Notices) -> None:
    approved(notices, WEEKLY, hours=2)
    assert tick(notices, at(11, 26, 17, 0)) == {"made": 0, "missed": 1, "failed": 0}
    assert children(notices) == []


def test_an_occurrence_that_has_grown_is_approved_and_the_next_ones_may_have_as_many(notices: Notices) -> None:
    rule = {"all": [{"tag": "户外"}]}
    notices.tag("户外", *notices.people[:1])
    pattern = approved(notices, WEEKLY, rule=rule)
    assert pattern.expected == 1
    notices.tag("户外", *(meet(notices.database, f"v{number}", notices.now) for number in range(60)))
    notices.house = replace(notices.house, reach=ReachPolicy(approve_above=3))
    states = []
    for day in (at(11, 26), at(12, 1)):
        tick(notices, day)
        resolve_broadcasts.run(notices.database, notices.house, Moment(day, day))
        (line, *_) = notices.see(broadcast_lists.listing, ANN, "all", 1, pattern.id).lines
        states.append((line.state, notices.get(pattern.id).expected))
        if line.state == "pending":
            assert "到发送时变成61人" in line.note
            notices.do(deeds.approve, BEA, line.id, at=day)
    assert states == [("pending", 1), ("sending", 61)]


def test_two_processes_make_one(another: Opener, house: House, now: datetime) -> None:
    one = build(another(), house, now)
    two = replace(one, database=another())
    approved(one, WEEKLY)
    assert together(lambda: tick(one, at(11, 26)), lambda: tick(two, at(11, 26))) == []
    assert children(one) == ["2026-11-26"]


def test_a_pattern_that_raises_holds_up_no_other(notices: Notices) -> None:
    broken, whole = approved(notices, WEEKLY), approved(notices, WEEKLY)
    notices.set(broken.id, repeat={"every": "age"}, not_before=at(11, 26, 9, 0))
    assert tick(notices, at(11, 26)) == {"made": 1, "missed": 0, "failed": 1}
    assert [row for row in rows(notices.database, Broadcast, "parent_id") if row[0]] == [(whole.id,)]
    notices.set(broken.id, repeat=WEEKLY)
    assert tick(notices, at(11, 26)) == {"made": 1, "missed": 0, "failed": 0}
