"""A headless Chromium driven over the DevTools protocol: open pages, click, type, wait, look, collect errors."""

import asyncio
import base64
import itertools
import json
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from tests import memory

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
START_S, WAIT_S, POLL_S = 30.0, 10.0, 0.05
FILE_S = 60.0  # a file may have to be drawn first, on a machine that does other things as well


def chromium() -> str | None:
    """Path of an installed Chromium, or None: then skip."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class _Wire:
    """The one websocket of a browser: commands by number, events by session."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self.pages: dict[str, Page] = {}

    async def call(self, method: str, params: dict[str, Any], session: str | None = None) -> Any:
        number = next(self._numbers)
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        target = {"sessionId": session} if session else {}
        await self._socket.send_json({"id": number, "method": method, "params": params, **target})
        async with asyncio.timeout(WAIT_S + 5):
            answer = await waiting
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    async def read(self) -> None:
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                break
            data = json.loads(message.data)
            waiting = self._waiting.pop(data.get("id", 0), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(data)
            elif data.get("sessionId") in self.pages:
                self.pages[data["sessionId"]].heard(data["method"], data["params"])


class Page:
    """One tab. ``errors`` collects console errors and uncaught exceptions; every wait is bounded."""

    def __init__(self, wire: _Wire, session: str) -> None:
        self._wire, self._session = wire, session
        self.errors: list[str] = []
        self._downloads: dict[str, str] = {}

    async def call(self, method: str, **params: Any) -> Any:
        """A DevTools command; raises RuntimeError when the browser refuses it."""
        return await self._wire.call(method, params, self._session)

    async def open(self, url: str, width: int = 1280, height: int = 800, *, dark: bool = False) -> None:
        """Go to an address at this size and colour scheme and wait until it has loaded."""
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.call("Emulation.setDeviceMetricsOverride", **size)
        await self.call("Emulation.setEmulatedMedia", features=features)
        await self.call("Page.navigate", url=url)
        await self.wait("location.href !== 'about:blank' && document.readyState === 'complete'")

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

    async def download(self, selector: str, folder: Path) -> bytes:
        """Click what answers with a file, which comes into an empty folder and leaves it; AssertionError when late.

        The browser says when it is whole: a name in the folder says only that it has begun.
        """
        await self.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
        self._downloads.clear()
        await self.click(selector)
        deadline = asyncio.get_running_loop().time() + FILE_S
        while set(self._downloads.values()) != {"completed"}:
            late = asyncio.get_running_loop().time() > deadline or "canceled" in self._downloads.values()
            assert not late, f"no file came: {self._downloads}; errors: {self.errors}"
            await asyncio.sleep(POLL_S)
        return await asyncio.to_thread(_taken, folder)

    async def screenshot(self, path: Path) -> None:
        """A PNG of what is visible."""
        shot = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))

    def heard(self, method: str, params: dict[str, Any]) -> None:
        """An event of the browser; keeps the errors, and how far files have come."""
        if method == "Page.downloadWillBegin":
            self._downloads[params["guid"]] = "inProgress"
        elif method == "Page.downloadProgress":
            self._downloads[params["guid"]] = params["state"]
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
            self.errors.append(" ".join(str(arg.get("value", arg.get("description"))) for arg in params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")


def _taken(folder: Path) -> bytes:
    """The only file of a folder, which is gone then."""
    (made,) = folder.iterdir()
    data = made.read_bytes()
    made.unlink()
    return data


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

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    async def page(self) -> Page:
        """A new empty tab with storage of its own."""
        context = await self._wire.call("Target.createBrowserContext", {})
        target = await self._wire.call("Target.createTarget", {"url": "about:blank", **context})
        attach = {"targetId": target["targetId"], "flatten": True}
        session = (await self._wire.call("Target.attachToTarget", attach))["sessionId"]
        page = self._wire.pages[session] = Page(self._wire, session)
        for domain in ("Page", "Runtime", "Log"):
            await page.call(f"{domain}.enable")
        return page


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """A browser with a fresh profile; at the end its whole process group is gone and the profile removed."""
    program = chromium()
    if program is None:
        raise RuntimeError("no Chromium is installed")
    with tempfile.TemporaryDirectory(
        prefix="browser-", dir=memory.home(memory.GIB), ignore_cleanup_errors=True
    ) as profile:
        process = await asyncio.create_subprocess_exec(
            program,
            *FLAGS,
            f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "TMPDIR": profile},  # what it leaves behind when it is killed goes with the profile
        )
        try:
            address = await _address(process, Path(profile) / "DevToolsActivePort")
            async with ClientSession() as http, http.ws_connect(address, max_msg_size=0) as socket:
                wire = _Wire(socket)
                reader = asyncio.create_task(wire.read())
                yield Browser(wire)
                reader.cancel()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _address(process: asyncio.subprocess.Process, file: Path) -> str:
    async with asyncio.timeout(START_S):
        while len(lines := _lines(file)) < 2:
            assert process.returncode is None, "Chromium ended at once"
            await asyncio.sleep(POLL_S)
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}"


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []
