"""What an indicator came to, for a union and the branches below it: numbers of duties added up along the tree.

A year's value is that of its months up to a day. Numbers are kept in hundredths; shares are worked out from the sums of
numerators and denominators. Who has not told is counted, never taken for zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from bot.calendar import at, clamped, say_date
from bot.errors import Refusal
from bot.services.actors import NOWHERE, Actor, NotAllowed
from storage import indicator_reports, indicators, measures, orgs
from storage.indicators import Indicator
from storage.measures import Asked, Sum
from storage.orgs import Organisation
from storage.work import Work

LATE_MONTHS = 12  # how late a number may be told and still count where there is a cut-off day
NOTHING = Sum(0, 0, 0, 0, 0, 0, 0, 0)


class NoIndicator(Refusal):
    """There is no such indicator, or no such union for this account."""

    words = "没有这个指标，请从列表里选。"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a union and everything below it came to. `value` in hundredths of the unit, None: nothing was told."""

    org_id: int
    name: str
    level: str
    path: str
    sum: Sum
    value: int | None

    @property
    def reports(self) -> str:
        """How many of the units asked have told everything: 42/50."""
        return f"{self.sum.whole}/{self.sum.units}"


@dataclass(slots=True)
class Loaded:
    """What bringing definitions in did; `kept` are those that whoever runs this has brought in themselves."""

    new: int = 0
    changed: int = 0
    same: int = 0
    kept: int = 0


def load(work: Work, lines: Iterable[Mapping[str, Any]], origin: str = "file") -> Loaded:
    """Bring definitions in; idempotent. `file`, what comes with the software, leaves those of `staff` as they are."""
    done = Loaded()
    for line in lines:
        there = indicators.get(work, line["id"])
        if there is not None and there.origin == "staff" and origin == "file":
            done.kept += 1
            continue
        of = {"templates": line["templates"], "levels": line["levels"]}
        values = {key: line[key] for key in ("title", "unit", "what", "how", "cut_off")}
        values["numerator"] = {**of, "keys": line["numerator"]}
        values["denominator"] = {**of, "keys": line["denominator"]} if line["denominator"] else None
        if indicators.put(work, line["id"], values | {"origin": origin}):
            indicator_reports.defined(work, one(work, line["id"]))
            done.new, done.changed = done.new + (there is None), done.changed + (there is not None)
        else:
            done.same += 1
    return done


def every(work: Work) -> Sequence[Indicator]:
    """The indicators in use."""
    return indicators.live(work)


def one(work: Work, indicator_id: str) -> Indicator:
    """One indicator in use. Raises NoIndicator."""
    found = indicators.get(work, indicator_id)
    if found is None or found.state != "live":
        raise NoIndicator
    return found


def place(work: Work, actor: Actor, org_id: int | None) -> Organisation:
    """The union that is looked at: the one asked for, or the top of what the actor sees. Raises NotAllowed."""
    if org_id is None:
        org = orgs.get(work, actor.org_id) if actor.path is not None and actor.org_id else orgs.root(work)
    else:
        org = orgs.get(work, org_id)
    if org is None or actor.path == NOWHERE or not actor.within(org.path):
        raise NotAllowed("这个工会不在您的范围内。")
    return org


def asked(indicator: Indicator, first: str, last: str, as_of: date) -> Asked:
    """The numbers of the months `first` to `last` as they stood at the end of a Shanghai day."""
    of, since, until, earliest = indicator.numerator, None, None, first
    if indicator.cut_off is not None:
        earliest = month_after(first, -LATE_MONTHS)
        since, until = (_closes(each, indicator.cut_off) for each in (month_after(first, -1), last))
    return Asked(
        indicator_id=indicator.id,
        templates=of["templates"],
        levels=of["levels"],
        first=first,
        last=last,
        as_of=_closes(f"{as_of:%Y-%m}", as_of.day),
        earliest=earliest,
        since=since,
        until=until,
        last_only=indicator.how == "last",
    )


def _closes(period: str, day: int) -> datetime:
    """The moment after a day of a month, clamped to its end."""
    return at(clamped(period, day) + timedelta(days=1), time())


def month_after(period: str, count: int) -> str:
    """The month so many months after one like `2026-11`."""
    months = int(period[:4]) * 12 + int(period[5:7]) - 1 + count
    return f"{months // 12:04}-{months % 12 + 1:02}"


def months_until(year: int, as_of: date) -> tuple[str, str]:
    """The months of a year that are not later than a day; at least January."""
    last = 12 if as_of.year > year else as_of.month if as_of.year == year else 1
    return f"{year}-01", f"{year}-{last:02}"


def measured(
    work: Work, indicator: Indicator, org: Organisation, first: str, last: str, as_of: date
) -> tuple[Measured, list[Measured]]:
    """A union, and the unions right below it in the tree's order, over the months `first` to `last`."""
    found = measures.sums(work, asked(indicator, first, last, as_of), org.path)
    below = measures.children(work, org.id)
    return _of(indicator, org, found), [_of(indicator, each, found) for each in below]


def subtree(work: Work, indicator: Indicator, org: Organisation, first: str, last: str, as_of: date) -> list[Measured]:
    """A union and everything below it, parents before children."""
    found = measures.sums(work, asked(indicator, first, last, as_of), org.path, below=True)
    return [_of(indicator, each, found) for each in orgs.below(work, org)]


def _of(indicator: Indicator, org: Organisation, found: Mapping[int, Sum]) -> Measured:
    sum_ = found.get(org.id, NOTHING)
    return Measured(org.id, org.name, org.level, org.path, sum_, value_of(indicator, sum_))


def value_of(indicator: Indicator, sum_: Sum) -> int | None:
    """The value in hundredths of the unit; of a share hundredths of a percent. None where nothing was told or owed."""
    if not sum_.counted:
        return None
    if indicator.denominator is None:
        return sum_.numerator
    return round(Fraction(sum_.numerator * 10_000, sum_.denominator)) if sum_.denominator else None


def say(hundredths: int | None, unit: str = "", nothing: str = "未报") -> str:
    """A number as people write it: 1,250, 12.5, 未报."""
    if hundredths is None:
        return nothing
    whole, rest = divmod(abs(hundredths), 100)
    digits = f"{whole:,}" + (f".{rest:02}".rstrip("0") if rest else "")
    return f"{'-' if hundredths < 0 else ''}{digits}{unit}"


def rules_of(indicator: Indicator) -> str:
    """Definition and cut-off in words, as they stand on every sheet and circular."""
    if indicator.cut_off is None:
        cut_off = "数字计入任务所属的月份"
    else:
        cut_off = f"每月{indicator.cut_off}日截止，之后报的数字计入下个月"
    return f"口径：{indicator.what}截止：{cut_off}；同一单位有两人报的，以后报的为准。"


def of_day(as_of: date) -> str:
    """The words that say as of when."""
    return f"截至{say_date(as_of)}（北京时间）"
