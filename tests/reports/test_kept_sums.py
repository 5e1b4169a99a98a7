"""What is kept of reports is what the numbers say, whatever was told, corrected and defined anew; on both databases."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.services import indicators
from storage import duty_values, indicator_reports, orgs
from storage import indicators as kept
from storage.duties import Duty
from storage.duty_values import DutyValue
from storage.indicator_reports import IndicatorReport
from storage.indicators import Indicator
from storage.work import Work
from tests.reports.test_indicators import moment
from tests.reports.tree import FUNDS, GROWTH, NUMBERS, Tree
from tests.storage.kit import rows

MONTHS = [f"2026-{month:02}" for month in range(1, 7)]
WHO = ("mill", "mill:经办人", "forge", "shop")


def correct(tree: Tree, duty_id: int, key: str, number: int, at: datetime) -> None:
    """A number told or told anew: the newest is kept, with the moment of the first."""

    def job(work: Work) -> None:
        first = work.session.get(Duty, duty_id)
        assert first is not None
        duty_values.put(work, duty_id, key, number * 100, "person:1", at)
        indicator_reports.told(work, duty_id)

    tree.database.writer.run(job)


def stored(tree: Tree) -> list[Any]:
    return sorted(
        rows(tree.database, IndicatorReport, "indicator_id", "duty_id", "numerator", "denominator", "told_at")
    )


def recomputed(tree: Tree) -> list[Any]:
    def look(work: Work) -> list[Any]:
        found = [row for each in kept.live(work) for row in work.look(indicator_reports.worked_out(each))]
        return sorted(tuple(row) for row in found)

    return tree.database.look(look)


def oracle(tree: Tree, line: dict[str, Any], first: str, last: str, as_of: date, code: str) -> tuple[int, ...]:
    """The same sum by hand, from the numbers themselves: numerator, counted, due, told, units, whole."""
    close = datetime.combine(as_of + timedelta(days=1), datetime.min.time(), moment(1, 1).tzinfo)
    values: dict[int, dict[str, tuple[int, datetime]]] = {}
    for duty_id, key, number, at in rows(tree.database, DutyValue, "duty_id", "key", "hundredths", "at"):
        values.setdefault(duty_id, {})[key] = (number, at)
    places: dict[tuple[int, str], list[tuple[Any, ...]]] = {}
    mine = {each.id for each in tree.database.look(lambda work: below(work, code)) if each.level == "基层"}
    for duty_id, org_id, period, state, template in rows(
        tree.database, Duty, "id", "org_id", "period", "state", "template_id"
    ):
        if template in line["templates"] and first <= period <= last and org_id in mine:
            held = values.get(duty_id, {})
            said = [(held[key], sign) for key, sign in line["numerator"].items() if key in held]
            told = max((at.timestamp() for (_, at), _ in said), default=0.0)
            whole = len(said) == len(line["numerator"]) and told < close.timestamp()
            total = sum(number * sign for (number, _), sign in said) if whole else 0
            places.setdefault((org_id, period), []).append(
                (whole, told if whole else 0.0, state != "excused", duty_id, total)
            )
    best = {place: max(each) for place, each in places.items()}
    due = {place: each[0] or each[2] for place, each in best.items()}
    units = {org for org, _ in best if any(due[place] for place in best if place[0] == org)}
    lacking = {place[0] for place, each in best.items() if due[place] and not each[0]}
    told_count = sum(each[0] for each in best.values())
    return (
        sum(each[4] for each in best.values()),
        told_count,
        sum(due.values()),
        told_count,
        len(units),
        len(units - lacking),
    )


def below(work: Work, code: str) -> list[orgs.Organisation]:
    found = orgs.by_code(work, code)
    assert found is not None
    return list(orgs.below(work, found))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_told_corrected_and_defined_the_kept_sums_are_those_of_the_numbers(tree: Tree, seed: int) -> None:
    chance = random.Random(seed)
    tree.cadre("mill", "经办人")
    keys = [each["key"] for each in NUMBERS]
    duties: list[int] = []
    for who in WHO:
        for period in MONTHS:
            if chance.random() < 0.8:
                said = {key: chance.randrange(40) for key in keys if chance.random() < 0.7}
                state = chance.choice(["done", "issued", "excused"])
                at = moment(int(period[5:]), chance.randrange(1, 28))
                duties.append(tree.told(who, period, at, state=state, **said))
    line = dict(GROWTH)
    for _ in range(25):
        if chance.random() < 0.2:
            signs = {key: chance.choice([1, -1]) for key in chance.sample(keys, chance.randrange(1, 3))}
            line = GROWTH | {"numerator": signs}
            tree.database.writer.run(lambda work, now=line: indicators.load(work, [now, FUNDS]))
        else:
            at = moment(chance.randrange(1, 12), chance.randrange(1, 28))
            correct(tree, chance.choice(duties), chance.choice(keys), chance.randrange(40), at)
        assert stored(tree) == recomputed(tree)
    assert len(stored(tree)) > 5
    for code in ("city", "east", "mill"):
        for first, last, as_of in (
            ("2026-01", "2026-06", date(2026, 12, 31)),
            ("2026-02", "2026-03", date(2026, 4, 9)),
        ):
            assert measured(tree, first, last, as_of, code) == oracle(tree, line, first, last, as_of, code)


def measured(tree: Tree, first: str, last: str, as_of: date, code: str) -> tuple[int, ...]:
    def look(work: Work) -> tuple[int, ...]:
        org, indicator = orgs.by_code(work, code), kept.get(work, "growth")
        assert org is not None and isinstance(indicator, Indicator)
        own, _ = indicators.measured(work, indicator, org, first, last, as_of)
        sums = own.sum
        return sums.numerator, sums.counted, sums.due, sums.told, sums.units, sums.whole

    return tree.database.look(look)


def test_what_the_operator_brought_in_is_not_changed_by_what_comes_with_the_software(tree: Tree) -> None:
    own = GROWTH | {"cut_off": 25}
    done = tree.database.writer.run(lambda work: indicators.load(work, [own, FUNDS], "staff"))
    assert (done.new, done.changed, done.same) == (0, 2, 0)
    again = tree.database.writer.run(lambda work: indicators.load(work, [GROWTH, FUNDS | {"title": "别的"}]))
    assert (again.changed, again.kept) == (0, 2)
    found = tree.database.look(lambda work: indicators.one(work, "growth"))
    assert (found.cut_off, found.origin) == (25, "staff")
