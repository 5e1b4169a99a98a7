"""What the page reads: the state, the event stream, media, and the page's own files."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aiohttp import web

from sandbox.answers import Json
from sandbox.clock import iso
from sandbox.edge import control
from sandbox.gateway import WORLD
from sandbox.world import World

PAGE: Final = Path(__file__).parent / "page"
HEARTBEAT_S: Final = 15.0
CONTENT_TYPES: Final[Mapping[str, str]] = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
SAFE: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: http: https:; "
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
}


def state_view(world: World) -> Json:
    """The whole state for the page; bulk followers only as a number."""
    now = world.clock.now()
    phones = world.phones.shown()
    users = [phone.user for phone in phones]
    return {
        "mode": world.config.mode,
        "callback": world.config.callback,
        "account": world.config.account,
        "now": iso(now),
        "shift_seconds": world.clock.shift_seconds,
        "phones": [phone.view() for phone in phones],
        "bulk_followers": len(world.phones) - len(phones),
        "menu": world.menu.menu,
        "scenes": world.scenes.view(now),
        "faults": world.faults.view(),
        "ledger": world.ledger.view(users, now),
        "consents": world.consents.view(),
        "quota": world.quota.view(now),
        "mass_month": world.mass.view(users, now),
    }


async def state(_request: web.Request, world: World) -> Json:
    """GET /sandbox/state."""
    return state_view(world)


async def stream(request: web.Request) -> web.StreamResponse:
    """Server-Sent Events: ``changed`` after every change, a comment every 15 s."""
    hub = request.app[WORLD].hub
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    queue = hub.listen()
    try:
        await response.prepare(request)
        await response.write(b": hello\n\n")
        while not hub.closed:
            data = await _next(queue)
            if data is None:
                break
            await response.write(data)
    except ConnectionError:
        return response
    finally:
        hub.leave(queue)
    return response


async def _next(queue: asyncio.Queue[bytes | None]) -> bytes | None:
    try:
        async with asyncio.timeout(HEARTBEAT_S):
            data = await queue.get()
    except TimeoutError:
        return b": beat\n\n"
    return None if data is None else b"event: changed\ndata: " + data + b"\n\n"


async def media(request: web.Request) -> web.Response:
    """A file by its media_id (PicUrl of pictures that people send)."""
    world = request.app[WORLD]
    media_id = request.match_info["id"]
    if not world.media.known(media_id, world.clock.now()):
        raise web.HTTPNotFound
    blob = world.media.get(media_id, world.clock.now()).blob
    kind = (
        blob.content_type
        if blob.content_type.startswith(("image/", "audio/", "video/"))
        else "application/octet-stream"
    )
    return web.Response(body=blob.data, headers={"Content-Type": kind, **SAFE})


async def page(_request: web.Request) -> web.Response:
    """The page itself."""
    return _file(PAGE / "index.html")


async def subscribe(_request: web.Request) -> web.Response:
    """The page with the subscribe button, outside of a phone: it does not know who looks at it."""
    words = "请在手机的聊天里点这个链接：在别处打开，不知道是谁同意。"
    html = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>订阅通知</title><p>{words}</p></html>'
    return web.Response(text=html, content_type="text/html", headers=SAFE)


async def static(request: web.Request) -> web.Response:
    """A file of the page."""
    wanted = (PAGE / request.match_info["name"]).resolve()
    if not wanted.is_relative_to(PAGE.resolve()):
        raise web.HTTPNotFound
    return _file(wanted)


def _file(path: Path) -> web.Response:
    kind = CONTENT_TYPES.get(path.suffix)
    if kind is None or not path.is_file():
        raise web.HTTPNotFound(text="沙盒页面还没有安装")
    charset = "utf-8" if kind.startswith("text/") else None
    return web.Response(body=path.read_bytes(), content_type=kind, charset=charset, headers=SAFE)


def routes() -> list[web.RouteDef]:
    """Routes of this module."""
    return [
        web.get("/", page),
        web.get("/h5/subscribe", subscribe),
        web.get("/static/{name:.+}", static),
        web.get("/sandbox/state", control(state)),
        web.get("/sandbox/stream", stream),
        web.get("/sandbox/media/{id}", media),
    ]
