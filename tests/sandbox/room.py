"""Helpers of the sandbox tests: a recording bot (wechatpy as the oracle) and a client of both APIs."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import xmltodict
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from sandbox.app import create_app
from sandbox.config import Mode, SandboxConfig

APP_ID, SECRET, TOKEN = "wxa1b2c3d4e5f60718", "s3cr3t-of-the-sandbox", "W35PBbnm3NliqNT1Nx4xyB7L"
KEY = "8HlrwYMfvea9lkxwkkMxzwwM5hpA6eEfujfoRnxa6wH"
CHEN, WANG, LI = "oSandboxChen0000000000000001", "oSandboxWang0000000000000002", "oSandboxLi000000000000000003"
Answer = Callable[[dict[str, Any]], Awaitable[web.Response]]


class Bot:
    """Checks signatures with wechatpy, records every push, answers what ``answer`` says."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self.crypto = WeChatCrypto(TOKEN, KEY, APP_ID)
        self.pushes: list[dict[str, Any]] = []
        self.queries: list[dict[str, str]] = []
        self.answer: Answer = success
        self._news = asyncio.Condition()
        self.release = asyncio.Event()
        self.transport: asyncio.Transport | None = None

    async def handle(self, request: web.Request) -> web.Response:
        """The callback."""
        query = dict(request.query)
        if request.method == "GET":
            check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
            return web.Response(text=query["echostr"])
        self.transport = request.transport
        message = self.read(query, (await request.read()).decode())
        async with self._news:
            self.pushes.append(message)
            self.queries.append(query)
            self._news.notify_all()
        return await self.answer(message)

    def read(self, query: dict[str, str], body: str) -> dict[str, Any]:
        """The pushed fields; raises when a signature is wrong."""
        check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        if self.mode != "plain":
            body = self.crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        parsed: dict[str, Any] = xmltodict.parse(body)["xml"]
        return parsed

    async def wait(self, event: str) -> dict[str, Any]:
        """The first push of this event or message type, at most five seconds from now."""
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(lambda: self.find(event) is not None)
        found = self.find(event)
        assert found is not None
        return found

    def find(self, event: str) -> dict[str, Any] | None:
        """The first push of this kind so far."""
        return next((push for push in self.pushes if event in (push.get("Event"), push["MsgType"])), None)

    def reply(self, message: dict[str, Any], inner: str, **head: str) -> web.Response:
        """An encrypted (safe mode) or plain reply with this markup after CreateTime."""
        to, sender = head.get("to", message["FromUserName"]), head.get("sender", message["ToUserName"])
        xml = (
            f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
            f"<CreateTime>{head.get('created', '1795200000')}</CreateTime>{inner}</xml>"
        )
        if self.mode != "plain":
            xml = self.crypto.encrypt_message(xml, "n0nce", str(int(time.time())))
        return web.Response(text=xml, content_type="application/xml")

    def text(self, message: dict[str, Any], text: str) -> web.Response:
        """A text reply."""
        return self.reply(message, text_xml(text))


async def success(_message: dict[str, Any]) -> web.Response:
    """The answer that declines a reply."""
    return web.Response(text="success")


def text_xml(text: str) -> str:
    """MsgType and Content of a text reply."""
    return f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"


class Room:
    """One running sandbox with its bot."""

    def __init__(self, bot: Bot, http: ClientSession) -> None:
        self.bot, self.http = bot, http
        self.token = ""

    async def act(self, path: str, **body: Any) -> Any:
        """POST to the control API; must succeed."""
        status, answer = await self.try_act(path, **body)
        assert status == 200, answer
        return answer

    async def try_act(self, path: str, **body: Any) -> tuple[int, Any]:
        """POST to the control API: HTTP status and JSON."""
        async with self.http.post(f"/sandbox/{path}", json=body) as response:
            return response.status, await response.json()

    async def phone(self, user: str, action: str, **body: Any) -> dict[str, Any]:
        """Something a person does; the finished push."""
        answer = await self.act(f"phones/{user}/{action}", **body)
        push: dict[str, Any] = answer["push"]
        return push

    async def get(self, path: str) -> Any:
        """GET from the control API."""
        async with self.http.get(f"/sandbox/{path}") as response:
            assert response.status == 200
            return await response.json()

    async def api(self, path: str, body: dict[str, Any] | bytes | None = None, **query: str) -> dict[str, Any]:
        """A call of the platform's API with a good token: POST with a body, GET without."""
        if not self.token:
            self.token = (await self.fetch_token())["access_token"]
        return await self.bare(path, body, **{"access_token": self.token, **query})

    async def bare(self, path: str, body: dict[str, Any] | bytes | None = None, **query: str) -> dict[str, Any]:
        """A call without adding a token."""
        data = json.dumps(body, ensure_ascii=False).encode() if isinstance(body, dict) else body
        method = "GET" if body is None else "POST"
        async with self.http.request(method, f"/cgi-bin/{path}", params=query, data=data) as response:
            assert response.status == 200
            answer: dict[str, Any] = json.loads(await response.read())
            return answer

    async def fetch_token(self, **extra: Any) -> dict[str, Any]:
        """A call of stable_token."""
        return await self.bare("stable_token", credentials() | extra)

    async def say(self, user: str, text: str) -> dict[str, Any]:
        """message/custom/send of a text."""
        return await self.api("message/custom/send", {"touser": user, "msgtype": "text", "text": {"content": text}})

    async def shift(self, seconds: int) -> None:
        """Move the sandbox's clock."""
        await self.act("clock", shift_seconds=seconds)

    async def bubbles(self, user: str) -> list[dict[str, Any]]:
        """The chat of a person."""
        state = await self.get("state")
        found: list[dict[str, Any]] = next(phone["messages"] for phone in state["phones"] if phone["user"] == user)
        return found

    async def received(self, user: str) -> list[str]:
        """Texts that reached a person."""
        return [entry["text"] for entry in await self.get(f"received?user={user}")]


def credentials() -> dict[str, Any]:
    """Body of the token calls."""
    return {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}


@asynccontextmanager
async def open_room(mode: Mode = "safe", state: Path | None = None, **extra: Any) -> AsyncIterator[Room]:
    """Start a bot and a sandbox; stop both at the end."""
    bot = Bot(mode)
    callback = web.Application()
    callback.router.add_route("*", "/cb", bot.handle)
    async with TestServer(callback) as bot_server:
        config = SandboxConfig(
            callback=str(bot_server.make_url("/cb")),
            app_id=APP_ID,
            app_secret=SECRET,
            token=TOKEN,
            encoding_aes_key=KEY,
            mode=mode,
            state=state,
            **extra,
        )
        async with TestServer(create_app(config)) as server, ClientSession(server.make_url("/")) as http:
            room = Room(bot, http)
            await room.act("faults", finish_delay_s=0, hang_s=0.05, slow_body_s=0.05)
            yield room
            bot.release.set()
