"""What every page must be like in a browser: no wider than the screen, labelled, reachable by keyboard, quiet."""

import json
import os
from pathlib import Path

from tests.browser import Page
from tests.console.desk import PASSWORD, Desk

SIZES = {"phone": (360, 740), "desk": (1280, 800)}
ARRIVED = "!window.left && document.readyState === 'complete'"  # the old page is marked before it is left
CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"
UNLABELLED = """[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
  .filter(one => !one.labels?.length && !one.ariaLabel).map(one => one.name)"""
NAMELESS = """[...document.querySelectorAll('a[href], button')]
  .filter(one => !(one.innerText || one.textContent || one.ariaLabel || '').trim()).length"""
WIDER = """[...document.querySelectorAll('body *')].filter(one => one.checkVisibility()
  && one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.cards thead, .unseen, .skip'))
  .slice(0, 5).map(one => one.outerHTML.slice(0, 120))"""
SMALL = """[...document.querySelectorAll('button, nav a, input, select')]
  .filter(one => !['hidden', 'checkbox', 'radio'].includes(one.type) && one.checkVisibility())
  .filter(one => one.getBoundingClientRect().height < 43)
  .map(one => one.outerHTML.slice(0, 80))"""


class Looker:
    """Somebody who looks at pages at one size; `shots` is where the pictures go."""

    def __init__(self, page: Page, desk: Desk, size: str, tmp_path: Path) -> None:
        self.page, self.desk, self.size = page, desk, size
        self.base = str(desk.server.make_url("/")).rstrip("/")
        self.shots = Path(os.environ.get("CONSOLE_SCREENSHOTS") or tmp_path)
        self.shots.mkdir(parents=True, exist_ok=True)

    async def open(self, path: str, *, dark: bool = False) -> None:
        """Open a page."""
        await self.page.js("void (window.left = true)")
        await self.page.open(f"{self.base}{path}", *SIZES[self.size], dark=dark)
        await self.page.wait(ARRIVED)

    async def log_in(self, name: str) -> None:
        """Fill in the form as people do."""
        await self.open("/login")
        await self.page.js("void (window.left = true)")
        await self.page.type("#f-name", name)
        await self.page.type("#f-password", PASSWORD, enter=True)
        await self.page.wait(f"{ARRIVED} && location.pathname === '/'")

    async def send(self, selector: str, heading: str) -> None:
        """Press a button and wait for the page it leads to."""
        await self.page.js("void (window.left = true)")
        await self.page.click(selector)
        await self.page.wait(f"{ARRIVED} && document.querySelector('h1').textContent.includes('{heading}')")

    async def decide(self, selector: str, words: str) -> None:
        """Press a button that may ask back, say yes, and wait for the message on the next page."""
        await self.page.js("void (window.left = true, window.confirm = () => true)")
        await self.page.click(selector)
        await self._told(words)

    async def _told(self, words: str) -> None:
        await self.page.wait(f"{ARRIVED} && (document.querySelector('.flash')?.innerText || '').includes('{words}')")

    async def log_out(self) -> None:
        """The button at the top."""
        await self.send("form[action='/logout'] button", "登录工作台")

    async def words(self) -> str:
        """What the page says, without its frame."""
        return str(await self.page.js("document.querySelector('main').innerText"))

    async def reach(self, selector: str) -> None:
        """Press Tab until this has the focus, as people without a mouse do."""
        for _ in range(200):
            if await self.page.js(f"!!document.activeElement?.matches({json.dumps(selector)})"):
                return
            await self.page.press("Tab", 9)
        raise AssertionError(f"Tab never came to {selector}")

    async def key(self, selector: str, heading: str = "", told: str = "") -> None:
        """Reach a link or a button, press Enter, say yes, and wait for the heading or the message."""
        await self.reach(selector)
        await self.page.js("void (window.left = true, window.confirm = () => true)")
        await self.page.press("Enter", 13, "\r")
        await self.page.wait(f"{ARRIVED} && document.querySelector('h1').textContent.includes('{heading}')")
        await self._told(told)

    async def check(self, name: str) -> None:
        """Everything that must hold for any page, and a picture of the whole of it."""
        await self.shot(name)
        assert await self.page.js("document.documentElement.scrollWidth") <= SIZES[self.size][0], name
        assert await self.page.js(WIDER) == [], name
        assert await self.page.js(UNLABELLED) == [], name
        assert await self.page.js(NAMELESS) == 0, name
        assert await self.page.js(SMALL) == [], name
        assert await self.page.js("document.querySelectorAll('h1').length") == 1, name
        assert await self.page.js("document.querySelectorAll('[style], style, script:not([src])').length") == 0, name
        await self._reachable(name)

    async def shot(self, name: str) -> None:
        """A picture of the whole page."""
        height = await self.page.js("document.documentElement.scrollHeight")
        width, least = SIZES[self.size]
        size = {"width": width, "height": max(least, min(height, 4000)), "deviceScaleFactor": 1, "mobile": False}
        await self.page.call("Emulation.setDeviceMetricsOverride", **size)
        await self.page.screenshot(self.shots / f"{self.size}-{name}.png")

    async def _reachable(self, name: str) -> None:
        """Tab comes by every control, and shows where it is. Of a group of radio buttons only by the chosen one."""
        await self.page.js(
            f"void (window.all = new Set([...document.querySelectorAll('{CONTROLS}')]"
            ".filter(one => one.checkVisibility() && (one.type !== 'radio' || one.checked))),"
            "document.activeElement.blur(), window.scrollTo(0, 0))"
        )
        days = await self.page.js(
            "document.querySelectorAll('input[type=date], input[type=time]').length"
        )  # parts, picker
        for _ in range(1 + 4 * int(days) + int(await self.page.js("all.size"))):
            await self.page.press("Tab", 9)
            await self.page.js("void all.delete(document.activeElement)")
        missed = await self.page.js("[...all].map(one => one.outerHTML.slice(0, 100))")
        assert missed == [], name
