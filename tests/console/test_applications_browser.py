"""入会审核 in a real browser: approval, return and what comes back, refusals; phone and desk, dark, no scripts."""

from pathlib import Path

import pytest

from tests.browser import Page
from tests.console.applicants_kit import busy, office_of
from tests.console.desk import Desk
from tests.console.looking import SIZES, Looker
from tests.joining.applicants import WANG, Office

pytestmark = pytest.mark.browser
backend = pytest.fixture(name="backend")(lambda: "sqlite")
MAIN = "document.querySelector('main').innerText"


@pytest.fixture
async def office(desk: Desk) -> Office:
    """People have applied; two approvers, a clerk of the east and an approver of the west have accounts."""
    made = await office_of(desk)
    await desk.account("chen", "approver", display="陈立华")
    await desk.account("zhou", "approver", display="周敏")
    await desk.account("xiaohe", "staff", made.places["east"].id, display="何秀英")
    await desk.account("west", "approver", made.places["west"].id, display="西区审核")
    return made


@pytest.fixture(params=SIZES)
async def looker(request: pytest.FixtureRequest, page: Page, desk: Desk, office: Office, tmp_path: Path) -> Looker:
    """Nobody is logged in."""
    return Looker(page, desk, request.param, tmp_path)


async def test_review_to_approval(looker: Looker, office: Office, desk: Desk) -> None:
    one = busy(desk, office)["plain"]
    await looker.log_in("chen")
    await looker.open("/applications")
    await looker.check("a1-queue")
    await looker.send(f"a[href='/applications/{one}']", "入会申请")
    await looker.check("a2-waiting")
    await looker.decide("form[action$='/claim'] button", "由您审核")
    await looker.check("a3-mine")
    await looker.decide("form[action$='/approve'] button", "已批准入会")
    await looker.check("a4-approved")
    assert [each.name for each in office.members()] == ["李小红"]
    await looker.open("/applications?view=decided")
    await looker.check("a5-decided")
    assert looker.page.errors == []


async def test_return_and_resubmission(looker: Looker, office: Office, desk: Desk) -> None:
    one = busy(desk, office)["plain"]
    page = looker.page
    await page.call("Emulation.setScriptExecutionDisabled", value=True)  # all of it works without
    await looker.log_in("xiaohe")
    await looker.open(f"/applications/{one}")
    await looker.decide("form[action$='/claim'] button", "由您审核")
    await page.type("#f-reason", "单位请写营业执照上的全称")
    await looker.send("form[action$='/return'] button", "入会申请")
    assert "请勾选要修改的内容" in await page.js(MAIN)
    await looker.check("b1-mistake")
    await page.click("input[name=field][value=employer]")
    await looker.decide("form[action$='/return'] button", "已退回")
    await looker.check("b2-returned")
    office.resubmit(one, desk.clock.now(), employer="示例机械厂有限公司")
    await looker.open(f"/applications/{one}")
    words = await page.js(MAIN)
    assert "第 2 次提交" in words and "修改后再次提交" in words and "示例机械厂有限公司" in words
    await looker.check("b3-again")


async def test_two_pairs_of_eyes_and_a_conflict(looker: Looker, office: Office, desk: Desk) -> None:
    made = busy(desk, office)
    one = made["odd"]
    await looker.log_in("zhou")
    await looker.open(f"/applications/{one}")
    office.approve(WANG, one, desk.clock.now())
    await looker.send("form[action$='/claim'] button", "入会申请")
    assert "有了变化" in await looker.page.js(MAIN)
    await looker.check("c1-conflict")
    await looker.decide("form[action$='/claim'] button", "由您审核")
    await looker.check("c2-second")
    await looker.decide("form[action$='/approve'] button", "已批准入会")
    await looker.open("/applications?view=waiting")
    for key in ("plain", "other"):
        await looker.page.click(f"input[name=pick][value^='{made[key]}:']")
    office.claim(WANG, made["other"], desk.clock.now())
    await looker.page.js("void (window.confirm = () => true)")
    await looker.send(".entries + .actions button", "入会审核")
    assert "批准了 1 份，下面 1 份没有批准" in await looker.page.js(MAIN)
    await looker.check("c3-left")


async def test_a_union_is_chosen_and_a_reason_looked_at_twice(looker: Looker, office: Office, desk: Desk) -> None:
    one = busy(desk, office)["nowhere"]
    page = looker.page
    await looker.log_in("chen")
    await looker.open(f"/applications/{one}")
    await page.type("#f-unit", "机械厂")
    await looker.send("form.search button", "入会申请")
    await looker.check("d1-units")
    await looker.decide(".offers form button", "已交给")
    await looker.decide("form[action$='/claim'] button", "由您审核")
    await page.js("void (document.querySelector('#f-key').value = 'other', window.confirm = () => true)")
    await page.type("#f-own", "还在试用期，没有转正")
    await looker.send("form[action$='/reject'] button", "入会申请")
    assert "第五十一条" in await page.js("document.querySelector('[role=alert]').innerText")
    await looker.check("d2-doubtful")
    assert office.get(one).state == "in_review"


async def test_who_has_no_right_is_told_so(looker: Looker, office: Office, desk: Desk) -> None:
    one = busy(desk, office)["plain"]
    await looker.log_in("west")
    await looker.open(f"/applications/{one}")
    assert "不归您所在的工会审核" in await looker.page.js(MAIN)
    await looker.check("e1-refused")
    assert ("staff:west", "refused", "GET /applications/{id}", f"id:{one}") in desk.lines()
    await looker.open("/")
    await looker.page.click("form[action='/logout'] button")
    await looker.page.wait("location.pathname === '/login' && document.readyState === 'complete'")
    await looker.log_in("xiaohe")
    await looker.open(f"/applications/{one}")
    await looker.decide("form[action$='/claim'] button", "由您审核")
    assert "需要审核人权限" in await looker.page.js(MAIN)
    await looker.page.js("document.querySelector(\"form[action$='/release']\").action = location.pathname + '/approve'")
    await looker.send("form[action$='/approve'] button", "没有权限")
    assert "需要审核人" in await looker.page.js(MAIN)
    assert ("staff:xiaohe", "refused", "POST /applications/{id}/approve", f"id:{one}") in desk.lines()
    assert office.members() == []


async def test_in_the_dark(looker: Looker, office: Office, desk: Desk) -> None:
    made = busy(desk, office)
    office.claim(WANG, made["odd"], desk.clock.now())
    await looker.log_in("chen")
    for name, path in (("f1-queue", "/applications"), ("f2-one", f"/applications/{made['odd']}")):
        await looker.open(path, dark=True)
        await looker.check(f"dark-{name}")
