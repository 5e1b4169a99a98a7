"""目标和报表 in the console: the tree with its numbers, breaking down, numbers put right, files; who may what."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image

from bot.clock import FrozenClock
from bot.console import charts, target_files
from bot.services.house import House
from storage import indicators, letters
from storage.database import Database
from storage.work import Work
from tests.console.desk import Desk, Person, Seen, open_desk
from tests.console.duties_kit import Union
from tests.console.pages_kit import plain
from tests.console.targets_kit import union_with_targets


@pytest.fixture
async def union(desk: Desk) -> Union:
    """The city is to reach 200, the east 120."""
    return await union_with_targets(desk)


async def form(who: Person, path: str, page: Seen, **more: Any) -> Seen:
    """Send the form of a page as it was shown."""
    fields = {name: page.hidden(name) for name in ("indicator", "year", "org", "seen")}
    return await who.post(path, **{**fields, **more})


async def body(who: Person, path: str) -> bytes:
    async with who.client.get(path) as answer:
        assert answer.status == 200 and "attachment" in answer.headers["Content-Disposition"]
        return await answer.read()


def target(desk: Desk, union: Union, code: str) -> int | None:
    found = desk.database.look(lambda work: indicators.targets(work, "growth", 2026, [union.units[code]]))
    return found[union.units[code]].hundredths if found else None


async def test_time_and_progress_stand_side_by_side_down_the_tree(union: Union, desk: Desk) -> None:
    chen = await desk.person("chen", "staff")
    page = await chen.get("/targets")
    words = plain(page)
    assert "年度目标 200人" in words and "完成 165人" in words and "完成率 82.5%" in words
    assert "报齐的单位 2/3" in words and "不排名" in words and "还有80人没有分到下级" in words
    assert page.text.index("东区总工会") < page.text.index("西区总工会")
    assert "比时间进度 差15人" in words and "全年时间进度 90.1%" in words
    assert (
        "东区总工会115人 / 120人　95.8%" in "".join(page.text.split("\n")).replace('</span><span class="number">', "")
        and 'width="95.8"' in page.text
    )
    assert 'action="/targets/own"' not in page.text  # staff only look
    east = plain(await chen.get(f"/targets?org={union.units['east']}&indicator=growth&year=2026"))
    assert "年度目标 120人" in east and "完成 115人" in east and "东区商场工会 未定 未报" in east
    assert (
        "未报" in plain(await chen.get("/targets?year=2025"))
        and (await chen.get("/targets?indicator=no")).status == 409
    )


async def test_a_target_is_broken_down_and_the_difference_is_shown(union: Union, desk: Desk) -> None:
    chen = await desk.person("chen", "approver")
    path = f"/targets/spread?indicator=growth&year=2026&org={union.units['city']}"
    page = await chen.get(path)
    east, west = (f"t-{union.units[code]}" for code in ("east", "west"))
    tried = await form(chen, "/targets/spread", page, action="check", **{east: "120", west: "70"})
    assert "下级合计190人，本级目标200人，还差10人没有分下去" in plain(tried) and target(desk, union, "west") is None
    refused = await form(chen, "/targets/spread", page, action="save", **{east: "120", west: "70"})
    assert refused.status == 422 and "还差10人" in plain(refused) and 'value="70"' in refused.text
    assert target(desk, union, "west") is None
    agreed = await form(chen, "/targets/spread", page, action="save", agreed="1", **{east: "120", west: "70"})
    assert agreed.status == 303 and target(desk, union, "west") == 7000
    stale = await form(chen, "/targets/spread", page, action="save", **{east: "130", west: "70"})
    assert stale.status == 422 and "有人改过" in plain(stale) and target(desk, union, "east") == 12000
    bad = await form(chen, "/targets/spread", await chen.get(path), action="save", **{east: "abc", west: "70"})
    assert bad.status == 422 and "东区总工会" in plain(bad)
    shared = await form(chen, "/targets/spread", await chen.get(path), action="distribute", basis="last_year")
    assert shared.status == 422 and "2025年没有" in plain(shared)
    assert [line[3] for line in desk.lines("set_target") if line[0] == "staff:chen"] == ["未定 → 70人"]


async def test_an_own_target_is_set_from_above_and_its_changes_are_shown(union: Union, desk: Desk) -> None:
    chen = await desk.person("chen", "approver")
    east = await desk.person("east", "approver", union.units["east"])
    path = f"/targets?indicator=growth&year=2026&org={union.units['east']}"
    page = await chen.get(path)
    assert (await form(chen, "/targets/own", page, goal="150")).status == 303
    again = await form(chen, "/targets/own", page, goal="90")
    assert again.status == 422 and "有人改过" in plain(again) and target(desk, union, "east") == 15000
    assert "120人 → 150人" in plain(await chen.get(path))
    mine = await east.get(path)
    assert 'action="/targets/own"' not in mine.text and "分解到下级" in mine.text
    forged = {"indicator": "growth", "year": "2026", "org": str(union.units["east"]), "seen": "150", "goal": "1"}
    assert (await east.post("/targets/own", **forged)).status == 403
    assert (await east.get(f"/targets?org={union.units['west']}")).status == 403
    assert (
        await east.get(f"/targets/circular.xlsx?indicator=growth&year=2026&org={union.units['city']}")
    ).status == 403
    assert target(desk, union, "east") == 15000


async def test_a_number_is_put_right_with_a_reason_and_leaves_a_trace(union: Union, desk: Desk) -> None:
    chen, liu = await desk.person("chen", "approver"), await desk.person("liu", "editor")
    listed = await chen.get(f"/targets/numbers?indicator=growth&year=2026&org={union.units['east-plant']}")
    assert "入会 120 人，退会 5 人" in plain(listed)
    duty = union.duties["east-plant/changes"]
    path = f"/targets/numbers/{duty}"
    page = await chen.get(f"{path}?indicator=growth&year=2026")
    fields = {"seen": page.hidden("seen"), "n-joined": "12", "n-left": "5", "indicator": "growth", "year": "2026"}
    for reason, words in (("", "请写明原因"), ("王建国多写了个零", "不要写姓名")):
        refused = await chen.post(path, **fields, reason=reason)
        assert refused.status == 422 and words in plain(refused) and 'value="12"' in refused.text
    assert (await liu.post(path, **fields, reason="核对台账多写了个零")).status == 403
    wrong = await chen.post(path, **{**fields, "n-joined": "很多"}, reason="核对台账多写了个零")
    assert wrong.status == 422 and "没看懂这个数" in plain(wrong)
    assert (await chen.post(path, **fields, reason="核对台账多写了个零")).status == 303
    stale = await chen.post(path, **{**fields, "n-joined": "13"}, reason="核对台账又写错了")
    assert stale.status == 422 and "有人改过" in plain(stale)
    assert "入会：120 → 12；核对台账多写了个零" in plain(await chen.get(path))
    assert "完成 57人" in plain(await chen.get("/targets"))
    assert union.steps("east-plant/changes") == [("staff:chen", "number", "joined: 120 -> 12；核对台账多写了个零")]
    assert [line[1:] for line in desk.lines("number_correct")] == [
        ("number_correct", f"duty:{duty}", "入会：120 -> 12；核对台账多写了个零")
    ]
    assert any("入会12人（原来入会120人）" in words for words in letters_of(desk))
    sheet = await chen.get("/targets/sheets?task=changes&year=2026&number=11")
    assert "东区商场工会 1 0 未报" in plain(sheet) and "72 人" in plain(sheet)
    same = await chen.post(path, **{**fields, "seen": (await chen.get(path)).hidden("seen")}, reason="没有要改的数字")
    assert same.status == 422 and "没有变化" in plain(same)


def letters_of(desk: Desk) -> list[str]:
    def look(work: Work) -> list[str]:
        found = [letters.get(work, each) for each in letters.waiting(work, 10)]
        return [letters.words(work, each) for each in found if each is not None]

    return desk.database.look(look)


async def test_a_number_told_by_phone_is_entered(union: Union, desk: Desk) -> None:
    chen = await desk.person("chen", "approver")
    path = f"/targets/numbers/{union.duties['east-shop/changes']}"
    page = await chen.get(path)
    fields = {"seen": page.hidden("seen"), "n-joined": "8", "n-left": ""}
    assert (await chen.post(path, **fields, reason="电话报来，本人在外地")).status == 303
    assert "报齐的单位 2/3" in plain(await chen.get("/targets"))  # one number is still missing
    fields = {"seen": (await chen.get(path)).hidden("seen"), "n-joined": "8", "n-left": "1"}
    assert (await chen.post(path, **fields, reason="电话报来，本人在外地")).status == 303
    words = plain(await chen.get("/targets"))
    assert "报齐的单位 3/3" in words and "完成 172人" in words


async def test_files_hold_what_the_page_shows(union: Union, desk: Desk) -> None:
    chen = await desk.person("chen", "staff")
    query = f"indicator=growth&year=2026&org={union.units['city']}"
    book = load_workbook(BytesIO(await body(chen, f"/targets/circular.xlsx?{query}")))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert rows[3][:4] == ["东区总工会", 120, 115, 0.9583]
    picture = Image.open(BytesIO(await body(chen, f"/targets/circular.png?{query}")))
    assert picture.format == "PNG" and picture.width == 1080
    query = f"task=changes&kind=quarter&year=2026&number=4&org={union.units['city']}"
    sheet = load_workbook(BytesIO(await body(chen, f"/targets/sheets.xlsx?{query}"))).worksheets[0]
    names = [row[0].value for row in sheet.iter_rows()]
    assert "东区机械厂工会" in names and "合计" in names


@pytest.mark.parametrize("ranking", [False, True])
async def test_ranking_is_off_unless_the_union_turns_it_on(
    database: Database, house: House, clock: FrozenClock, ranking: bool
) -> None:
    ranked = replace(house, duties=replace(house.duties, ranking=ranking))
    async with open_desk(database, ranked, clock) as desk:
        union = await union_with_targets(desk)
        chen = await desk.person("chen", "approver")
        spread = await chen.get(f"/targets/spread?indicator=growth&year=2026&org={union.units['city']}")
        more = {f"t-{union.units['east']}": "190", f"t-{union.units['west']}": "10"}  # the west is further
        assert (await form(chen, "/targets/spread", spread, action="save", agreed="1", **more)).status == 303
        listed = (await chen.get("/targets")).text.partition("下级工会的目标和完成")[2]
        assert (listed.index("西区总工会") < listed.index("东区总工会")) is ranking
        query = f"indicator=growth&year=2026&org={union.units['city']}"
        sheet = load_workbook(BytesIO(await body(chen, f"/targets/circular.xlsx?{query}"))).worksheets[0]
        assert sheet["A4"].value == ("西区总工会" if ranking else "东区总工会")


async def test_without_an_indicator_the_page_says_how_to_get_one(desk: Desk) -> None:
    await desk.tree()
    chen = await desk.person("chen", "staff")
    assert "还没有指标" in plain(await chen.get("/targets"))
    assert "还没有要报数的任务" in plain(await chen.get("/targets/sheets"))


@pytest.mark.parametrize(("share", "done"), [(1.7, 100), (0.825, 82.5), (-0.2, 0), (None, None)])
def test_bars_never_leave_the_picture(share: float | None, done: float | None) -> None:
    assert charts.reached("甲", "17 / 10", share).done == done


@pytest.mark.parametrize(
    ("kind", "number", "words"), [("month", 3, "3月"), ("bimonth", 6, "11—12月"), ("year", 1, "全年")]
)
def test_a_sheet_is_called_by_its_months(kind: str, number: int, words: str) -> None:
    assert target_files._name(kind, number) == words
