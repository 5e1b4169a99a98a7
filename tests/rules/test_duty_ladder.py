"""The ladder as a pure function: office hours, distance, cap, and every step exactly once however time is cut."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calendar import at, is_workday
from bot.clock import SHANGHAI, local
from bot.services.duty_ladder import (
    Fired,
    Item,
    Policy,
    State,
    Step,
    allowed,
    list_moment,
    moment,
    next_moment,
    reached_by,
    step,
)

POLICY = Policy()
NINE = time(9)
OFFSETS = (-7, -3, -1, 0, 1)
ISSUED = datetime(2026, 11, 1, 0, 30, tzinfo=SHANGHAI)
END = datetime(2027, 1, 20, tzinfo=SHANGHAI)


def day(month: int, number: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, month, number, hour, minute, tzinfo=SHANGHAI)


def item(deadline: date, duty_id: int = 1, **more: Any) -> Item:
    made = Item(duty_id, f"{deadline:%Y-%m}", deadline, OFFSETS, ISSUED)
    made = replace(made, reached=reached_by(deadline, OFFSETS, ISSUED, POLICY.hours))
    return replace(made, **more)


class Life:
    """One person through time: what was said when, and how every part ended."""

    def __init__(self, *items: Item, policy: Policy = POLICY) -> None:
        self.items, self.policy = list(items), policy
        self.state = replace(State(), armed=next_moment(items, State(), policy))
        self.said: list[datetime] = []
        self.ends: Counter[tuple[int, int | None]] = Counter()
        self.results: list[tuple[datetime, str]] = []

    def tick(self, now: datetime) -> Step | None:
        if self.state.armed is None or self.state.armed > now:
            return None
        done = step(self.items, self.state, now, self.policy)
        self.state = done.state
        self.items = done.after(self.items)
        if done.says:
            self.said.append(now)
        for fired in done.firings:
            assert fired.due_at <= now
            self.results.append((fired.due_at, fired.result))
            self.ends.update(fired.parts)
        return done

    def run(self, start: datetime, end: datetime, every: timedelta) -> "Life":
        while start <= end:
            self.tick(start)
            start += every
        return self


@pytest.mark.parametrize(
    ("deadline", "offset", "expected"),
    [
        (date(2026, 11, 20), -3, date(2026, 11, 17)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 29), 0, date(2026, 11, 27)),
        (date(2026, 10, 8), -3, date(2026, 9, 30)),
        (date(2026, 2, 20), 0, date(2026, 2, 14)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
    ],
)
def test_a_step_falls_on_a_working_day_at_nine(deadline: date, offset: int, expected: date) -> None:
    assert moment(deadline, offset, NINE) == at(expected, NINE)


def test_the_list_is_due_on_the_first_working_day_or_when_it_was_issued_later() -> None:
    one = item(date(2026, 11, 20))
    assert list_moment("2026-11", [one], POLICY.hours) == day(11, 2)
    late = replace(one, since=day(11, 14, 12))  # a Saturday
    assert list_moment("2026-11", [late], POLICY.hours) == day(11, 16)
    assert list_moment("2026-11", [replace(one, since=day(11, 16, 12))], POLICY.hours) == day(11, 16, 12)


def test_who_is_silent_hears_list_and_every_step() -> None:
    life = Life(item(date(2026, 11, 20))).run(day(11, 1, 0), END, timedelta(hours=1))
    assert life.said == [day(11, 2), day(11, 13), day(11, 17), day(11, 19), day(11, 20), day(11, 23)]
    assert {result for _, result in life.results} == {"said"}


def test_what_a_full_week_holds_back_is_merged_into_the_next() -> None:
    life = Life(item(date(2026, 11, 20)), item(date(2026, 11, 19), 2)).run(day(11, 1, 0), END, timedelta(hours=1))
    assert life.said == [day(11, 2), day(11, 12), day(11, 13), day(11, 16), day(11, 17), day(11, 18), day(11, 23)]
    assert life.results[-3:] == [(day(11, 19), "merged"), (day(11, 20), "merged"), (day(11, 23), "said")]


def test_who_has_acknowledged_hears_from_the_deadline_on() -> None:
    life = Life(item(date(2026, 11, 20), acknowledged=True)).run(day(11, 1, 0), END, timedelta(hours=1))
    assert life.said == [day(11, 2), day(11, 20), day(11, 23)]
    assert [result for _, result in life.results].count("moot") == 3


def test_duties_of_one_morning_are_one_message() -> None:
    life = Life(item(date(2026, 11, 20)), item(date(2026, 11, 20), 2))
    life.tick(day(11, 2))
    done = life.tick(day(11, 13))
    assert done is not None
    assert done.speaking == (1, 2)
    assert [len(each.parts) for each in done.firings] == [2]


def test_downtime_within_the_window_is_caught_up_and_beyond_it_missed() -> None:
    caught = Life(item(date(2026, 11, 20)))
    for now in (day(11, 2), day(11, 14, 8)):  # 23 hours late, and a Saturday
        caught.tick(now)
    assert caught.state.armed == day(11, 16)
    caught.tick(day(11, 16))
    assert caught.said == [day(11, 2), day(11, 16)]
    missed = Life(item(date(2026, 11, 20)))
    missed.tick(day(11, 2))
    missed.tick(day(11, 14, 10))
    assert missed.results == [(day(11, 2), "said"), (day(11, 13), "missed")]
    assert missed.state.armed == day(11, 17)


def test_a_list_is_worth_saying_for_a_week_and_takes_along_what_came_due_since() -> None:
    life = Life(item(date(2026, 11, 6)))  # its step of the 3rd came due too
    done = life.tick(day(11, 5, 10))
    assert done is not None
    assert done.listing == "2026-11"
    assert done.speaking == ()  # the list names it
    assert {result for _, result in life.results} == {"said", "merged"}
    late = Life(item(date(2026, 11, 20)))
    late.tick(day(11, 9, 10))
    assert late.results == [(day(11, 2), "missed")]
    assert late.state.listed == "2026-11"


def test_what_nothing_has_named_is_announced_once_however_late() -> None:
    """Given out when the list was said, with no step left; only its own month's list would have named it."""
    late = item(date(2026, 11, 20), duty_id=2, since=day(11, 25, 20), reached=1, told=False)
    life = Life(item(date(2026, 11, 20), reached=1), late)
    life.state = State(listed="2026-11", armed=day(11, 26))
    done = life.tick(day(11, 26))
    assert done is not None
    assert (done.news, done.listing, done.speaking) == ((2,), "", ())
    assert done.firings == (Fired(day(11, 26), "said", ((2, None),)),)
    assert life.state.armed is None
    assert [each.told for each in done.after(life.items)] == [True, True]


def test_a_list_has_what_is_open_from_earlier_months_and_nothing_is_said_twice() -> None:
    earlier = item(date(2026, 11, 30), duty_id=2, reached=0)
    life = Life(item(date(2026, 12, 20)), earlier)
    life.state = State(listed="2026-11", armed=day(12, 1))
    done = life.tick(day(12, 1))
    assert done is not None
    assert (done.listing, done.news, done.speaking) == ("2026-12", (), ())
    assert life.ends == {(1, None): 1, (2, 1): 1}


def test_who_is_away_is_told_when_they_are_back() -> None:
    life = Life(item(date(2026, 11, 20)))
    life.tick(day(11, 2))
    life.state = replace(life.state, away=day(11, 16, 0))
    assert next_moment(life.items, life.state, POLICY) == day(11, 16)


def test_a_message_is_never_nearer_than_the_distance_when_the_clock_was_turned_back() -> None:
    state = State(said_at=day(11, 3, 10))
    assert allowed(day(11, 3, 9, 30), state, POLICY) == day(11, 4)


deadlines = st.dates(date(2026, 11, 1), date(2026, 12, 31))
ladders = st.lists(st.integers(-12, 6), min_size=1, max_size=6, unique=True).map(lambda found: tuple(sorted(found)))
minutes = st.lists(st.integers(1, 3 * 24 * 60), min_size=30, max_size=120)


@st.composite
def people(draw: st.DrawFn) -> list[Item]:
    made = []
    for number in range(draw(st.integers(1, 5))):
        deadline, offsets = draw(deadlines), draw(ladders)
        reached = reached_by(deadline, offsets, ISSUED, POLICY.hours)
        made.append(Item(number, f"{deadline:%Y-%m}", deadline, offsets, ISSUED, reached, draw(st.booleans())))
    return made


policies = st.builds(
    Policy,
    catch_up=st.sampled_from([timedelta(hours=1), timedelta(hours=24), timedelta(days=7)]),
    min_gap=st.sampled_from([timedelta(hours=1), timedelta(hours=20), timedelta(hours=50)]),
    per_week=st.integers(1, 3),
)


def expected(items: list[Item]) -> Counter[tuple[int, int | None]]:
    parts: Counter[tuple[int, int | None]] = Counter()
    for each in items:
        parts.update((each.duty_id, offset) for offset in each.offsets if offset > each.reached)
        parts[each.duty_id, None] += 1
    return parts


@settings(max_examples=150, deadline=None)
@given(people(), policies, minutes, st.lists(st.sampled_from([-60, 60]), max_size=6))
def test_however_time_is_cut_every_step_ends_once_and_the_bounds_hold(
    items: list[Item], policy: Policy, steps: list[int], jumps: list[int]
) -> None:
    life = Life(*items, policy=policy)
    now, turns = ISSUED, list(jumps)
    for number, minute in enumerate(steps):
        now += timedelta(minutes=minute)
        if turns and number % 7 == 3:
            now += timedelta(minutes=turns.pop())  # the clock is set an hour forwards or back
        life.tick(now)
    life.run(now, now + timedelta(days=150), timedelta(hours=5))
    ends = life.ends
    silent = {each.duty_id for each in items if each.offsets[-1] < 0 and each.acknowledged}
    wanted = expected(items)
    for part, count in wanted.items():
        assert ends[part] == count or (part[0] in silent and ends[part] == 0), part
    assert not ends - wanted
    said = sorted(life.said)
    assert all(is_workday(local(each).date()) and NINE <= local(each).time() < time(18) for each in said)
    assert all(later - earlier >= policy.min_gap for earlier, later in pairwise(said))
    weeks = Counter(local(each).date() - timedelta(days=local(each).weekday()) for each in said)
    assert max(weeks.values(), default=0) <= policy.per_week


@settings(max_examples=50, deadline=None)
@given(people(), policies)
def test_what_is_done_is_not_said(items: list[Item], policy: Policy) -> None:
    life = Life(*items, policy=policy)
    life.run(ISSUED, day(11, 16), timedelta(hours=3))
    life.items = []
    before = list(life.said)
    life.run(day(11, 16), END, timedelta(hours=7))
    assert life.said == before
    assert life.state.armed is None


@settings(max_examples=60, deadline=None)
@given(people())
def test_nothing_is_missed_while_the_clock_ticks(items: list[Item]) -> None:
    life = Life(*items).run(ISSUED, END, timedelta(minutes=40))
    assert "missed" not in {result for _, result in life.results}
    assert life.state.armed is None
