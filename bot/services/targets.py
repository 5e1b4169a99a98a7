"""Yearly targets: set for a union, broken down to the unions right below it, and how far everybody has come.

Who breaks a union's target down is an approver of that union or of one above it; a union's own target is set by those
above it, the city's by those of the whole tree. Every change is an audit line with the old and the new number. Nothing
is ranked unless the union has switched that on; what does not add up is shown, never hidden.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from bot.errors import Refusal
from bot.services import indicators
from bot.services.actors import Actor, NotAllowed, require
from bot.services.indicators import Measured, say
from storage import audit, measures, orgs
from storage import indicators as kept
from storage.indicators import Indicator
from storage.orgs import Organisation
from storage.work import Work

YEARS = range(2020, 2100)
MOST = 10**13  # hundredths: a thousand times what a province collects in a year
BASES = {"last_year": "按去年实绩", "strength": "按职工人数"}
STRENGTH = "workers"  # the indicator that says how large a union is


class BadTarget(Refusal):
    """A target that cannot be set so; the words say why."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One union: what it was given and what it came to. Hundredths of the unit; None: no target, or nothing told.

    `share`: of the target reached. `gap`: what is missing to be level with the year, less than nothing when ahead; only
    for what adds up over a year, and where something was told: what is not known is not behind.
    """

    measured: Measured
    target: int | None
    share: Fraction | None
    gap: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """A union and those right below it. `elapsed`: share of the year gone by. `spread`: the targets below, added up (of
    shares: weighed by what was owed); `open_`: what the union's own target has more than those. `mark`: how the targets
    below stood. `first` and `last`: the months that were added up.
    """

    indicator: Indicator
    year: int
    as_of: date
    first: str
    last: str
    elapsed: Fraction
    own: Standing
    below: list[Standing]
    spread: int | None
    open_: int | None
    mark: str

    @property
    def adds_up(self) -> bool:
        """Whether the number grows over the year, so that the time gone by says how far it should be."""
        return _adds_up(self.indicator)


def progress(
    work: Work, actor: Actor, indicator_id: str, year: int, org_id: int | None, as_of: date, ranking: bool = False
) -> Progress:
    """Time and progress side by side, in the tree's order. Raises NoIndicator, NotAllowed, BadTarget.

    `ranking` (off unless the union has switched it on) puts the unions in the order of the share they reached.
    """
    require(actor, "see")
    indicator, org = indicators.one(work, indicator_id), indicators.place(work, actor, org_id)
    first, last = indicators.months_until(_year(year), as_of)
    elapsed = elapsed_of(year, as_of)
    mine, found = indicators.measured(work, indicator, org, first, last, as_of)
    targets = {
        key: each.hundredths
        for key, each in kept.targets(work, indicator.id, year, [org.id, *(each.org_id for each in found)]).items()
    }
    below = [_standing(indicator, each, targets.get(each.org_id), elapsed) for each in found]
    if ranking:
        below.sort(key=lambda each: -(each.share if each.share is not None else Fraction(-1)))
    own = _standing(indicator, mine, targets.get(org.id), elapsed)
    spread = _spread(indicator, below)
    open_ = own.target - spread if own.target is not None and spread is not None else None
    mark = mark_of({each.org_id: targets[each.org_id] for each in found if each.org_id in targets})
    return Progress(indicator, year, as_of, first, last, elapsed, own, below, spread, open_, mark)


def _year(year: int) -> int:
    if year not in YEARS:
        raise BadTarget(f"年份请填{YEARS[0]}到{YEARS[-1]}之间的四位数。")
    return year


def elapsed_of(year: int, as_of: date) -> Fraction:
    """The share of a year that is over at the end of a day: 2026-06-30 is 181/365."""
    days = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    return Fraction(min(max((as_of - date(year, 1, 1)).days + 1, 0), days), days)


def _standing(indicator: Indicator, measured: Measured, target: int | None, elapsed: Fraction) -> Standing:
    value = measured.value
    share = Fraction(value, target) if value is not None and target else None
    gap = _gap(target, value, elapsed) if _adds_up(indicator) else None
    return Standing(measured, target, share, gap)


def _adds_up(indicator: Indicator) -> bool:
    return indicator.denominator is None and indicator.how == "sum"


def _gap(target: int | None, value: int | None, elapsed: Fraction) -> int | None:
    """In whole units where target and value are whole: there is no 0.27 of a member. None without one of them."""
    if target is None or value is None:
        return None
    step = 100 if target % 100 == 0 and value % 100 == 0 else 1
    return round(target * elapsed / step) * step - value


def _spread(indicator: Indicator, below: Sequence[Standing]) -> int | None:
    """The targets below together; None where none is set or, of shares, where nothing says how much each weighs."""
    given = [(each.target, each.measured.sum.denominator) for each in below if each.target is not None]
    if not given:
        return None
    if indicator.denominator is None:
        return sum(target for target, _ in given)
    weight = sum(owed for _, owed in given)
    return round(Fraction(sum(target * owed for target, owed in given), weight)) if weight else None


def mark_of(targets: Mapping[int, int]) -> str:
    """How some targets stand, to tell whether somebody else changed them meanwhile."""
    text = ";".join(f"{key}={targets[key]}" for key in sorted(targets))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def may_set(work: Work, actor: Actor, org: Organisation) -> bool:
    """Whether the actor may set this union's own target: an approver of a union above it, or of the whole tree."""
    if not actor.may("approve"):
        return False
    above = orgs.get(work, org.parent_id) if org.parent_id else None
    return actor.path is None or (above is not None and actor.within(above.path))


def may_spread(actor: Actor, org: Organisation) -> bool:
    """Whether the actor may break this union's target down: an approver of it or of one above it."""
    return actor.may("approve") and actor.within(org.path)


def set_own(
    work: Work,
    actor: Actor,
    indicator_id: str,
    year: int,
    org_id: int,
    text: str,
    now: datetime,
    who: str = "",
    seen: str | None = None,
) -> bool:
    """Set a union's own target, or take it away (empty); whether anything changed. Raises NotAllowed, BadTarget.

    `seen`: the target as the page showed it (None: whatever it is); where somebody changed it since, nothing is done.
    """
    require(actor, "approve")
    indicator, org = indicators.one(work, indicator_id), indicators.place(work, actor, org_id)
    if not may_set(work, actor, org):
        raise NotAllowed("本级的目标由上级工会下达，请联系上级工会；下级单位的目标可以由您分解。")
    wanted = {org.id: read(text, indicator.unit)}
    work.alone(f"targets:{indicator.id}:{_year(year)}")
    before = kept.targets(work, indicator.id, year, [org.id]).get(org.id)
    if seen is not None and seen != (say(before.hundredths) if before else ""):
        raise BadTarget("刚才有人改过这个目标，请看一遍再填。")
    return bool(_write(work, indicator, _year(year), wanted, now, who or f"staff:{actor.name}"))


def spread(
    work: Work,
    actor: Actor,
    indicator_id: str,
    year: int,
    org_id: int,
    wanted: Mapping[int, str],
    mark: str,
    now: datetime,
    who: str = "",
    agreed: bool = True,
) -> int:
    """Set the targets of unions right below one, by hand; empty takes one away. How many changed.

    `mark` is that of the page the numbers were typed on; unless `agreed`, counts must add up to the union's own target.
    Raises NotAllowed, BadTarget (nothing is changed then).
    """
    indicator, org, below = _spreading(work, actor, indicator_id, year, org_id, mark)
    names = {each.id: each.name for each in below}
    numbers: dict[int, int | None] = {}
    for key, text in wanted.items():
        if key not in names:
            raise BadTarget("有的单位已不在这个工会下面，请刷新后再填。")
        try:
            numbers[key] = read(text, indicator.unit)
        except BadTarget as wrong:
            raise BadTarget(f"{names[key]}：{wrong.words}") from None
    if not agreed and indicator.denominator is None:
        _demand_sum(work, indicator, year, org, names.keys(), numbers)
    return _write(work, indicator, year, numbers, now, who or f"staff:{actor.name}")


def _demand_sum(
    work: Work,
    indicator: Indicator,
    year: int,
    org: Organisation,
    below: Collection[int],
    numbers: Mapping[int, int | None],
) -> None:
    """Raises BadTarget, with the difference, where the targets below do not add up to the union's own."""
    given = {key: each.hundredths for key, each in kept.targets(work, indicator.id, year, [org.id, *below]).items()}
    own = given.pop(org.id, None)
    total = sum(value or 0 for value in {**given, **numbers}.values())
    if own is not None and total != own:
        raise BadTarget(f"{apart_words(own, total, indicator.unit)}请改好；确实要这样定的，勾上“差额我知道”再保存。")


def apart_words(own: int, total: int, unit: str) -> str:
    """How far the targets below are from a union's own."""
    apart = own - total
    how = f"还差{say(apart, unit)}没有分下去" if apart > 0 else f"多出{say(-apart, unit)}" if apart else "正好相等"
    return f"下级合计{say(total, unit)}，本级目标{say(own, unit)}，{how}。"


def checked(seen: Progress, typed: Mapping[int, str]) -> str:
    """What the targets below would add up to with what was typed, beside the union's own, in words."""
    if seen.indicator.denominator is not None:
        return "百分比的目标不相加，各单位分别填写。"
    given = {each.measured.org_id: each.target or 0 for each in seen.below}
    try:
        given |= {key: read(text, seen.indicator.unit) or 0 for key, text in typed.items() if key in given}
    except BadTarget as wrong:
        return wrong.words
    total, own, unit = sum(given.values()), seen.own.target, seen.indicator.unit
    return f"下级合计{say(total, unit)}，本级目标未定。" if own is None else apart_words(own, total, unit)


@dataclass(frozen=True, slots=True)
class Trace:
    """One change of a target: when, which account (`staff:wang`, `cli`), old and new in words."""

    at: datetime
    actor: str
    words: str


def trace(work: Work, actor: Actor, indicator_id: str, year: int, org_id: int) -> list[Trace]:
    """How the target of a union in the actor's branch came to be, the newest first. Raises NotAllowed."""
    require(actor, "see")
    org = indicators.place(work, actor, org_id)
    lines = audit.of_subject(work, f"target:{indicator_id}:{year}:{org.id}")
    return [Trace(each.at, each.actor, each.note) for each in lines if each.action == "set_target"]


def distribute(
    work: Work, actor: Actor, indicator_id: str, year: int, org_id: int, basis: str, mark: str, now: datetime
) -> int:
    """Break a union's target down to all unions right below it; it sums up exactly. How many changed.

    `basis` of BASES. A share (%) is no amount: everybody is given the same. Raises NotAllowed, BadTarget.
    """
    indicator, org, below = _spreading(work, actor, indicator_id, year, org_id, mark)
    given = kept.targets(work, indicator.id, year, [org.id]).get(org.id)
    if given is None or not below:
        raise BadTarget("还没有本级目标，或者下面没有单位，没法分解。请先定本级目标。")
    if indicator.denominator is not None:
        numbers: dict[int, int | None] = {each.id: given.hundredths for each in below}
    else:
        weights = _weights(work, indicator, org, year, basis)
        shares = parts(given.hundredths, [weights.get(each.id, 0) for each in below])
        numbers = {each.id: share for each, share in zip(below, shares, strict=True)}
    return _write(work, indicator, year, numbers, now, f"staff:{actor.name}")


def _spreading(
    work: Work, actor: Actor, indicator_id: str, year: int, org_id: int, mark: str
) -> tuple[Indicator, Organisation, Sequence[Organisation]]:
    require(actor, "approve")
    indicator, org = indicators.one(work, indicator_id), indicators.place(work, actor, org_id)
    work.alone(f"targets:{indicator.id}:{_year(year)}")
    below = measures.children(work, org.id)
    now = kept.targets(work, indicator.id, year, [each.id for each in below])
    if mark != mark_of({key: each.hundredths for key, each in now.items()}):
        raise BadTarget("刚才有人改过这些目标，请看一遍再填。")
    return indicator, org, below


def _weights(work: Work, indicator: Indicator, org: Organisation, year: int, basis: str) -> dict[int, int]:
    """What each union below is given in proportion to. Raises BadTarget where nothing is known."""
    if basis not in BASES:
        raise BadTarget("请选一种分解办法。")
    of, when = (indicator, year - 1) if basis == "last_year" else (indicators.one(work, STRENGTH), year)
    _, below = indicators.measured(work, of, org, f"{when}-01", f"{when}-12", date(year, 12, 31))
    weights = {each.org_id: max(each.sum.numerator, 0) for each in below}
    if not any(weights.values()):
        raise BadTarget(f"{when}年没有“{of.title}”的数字，没法{BASES[basis]}分解，请换一种办法或者手工填写。")
    return weights


def parts(total: int, weights: Sequence[int]) -> list[int]:
    """A total in hundredths in proportion to weights, in whole units where the total is whole; the sum is exact.

    What rounding leaves goes to the largest remainders, the first ones where they are equal.
    """
    step = 100 if total % 100 == 0 else 1
    units, weight = total // step, sum(weights)
    exact = [Fraction(units * each, weight) for each in weights]
    given = [each.numerator // each.denominator for each in exact]
    order = sorted(range(len(weights)), key=lambda place: (given[place] - exact[place], place))
    for place in order[: units - sum(given)]:
        given[place] += 1
    return [each * step for each in given]


def read(text: str, unit: str) -> int | None:
    """A typed target in hundredths; empty is None. Raises BadTarget."""
    plain = "".join(text.split()).replace(",", "").replace("，", "").removesuffix(unit)
    if not plain:
        return None
    whole, _, rest = plain.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 12 and len(rest) <= 2):
        raise BadTarget("目标请填不小于零的数字，最多两位小数，例如120或95.5。")
    if rest and not (rest.isascii() and rest.isdigit()):
        raise BadTarget("目标请填不小于零的数字，最多两位小数，例如120或95.5。")
    number = int(whole) * 100 + int(rest.ljust(2, "0") or 0)
    if number > MOST or (unit == "%" and number > 100_00):
        raise BadTarget("目标太大了。" if unit != "%" else "百分比的目标不能超过100%。")
    return number


def _write(
    work: Work, indicator: Indicator, year: int, wanted: Mapping[int, int | None], now: datetime, who: str
) -> int:
    work.alone(f"targets:{indicator.id}:{year}")
    given = kept.targets(work, indicator.id, year, list(wanted))
    changed = 0
    for org_id, number in wanted.items():
        before = given[org_id].hundredths if org_id in given else None
        if before == number:
            continue
        kept.set_target(work, indicator.id, year, org_id, number, who, now)
        note = f"{say(before, indicator.unit, '未定')} → {say(number, indicator.unit, '未定')}"
        audit.write(work, who, "set_target", f"target:{indicator.id}:{year}:{org_id}", now, note)
        changed += 1
    return changed
