"""An OpenAI-compatible embedding endpoint on loopback: bags of characters as vectors, or scripted answers."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

DIMENSION = 64
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Stub:
    """`answers` are given to the next calls, then `default`; without one, what an endpoint says. `asked` are the texts
    of each call. `alike` maps a text to another one whose vector it gets: what a model would understand."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[list[str]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[dict[str, Any]] = []
        self.answers: list[Answer] = []
        self.default: Answer = self.vectors
        self.alike: dict[str, str] = {}
        self.dimension = DIMENSION
        self.written = 0

    @property
    def texts(self) -> list[str]:
        """Every text that was asked about."""
        return [text for call in self.asked for text in call]

    def vector(self, text: str) -> list[float]:
        """Characters counted in buckets: the same characters, the same vector."""
        counts = [0.0] * self.dimension
        for character in self.alike.get(text, text):
            counts[ord(character) % self.dimension] += 1.0
        return counts

    async def vectors(self, _: web.Request) -> web.StreamResponse:
        return said([{"index": n, "embedding": self.vector(text)} for n, text in enumerate(self.asked[-1])])

    async def endless(self, request: web.Request) -> web.StreamResponse:
        """As much as the caller will take, up to 64 MiB; `written` counts the bytes."""
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1024):
            await response.write(b" " * 65536)
            self.written += 65536
        return response

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.bodies.append(body)
        self.asked.append(body["input"])
        self.headers.append(dict(request.headers))
        return await (self.answers.pop(0) if self.answers else self.default)(request)


def said(data: Any) -> web.Response:
    """An answer with these rows."""
    return web.json_response({"object": "list", "model": "stub", "data": data})


def rows(*data: Any) -> Answer:
    """The rows, whatever was asked."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return said(list(data))

    return answer


def raw(body: bytes, status: int = 200) -> Answer:
    """These bytes."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, content_type="application/json")

    return answer


async def hang(_: web.Request) -> web.StreamResponse:
    """The answer never comes."""
    await asyncio.Event().wait()
    raise AssertionError


async def half(request: web.Request) -> web.StreamResponse:
    """The head and a part of the body, then silence."""
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"data":')
    return await hang(request)


async def redirect(_: web.Request) -> web.StreamResponse:
    """To somewhere else, which must never see the words."""
    raise web.HTTPTemporaryRedirect("/elsewhere/embeddings")


@asynccontextmanager
async def running() -> AsyncIterator[Stub]:
    """A stub that listens on a free port."""
    stub = Stub()
    app = web.Application()
    app.router.add_post("/{where}/embeddings", stub.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stub.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield stub
    finally:
        await runner.cleanup()
