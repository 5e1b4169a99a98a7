"""Control API for tests: raw bytes, repeated pushes, faults, clock, reset, load, logs."""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.answers import Json
from sandbox.edge import ControlError, control, number_of, query_number, read_body, text_of
from sandbox.pushes import Attempt, Push
from sandbox.wire import Check
from sandbox.world import World

MAX_RAW = 2_000_000
MAX_REPEATS = 200
MAX_LOAD = 200_000
MAX_WIRE_PAGE = 2000


async def raw(request: web.Request, world: World) -> Json:
    """Send exactly these bytes to the callback."""
    body = await read_body(request)
    query = _texts(body.get("query", {}), "query")
    headers = _texts(body.get("headers", {"Content-Type": "text/xml"}), "headers")
    method = text_of(body, "method", 10, "POST").upper()
    try:
        data = base64.b64decode(text_of(body, "body_base64", MAX_RAW, ""), validate=True)
    except binascii.Error as error:
        raise ControlError(400, "body_base64 不是有效的 base64") from error
    status, answered, content = await _bare(world, method, query, data, headers)
    return {
        "status": status,
        "headers": answered,
        "body": content.decode("utf-8", "replace"),
        "body_base64": base64.b64encode(content).decode(),
    }


async def verify(_request: web.Request, world: World) -> Json:
    """The URL verification: a signed GET must be answered with the bare echostr."""
    query = world.driver.sealer.greeting(world.clock.now())
    status, _, content = await _bare(world, "GET", query, b"", {})
    same = content == query["echostr"].encode()
    checks = [
        Check("status", status == 200, "" if status == 200 else f"HTTP {status}"),
        Check("echostr", same, "" if same else "the answer is not the bare echostr"),
    ]
    return {"ok": all(check.ok for check in checks), "checks": [check.view() for check in checks]}


async def repeated_push(request: web.Request, world: World) -> list[Json]:
    """The same push several times, at once or one after the other; the first reply reaches the chat."""
    body = await read_body(request)
    push = _built(world, body)
    count = number_of(body, "count", 1, MAX_REPEATS, 1)
    resign = body.get("resign") is not False
    envelope = None if resign else world.driver.sealer.seal(push.fields, world.clock.now(), world.faults.current)
    tries = [world.driver.attempt(push, number, envelope) for number in range(1, count + 1)]
    attempts = await asyncio.gather(*tries) if body.get("concurrent") is True else [await one for one in tries]
    push.attempts.extend(attempts)
    best = next((one.judgement for one in attempts if one.judgement.content is not None), attempts[0].judgement)
    world.chats.finish(push, best)
    return [_attempt_view(push, attempt) for attempt in attempts]


async def faults(request: web.Request, world: World) -> Json:
    """Change switches; ``revoke_tokens`` acts once."""
    body = await read_body(request)
    world.faults.update(body)
    if body.get("revoke_tokens") is True:
        world.tokens.revoke()
    world.hub.touch()
    return world.faults.view()


async def clock(request: web.Request, world: World) -> Json:
    """Set the shift of the clock in seconds."""
    year = 366 * 86_400
    world.clock.shift_seconds = number_of(await read_body(request), "shift_seconds", -year, year)
    world.hub.touch()
    return {"shift_seconds": world.clock.shift_seconds}


async def reset(_request: web.Request, world: World) -> Json:
    """Forget everything but the configuration."""
    world.clear()
    return {"ok": True}


async def load(request: web.Request, world: World) -> Json:
    """Make followers in bulk; they keep no chat but count in the received log. ``window`` opens 48 h for each."""
    body = await read_body(request)
    count = number_of(body, "users", 1, MAX_LOAD)
    made = []
    now = world.clock.now()
    for number in range(count):
        phone = world.phones.make(f"关注者{number + 1}", "职工", bulk=True)
        phone.follows, phone.subscribed_at = True, now
        if body.get("window") is True:
            world.ledger.grant(phone.user, "message", now)
        made.append(phone.user)
    world.hub.touch()
    return {"users": made}


async def received(request: web.Request, world: World) -> list[Json]:
    """Everything that reached people."""
    return world.received.view(request.query.get("user"))


async def calls(request: web.Request, world: World) -> list[Json]:
    """API calls with their JSON."""
    return world.calls.view(request.query.get("path"))


async def stats(_request: web.Request, world: World) -> Json:
    """Exact totals."""
    log = world.received
    return {"received": log.total, "duplicates": log.duplicates, **world.calls.stats()}


async def wire(request: web.Request, world: World) -> Json:
    """The wire log."""
    after, limit = query_number(request, "after", 0), query_number(request, "limit", 100)
    return {"items": world.wire.view(after, min(limit, MAX_WIRE_PAGE))}


def _built(world: World, body: Json) -> Push:
    fields: Any = body.get("fields") or {}
    if not isinstance(fields, dict):
        raise ControlError(400, "fields 必须是对象")
    kind = text_of(body, "kind", 80)
    if kind == "event":
        kind = f"event:{text_of(fields, 'Event', 64)}"
        fields = {name: value for name, value in fields.items() if name != "Event"}
    highest = 2**63 - 1
    created = number_of(body, "create_time", 0, highest) if body.get("create_time") is not None else None
    msg_id = number_of(body, "msg_id", 0, highest) if body.get("msg_id") is not None else None
    return world.outbox.build(text_of(body, "user", 64), kind, fields, created, msg_id)


def _attempt_view(push: Push, attempt: Attempt) -> Json:
    return {
        **attempt.view(),
        "msg_id": push.fields.get("MsgId"),
        "create_time": push.fields["CreateTime"],
        "body_base64": base64.b64encode(attempt.body).decode(),
        "checks": [check.view() for check in attempt.judgement.checks],
    }


async def _bare(
    world: World, method: str, query: Mapping[str, str], data: bytes, headers: Mapping[str, str]
) -> tuple[int, dict[str, str], bytes]:
    try:
        async with asyncio.timeout(30):
            return await world.driver.courier.exchange(method, query, data, headers)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise ControlError(502, f"回调地址没有应答：{type(error).__name__}") from error


def _texts(value: Any, name: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ControlError(400, f"{name} 必须是对象")
    return {str(key): str(item) for key, item in value.items()}


def routes() -> list[web.RouteDef]:
    """Routes of this module."""
    posts = {"raw": raw, "push": repeated_push, "faults": faults, "reset": reset, "clock": clock, "load": load}
    gets = {"received": received, "calls": calls, "stats": stats, "wire": wire}
    return [
        web.post("/sandbox/verify", control(verify)),
        *(web.post(f"/sandbox/{name}", control(handler)) for name, handler in posts.items()),
        *(web.get(f"/sandbox/{name}", control(handler)) for name, handler in gets.items()),
    ]
