"""Indicators: added up along the tree, shares from sums, cut-off days, and who has not told."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import content, indicator_file
from bot.clock import SHANGHAI
from bot.errors import Misconfigured
from bot.services import indicators
from bot.services.indicators import Measured
from storage import indicators as kept
from storage import orgs
from storage.work import Work
from tests.reports.tree import GROWTH, Tree

CONTENT = Path(__file__).parents[2] / "content"
AS_OF = date(2026, 12, 31)


def moment(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def ask(
    tree: Tree, indicator_id: str, first: str, last: str, code: str = "city", as_of: date = AS_OF
) -> dict[str, Measured]:
    """The union and those right below it, by code."""

    def look(work: Work) -> dict[str, Measured]:
        org = orgs.by_code(work, code)
        assert org is not None
        own, below = indicators.measured(work, indicators.one(work, indicator_id), org, first, last, as_of)
        codes = {number: code for code, number in tree.ids.items()}
        return {codes[each.org_id]: each for each in (own, *below)}

    return tree.database.look(look)


def values(found: dict[str, Measured]) -> dict[str, int | None]:
    return {code: each.value for code, each in found.items()}


def test_numbers_are_added_up_along_the_tree_and_over_the_months(tree: Tree) -> None:
    tree.told("mill", "2026-01", moment(1, 20), joined=12, left=2)
    tree.told("mill", "2026-02", moment(2, 20), joined=3, left=4)
    tree.told("forge", "2026-01", moment(1, 21), joined=5, left=0)
    tree.told("shop", "2026-02", moment(2, 21), joined=7, left=1)
    year = ask(tree, "growth", "2026-01", "2026-12")
    assert values(year) == {"city": 2000, "east": 1400, "west": 600}
    assert values(ask(tree, "growth", "2026-02", "2026-02")) == {"city": 500, "east": -100, "west": 600}
    assert values(ask(tree, "growth", "2026-01", "2026-12", "east")) == {"east": 1400, "mill": 900, "forge": 500}

    def everywhere(work: Work) -> list[tuple[str, int | None]]:
        org = orgs.by_code(work, "city")
        assert org is not None
        found = indicators.subtree(work, indicators.one(work, "growth"), org, "2026-01", "2026-12", AS_OF)
        codes = {number: code for code, number in tree.ids.items()}
        return sorted((codes[each.org_id], each.value) for each in found)

    whole = [("city", 2000), ("east", 1400), ("forge", 500), ("mill", 900), ("shop", 600), ("west", 600)]
    assert tree.database.look(everywhere) == whole


def test_nothing_told_is_not_zero_and_is_counted(tree: Tree) -> None:
    tree.told("mill", "2026-11", moment(11, 20), joined=0, left=0)
    tree.told("forge", "2026-11", moment(11, 20), state="issued")
    tree.told("shop", "2026-11", moment(11, 20), state="issued", joined=4)  # a number is missing
    found = ask(tree, "growth", "2026-11", "2026-11")
    assert values(found) == {"city": 0, "east": 0, "west": None}
    assert {code: each.reports for code, each in found.items()} == {"city": "1/3", "east": "1/2", "west": "0/1"}
    assert indicators.say(found["west"].value, "人") == "未报"
    assert indicators.say(found["east"].value, "人") == "0人"


def test_who_is_excused_is_not_waited_for(tree: Tree) -> None:
    tree.told("mill", "2026-11", moment(11, 20), joined=1, left=0)
    tree.told("forge", "2026-11", moment(11, 20), state="excused")
    assert ask(tree, "growth", "2026-11", "2026-11")["east"].reports == "1/1"


def test_a_share_is_worked_out_from_the_sums(tree: Tree) -> None:
    tree.told("mill", "2026-03", moment(3, 20), "funds", due=100, paid=100)
    tree.told("forge", "2026-03", moment(3, 20), "funds", due=900, paid=0)
    tree.told("shop", "2026-03", moment(3, 20), "funds", due=0, paid=0)
    found = ask(tree, "funds", "2026-01", "2026-12")
    assert values(found) == {"city": 1000, "east": 1000, "west": None}  # 10%, not 50%; nothing was owed in the west
    assert indicators.say(found["city"].value, "%") == "10%"


def test_of_what_is_told_cumulatively_the_newest_report_counts(tree: Tree) -> None:
    tree.told("mill", "2026-03", moment(3, 20), "funds", due=100, paid=50)
    tree.told("mill", "2026-06", moment(6, 20), "funds", due=200, paid=180)
    tree.told("forge", "2026-03", moment(3, 20), "funds", due=100, paid=20)
    assert values(ask(tree, "funds", "2026-01", "2026-12", "east")) == {"east": 6667, "mill": 9000, "forge": 2000}
    spring = ask(tree, "funds", "2026-01", "2026-06", "east", date(2026, 4, 30))
    assert values(spring) == {"east": 3500, "mill": 5000, "forge": 2000}


def test_two_cadres_of_a_union_are_one_report(tree: Tree) -> None:
    tree.cadre("mill", "经办人")
    tree.told("mill", "2026-11", moment(11, 20), joined=12, left=0)
    tree.told("mill:经办人", "2026-11", moment(11, 22), joined=15, left=0)
    found = ask(tree, "growth", "2026-11", "2026-11")
    assert (found["city"].value, found["city"].reports) == (1500, "1/1")
    assert ask(tree, "growth", "2026-11", "2026-11", as_of=date(2026, 11, 21))["city"].value == 1200


@pytest.mark.parametrize(
    ("told", "november", "december"),
    [
        (moment(11, 25, 23), 1000, None),  # on the last day itself
        (moment(11, 26, 0), None, 1000),
        (moment(12, 20), None, 1000),
        (moment(12, 26), None, None),  # counts for January
    ],
)
def test_after_the_cut_off_day_a_number_counts_for_the_next_month(
    tree: Tree, told: datetime, november: int | None, december: int | None
) -> None:
    tree.database.writer.run(lambda work: indicators.load(work, [GROWTH | {"cut_off": 25}]))
    tree.told("mill", "2026-11", told, joined=10, left=0)
    late = date(2027, 3, 1)
    assert ask(tree, "growth", "2026-11", "2026-11", as_of=late)["city"].value == november
    assert ask(tree, "growth", "2026-12", "2026-12", as_of=late)["city"].value == december
    months = [ask(tree, "growth", each, each, as_of=late)["city"].value for each in ("2026-11", "2026-12", "2027-01")]
    assert [each for each in months if each is not None] == [1000]  # once, whenever it was told
    assert ask(tree, "growth", "2026-11", "2027-01", as_of=late)["city"].value == 1000


def test_without_a_cut_off_a_late_number_counts_for_its_own_month(tree: Tree) -> None:
    tree.told("mill", "2026-11", moment(12, 20), joined=10, left=0)
    assert ask(tree, "growth", "2026-11", "2026-11")["city"].value == 1000
    assert ask(tree, "growth", "2026-12", "2026-12")["city"].value is None
    assert ask(tree, "growth", "2026-11", "2026-11", as_of=date(2026, 12, 19))["city"].value is None


def test_loading_again_changes_nothing_and_a_new_definition_is_a_new_version(tree: Tree) -> None:
    def version(work: Work) -> int:
        found = kept.get(work, "growth")
        assert found is not None
        return found.version

    tree.database.writer.run(lambda work: indicators.load(work, [GROWTH]))
    assert tree.database.look(version) == 1
    tree.database.writer.run(lambda work: indicators.load(work, [GROWTH | {"cut_off": 5}]))
    assert tree.database.look(version) == 2


def test_the_shipped_indicators_count_numbers_that_are_asked_for() -> None:
    lines = {each["id"]: each for each in content.read_calendar(CONTENT / "calendar.yaml")}
    found = indicator_file.read_indicators(CONTENT / "indicators.yaml")
    titles = {"会员净增", "新建工会", "新增会员", "新就业形态会员", "经费收缴率", "隐患整改率", "送温暖户数"}
    assert titles <= {each["title"] for each in found}
    for each in found:
        assert each["cut_off"] is None  # a union sets its own
        for template in each["templates"]:
            keys = {number["key"] for number in lines[template]["numbers"]}
            assert {*each["numerator"], *(each["denominator"] or {})} <= keys, each["id"]
            assert set(each["levels"]) <= set(lines[template]["levels"]), each["id"]


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "%"},
        {"denominator": {"due": 1}},
        {"numerator": {"joined": 2}},
        {"numerator": {}},
        {"cut_off": 32},
        {"how": "average"},
        {"threshold": 80},
    ],
)
def test_a_definition_that_cannot_be_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    file = tmp_path / "indicators.yaml"
    file.write_text(str({"indicators": [{**GROWTH, **change}]}).replace("None", "null"), encoding="utf-8")
    with pytest.raises(Misconfigured):
        indicator_file.read_indicators(file)
    file.write_text(str({"indicators": [GROWTH]}).replace("None", "null"), encoding="utf-8")
    assert indicator_file.read_indicators(file)[0]["id"] == "growth"


def test_numbers_are_said_as_people_write_them() -> None:
    said = [indicators.say(each, "元") for each in (0, 100, 125_000_00, 1250, 1205, -350, None)]
    assert said == ["0元", "1元", "125,000元", "12.5元", "12.05元", "-3.5元", "未报"]
