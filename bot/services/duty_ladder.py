"""When a cadre hears of duties: the month's list and the steps of the ladder, as pure functions of rows and time.

A duty's step at offset `o` (days from the deadline) is due at the start of office hours of that day: the working day
before for the days up to the deadline, the next one after it. Silent cadres hear of every step, those who have
acknowledged only from the deadline on. Several duties are one message. Between two messages of a person lies at least
`min_gap`, in one week (Monday to Sunday) there are at most `per_week`, all of them inside office hours of working
days; what is held back is merged into the next message. What could not be said within the catch-up window is missed.

A list names everything of its month and what is open from earlier ones. A duty that no message has named although the
list of its month was dealt with (given out later, its message lost, the list missed) is announced at the next moment at
which this person may be spoken to, however late: nobody answers for what they were never told.

`step` is used by the firing (`bot/reminders/`) and by the preview (`forecast.py`), so that both say the same. It
depends on nothing but its arguments: however time is cut into ticks, every step ends exactly once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from bot.calendar import Hours, at, first_workday, next_workday, not_quiet, previous_workday
from bot.clock import local
from storage.duties import NONE_YET

LIST = None  # the step of a part that is about the month's list
Part = tuple[int, int | None]  # duty id, and the step in days from the deadline


@dataclass(frozen=True, slots=True)
class Policy:
    """How often and how late. `list_window`: how long the month's list is worth saying."""

    hours: Hours = field(default_factory=Hours)
    catch_up: timedelta = timedelta(hours=24)
    min_gap: timedelta = timedelta(hours=20)
    per_week: int = 3
    list_window: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Item:
    """An open duty. `offsets` ascend; those up to `reached` are dealt with; the list is due from `since` on.

    `told`: a message has named it.
    """

    duty_id: int
    period: str
    deadline: date
    offsets: tuple[int, ...]
    since: datetime
    reached: int = NONE_YET
    acknowledged: bool = False
    told: bool = True


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a person. `armed`: when the next step was planned; `away`: nothing is said before."""

    listed: str = ""
    said_at: datetime | None = None
    week_on: date | None = None
    week_said: int = 0
    armed: datetime | None = None
    away: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fired:
    """One due moment and its end: said, merged, missed or moot."""

    due_at: datetime
    result: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What happens now. `listing`: the period whose list is said, with what is open from before; `news`: duties that
    are announced; `speaking`: duties reminded of beside them."""

    listing: str
    news: tuple[int, ...]
    speaking: tuple[int, ...]
    firings: tuple[Fired, ...]
    reached: dict[int, int]
    state: State

    @property
    def says(self) -> bool:
        """Whether there is a message."""
        return bool(self.listing or self.news or self.speaking)

    def after(self, items: Sequence[Item]) -> list[Item]:
        """The duties as they are when this was said."""
        named = {*self.news, *self.speaking}
        return [
            replace(
                each,
                reached=self.reached.get(each.duty_id, each.reached),
                told=each.told or each.duty_id in named or each.period <= self.listing,
            )
            for each in items
        ]


@dataclass(frozen=True, slots=True)
class _Due:
    """A list, an announcement or a step that has come."""

    at: datetime
    item: Item
    offset: int | None
    news: bool = False

    @property
    def moot(self) -> bool:
        """Who has acknowledged hears nothing before the deadline."""
        return self.offset is not LIST and self.offset < 0 and self.item.acknowledged


@lru_cache(maxsize=4096)
def moment(deadline: date, offset: int, start: time) -> datetime:
    """When the step of an offset is due."""
    day = deadline + timedelta(days=offset)
    return at(next_workday(day) if offset > 0 else previous_workday(day), start)


def reached_by(deadline: date, offsets: Sequence[int], since: datetime, hours: Hours) -> int:
    """The last step that is due by a moment; NONE_YET when all are still to come."""
    return max((each for each in offsets if moment(deadline, each, hours.start) <= since), default=NONE_YET)


@lru_cache(maxsize=64)
def _list_day(period: str, start: time) -> datetime:
    return at(first_workday(period), start)


def list_moment(period: str, items: Sequence[Item], hours: Hours) -> datetime:
    """When the list of a period is due: on its first working day, or when its duties were issued later than that."""
    first = _list_day(period, hours.start)
    since = min(each.since for each in items if each.period == period)
    return first if since <= first else not_quiet(since, hours)


def allowed(wanted: datetime, state: State, policy: Policy) -> datetime:
    """The first moment from `wanted` on at which this person may be spoken to."""
    found = max(filter(None, (wanted, state.away, state.said_at and state.said_at + policy.min_gap)))
    found = not_quiet(found, policy.hours)
    if _said_in_week(state, found) >= policy.per_week:
        following = monday(found) + timedelta(days=7)
        found = not_quiet(at(following, policy.hours.start), policy.hours)
    return found


def next_moment(items: Sequence[Item], state: State, policy: Policy) -> datetime | None:
    """When something is to be said next; None when nothing is left."""
    wanted = [list_moment(each, items, policy.hours) for each in _lists(items, state)]
    wanted += [not_quiet(each.since, policy.hours) for each in items if _untold(each, state)]
    for item in items:
        for offset in item.offsets:
            if offset > item.reached and (offset >= 0 or not item.acknowledged):
                wanted.append(moment(item.deadline, offset, policy.hours.start))
                break
    return allowed(min(wanted), state, policy) if wanted else None


def step(items: Sequence[Item], state: State, now: datetime, policy: Policy) -> Step:
    """What is said now, how every due moment ends, and when to ask again (`state.armed`)."""
    due = list(_due(items, state, now, policy))
    heard, moot = [each for each in due if not each.moot], [each for each in due if each.moot]
    live = _in_time(heard, state, now, policy)
    missed = [each for each in heard if each not in live]
    said = live if live and allowed(now, state, policy) <= now else []
    reached: dict[int, int] = {}
    for each in (*moot, *missed, *said):
        if each.offset is not LIST:
            reached[each.item.duty_id] = max(each.offset, reached.get(each.item.duty_id, NONE_YET))
    listed = max((each.item.period for each in (*missed, *said) if _is_list(each)), default="")
    after = replace(state, listed=max(state.listed, listed), armed=None)
    done = _said(items, said, Step("", (), (), tuple(_ends(moot, missed, said)), reached, after))
    after = _spoken(after, now) if said else after
    upcoming = next_moment(done.after(items), after, policy)
    armed = max(upcoming, allowed(now, after, policy)) if upcoming is not None else None
    return replace(done, state=replace(after, armed=armed))


def _said(items: Sequence[Item], said: Sequence[_Due], silent: Step) -> Step:
    """What the words are about: a list has everything up to its month, so that nothing of it is said twice."""
    listing = max((each.item.period for each in said if _is_list(each)), default="")
    news = {each.item.duty_id for each in said if each.news and each.item.period > listing}
    told = {each.item.duty_id for each in said if each.item.period > listing} - news
    ordered = [each.duty_id for each in items]
    return replace(
        silent,
        listing=listing,
        news=tuple(each for each in ordered if each in news),
        speaking=tuple(each for each in ordered if each in told),
    )


def _is_list(each: _Due) -> bool:
    return each.offset is LIST and not each.news


def _untold(item: Item, state: State) -> bool:
    """Whether the list of its month is over and nothing has named it."""
    return not item.told and item.period <= state.listed


def _lists(items: Sequence[Item], state: State) -> set[str]:
    """Periods whose list was not dealt with."""
    return {each.period for each in items if each.period > state.listed}


def _due(items: Sequence[Item], state: State, now: datetime, policy: Policy) -> Iterator[_Due]:
    lists = {each: list_moment(each, items, policy.hours) for each in _lists(items, state)}
    for item in items:
        if item.period in lists and lists[item.period] <= now:
            yield _Due(lists[item.period], item, LIST)
        elif _untold(item, state) and (since := not_quiet(item.since, policy.hours)) <= now:
            yield _Due(since, item, LIST, news=True)
        for offset in item.offsets:
            if offset > item.reached:
                due_at = moment(item.deadline, offset, policy.hours.start)
                if due_at > now:
                    break
                yield _Due(due_at, item, offset)


def _in_time(due: Sequence[_Due], state: State, now: datetime, policy: Policy) -> list[_Due]:
    """What is not too late to be said; what was held back counts from when it was going to be said.

    A list is worth saying for longer, and what came due since is said with it. News never are too late.
    """
    lists = [each.at for each in due if _is_list(each) and _passed(each.at, state, now) <= policy.list_window]
    since = min(lists, default=None)
    return [
        each
        for each in due
        if each.news or (since is not None and each.at >= since) or _passed(each.at, state, now) <= policy.catch_up
    ]


def _passed(due_at: datetime, state: State, now: datetime) -> timedelta:
    return now - max(due_at, state.armed or due_at)


def _ends(moot: Sequence[_Due], missed: Sequence[_Due], said: Sequence[_Due]) -> Iterator[Fired]:
    """One firing a due moment and result. The newest moment is said, those before it are merged into it."""
    newest = max((each.at for each in said), default=None)
    parts: dict[tuple[datetime, str], list[Part]] = {}
    for result, found in (("moot", moot), ("missed", missed), ("said", said)):
        for each in found:
            end = "merged" if result == "said" and each.at != newest else result
            parts.setdefault((each.at, end), []).append((each.item.duty_id, each.offset))
    for (due_at, end), mine in sorted(parts.items()):
        yield Fired(due_at, end, tuple(mine))


def _spoken(state: State, now: datetime) -> State:
    week = monday(now)
    return replace(state, said_at=now, week_on=week, week_said=_said_in_week(state, now) + 1, armed=None)


def _said_in_week(state: State, moment_: datetime) -> int:
    return state.week_said if state.week_on == monday(moment_) else 0


def monday(moment_: datetime) -> date:
    """The Monday of its week."""
    day = local(moment_).date()
    return day - timedelta(days=day.weekday())
