"""A sandbox in plain mode with a small echoing account behind it, and the page open in a browser."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from xml.etree import ElementTree

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from sandbox.app import create_app
from sandbox.config import SandboxConfig
from tests.browser import Page

CHEN, WANG, LI = "oSandboxChen0000000000000001", "oSandboxWang0000000000000002", "oSandboxLi000000000000000003"
MENU_REPLY = (
    '您可以选：\n<a href="weixin://bizmsgmenu?msgmenucontent=年假&msgmenuid=101">年假</a>\n'
    '<a href="weixin://bizmsgmenu?msgmenucontent=加班费&msgmenuid=102">加班费</a>\n也可以直接输入问题。'
)
HOSTILE = '<img src=x onerror="document.title=1"><b>粗</b> <a href="javascript:alert(1)">点我</a>'


class Echo:
    """The account: welcomes, offers choices on 菜单, answers hostile markup on 坏, else repeats what was said."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def handle(self, request: web.Request) -> web.Response:
        """The callback."""
        push = {child.tag: child.text or "" for child in ElementTree.fromstring(await request.text())}
        said = push.get("Content", "")
        self.texts.append(f"{push.get('bizmsgmenuid', '')}{said}")
        await self.gate.wait()
        special = {"菜单": MENU_REPLY, "坏": HOSTILE}
        event = {"subscribe": "欢迎您", "SCAN": f"扫了 {push.get('EventKey')}", "CLICK": f"点了 {push.get('EventKey')}"}
        text = event.get(push.get("Event", "")) or special.get(said) or f"回声：{said or push['MsgType']}"
        if push.get("Event") == "unsubscribe":
            return web.Response(text="success")
        return web.Response(text=_reply(push, text), content_type="application/xml")


def _reply(push: dict[str, str], text: str) -> str:
    root = ElementTree.Element("xml")
    fields = {
        "ToUserName": push["FromUserName"],
        "FromUserName": push["ToUserName"],
        "CreateTime": push["CreateTime"],
        "MsgType": "text",
        "Content": text,
    }
    for name, value in fields.items():
        ElementTree.SubElement(root, name).text = value
    return ElementTree.tostring(root, encoding="unicode")


class Room:
    """The running sandbox, its account, and one tab."""

    def __init__(self, echo: Echo, http: ClientSession, page: Page, url: str) -> None:
        self.echo, self.http, self.page, self.url = echo, http, page, url

    async def open(self, width: int = 1280, height: int = 800, *, dark: bool = False) -> None:
        """Open the page and wait for its phones and the live stream."""
        await self.page.open(self.url, width, height, dark=dark)
        await self.page.wait("document.querySelectorAll('.phone').length >= 3")
        await self.page.wait("document.getElementById('live').dataset.status === 'live'")

    async def act(self, path: str, **body: object) -> None:
        """POST to the control API; must succeed."""
        async with self.http.post(f"/sandbox/{path}", json=body) as response:
            assert response.status == 200, await response.text()

    async def api(self, path: str, body: Mapping[str, object]) -> None:
        """A call of the platform's API by the account; must succeed."""
        ask = {"grant_type": "client_credential", "appid": "wxpage", "secret": "page-secret"}
        async with self.http.post("/cgi-bin/stable_token", json=ask) as response:
            token = (await response.json(content_type=None))["access_token"]
        data = json.dumps(body, ensure_ascii=False).encode()
        async with self.http.post(f"/cgi-bin/{path}", params={"access_token": token}, data=data) as response:
            answer = await response.json(content_type=None)
        assert answer.get("errcode", 0) == 0, answer

    async def see(self, user: str, text: str, kind: str = ".bubble.theirs") -> None:
        """Wait until the chat of this phone shows the text."""
        nodes = f"[...document.querySelectorAll('[data-user={user}] {kind}')]"
        await self.page.wait(f"{nodes}.some(node => node.textContent.includes({text!r}))")


def on(user: str, selector: str) -> str:
    """The selector inside this phone."""
    return f"[data-user={user}] {selector}"


@asynccontextmanager
async def open_room(page: Page) -> AsyncIterator[Room]:
    """Start the account and the sandbox; stop both at the end."""
    echo = Echo()
    callback = web.Application()
    callback.router.add_post("/cb", echo.handle)
    async with TestServer(callback) as account:
        url = str(account.make_url("/cb"))
        config = SandboxConfig(url, "wxpage", "page-secret", "page-token", mode="plain")
        async with TestServer(create_app(config)) as server, ClientSession(server.make_url("/")) as http:
            room = Room(echo, http, page, str(server.make_url("/")))
            yield room
            echo.gate.set()
            await page.open("data:text/html,done")
