"""A headless Chromium driven over the DevTools protocol: open pages, click, type, wait, look, collect errors."""

import asyncio
import base64
import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --remote-debugging-port=0"
).split()
NAMES = ("chromium", "chromium-browser", "google-chrome")
START_S, WAIT_S, POLL_S = 30.0, 10.0, 0.05


def chromium() -> str | None:
    """Path of an installed Chromium, or None: then skip."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Page:
    """One tab. ``errors`` collects console errors and uncaught exceptions; every wait is bounded."""

    def __init__(self, socket: ClientWebSocketResponse, session: str, replies: dict[int, asyncio.Future[Any]]) -> None:
        self._socket, self._session, self._replies = socket, session, replies
        self._ids = itertools.count(1_000)
        self.errors: list[str] = []

    async def call(self, method: str, **params: Any) -> Any:
        """A DevTools command; raises RuntimeError when the browser refuses it."""
        return await _command(self._socket, self._replies, next(self._ids), method, params, self._session)

    async def open(self, url: str, width: int = 1280, height: int = 800, *, dark: bool = False) -> None:
        """Go to an address at this size and colour scheme and wait until it has loaded."""
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.call("Emulation.setDeviceMetricsOverride", **size)
        await self.call("Emulation.setEmulatedMedia", features=features)
        await self.call("Page.navigate", url=url)
        await self.wait(f"location.href !== 'about:blank' && document.readyState === 'complete' /* {width} */")

    async def js(self, expression: str) -> Any:
        """The JSON value of an expression; promises are awaited. Raises AssertionError on a JavaScript error."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def wait(self, expression: str, seconds: float = WAIT_S) -> Any:
        """The first truthy value of the expression; AssertionError when there is none in time."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not (value := await self.js(expression)):
            assert asyncio.get_running_loop().time() < deadline, f"never true: {expression}; errors: {self.errors}"
            await asyncio.sleep(POLL_S)
        return value

    async def click(self, selector: str) -> None:
        """Scroll to the first visible match, wait until nothing covers it, and click it with the mouse."""
        place = await self.wait(f"({_CENTRE})({json.dumps(selector)})")
        for kind in ("mousePressed", "mouseReleased"):
            spot = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
            await self.call("Input.dispatchMouseEvent", type=kind, **spot)

    async def type(self, selector: str, text: str, *, enter: bool = False) -> None:
        """Click a field, insert the text, and perhaps press Enter."""
        await self.click(selector)
        await self.call("Input.insertText", text=text)
        if enter:
            await self.press("Enter", 13, "\r")

    async def press(self, key: str, code: int = 0, text: str = "") -> None:
        """Press and release a key, for example ``press("Escape", 27)``."""
        base = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **base, **({"text": text} if text else {}))
        await self.call("Input.dispatchKeyEvent", type="keyUp", **base)

    async def screenshot(self, path: Path) -> None:
        """A PNG of what is visible."""
        shot = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))

    def heard(self, method: str, params: dict[str, Any]) -> None:
        """An event of the browser; keeps the errors."""
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
            self.errors.append(" ".join(str(arg.get("value", arg.get("description"))) for arg in params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")


_CENTRE = """selector => {
  const node = [...document.querySelectorAll(selector)].find(one => one.checkVisibility());
  if (!node) return null;
  node.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
  const box = node.getBoundingClientRect();
  const place = [box.x + box.width / 2, box.y + box.height / 2];
  const top = document.elementFromPoint(...place);
  return top && (node.contains(top) || top.contains(node)) ? place : null;
}"""


class Browser:
    """A running browser; ``page()`` opens tabs."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._pages: dict[str, Page] = {}
        self._ids = itertools.count(1_000_000_000)
        self.reader = asyncio.create_task(self._read())

    async def page(self) -> Page:
        """A new empty tab with storage of its own."""
        context = await self._call("Target.createBrowserContext")
        target = await self._call("Target.createTarget", url="about:blank", **context)
        session = (await self._call("Target.attachToTarget", targetId=target["targetId"], flatten=True))["sessionId"]
        page = self._pages[session] = Page(self._socket, session, self._replies)
        for domain in ("Page", "Runtime", "Log"):
            await page.call(f"{domain}.enable")
        return page

    async def _call(self, method: str, **params: Any) -> Any:
        return await _command(self._socket, self._replies, next(self._ids), method, params, None)

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                break
            data = json.loads(message.data)
            waiting = self._replies.pop(data.get("id", 0), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(data)
            elif data.get("sessionId") in self._pages:
                self._pages[data["sessionId"]].heard(data["method"], data["params"])


async def _command(
    socket: ClientWebSocketResponse,
    replies: dict[int, asyncio.Future[Any]],
    number: int,
    method: str,
    params: dict[str, Any],
    session: str | None,
) -> Any:
    waiting = replies[number] = asyncio.get_running_loop().create_future()
    await socket.send_json({"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})})
    async with asyncio.timeout(WAIT_S + 5):
        answer = await waiting
    if "error" in answer:
        raise RuntimeError(f"{method}: {answer['error']['message']}")
    return answer["result"]
