"""The members' pages in a real browser, on a phone and on a desk: the roster, one member, a list all the way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import FrozenClock
from bot.jobs import import_rosters
from bot.jobs.job import Moment
from bot.services import member_requests
from storage.members import Member
from tests.browser import Browser, chromium, open_browser
from tests.console.desk import Desk
from tests.console.looking import SIZES, Looker
from tests.members.world import World, line, sheet
from tests.storage.kit import count

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium is installed"),
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as made:
        yield made


@pytest.fixture
def world(desk: Desk, clock: FrozenClock) -> World:
    return World(desk.database, clock.now()).build()


async def looker(browser: Browser, desk: Desk, size: str, tmp_path: Path) -> Looker:
    await desk.account("chen", "approver")
    made = Looker(await browser.page(), desk, size, tmp_path)
    await made.log_in("chen")
    return made


@pytest.mark.parametrize("size", SIZES)
async def test_the_pages_fit(desk: Desk, world: World, browser: Browser, size: str, tmp_path: Path) -> None:
    world.brought(sheet(*(line(place, 入会日期=f"{2022 + place % 5}-03-05") for place in range(55))))
    member = world.enrolled(100)
    await desk.write(
        lambda work: member_requests.ask(
            work, member.person_id or 0, "transfer", {"employer": "西区纱厂"}, desk.clock.now(), world.places["mill"]
        )
    )
    look = await looker(browser, desk, size, tmp_path)
    pages = ("/members", f"/members/{member.id}", "/members/requests", "/members/growth", "/members/import")
    for path in (*pages, "/members/export", "/card"):
        await look.open(path)
        await look.check("members" + path.replace(str(member.id), "one").replace("/", "-"))
    assert look.page.errors == []


@pytest.mark.parametrize("size", SIZES)
async def test_facts_are_corrected_and_a_card_is_shown_and_scanned(
    desk: Desk, world: World, browser: Browser, size: str, tmp_path: Path
) -> None:
    member = world.enrolled(1)
    look = await looker(browser, desk, size, tmp_path)
    await look.open(f"/members/{member.id}")
    await look.send("a[href$='/correct']", "更正登记的信息")
    await look.check("correct-form")
    await look.page.js("void (window.confirm = () => true)")
    await look.page.type("#f-mobile", "1380013")
    await look.page.type("#f-reason", "核对证件原件")
    await look.send("form[action$='/correct'] .primary", "更正登记的信息")
    assert "11位" in await look.page.js("document.querySelector('.wrong').innerText")
    await look.check("correct-wrong")
    await look.page.type("#f-mobile", "9000")
    await look.decide("form[action$='/correct'] .primary", "已更正")
    words = await look.words()
    assert "138****9000" in words and "手机号：核对证件原件" in words
    await look.check("correct-done")
    await look.send("form[action$='/card'] button", "会员卡")
    assert await look.page.js("document.querySelector('.qr svg title').textContent") == "会员卡校验码二维码"
    await look.check("card-shown")
    code = await look.page.js("document.querySelector('.secret').innerText")
    await look.open("/card")
    await look.page.type("#f-code", code, enter=True)  # what a scanner does
    await look.page.wait("document.querySelector('[role=status]')?.innerText.includes('李四')")
    await look.check("card-scanned")
    assert [error for error in look.page.errors if "422" not in error] == []


async def test_members_in_the_dark(desk: Desk, world: World, browser: Browser, tmp_path: Path) -> None:
    member = world.enrolled(1)
    look = await looker(browser, desk, "phone", tmp_path)
    for name, path in (("one", f"/members/{member.id}"), ("correct", f"/members/{member.id}/correct")):
        await look.open(path, dark=True)
        await look.check(f"dark-members-{name}")
    await look.open(f"/members/{member.id}", dark=True)
    await look.send("form[action$='/card'] button", "会员卡")
    await look.check("dark-card-shown")
    white = "getComputedStyle(document.querySelector('.qr')).backgroundColor"
    assert await look.page.js(white) == "rgb(255, 255, 255)"  # or no camera reads it


@pytest.mark.parametrize("size", SIZES)
async def test_a_list_from_file_to_members(
    desk: Desk, world: World, browser: Browser, size: str, tmp_path: Path
) -> None:
    file = tmp_path / "roster.xlsx"
    await asyncio.to_thread(file.write_bytes, sheet(line(1), line(2), line(3, 入会日期="春天")))
    look = await looker(browser, desk, size, tmp_path)
    await _upload(look, file)
    await look.check("import-columns")
    await look.send("form[action$='/check'] button", "正在检查")
    await look.check("import-checking")
    await _work(desk)
    await look.page.wait("document.querySelector('h1')?.textContent.includes('有错')")  # the page asks by itself
    await look.check("import-wrong")
    assert "第4行" in await look.page.js("document.querySelector('main').innerText")
    await asyncio.to_thread(file.write_bytes, sheet(line(1), line(2)))
    await _upload(look, file)
    await look.send("form[action$='/check'] button", "正在检查")
    await _work(desk)
    await look.page.wait("document.querySelector('h1')?.textContent.includes('等待确认')")
    await look.check("import-ready")
    assert count(desk.database, Member) == 0
    await look.send("form[action$='/confirm'] button", "正在导入")
    await _work(desk)
    await look.page.wait("document.querySelector('h1')?.textContent.includes('已导入')")
    assert count(desk.database, Member) == 2
    assert look.page.errors == []


async def _upload(look: Looker, file: Path) -> None:
    """Choose the file as people do, and send it."""
    await look.open("/members/import")
    found = await look.page.call("Runtime.evaluate", expression="document.querySelector('#f-file')")
    handle = found["result"]["objectId"]
    await look.page.call("DOM.setFileInputFiles", files=[str(file)], objectId=handle)
    await look.send("form[enctype] button", "等待选列")


async def _work(desk: Desk) -> None:
    """What the job does every two seconds."""
    now = desk.clock.now()
    await asyncio.to_thread(import_rosters.run, desk.database, desk.room.house, Moment(now, now))
