"""The pages in a real browser, on a phone and on a desk, with scripts and without."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import revisions
from tests.browser import Browser, Page, chromium, open_browser
from tests.console.desk import PASSWORD, Desk
from tests.console.pages_kit import asked, load, meet, miss, opinion, stored

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium is installed"),
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]
PHONE, DESK = 360, 1280


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as made:
        yield made


async def enter(browser: Browser, desk: Desk, name: str, width: int, scripts: bool = True) -> Page:
    """A logged-in tab."""
    page = await browser.page()
    await page.call("Emulation.setScriptExecutionDisabled", value=not scripts)
    await page.open(str(desk.server.make_url("/login")), width)
    await page.type("#f-name", name)
    await page.type("#f-password", PASSWORD, enter=True)
    await page.wait("location.pathname === '/' && document.readyState === 'complete'")
    return page


async def go(page: Page, desk: Desk, path: str, width: int) -> None:
    """Open a page and look whether it fits."""
    await page.open(str(desk.server.make_url(path)), width)
    assert await page.js("document.documentElement.scrollWidth") <= width, path
    small = await page.js(
        "[...document.querySelectorAll('main button:not(.unseen), main input:not([type=hidden]), main select')]"
        ".filter(one => one.checkVisibility() && one.offsetHeight && one.offsetHeight < 20).length"
    )
    assert small == 0, path


async def click(page: Page, selector: str, then: str) -> None:
    """Click what leads to another page, and wait for it."""
    await page.click(selector)
    await page.wait(f"({then}) && document.readyState === 'complete'")


def busy(desk: Desk) -> int:
    """Some questions and opinions; a gap."""
    load(desk)
    now = desk.clock.now()
    gap = miss(desk, meet(desk, "a"), "高温天在工地露天干活给不给发降温费")
    person = meet(desk, "b")
    miss(desk, person, "38度露天作业有没有补贴", gap=gap)
    asked(desk, person, "faq:lv-annual", now, now)
    opinion(desk, person, "lv-annual", True, now)
    return gap


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_every_page_fits_and_is_without_errors(desk: Desk, browser: Browser, width: int, tmp_path: Path) -> None:
    gap = busy(desk)
    await desk.account("chen", "approver")
    page = await enter(browser, desk, "chen", width)
    paths = ["/", "/knowledge?status=published", "/knowledge/lo-help", "/knowledge/lo-help/edit", "/queue", "/gaps"]
    paths += ["/knowledge/lv-annual/history", f"/knowledge/new?gap={gap}", f"/gaps/{gap}", "/cases", "/statistics"]
    for number, path in enumerate(paths):
        await go(page, desk, path, width)
        await page.screenshot(tmp_path / f"{number}.png")
    assert page.errors == []


@pytest.mark.parametrize(("width", "scripts"), [(PHONE, False), (DESK, False), (PHONE, True)])
async def test_from_a_question_to_its_publication(desk: Desk, browser: Browser, width: int, scripts: bool) -> None:
    gap = busy(desk)
    await desk.account("liu", "editor")
    await desk.account("chen", "approver")
    page = await enter(browser, desk, "liu", width, scripts)
    await go(page, desk, "/gaps", width)
    await click(page, f"a[href='/gaps/{gap}']", f"location.pathname === '/gaps/{gap}'")
    await click(page, "main a[href^='/knowledge/new']", "location.pathname === '/knowledge/new'")
    await page.click("input[name=pick]")
    await page.type("#f-answer", "高温天露天作业单位要发高温津贴，标准以当地规定为准。")
    await page.type("#f-category", "工资")
    for name, words in {"law": "防暑降温措施管理办法", "article": "第十七条", "version": "2012-06-29施行"}.items():
        await page.type(f"#r-citation-{name}-1", words)
    await page.type("#f-tried", "露天作业补贴")
    await click(page, "aside button[value=preview]", "document.querySelector('.tried')")
    assert "就是这一条" in await page.js("document.querySelector('.tried').innerText")
    await click(page, "button[value=hand_in]", "location.pathname.startsWith('/knowledge/own-')")
    entry_id = (await page.js("location.pathname")).rpartition("/")[2]
    revision = desk.database.look(lambda work: revisions.open_all(work, entry_id)[0])
    assert revision.state == "pending"

    other = await enter(browser, desk, "chen", width, scripts)
    await go(other, desk, "/queue", width)
    await click(other, f"#r{revision.id} button.primary", "document.querySelector('.flash')")
    assert stored(desk, entry_id).phrasings == ["高温天在工地露天干活给不给发降温费", "38度露天作业有没有补贴"]
    await go(other, desk, f"/gaps/{gap}", width)
    assert "等待发送" in await other.js("document.querySelector('main').innerText")
    assert page.errors + other.errors == []


async def test_the_preview_follows_while_typing(desk: Desk, browser: Browser) -> None:
    busy(desk)
    await desk.account("liu", "editor")
    page = await enter(browser, desk, "liu", DESK)
    await go(page, desk, "/knowledge/lv-annual/edit", DESK)
    await page.type("#f-answer", "新写的一句话。")
    await page.wait("document.querySelector('#preview .said').innerText.includes('新写的一句话。')")
    await page.type("#f-tried", "年假几天")
    await page.wait("document.querySelector('#preview .tried')?.innerText.includes('年休假有几天')")
    assert page.errors == []
    assert desk.database.look(lambda work: revisions.open_of(work, "lv-annual")) is None


async def test_everything_is_reached_with_the_keyboard(desk: Desk, browser: Browser) -> None:
    busy(desk)
    await desk.account("liu", "editor")
    page = await enter(browser, desk, "liu", DESK)
    await go(page, desk, "/knowledge/lv-annual/edit", DESK)
    await page.js("document.querySelector('main').focus()")
    reached: list[str] = []
    for _ in range(60):
        await page.press("Tab", 9)
        name = await page.js("document.activeElement.name + ':' + (document.activeElement.value || '').slice(0, 8)")
        reached.append(str(name))
    wanted = ["question:", "phrasings:", "answer:", "as_of:", "scope:", "action:hand_in", "action:save", "tried:"]
    for each in wanted:
        assert any(name.startswith(each) for name in reached), (each, reached)


async def test_enter_in_a_field_previews_and_never_hands_in(desk: Desk, browser: Browser) -> None:
    busy(desk)
    await desk.account("liu", "editor")
    page = await enter(browser, desk, "liu", PHONE, scripts=False)
    await go(page, desk, "/knowledge/lv-annual/edit", PHONE)
    await page.type("#f-tried", "年假几天", enter=True)
    await page.wait("document.querySelector('.tried') && document.readyState === 'complete'")
    assert desk.database.look(lambda work: revisions.open_of(work, "lv-annual")) is None
