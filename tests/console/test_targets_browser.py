"""目标和报表 in a real browser: down the tree, breaking a target down, a number put right, files; by keyboard."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PIL import Image

from tests.browser import Page
from tests.console.desk import Desk
from tests.console.duties_kit import Union
from tests.console.looking import SIZES, Looker
from tests.console.targets_kit import union_with_targets

pytestmark = pytest.mark.browser
backend = pytest.fixture(name="backend")(lambda: "sqlite")


@pytest.fixture
async def union(desk: Desk) -> Union:
    """The city is to reach 200, the east 120; an approver of the city."""
    made = await union_with_targets(desk)
    await desk.account("chen", "approver", display="陈立华")
    return made


@pytest.fixture(params=SIZES)
async def looker(request: pytest.FixtureRequest, page: Page, desk: Desk, union: Union, tmp_path: Path) -> Looker:
    """The approver has logged in."""
    made = Looker(page, desk, request.param, tmp_path)
    await made.log_in("chen")
    return made


async def test_down_the_tree_to_a_number_put_right(looker: Looker, union: Union) -> None:
    await looker.open("/targets")
    await looker.check("o1-city")
    city = f"/targets?indicator=growth&year=2026&org={union.units['city']}"
    await looker.page.js("void (window.left = true)")
    await looker.page.click(f"td a[href='/targets?indicator=growth&year=2026&org={union.units['east']}']")
    await looker.page.wait("!window.left && document.querySelector('h2')?.textContent.includes('东区总工会')")
    await looker.check("o2-district")
    plant = f"/targets/numbers?indicator=growth&year=2026&org={union.units['east-plant']}"
    await looker.send(f"td a[href='{plant}']", "东区机械厂工会")
    await looker.check("o3-numbers")
    await looker.send("td a[href^='/targets/numbers/']", "会员变动月报")
    await looker.page.js("void (document.querySelector('#f-n-joined').value = '')")
    await looker.page.type("#f-n-joined", "12")
    await looker.page.type("#f-reason", "核对台账，多写了一个零")
    await looker.decide("main form button.primary", "数字已更正")
    assert "入会：120 → 12；核对台账，多写了一个零" in await looker.words()
    await looker.check("o4-corrected")
    await looker.open(city)
    assert "57人" in await looker.words()
    await looker.open(city, dark=True)
    await looker.check("o5-dark")
    assert looker.page.errors == []


async def test_breaking_a_target_down_without_a_mouse_and_without_scripts(looker: Looker, union: Union) -> None:
    await looker.page.call("Emulation.setScriptExecutionDisabled", value=True)
    await looker.open(f"/targets?indicator=growth&year=2026&org={union.units['city']}")
    await looker.key("a[href^='/targets/spread']", "分解目标")
    await looker.check("p1-spread")
    west = f"#f-{union.units['west']}"
    await looker.reach(west)
    await looker.page.type(west, "70")
    await looker.key("button[value=check]", "分解目标")
    assert "还差10人没有分下去" in await looker.words()
    await looker.check("p2-checked")
    await looker.key("button[value=save]", "分解目标")
    await looker.check("p3-refused")
    await looker.page.js(f"void (document.querySelector('{west}').value = '')")
    await looker.page.type(west, "80")
    await looker.key("button[value=save]", told="目标已保存")
    assert "80人" in await looker.words()
    await looker.check("p4-saved")


async def test_the_circular_and_a_sheet_are_files(looker: Looker, union: Union, tmp_path: Path) -> None:
    into = tmp_path / "files"
    into.mkdir()
    await looker.open("/targets")
    table = await looker.page.download("a[href^='/targets/circular.xlsx']", into)
    assert load_workbook(BytesIO(table)).worksheets[0]["A4"].value == "东区总工会"
    picture = await looker.page.download("a[href^='/targets/circular.png']", into)
    assert Image.open(BytesIO(picture)).width == 1080
    (looker.shots / "circular.png").write_bytes(picture)
    await looker.open("/targets/sheets?task=changes&kind=bimonth&year=2026&number=6")
    await looker.check("q1-sheet")
    assert "11—12月" in await looker.words()
    missing = (
        "[...document.querySelectorAll('td')].filter(one => one.checkVisibility() && one.innerText.includes('未报'))"
    )
    assert await looker.page.js(f"{missing}.length") == 2  # what was not told is said on a phone, too
    sheet = await looker.page.download("a[href^='/targets/sheets.xlsx']", into)
    assert load_workbook(BytesIO(sheet)).worksheets[0]["A1"].value == "会员变动月报（2026-11至2026-12）"
