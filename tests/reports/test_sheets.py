"""Sheets that fill themselves: months to years, 未报 instead of nought, corrections with their trace, safe cells."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.exchange import report
from bot.services import actors, duty_sheets
from bot.services.actors import NotAllowed
from bot.services.duty_sheets import NoSheet, Sheet
from storage import duties, orgs
from tests.reports.test_indicators import moment
from tests.reports.tree import ADMIN, Tree

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
    assert rows[3] == ["东区纺织厂工会", 1, 0, "未报", "未报"]  # one of two numbers is no report
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
