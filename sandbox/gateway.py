"""The HTTP side of the platform's API: reads a call, applies faults, dispatches, records, answers."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from aiohttp import web

from sandbox.answers import ApiError, Blob, Json, Upload, dump, new_rid
from sandbox.calling import Call, parse_json
from sandbox.catalogue import ENDPOINTS
from sandbox.faults import After, Before
from sandbox.scenes import picture
from sandbox.stats import CallRecord
from sandbox.wire import WireEntry, kept
from sandbox.world import World

WORLD: Final = web.AppKey("world", World)
JSON_HEADERS: Final = {"Content-Type": "application/json; encoding=utf-8"}
POLL_S: Final = 0.2
GARBAGE: Final = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(slots=True)
class Outcome:
    """What a call ended in, before faults spoil the answer."""

    body: bytes
    headers: dict[str, str]
    errcode: int | None
    rid: str = ""
    status: int = 200


async def platform_call(request: web.Request) -> web.StreamResponse:
    """Any path under /cgi-bin/. HTTP status 200 except for injected faults."""
    world = request.app[WORLD]
    now, began = world.clock.now(), time.perf_counter()
    world.calls.enter(now)
    try:
        call = await _read(request, now)
        if delay := world.faults.delay_s():
            await asyncio.sleep(delay)
        before = world.faults.before(call.path)
        outcome = _outcome(world, call, before)
        after = "hang" if before == "hang" else None if before == "502" else world.faults.after(call.path)
        _record(world, call, outcome, (time.perf_counter() - began) * 1000)
        return await _respond(request, world, outcome, after)
    finally:
        world.calls.leave()


async def show_qrcode(request: web.Request) -> web.Response:
    """showqrcode?ticket=…: the picture of a code, 404 for an unknown ticket. Needs no token."""
    scene = request.app[WORLD].scenes.by_ticket(request.query.get("ticket", ""))
    if scene is None:
        raise web.HTTPNotFound
    card = picture(scene)
    return web.Response(body=card.data, content_type=card.content_type)


async def _read(request: web.Request, now: float) -> Call:
    path = request.match_info["path"]
    uploads: dict[str, Upload] = {}
    body = b""
    if request.content_type.startswith("multipart/"):
        uploads = await _uploads(request)
    else:
        body = await request.read()
    return Call(path, request.method, request.query, body, now, request.remote or "", uploads)


async def _uploads(request: web.Request) -> dict[str, Upload]:
    try:
        form = await request.post()
    except ValueError:
        return {}
    return {
        name: Upload(part.filename, part.content_type, part.file.read())
        for name, part in form.items()
        if isinstance(part, web.FileField)
    }


def _outcome(world: World, call: Call, before: Before | None) -> Outcome:
    if before == "hang":
        return Outcome(b"", JSON_HEADERS, None, status=0)
    if before == "502":
        return Outcome(GARBAGE, {"Content-Type": "text/html"}, None, status=502)
    try:
        if isinstance(before, int):
            raise ApiError(before)
        answer = dispatch(world, call)
    except ApiError as error:
        rid = new_rid(call.now)
        return Outcome(dump(error.body(rid)), JSON_HEADERS, error.code, rid)
    if isinstance(answer, Blob):
        return Outcome(answer.data, _blob_headers(answer), 0)
    return Outcome(dump(answer), JSON_HEADERS, 0)


def dispatch(world: World, call: Call) -> Json | Blob:
    """Token, method, quota, body, then the endpoint; raises ApiError."""
    endpoint = ENDPOINTS.get(call.path)
    if endpoint is None:
        raise ApiError(40066)
    if call.method != endpoint.method:
        raise ApiError(43001 if endpoint.method == "GET" else 43002)
    if endpoint.token:
        world.tokens.check(call.query.get("access_token"), call.now)
    if endpoint.json:
        call.json = parse_json(call.body)
    world.quota.take(call.path, call.now)
    return endpoint.handler(world, call)


def _blob_headers(blob: Blob) -> dict[str, str]:
    disposition = f"attachment; filename*=UTF-8''{quote(blob.filename)}"
    kind = blob.content_type.replace("\r", "").replace("\n", "")
    return {"Content-Type": kind, "Content-Disposition": disposition}


def _record(world: World, call: Call, outcome: Outcome, millis: float) -> None:
    user = call.json.get("touser")
    shown = kept(outcome.body) if outcome.headers is JSON_HEADERS else b"(%d bytes)" % len(outcome.body)
    world.wire.add(
        WireEntry(
            id=world.wire.last_id + 1,
            at=call.now,
            direction="call",
            what=call.path,
            user=user if isinstance(user, str) else "",
            attempt=1,
            status=outcome.status,
            millis=millis,
            errcode=outcome.errcode,
            request=(("", kept(call.body) if call.body else _query_text(call).encode()),),
            response=(("", shown),),
        )
    )
    query = _query_text(call) if outcome.rid else ""
    request = call.body
    record = CallRecord(
        world.wire.last_id, call.now, call.path, query, request, shown, outcome.errcode, millis, outcome.rid
    )
    world.calls.add(record)
    world.hub.touch()


def _query_text(call: Call) -> str:
    return f"{call.method} /cgi-bin/{call.path}?" + "&".join(f"{name}={value}" for name, value in call.query.items())


async def _respond(request: web.Request, world: World, outcome: Outcome, after: After | None) -> web.StreamResponse:
    if after is None:
        return web.Response(body=outcome.body, headers=outcome.headers, status=outcome.status)
    if after == "hang":
        return await _hang(request, world)
    if after == "slow":
        return await _drip(request, world, outcome)
    if after == "garbage":
        return web.Response(body=GARBAGE, content_type="text/html")
    body = outcome.body.replace(b'"errcode":%d' % (outcome.errcode or 0), b'"errcode":"%d"' % (outcome.errcode or 0))
    return web.Response(body=body, headers=outcome.headers)


async def _hang(request: web.Request, world: World) -> web.StreamResponse:
    until = time.monotonic() + world.faults.current.hang_s
    while time.monotonic() < until and not world.jobs.closing.is_set():
        if request.transport is None or request.transport.is_closing():
            break
        await _pause(world, POLL_S)
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _drip(request: web.Request, world: World, outcome: Outcome) -> web.StreamResponse:
    response = web.StreamResponse(status=outcome.status, headers=outcome.headers)
    response.content_length = len(outcome.body)
    await response.prepare(request)
    step = max(1, len(outcome.body) // 10)
    for start in range(0, len(outcome.body), step):
        await _pause(world, world.faults.current.slow_body_s / 10)
        try:
            await response.write(outcome.body[start : start + step])
        except ConnectionError:
            break
    return response


async def _pause(world: World, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await world.jobs.closing.wait()
    except TimeoutError:
        return
