"""A circular (通报) on one indicator: the unions of a branch, what each was to reach and what it came to.

It names unions, never people; says as of which day, by which definition and cut-off; is in the tree's order unless the
union has switched ranking on; and shows what is missing as missing.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bot.services import indicators, targets
from bot.services.actors import Actor, require
from bot.services.indicators import say
from bot.services.targets import Progress, Standing
from storage.work import Work

HEADS = ("单位", "年度目标", "完成", "完成率", "与时间进度相差", "报齐单位")


@dataclass(frozen=True, slots=True)
class Row:
    """One union in words; `number` and `goal` as numbers (None: not told, no target), `share` of the target reached."""

    name: str
    goal: int | None
    number: int | None
    share: Fraction | None
    gap: int | None
    reports: str
    unit: str

    @property
    def words(self) -> tuple[str, str, str, str, str, str]:
        """A text for each of HEADS."""
        goal = say(self.goal, self.unit, "未定")
        return self.name, goal, say(self.number, self.unit), percent(self.share), self._gap(), self.reports

    def _gap(self) -> str:
        if self.gap is None:
            return "—"
        return (
            f"差{say(self.gap, self.unit)}"
            if self.gap > 0
            else f"超{say(-self.gap, self.unit)}"
            if self.gap
            else "持平"
        )


@dataclass(frozen=True, slots=True)
class Circular:
    """A circular. `notes`: as-of date, time gone by, completeness, definition, cut-off; `elapsed`: of the year."""

    title: str
    union: str
    notes: list[str]
    total: Row
    rows: list[Row]
    elapsed: Fraction
    as_of: date
    share_of_whole: bool


def percent(share: Fraction | None) -> str:
    """A share with one decimal place; — for none."""
    return "—" if share is None else f"{float(round(share * 1000)) / 10:g}%"


def make(
    work: Work, actor: Actor, indicator_id: str, year: int, org_id: int | None, as_of: date, ranking: bool = False
) -> Circular:
    """The circular of a branch. Raises as `targets.progress`."""
    require(actor, "see")
    seen = targets.progress(work, actor, indicator_id, year, org_id, as_of, ranking)
    indicator = seen.indicator
    rows = [row(each, indicator.unit) for each in seen.below]
    title = f"{year}年{indicator.title}情况通报"
    total = row(seen.own, indicator.unit)
    share = indicator.denominator is not None
    return Circular(title, seen.own.measured.name, notes(seen), total, rows, seen.elapsed, as_of, share)


def row(standing: Standing, unit: str) -> Row:
    """One union in words."""
    found = standing.measured
    return Row(found.name, standing.target, found.value, standing.share, standing.gap, found.reports, unit)


def notes(seen: Progress) -> list[str]:
    """What has to be known to read the numbers, a sentence each."""
    sum_, unit = seen.own.measured.sum, seen.indicator.unit
    lines = [
        f"{indicators.of_day(seen.as_of)}，全年时间已过{percent(seen.elapsed)}。",
        f"{sum_.units}个应报单位里{sum_.whole}个已报齐，应报{sum_.due}份，已报{sum_.told}份；没有报的不按零计算。",
    ]
    if seen.open_:
        more = "还有{}没有分到下级" if seen.open_ > 0 else "下级的目标比本级多{}"
        apart = say(abs(seen.open_), unit if unit != "%" else "个百分点")
        lines.append(f"下级目标合计{say(seen.spread, unit)}，" + more.format(apart) + "。")
    return [*lines, indicators.rules_of(seen.indicator)]
