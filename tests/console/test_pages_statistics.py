"""The statistics page and its file: charts people can hear, numbers with units, no cell that is a formula."""

import re
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from bot.console.sheets import Table, workbook
from tests.console.desk import Desk
from tests.console.pages_kit import asked, load, meet, miss, opinion, plain

SVG = "{http://www.w3.org/2000/svg}"


def charts_of(text: str) -> list[ElementTree.Element]:
    """The charts of a page, each well-formed by itself."""
    return [ElementTree.fromstring(part) for part in re.findall(r'<svg class="chart[ "].*?</svg>', text, re.DOTALL)]


async def busy(desk: Desk) -> None:
    """Some days of work."""
    load(desk)
    now = desk.clock.now()
    for place in range(8):
        person = meet(desk, f"p{place}")
        at = now - timedelta(days=place)
        asked(desk, person, ("faq:lv-annual", "suggest", "miss")[place % 3], at, at + timedelta(seconds=place))
        opinion(desk, person, "lv-sick", place % 2 == 0, at)


async def test_charts_have_a_name_a_description_and_a_table(desk: Desk) -> None:
    await busy(desk)
    page = await (await desk.person("wang")).get("/statistics?days=30")
    found = charts_of(page.text)
    assert len(found) == 3
    for chart in found:
        names = chart.attrib["aria-labelledby"].split()
        assert chart.attrib["role"] == "img"
        assert [each.attrib["id"] for each in chart[:2]] == names
        assert all(each.text for each in chart[:2])
    assert page.text.count("<summary>看数字</summary>") == 3
    words = plain(page)
    assert "2026年10月27日至2026年11月25日，按北京时间" in words
    assert "直接回答 3 条" in words and "给出选项 3 条" in words and "没答上来 2 条" in words
    assert "0.5秒以内 12.5%" in words


@pytest.mark.parametrize("days", [7, 30, 90])
async def test_the_period_is_chosen(desk: Desk, days: int) -> None:
    page = await (await desk.person("wang")).get(f"/statistics?days={days}")
    assert f'href="/statistics?days={days}" aria-current="page"' in page.text
    assert page.text.count("<tr><td>2026年") >= days


async def test_the_file_has_the_same_numbers_and_dates(desk: Desk) -> None:
    await busy(desk)
    miss(desk, meet(desk, "evil"), '=HYPERLINK("http://evil","降温费")')
    miss(desk, meet(desk, "evil2"), "@SUM(A1)会员卡丢了怎么补办")
    wang = await desk.person("wang")
    async with wang.client.get("/statistics.xlsx?days=7") as answer:
        body = await answer.read()
        assert answer.status == 200
        assert 'filename="statistics-20261119-20261125.xlsx"' in answer.headers["Content-Disposition"]
    book = load_workbook(BytesIO(body))
    days = book["每天的提问"]
    assert [cell.value for cell in days[1]] == ["日期", "直接回答（条）", "给出选项（条）", "没答上来（条）"]
    assert [row[0].value for row in days.iter_rows(min_row=2)] == [f"2026-11-{day}" for day in range(19, 26)]
    assert sum(cell.value for row in days.iter_rows(min_row=2, min_col=2) for cell in row) == 7
    gaps = {str(row[1].value): row[1] for row in book["没答上来的"].iter_rows(min_row=2)}
    assert set(gaps) == {'=HYPERLINK("http://evil","降温费")', "@SUM(A1)会员卡丢了怎么补办"}
    assert all((cell.data_type, cell.quotePrefix) == ("s", True) for cell in gaps.values())


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_words_never_become_a_formula(words: str) -> None:
    cell = load_workbook(BytesIO(workbook([Table("表", ("列",), [(words, -1, "\x07字")])])))["表"]["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert str(cell.value).strip() == words.strip()


async def test_a_branch_gets_its_own_numbers(desk: Desk) -> None:
    load(desk)
    tree, now = await desk.tree(), desk.clock.now()
    asked(desk, meet(desk, "e", tree["east-plant"]), "faq:lv-annual", now)
    asked(desk, meet(desk, "w", tree["west-plant"]), "faq:lv-annual", now)
    east = plain(await (await desk.person("east", "staff", tree["east"])).get("/statistics"))
    assert "东区总工会，2026年" in east and "直接回答 1 条" in east
    city = plain(await (await desk.person("wang")).get("/statistics"))
    assert "本市，2026年" in city and "直接回答 2 条" in city
