"""Sheets that fill themselves: months to years, 未报 instead of nought, corrections with their trace, safe cells."""

import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.exchange import report
from bot.services import actors, corrections, duty_calendar, duty_sheets
from bot.services.actors import NotAllowed
from bot.services.duty_deeds import Page
from bot.services.duty_sheets import NoSheet, Sheet
from storage import duties, orgs
from storage.work import Work
from tests.reports.test_indicators import moment
from tests.reports.tree import ADMIN, NUMBERS, Tree
from tests.rules.union import line

AS_OF = date(2026, 12, 31)


def filled(tree: Tree, first: str, last: str, code: str = "city", template: str = "changes") -> Sheet:
    return tree.database.look(
        lambda work: duty_sheets.filled(work, ADMIN, template, first, last, tree.ids[code], AS_OF)
    )


def cells(body: bytes, name: str = "报表") -> list[list[Any]]:
    return [[cell.value for cell in row] for row in load_workbook(BytesIO(body))[name].iter_rows()]


def test_months_are_put_together_and_what_is_missing_is_said(tree: Tree) -> None:
    tree.told("mill", "2026-10", moment(10, 20), joined=3, left=1)
    tree.told("mill", "2026-11", moment(11, 20), joined=4, left=0)
    tree.told("forge", "2026-10", moment(10, 20), state="issued")
    tree.told("forge", "2026-11", moment(11, 20), joined=0, left=0)
    tree.told("shop", "2026-10", moment(10, 20), state="excused")
    sheet = filled(tree, *duty_sheets.months("quarter", 2026, 4))
    assert [line.name for line in sheet.lines] == ["东区纺织厂工会", "东区铁厂工会", "西区商店工会"]
    assert [line.totals["joined"] for line in sheet.lines] == [700, 0, None]
    assert [(line.due, line.told) for line in (*sheet.lines, sheet.total)] == [(2, 2), (2, 1), (0, 0), (4, 3)]
    assert sheet.total.totals == {"joined": 700, "left": 100}
    rows = cells(report.sheet(sheet))
    assert rows[0][0] == "会员变动月报（2026-10至2026-12）"
    assert rows[2][:6] == ["单位", "应报", "已报", "入会（人）", "退会（人）", "2026-10 入会（人）"]
    assert rows[4] == ["东区铁厂工会", 2, 1, 0, 0, "未报", "未报", 0, 0]
    assert rows[5][5:] == ["免报", "免报", "未派", "未派"]
    assert rows[6] == ["合计", 4, 3, 7, 1, 3, 1, 4, 0]


def test_one_month_has_no_blocks_and_nobody_asked_is_not_missing(tree: Tree) -> None:
    tree.told("mill", "2026-11", moment(11, 20), state="acknowledged", joined=1)
    rows = cells(report.sheet(filled(tree, "2026-11", "2026-11")))
    assert rows[2] == ["单位", "应报", "已报", "入会（人）", "退会（人）"]
    assert rows[3] == ["东区纺织厂工会", 1, 0, 1, "未报"]  # one of two numbers is shown, and is no report
    assert rows[4] == ["东区铁厂工会", 0, 0, "未派", "未派"]


def test_the_newer_of_two_reports_counts_as_for_indicators(tree: Tree) -> None:
    tree.cadre("mill", "经办人")
    tree.told("mill:经办人", "2026-11", moment(11, 22), joined=15, left=0)
    tree.told("mill", "2026-11", moment(11, 20), joined=12, left=0)
    assert filled(tree, "2026-11", "2026-11").lines[0].totals["joined"] == 1500


def test_corrections_leave_their_trace_without_names(tree: Tree) -> None:
    duty = tree.told("mill", "2026-11", moment(11, 20), joined=12, left=0)
    steps = ((moment(11, 20), "joined 10"), (moment(11, 20), "left 0"), (moment(11, 23), "joined 10 → 12"))
    for at, note in steps:
        tree.database.writer.run(lambda work, at=at, note=note: duties.step(work, duty, "person:7", "number", at, note))
    sheet = filled(tree, "2026-11", "2026-11")
    assert [(name, period, note) for name, period, _, note in sheet.changes] == [
        ("东区纺织厂工会", "2026-11", "joined 10 → 12")
    ]
    rows = cells(report.sheet(sheet), "更正和补报")
    assert rows[1] == ["东区纺织厂工会", "2026-11", "2026-11-23 10:00", "joined 10 → 12"]
    assert "person" not in str(rows)


def ask_for(tree: Tree, *numbers: dict[str, str]) -> None:
    """From now on the duty asks for these numbers."""
    given = line("changes", 25) | {"evidence": "number", "title": "会员变动月报", "numbers": list(numbers)}
    tree.database.writer.run(lambda work: duty_calendar.load_calendar(work, [given]))


def test_a_number_that_is_asked_for_later_takes_nothing_from_earlier_reports(tree: Tree) -> None:
    tree.told("mill", "2026-09", moment(9, 20), joined=12, left=0)
    tree.told("mill", "2026-10", moment(10, 20), joined=3, left=1)
    tree.told("forge", "2026-10", moment(10, 20), state="acknowledged", joined=5)
    ask_for(tree, *NUMBERS, {"key": "women", "label": "其中女职工", "unit": "人"})
    sheet = filled(tree, "2026-09", "2026-10")
    assert [(line.due, line.told) for line in (*sheet.lines, sheet.total)] == [(2, 2), (1, 0), (0, 0), (3, 2)]
    assert sheet.lines[0].totals == {"joined": 1500, "left": 100, "women": None}
    assert sheet.total.totals == {"joined": 2000, "left": 100, "women": None}
    rows = cells(report.sheet(sheet))
    assert rows[3] == ["东区纺织厂工会", 2, 2, 15, 1, "当时未设", 12, 0, "当时未设", 3, 1, "当时未设"]
    assert rows[4] == ["东区铁厂工会", 1, 0, 5, "未报", "未报", "未派", "未派", "未派", 5, "未报", "未报"]
    assert rows[6] == ["合计", 3, 2, 20, 1, "未报", 12, 0, "当时未设", 8, 1, "未报"]
    assert "“当时未设”是报数以后才加的一栏" in str(rows[8][0])
    tree.told("mill", "2026-11", moment(11, 20), joined=1, left=0, women=1)
    grown = filled(tree, "2026-09", "2026-11")
    assert (grown.lines[0].totals["women"], grown.lines[0].told, grown.total.totals["women"]) == (100, 3, 100)


def test_a_number_that_is_not_asked_for_any_more_is_gone_and_the_report_stays(tree: Tree) -> None:
    tree.told("mill", "2026-10", moment(10, 20), joined=3, left=1)
    tree.told("forge", "2026-10", moment(10, 20), left=1)
    ask_for(tree, NUMBERS[0])
    sheet = filled(tree, "2026-10", "2026-10")
    assert [(line.due, line.told, line.totals) for line in sheet.lines[:2]] == [
        (1, 1, {"joined": 300}),
        (1, 1, {"joined": None}),
    ]
    assert cells(report.sheet(sheet))[6] == ["合计", 2, 2, 3]
    assert not filled(tree, "2026-11", "2026-11").grown


def test_of_two_unfinished_reports_the_fuller_one_is_shown(tree: Tree) -> None:
    tree.cadre("mill", "经办人")
    tree.told("mill", "2026-11", moment(11, 20), state="acknowledged", joined=12)
    tree.told("mill:经办人", "2026-11", moment(11, 22), state="excused", joined=15)
    sheet = filled(tree, "2026-11", "2026-11").lines[0]
    assert (sheet.due, sheet.told, sheet.totals) == (1, 0, {"joined": 1200, "left": None})


def test_where_all_are_excused_or_nobody_was_asked_the_sum_says_so(tree: Tree) -> None:
    tree.told("mill", "2026-10", moment(10, 20), state="excused")
    assert cells(report.sheet(filled(tree, "2026-10", "2026-10")))[6] == ["合计", 0, 0, "免报", "免报"]
    assert cells(report.sheet(filled(tree, "2026-09", "2026-09")))[6] == ["合计", 0, 0, "未派", "未派"]


def test_what_staff_put_right_is_told_in_words_and_without_the_reason(tree: Tree) -> None:
    duty = tree.told("mill", "2026-11", moment(11, 20), joined=12, left=0)
    step = (duty, "person:7", "number")
    tree.database.writer.run(lambda work: duties.step(work, *step, moment(11, 20), "入会：未报 → 12"))

    def correct(key: str, text: str) -> int:
        def job(work: Work) -> int:
            seen = corrections.one(work, ADMIN, duty).mark
            return corrections.correct(work, ADMIN, Page(duty, seen), {key: text}, "王小明把人数算错了", moment(12, 1))

        return tree.database.writer.run(job)

    assert (correct("joined", "1300"), correct("left", "2")) == (1, 1)
    sheet = filled(tree, "2026-11", "2026-11")
    assert sorted(note for *_, note in sheet.changes) == ["入会：12 → 1,300", "退会：0 → 2"]
    rows = cells(report.sheet(sheet), "更正和补报")
    assert rows[1][:3] == ["东区纺织厂工会", "2026-11", "2026-12-01 10:00"]
    assert not re.search("joined|left|王小明|算错|chief", str(rows))
    shown = tree.database.look(lambda work: corrections.one(work, ADMIN, duty)).changes
    assert "入会：12 → 1,300；王小明把人数算错了" in [each.words for each in shown]  # staff read why
    ask_for(tree, NUMBERS[1])
    assert "已不再报的数：12 → 1,300" in [note for *_, note in filled(tree, "2026-11", "2026-11").changes]


def test_a_name_never_becomes_a_formula(tree: Tree) -> None:
    tree.database.writer.run(lambda work: orgs.put(work, "mill", '=HYPERLINK("http://evil")', "基层", "", None))
    tree.told("mill", "2026-11", moment(11, 20), joined=1, left=0)
    cell = load_workbook(BytesIO(report.sheet(filled(tree, "2026-11", "2026-11"))))["报表"]["A4"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert str(cell.value).startswith("=HYPERLINK")


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("month", 12, ("2026-12", "2026-12")),
        ("bimonth", 6, ("2026-11", "2026-12")),
        ("quarter", 2, ("2026-04", "2026-06")),
        ("half", 2, ("2026-07", "2026-12")),
        ("year", 1, ("2026-01", "2026-12")),
    ],
)
def test_the_months_of_a_sheet(kind: str, number: int, expected: tuple[str, str]) -> None:
    assert duty_sheets.months(kind, 2026, number) == expected


@pytest.mark.parametrize(("kind", "number"), [("month", 13), ("quarter", 0), ("week", 1), ("year", 2)])
def test_there_is_no_thirteenth_month(kind: str, number: int) -> None:
    with pytest.raises(NoSheet):
        duty_sheets.months(kind, 2026, number)


def test_a_branch_sees_itself(tree: Tree) -> None:
    tree.told("shop", "2026-11", moment(11, 20), joined=1, left=0)
    east = tree.database.look(lambda work: actors.of_account(work, "e", "staff", tree.ids["east"]))

    def look(org: int | None) -> Sheet:
        return tree.database.look(
            lambda work: duty_sheets.filled(work, east, "changes", "2026-11", "2026-11", org, AS_OF)
        )

    assert [line.name for line in look(None).lines] == ["东区纺织厂工会", "东区铁厂工会"]
    with pytest.raises(NotAllowed):
        look(tree.ids["city"])
    with pytest.raises(NoSheet):
        filled(tree, "2026-11", "2026-11", template="nothing")
