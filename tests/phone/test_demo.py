"""What somebody sees who starts the demo: phones that talk with the union, and the platform's view beside them."""

import os
from pathlib import Path

import pytest

from tests.browser import Page
from tests.phone.demonstration import Demonstration
from tests.wire.room import CHEN, LI, WANG
from tests.wire.test_dialogue import ANSWERS

pytestmark = pytest.mark.browser
SIZES = {"wide": (1440, 900), "small": (390, 844)}


class Visitor:
    """Somebody in front of the page; on a small screen one thing is seen at a time."""

    def __init__(self, page: Page, demo: Demonstration, size: str) -> None:
        self.page, self.demo, self.size = page, demo, size
        folder = os.environ.get("PHONE_SCREENSHOTS")
        self._shots = Path(folder) if folder else None

    async def open(self) -> None:
        """Open the page and wait for its phones."""
        await self.page.open(self.demo.page, *SIZES[self.size])
        await self.page.wait("document.querySelectorAll('.phone').length >= 3")
        await self.page.wait("document.getElementById('live').dataset.status === 'live'")

    async def leave(self) -> None:
        """Close the page, so that it does not complain of a platform that is gone."""
        await self.page.open("data:text/html,done")

    async def turn_to(self, target: str) -> None:
        """Pick up a phone, or look at the desk."""
        if self.size == "small":
            await self.page.click(f"[data-target='{target}']")

    async def says(self, user: str, text: str, answer: str) -> None:
        """Type a text and read the answer."""
        before = await self.page.js(f'document.querySelectorAll("{_in(user, ".bubble.theirs")}").length')
        if not await self.page.js(f"document.querySelector('{_in(user, 'textarea')}').checkVisibility()"):
            await self.page.click(_in(user, "[data-do=toggle]"))  # from the menu to the keyboard
        await self.page.type(_in(user, "textarea"), text, enter=True)
        await self.sees(user, answer, before)

    async def sees(self, user: str, text: str, after: int = 0) -> None:
        """Wait until a bubble of the account shows the text."""
        bubbles = f'[...document.querySelectorAll("{_in(user, ".bubble.theirs")}")].slice({after})'
        await self.page.wait(f"{bubbles}.some(one => one.textContent.includes({text!r}) && one.checkVisibility())")

    async def shot(self, name: str) -> None:
        """Keep what is seen, when somebody asked for it."""
        if self._shots:
            self._shots.mkdir(parents=True, exist_ok=True)
            await self.page.screenshot(self._shots / f"{self.size}-{name}.png")


def _in(user: str, selector: str) -> str:
    return f"[data-user={user}] {selector}"


async def a_worker_asks_and_joins(visitor: Visitor) -> None:
    await visitor.turn_to(CHEN)
    await visitor.page.click(_in(CHEN, "[data-do=follow]"))
    await visitor.sees(CHEN, "欢迎来到示例市总工会")
    await visitor.says(CHEN, "年假有几天", "依据：")
    await visitor.sees(CHEN, "职工带薪年休假条例")
    await visitor.shot("1-answer")
    await visitor.says(CHEN, "入会", "申请入会前")
    asked = ("您的姓名", "可以在这里填吗", "18位身份证号", "手机号", "哪个单位", "就业状况", "农民工")
    asked = (*asked, "入过工会", "请核对一下")
    for text, answer in zip(("同意", *ANSWERS), asked, strict=True):
        await visitor.says(CHEN, text, answer)
    await visitor.shot("2-check")
    await visitor.says(CHEN, "确认", "申请已经提交")


async def a_cadre_does_her_duties(visitor: Visitor) -> None:
    await visitor.turn_to(WANG)
    await visitor.page.click(_in(WANG, "[data-do=follow]"))
    await visitor.sees(WANG, "欢迎")
    await visitor.page.click(_in(WANG, "[data-do=scan]"))
    await visitor.page.click("dialog [data-scene=bind_demo_wang]")
    await visitor.sees(WANG, "已绑定：示例机械厂工会 主席")
    # The demo runs on the real day: which duty is the first depends on it, and on a few days of a year none is left.
    if "没有派给您的任务" not in await visitor.page.js(f"document.querySelector('[data-user={WANG}]').textContent"):
        await visitor.says(WANG, "收到", "项任务都已确认收到")
        await visitor.says(WANG, "进度 1 50%", "记下了：1.")
    await visitor.shot("3-duties")


async def a_notice_arrives(visitor: Visitor) -> None:
    said = await visitor.demo.command(
        "broadcast", "--to", "followers", "--now", "--title", "停水通知", "--text", "明天上午九点停水"
    )
    assert "2 people" in said
    for user in (CHEN, WANG):
        await visitor.turn_to(user)
        await visitor.sees(user, "明天上午九点停水")
    await visitor.shot("4-notice")


async def the_desk_tells(visitor: Visitor) -> None:
    await visitor.turn_to("desk")
    await visitor.page.js("document.getElementById('desk').scrollIntoView({behavior: 'instant'})")
    row = ".wire-row[data-what='event:subscribe']"
    await visitor.page.wait(f"document.querySelector({row!r})?.checkVisibility()")
    checks = "[...document.querySelectorAll('.wire-row')].filter(one => one.textContent.includes('✗')).length"
    assert await visitor.page.js(checks) == 0
    await visitor.shot("5-wire")
    await visitor.page.click("#tab-ledger")
    await visitor.page.wait(f"document.querySelector('[data-ledger={CHEN}]').innerText.includes('/ 5 条')")
    await visitor.shot("6-ledger")


@pytest.mark.parametrize("size", SIZES)
async def test_a_tour_of_the_demo(size: str, demo: Demonstration, page: Page) -> None:
    visitor = Visitor(page, demo, size)
    await visitor.open()
    await a_worker_asks_and_joins(visitor)
    await a_cadre_does_her_duties(visitor)
    await a_notice_arrives(visitor)
    await the_desk_tells(visitor)
    assert await page.js("document.documentElement.scrollWidth") <= SIZES[size][0]


async def test_a_restart_keeps_the_chats_and_the_work(demo: Demonstration, page: Page) -> None:
    visitor = Visitor(page, demo, "wide")
    await visitor.open()
    await page.click(_in(LI, "[data-do=follow]"))
    await visitor.sees(LI, "欢迎来到示例市总工会")
    await visitor.says(LI, "加班费怎么算", "依据：")
    await visitor.says(LI, "入会", "申请入会前")
    await visitor.says(LI, "同意", "您的姓名")
    await visitor.leave()
    assert await demo.stop() == 0
    await demo.start()
    await visitor.open()
    await visitor.sees(LI, "依据：")
    await visitor.says(LI, "李四", "可以在这里填吗")
    await page.open(demo.console)
    await page.type("#f-name", "kefu")
    await page.type("#f-password", demo.password("kefu"), enter=True)
    await page.wait("document.querySelector('h1')?.textContent === '今日概览'")
    text = await page.js("document.body.innerText")
    assert "收到消息" in text and "李四" not in text and LI not in text
    assert "Traceback" not in demo.log.read_text("utf-8")


async def test_a_taken_port_is_told_at_once(demo: Demonstration) -> None:
    """A second demo must not mistake the first one's sandbox for its own."""
    status, said = await demo.attempt("demo")
    assert status == 1 and "is in use" in said and "Traceback" not in said
