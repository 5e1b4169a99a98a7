"""From a code made in the console to an office on a phone: the platform's QR code, the scan, the list."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from storage import orgs, staff
from storage.staff import Staff
from storage.work import Work
from tests.browser import Browser, Page, chromium, open_browser
from tests.console.desk import CHEAP, PASSWORD
from tests.wire.room import LI, Room

ARRIVED = "!window.left && document.readyState === 'complete'"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as made:
        yield made


async def account(room: Room) -> None:
    """An approver of the whole tree."""

    def add(work: Work) -> None:
        values: dict[str, Any] = {"display": "陈同志", "must_change": False, "password": CHEAP.hash(PASSWORD)}
        made = Staff(id=work.new_id(), name="chen", role="approver", created_at=room.clock.now(), **values)
        staff.save(work, made)

    await room.written(add)


async def go(page: Page, selector: str, heading: str) -> None:
    """Press a button and wait for the page it leads to."""
    await page.js("void (window.left = true)")
    await page.click(selector)
    await page.wait(f"{ARRIVED} && document.querySelector('h1').textContent.includes('{heading}')")


async def log_in(page: Page, base: str) -> None:
    await page.open(f"{base}/login", 360, 740)
    await page.type("#f-name", "chen")
    await page.type("#f-password", PASSWORD)
    await go(page, "main button", "今日概览")


@pytest.mark.browser
@pytest.mark.skipif(chromium() is None, reason="no Chromium is installed")
async def test_a_code_made_in_the_console_binds_who_scans_it(room: Room, browser: Browser) -> None:
    await account(room)
    base = f"http://127.0.0.1:{room.bot.console_port}"
    page = await browser.page()
    await log_in(page, base)
    await page.open(f"{base}/cadres/codes", 360, 740)
    await page.type("#f-unit", "jixie")
    await page.js("void (document.querySelector('#f-office').value = '财务')")
    await page.type("#f-name", "李四")
    await go(page, "form[action='/cadres/codes'] .primary", "绑定码")
    assert await page.js("document.querySelector('.qr svg title').textContent") == "绑定码二维码"
    assert "用微信扫一扫" in await page.js("document.querySelector('main').innerText")  # the platform gave the code
    words = str(await page.js("document.querySelector('.secret').innerText"))
    assert await page.js("document.documentElement.scrollWidth") <= 360
    bound = await room.reply(LI, "follow", scene=f"bind_{words.removeprefix('绑定 ')}")
    assert "已绑定：示例机械厂工会 财务" in bound
    assert "您已经绑定" in await room.says(LI, words)
    await page.open(f"{base}/cadres", 360, 740)
    listed = str(await page.js("document.querySelector('main').innerText"))
    assert "李四" in listed and "财务" in listed
    await go(page, "table a[href^='/cadres/']", "李四")
    assert "2026-11-25" in await page.js("document.querySelector('main').innerText")
    assert page.errors == []


async def test_a_code_that_is_over_gives_nothing_on_the_wire(any_room: Room) -> None:
    room = any_room
    await room.reply(LI, "follow")

    def put(work: Work) -> None:
        factory = orgs.by_code(work, "jixie")
        assert factory is not None
        orgs.put_binding(work, "old_code_of_mine", factory, "财务", room.clock.now() - timedelta(days=1))

    await room.written(put)
    assert "已过期" in await room.says(LI, "绑定 old_code_of_mine")
    assert room.count("appointment") == 0
