"""A small platform on loopback for the tests of the client: tokens and scripted answers."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]
OK = {"errcode": 0, "errmsg": "ok"}


class Stub:
    """`replies` answer the next business calls, then `default` does; `calls` are those that came with their bodies."""

    def __init__(self) -> None:
        self.base_url = ""
        self.calls: list[tuple[str, str, bytes]] = []
        self.token_calls: list[dict[str, Any]] = []
        self.token_answers: list[Any] = []
        self.token = "tok1"
        self.valid = {"tok1"}
        self.check_tokens = True
        self.force_renews = True
        self.replies: list[Any] = []
        self.default: Any = OK

    def last(self) -> dict[str, Any]:
        """The JSON of the last business call."""
        parsed: dict[str, Any] = json.loads(self.calls[-1][2])
        return parsed

    async def stable_token(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.token_calls.append(body)
        await asyncio.sleep(0)
        if self.token_answers:
            return await respond(request, self.token_answers.pop(0))
        if body["force_refresh"] and self.force_renews:
            self.renew()
        return web.json_response({"access_token": self.token, "expires_in": 7200})

    def renew(self) -> None:
        """Another token from now on; the old one is refused."""
        self.token = f"tok{int(self.token[3:]) + 1}"
        self.valid = {self.token}

    async def business(self, request: web.Request) -> web.StreamResponse:
        token = request.query.get("access_token", "")
        self.calls.append((request.path, token, await request.read()))
        if self.check_tokens and token not in self.valid:
            return web.json_response({"errcode": 40001, "errmsg": "invalid credential rid: 1"})
        return await respond(request, self.replies.pop(0) if self.replies else self.default)


async def respond(request: web.Request, reply: Any) -> web.StreamResponse:
    """A dict as JSON, bytes as they are, a number as a bare status, or whatever a function makes of the request."""
    if callable(reply):
        made: web.StreamResponse = await reply(request)
        return made
    if isinstance(reply, dict):
        return web.json_response(reply)
    if isinstance(reply, bytes):
        return web.Response(body=reply, content_type="application/json")
    return web.Response(status=reply, text="<html>gateway</html>")


async def hang(_: web.Request) -> web.StreamResponse:
    """Accepted, but the answer never comes."""
    await asyncio.Event().wait()
    raise AssertionError


async def half(request: web.Request) -> web.StreamResponse:
    """The head and half of the body, then silence."""
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"errcode"')
    return await hang(request)


async def hang_up(request: web.Request) -> web.StreamResponse:
    """Accepted, then the connection is cut."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def redirect(_: web.Request) -> web.StreamResponse:
    """To somewhere else, which must never see the token."""
    raise web.HTTPFound("/cgi-bin/elsewhere")


@asynccontextmanager
async def running() -> AsyncIterator[Stub]:
    """A stub that listens on a free port."""
    stub = Stub()
    app = web.Application()
    app.router.add_post("/cgi-bin/stable_token", stub.stable_token)
    app.router.add_route("*", "/cgi-bin/{path:.*}", stub.business)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    stub.base_url = f"http://{host}:{port}"
    try:
        yield stub
    finally:
        await runner.cleanup()
