"""Webhooks: bytes in, bytes out. Nothing that is wrong with a push may end in a 5xx or a traceback to the caller."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.clock import Clock, stopwatch
from bot.contract import BadRequest, Challenge, Channel, Inbound, WireRequest, WireResponse
from bot.dispatcher import Reply
from bot.door import Door
from bot.web.metrics import Metrics

log = logging.getLogger(__name__)
MAX_BODY = 64 * 1024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def webhook(channel: Channel, door: Door, clock: Clock, metrics: Metrics) -> Handler:
    """The handler of one channel's callback address, for GET and POST."""

    note = metrics.timed(channel.name)

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            wire = WireRequest(request.method, request.query, await _body(request), request.headers)
            got = channel.receive(wire, clock.now())
        except BadRequest as error:
            metrics.refused(channel.name, error.status)
            log.info("push refused", extra={"channel": channel.name, "status": error.status, "reason": error.reason})
            return web.Response(status=error.status, text="bad request")
        if isinstance(got, Challenge):
            return _response(got.answer)
        return await _answer(request, channel, door, note, got)

    return handle


async def _answer(
    request: web.Request, channel: Channel, door: Door, note: Callable[[float], None], inbound: Inbound
) -> web.StreamResponse:
    """Take the turn and answer. Without a commit there is no answer: 503 makes the platform repeat the push."""
    elapsed = stopwatch()
    try:
        reply = await door.take(inbound)
    except Exception:
        log.exception("turn not taken", extra={"channel": channel.name, "kind": inbound.kind.value})
        return web.Response(status=503, text="busy")
    note(elapsed() / 1000)
    response = _response(channel.answer(inbound, reply.out))
    await _write(request, response, door, reply)
    return response


async def _write(request: web.Request, response: web.Response, door: Door, reply: Reply) -> None:
    """Write the answer out and only then say so: a platform that hung up has not heard it and will repeat."""
    try:
        await response.prepare(request)
        await response.write_eof()
    except ConnectionError:
        log.info("platform hung up before the answer")
        return
    door.answered(reply)


async def _body(request: web.Request) -> bytes:
    if request.method != "POST":
        return b""
    if request.content_length is not None and request.content_length > MAX_BODY:
        raise BadRequest("body too large", 413)
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise BadRequest("body too large", 413) from None
    except (web.RequestPayloadError, ConnectionError):
        raise BadRequest("body broken") from None


def _response(wire: WireResponse) -> web.Response:
    return web.Response(body=wire.body, status=wire.status, content_type=wire.content_type, charset="utf-8")
