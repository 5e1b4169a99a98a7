"""干部任务 in a real browser: down the board to a duty and a request granted; a line written, tried and published."""

from pathlib import Path

import pytest

from storage import duty_templates
from tests.browser import Page
from tests.console.desk import Desk
from tests.console.duties_kit import Union, busy, union_of
from tests.console.looking import SIZES, Looker

pytestmark = pytest.mark.browser
backend = pytest.fixture(name="backend")(lambda: "sqlite")


@pytest.fixture
async def union(desk: Desk) -> Union:
    """Duties of November; an approver and an editor of the city, an approver of the west."""
    made = await union_of(desk)
    await desk.account("chen", "approver", display="陈立华")
    await desk.account("liu", "editor", display="刘编辑")
    await desk.account("west", "approver", made.units["west"], display="西区审核")
    return made


@pytest.fixture(params=SIZES)
async def looker(request: pytest.FixtureRequest, page: Page, desk: Desk, union: Union, tmp_path: Path) -> Looker:
    """Nobody is logged in."""
    return Looker(page, desk, request.param, tmp_path)


async def test_down_the_board_to_a_request(looker: Looker, union: Union) -> None:
    await busy(union)
    await looker.log_in("chen")
    await looker.open("/duties")
    await looker.check("k1-board")
    await looker.page.js("void (window.left = true)")
    await looker.page.click(f"a[href$='org={union.units['east']}']")
    await looker.page.wait("!window.left && document.readyState === 'complete'")
    assert "东区商场工会" in await looker.words()
    await looker.check("k2-district")
    await looker.send(f"a[href='/duties/list?period=2026-11&org={union.units['east-plant']}']", "任务清单")
    await looker.check("k3-list")
    duty = union.duties["east-plant/election"]
    await looker.send(f"a[href='/duties/{duty}']", "工会换届到期排查")
    await looker.check("k4-duty")
    await looker.decide("form[action$='/grant'] button", "已批准")
    assert "2026年12月5日到期" in await looker.words()
    await looker.check("k5-granted")
    assert union.get("east-plant/election").deadline.month == 12
    assert looker.page.errors == []


async def test_a_refusal_without_a_mouse_and_without_scripts(looker: Looker, union: Union) -> None:
    await busy(union)
    await looker.log_in("chen")
    await looker.page.call("Emulation.setScriptExecutionDisabled", value=True)
    await looker.open(f"/duties/{union.duties['east-plant/election']}")
    await looker.reach("#f-why")
    await looker.page.type("#f-why", "市里统一要求本月办完")
    await looker.key("form[action$='/refuse'] button", told="不批准")
    assert "没有批准" in await looker.words()


async def test_lists_and_evidence(looker: Looker, union: Union) -> None:
    await busy(union)
    await looker.log_in("chen")
    for name in ("silent", "missed", "phone", "requests"):
        await looker.open(f"/duties/{name}")
        await looker.check(f"l-{name}")
    await looker.open(f"/duties/{union.duties['east-plant/election']}")
    await looker.page.click("details.reveal summary")
    await looker.page.type("details.reveal input[name=reason]", "核对现场照片是否清楚")
    await looker.send("details.reveal button", "照片")
    await looker.check("l-photo")
    assert await looker.page.js("document.querySelector('img.picture').naturalWidth") == 1


async def test_a_line_is_written_tried_and_published(looker: Looker, union: Union, desk: Desk) -> None:
    page = looker.page
    await looker.log_in("liu")
    await looker.open("/duties/templates")
    await looker.check("m1-templates")
    await looker.send("a[href='/duties/templates/new']", "写新任务")
    await page.type("#f-title", "职工书屋检查")
    await page.type("#f-what", "看看书架、灯和开放时间，坏了的报修。")
    await page.click("input[name=month][value='3']")
    await page.click("input[name=month][value='9']")
    await page.click("input[name=kind][value='last_workday']")
    await looker.send("button.quiet[value=preview]", "写新任务")
    assert "2026年3月31日" in await looker.words()
    await looker.check("m2-preview")
    await page.js("void (document.querySelector('#f-title').value = '书')")
    await looker.send("button[value=save].primary", "写新任务")
    assert "请写2到60个字" in await looker.words()
    await looker.check("m3-mistake")
    await page.js("void (document.querySelector('#f-title').value = '职工书屋检查')")
    await looker.decide("button[value=save].primary", "草稿已保存")
    path = await page.js("location.pathname")
    await looker.log_out()
    await looker.log_in("chen")
    await looker.open(path)
    await looker.check("m4-draft")
    await looker.decide("form[action$='/publish'] button", "已发布")
    await looker.check("m5-live")
    kept = desk.database.look(lambda work: duty_templates.get(work, path.rpartition("/")[2]))
    assert kept is not None and (kept.state, kept.months) == ("live", [3, 9])


async def test_the_calendar_fits_any_screen(looker: Looker, union: Union) -> None:
    await looker.log_in("west")
    for name, path in (
        ("n1-month", "/duties/calendar?period=2026-11"),
        ("n2-october", "/duties/calendar?period=2026-10"),
        ("n3-year", "/duties/calendar?year=2026"),
        ("n4-branch", "/duties"),
        ("n5-template", "/duties/templates/changes"),
    ):
        await looker.open(path)
        await looker.check(name)
    await looker.open("/duties/calendar?period=2026-11", dark=True)
    await looker.check("n6-dark")
