"""Bare aiohttp: `python -m benchmarks.servers.bare PORT wechatpy|wechatpy-uvloop|channel MODE`; no storage.

`wechatpy` is what its documentation shows on asyncio's own loop, and the baseline; then the same on uvloop.
`channel` is the bot's own Official Account channel behind the same few lines: it shows what durability costs.
"""

import asyncio
import gc
import itertools
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import uvloop
from aiohttp import web
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

from benchmarks import account
from bot.channels.oa.channel import OaChannel
from bot.channels.oa.settings import OaSettings
from bot.channels.oa.tokens import StoredToken
from bot.contract import BadRequest, Inbound, Outgoing, WireRequest

PATH = "/wx"
Handler = Callable[[web.Request], Awaitable[web.Response]]


def with_wechatpy() -> Handler:
    """aiohttp and wechatpy, nothing else."""
    answers = account.answers()
    crypto = WeChatCrypto(account.TOKEN, account.AES_KEY, account.APP_ID)

    async def handle(request: web.Request) -> web.Response:
        query = request.query
        stamp, nonce = query["timestamp"], query["nonce"]
        try:
            check_signature(account.TOKEN, query["signature"], stamp, nonce)
        except InvalidSignatureException:
            return web.Response(status=403)
        body = await request.read()
        safe = query.get("encrypt_type") == "aes"
        if safe:
            body = crypto.decrypt_message(body, query["msg_signature"], stamp, nonce)
        message = parse_message(body)
        xml = create_reply(answers.get(message.content, account.UNKNOWN), message).render()
        if safe:
            xml = crypto.encrypt_message(xml, nonce, stamp)
        return web.Response(text=xml, content_type="application/xml")

    return handle


class NoTokens:
    """A token store that is never asked."""

    async def load(self, channel: str) -> StoredToken | None:
        """Nothing is stored."""
        return None

    async def swap(self, channel: str, refused: str | None, new: StoredToken) -> StoredToken:
        """Nothing is kept."""
        return new


def channel(mode: str, api: str) -> OaChannel:
    """The bot's channel for the benchmark account."""
    settings = OaSettings(account.APP_ID, "secret", account.TOKEN, account.AES_KEY, api, mode)
    return OaChannel(settings, NoTokens(), lambda: datetime.now(UTC))


def with_channel(mode: str) -> Handler:
    """aiohttp and the bot's channel, without storage and without the conversation."""
    answers, ours, numbers = account.answers(), channel(mode, "http://127.0.0.1:9"), itertools.count(1)

    async def handle(request: web.Request) -> web.Response:
        now = datetime.now(UTC)
        wire = WireRequest(request.method, request.query, await request.read(), request.headers)
        try:
            got = ours.receive(wire, now)
        except BadRequest as error:
            return web.Response(status=error.status)
        if not isinstance(got, Inbound):
            return web.Response(body=got.answer.body)
        out = Outgoing(next(numbers), answers.get(got.text, account.UNKNOWN), now)
        answer = ours.answer(got, out)
        return web.Response(body=answer.body, content_type=answer.content_type, charset="utf-8")

    return handle


async def serve(port: int, handler: Handler) -> None:
    """Listen until the process is ended."""
    app = web.Application()
    app.router.add_post(PATH, handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    gc.freeze()
    await asyncio.Event().wait()


def main(port: str, kind: str, mode: str) -> None:
    """Serve; on uvloop, as the bot does, unless it is the baseline."""
    loop_factory = None if kind == "wechatpy" else uvloop.new_event_loop
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(serve(int(port), with_channel(mode) if kind == "channel" else with_wechatpy()))


if __name__ == "__main__":
    main(*sys.argv[1:])
