"""Numbers for staff: what was asked over some days and what became of it. Days are Shanghai days, weeks from Monday."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from bot.calendar import at
from bot.clock import local
from bot.errors import Refusal
from bot.services.actors import Actor, require
from storage import misses, statistics
from storage.statistics import FASTER
from storage.work import Work

PERIODS = (7, 30, 90)  # days, today included
KINDS = {"answered": "直接回答", "suggested": "给出选项", "declined": "没答上来"}
GAP_STATES = {"open": "待处理", "answered": "已回答", "dismissed": "不处理"}


class BadPeriod(Refusal):
    """No such period."""


@dataclass(frozen=True, slots=True)
class Week:
    """Opinions of a week that began on a Monday; `first` and `last` are its days inside the period."""

    first: date
    last: date
    helpful: int
    unhelpful: int

    @property
    def rate(self) -> float | None:
        """Share of people who were helped; None without opinions."""
        total = self.helpful + self.unhelpful
        return self.helpful / total if total else None


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a ranking. `id` is an entry's or a gap's; `note` says more about it."""

    id: str
    words: str
    number: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything on the page. `days` are (day, answered, suggested, declined); `speeds` (class, replies)."""

    first: date
    last: date
    days: list[tuple[date, int, int, int]]
    weeks: list[Week]
    speeds: list[tuple[str, int]]
    gaps: list[Ranked]
    asked: list[Ranked]
    disliked: list[Ranked]

    @property
    def totals(self) -> tuple[int, int, int]:
        """Answered, suggested and declined over the whole period."""
        days = self.days
        return sum(each[1] for each in days), sum(each[2] for each in days), sum(each[3] for each in days)

    def within(self, limit: float) -> float | None:
        """Share of replies that took at most so many seconds (one of `FASTER`); None without replies."""
        counts = [count for _, count in self.speeds]
        return sum(counts[: FASTER.index(limit) + 1]) / sum(counts) if sum(counts) else None


def period_of(text: str) -> int:
    """A period as it comes from an address; empty is 30 days. Raises BadPeriod."""
    if text in ("", *map(str, PERIODS)):
        return int(text or 30)
    raise BadPeriod("统计时间只能选7天、30天或90天。")


def numbers(work: Work, actor: Actor, days: int, now: datetime) -> Numbers:
    """The numbers of the actor's branch over so many days up to today. Raises NotAllowed."""
    require(actor, "see")
    last = local(now).date()
    first = last - timedelta(days=days - 1)
    since, until = at(first, time()), at(last + timedelta(days=1), time())
    path = actor.path
    asked = statistics.questions_by_day(work, since, until, path)
    speeds = statistics.response_classes(work, since, until, path)
    return Numbers(
        first=first,
        last=last,
        days=[_day(asked, first + timedelta(days=place)) for place in range(days)],
        weeks=_weeks(statistics.opinions_by_day(work, since, until, path), first, last),
        speeds=list(zip(speed_names(), speeds, strict=True)),
        gaps=_gaps(work, since, until, path),
        asked=[Ranked(*each) for each in statistics.most_asked(work, since, until, path)],
        disliked=[Ranked(*each) for each in statistics.most_disliked(work, since, until, path)],
    )


def _day(asked: Mapping[tuple[date, str], int], day: date) -> tuple[date, int, int, int]:
    answered, suggested, declined = (asked.get((day, kind), 0) for kind in KINDS)
    return day, answered, suggested, declined


def _weeks(opinions: Mapping[tuple[date, bool], int], first: date, last: date) -> list[Week]:
    weeks: list[Week] = []
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        inside = [monday + timedelta(days=place) for place in range(7)]
        helpful, unhelpful = (sum(opinions.get((day, good), 0) for day in inside) for good in (True, False))
        weeks.append(Week(max(first, monday), min(last, inside[-1]), helpful, unhelpful))
        monday += timedelta(days=7)
    return weeks


def speed_names() -> list[str]:
    """The classes of response time in words, the fastest first."""
    between = [f"{low:g}到{high:g}秒" for low, high in pairwise(FASTER)]
    return [f"{FASTER[0]:g}秒以内", *between, f"{FASTER[-1]:g}秒以上"]


def _gaps(work: Work, since: datetime, until: datetime, path: str | None) -> list[Ranked]:
    top = statistics.top_gaps(work, since, until, path)
    ids = [gap_id for gap_id, _, _ in top]
    own = misses.first_words(work, ids, path) if path is not None else {}
    lines: list[Ranked] = []
    for gap_id, state, people in top:
        gap = misses.gap(work, gap_id)
        words = gap.words if gap and (path is None or gap.kind == "review") else own.get(gap_id, "")
        lines.append(Ranked(str(gap_id), words or "（原话已按期限删除）", people, GAP_STATES[state]))
    return lines
