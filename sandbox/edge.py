"""The edge of the control API: JSON in, JSON out, clear errors, no calls from foreign pages."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from sandbox.answers import Json
from sandbox.faults import FaultError
from sandbox.gateway import WORLD
from sandbox.messages import MessageError
from sandbox.phones import Phone
from sandbox.world import World

Plain = Callable[[web.Request, World], Awaitable[Any]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ControlError(Exception):
    """An answer with an HTTP status and a Chinese text for the page."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.status, self.text = status, text


def control(plain: Plain) -> Handler:
    """An aiohttp handler around a function that returns JSON."""

    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            _same_origin(request)
            return _answer(200, await plain(request, request.app[WORLD]))
        except ControlError as error:
            return _answer(error.status, {"error": error.text})
        except (FaultError, MessageError) as error:
            return _answer(400, {"error": f"参数不正确：{error}"})

    return handler


async def read_body(request: web.Request) -> Json:
    """The JSON object of a control call; an empty body is an empty object."""
    raw = await request.read()
    try:
        parsed: Any = orjson.loads(raw) if raw.strip() else {}
    except orjson.JSONDecodeError as error:
        raise ControlError(400, "请求不是有效的 JSON") from error
    if not isinstance(parsed, dict):
        raise ControlError(400, "请求必须是 JSON 对象")
    return parsed


def text_of(body: Json, name: str, limit: int, default: str | None = None) -> str:
    """A text of at most ``limit`` characters; without a default it is required."""
    value = body.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise ControlError(400, f"缺少 {name}")
    if len(value) > limit:
        raise ControlError(400, f"{name} 太长，最多 {limit} 个字")
    return value


def number_of(body: Json, name: str, low: int, high: int, default: int | None = None) -> int:
    """A whole number between two bounds; without a default it is required."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ControlError(400, f"{name} 应为 {low} 到 {high} 的整数")
    return value


def phone_of(request: web.Request, world: World) -> Phone:
    """The phone named in the path."""
    phone = world.phones.get(request.match_info["user"])
    if phone is None:
        raise ControlError(404, "没有这部手机")
    return phone


def query_number(request: web.Request, name: str, default: int) -> int:
    """A non-negative number of the query string."""
    text = request.query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise ControlError(400, f"{name} 应为整数")
    return int(text)


def _same_origin(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise ControlError(403, "只接受来自本页面的请求")


def _answer(status: int, value: Any) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(value), content_type="application/json", charset="utf-8")
