"""The console in a real browser: on a phone and at a desk, in the dark, by keyboard, without JavaScript."""

from pathlib import Path

import pytest

from tests.browser import Page
from tests.console.desk import Desk
from tests.console.looking import SIZES, Looker
from tests.console.test_codes import code

pytestmark = pytest.mark.browser
backend = pytest.fixture(name="backend")(lambda: "sqlite")


@pytest.fixture(params=SIZES)
async def looker(request: pytest.FixtureRequest, page: Page, desk: Desk, tmp_path: Path) -> Looker:
    """An admin and a clerk have accounts; nobody is logged in."""
    ids = await desk.tree()
    await desk.account("boss", "admin", display="吴建国")
    await desk.account("xiaohe", "staff", ids["east-plant"], display="何秀英")
    await desk.account("east-boss", "admin", ids["east"], display="郭晓东", must_change=True)
    await desk.account("gone", "editor", display="林已离岗", active=False)
    return Looker(page, desk, request.param, tmp_path)


async def test_an_admin_walks_through_the_pages(looker: Looker) -> None:
    page = looker.page
    await looker.open("/audit?action=login")
    await looker.check("1-login")
    await page.type("#f-name", "boss")
    await page.type("#f-password", "wrong horse 41", enter=True)
    await page.wait("!!document.querySelector('[role=alert]') && document.readyState === 'complete'")
    await looker.check("2-wrong")
    await looker.log_in("boss")
    await looker.check("3-today")
    await looker.open("/accounts")
    await looker.check("4-accounts")
    await looker.open("/accounts/new")
    await page.type("#f-name", "xiaoli")
    await page.type("#f-display", "李小丽")
    await page.type("#f-branch", "机械厂")
    await looker.send("main form .primary", "新增账号")
    await looker.check("5-several")
    await looker.send("main form .primary", "一次性密码")
    await looker.check("6-handed-out")
    await looker.open(f"/accounts/{looker.desk.stored('xiaohe').id}")
    await looker.check("7-account")
    await looker.open("/audit")
    await looker.check("8-audit")
    await looker.open("/no-such-page")
    await looker.check("9-missing")
    assert [error for error in page.errors if "40" not in error] == []


async def test_the_second_factor_by_hand(looker: Looker) -> None:
    page = looker.page
    await looker.log_in("boss")
    await looker.open("/me")
    await looker.check("10-me")
    await looker.send("form[action='/me/code'] button", "启用动态口令")
    await looker.check("11-offer")
    secret = (await page.js("document.querySelector('.secret').textContent")).replace(" ", "")
    await page.type("#f-code", code(secret, looker.desk.clock.now()))
    await looker.send("form[action='/me/code/confirm'] .primary", "我的账号")
    assert "动态口令已启用" in await page.js("document.querySelector('.flash').textContent")
    await looker.check("12-me-on")
    await looker.open("/password")
    await looker.check("13-password")
    await looker.open("/me")
    await looker.send("form[action='/logout'] button", "登录工作台")
    await page.type("#f-name", "boss")
    await page.type("#f-password", "correct horse 42", enter=True)
    await page.wait("!!document.querySelector('#f-code') && document.readyState === 'complete'")
    await looker.check("14-code")
    looker.desk.later(minutes=1)
    await page.type("#f-code", code(secret, looker.desk.clock.now()), enter=True)
    await page.wait("location.pathname === '/'")


async def test_who_has_no_right_is_told_so(looker: Looker) -> None:
    await looker.log_in("xiaohe")
    await looker.open("/accounts")
    assert "没有这个权限" in await looker.page.js("document.querySelector('main').textContent")
    await looker.check("15-refused")
    assert ("staff:xiaohe", "refused", "GET /accounts", "") in looker.desk.lines()


async def test_in_the_dark(looker: Looker) -> None:
    await looker.log_in("boss")
    for name, path in (("16-dark-today", "/"), ("17-dark-accounts", "/accounts"), ("18-dark-me", "/me")):
        await looker.open(path, dark=True)
        await looker.check(name)
        assert await looker.page.js("getComputedStyle(document.body).backgroundColor") == "rgb(22, 20, 18)"


async def test_everything_works_without_javascript(looker: Looker) -> None:
    await looker.page.call("Emulation.setScriptExecutionDisabled", value=True)
    await looker.log_in("boss")
    await looker.open("/accounts/new")
    await looker.page.type("#f-name", "xiaoli")
    await looker.page.type("#f-display", "李小丽")
    await looker.send("main form .primary", "一次性密码")
    await looker.open(f"/accounts/{looker.desk.stored('xiaoli').id}")
    await looker.page.click("form[action$='/off'] button")
    await looker.page.wait("location.pathname === '/accounts' && !!document.querySelector('.flash')")
    assert not looker.desk.stored("xiaoli").active
    await looker.page.click("form[action='/logout'] button")
    await looker.page.wait("location.pathname === '/login'")


async def test_something_that_cannot_be_taken_back_is_asked_about(looker: Looker) -> None:
    page, one = looker.page, f"/accounts/{looker.desk.stored('xiaohe').id}"
    await looker.log_in("boss")
    await looker.open(one)
    await page.js("void (window.asked = [], window.confirm = words => { asked.push(words); return false; })")
    await page.click("form[action$='/off'] button")
    assert "确定要停用吗" in (await page.js("asked"))[0]
    assert looker.desk.stored("xiaohe").active
