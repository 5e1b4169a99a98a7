"""Hundreds of malformed requests to the webhook: refused quietly, nothing echoed, nothing left behind."""

import asyncio
import logging

import pytest
from yarl import URL

from bot.clock import FrozenClock
from tests.wire.hostile import MARK, Bad, Forger, contents, every
from tests.wire.room import CHEN, Room, eventually, open_room

HEAD = "POST /wechat/oa?signature=1&timestamp=1&nonce=1 HTTP/1.1\r\nHost: x\r\n"
RAW = {
    "garbage": b"\x16\x03\x01\x02\x00 MARK7f3a\r\n\r\n",
    "no version": b"GET /wechat/oa\r\n\r\n",
    "nul in path": b"GET /wechat\0/oa HTTP/1.1\r\nHost: x\r\n\r\n",
    "version": b"GET /wechat/oa HTTP/9.9\r\nHost: x\r\n\r\n",
    "minus length": f"{HEAD}Content-Length: -5\r\n\r\n".encode(),
    "two lengths": f"{HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef".encode(),
    "both": f"{HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode(),
    "huge length": f"{HEAD}Content-Length: {'9' * 40}\r\n\r\n".encode(),
    "bad chunk": f"{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\nMARK7f3a\r\n".encode(),
    "cut chunk": f"{HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nab".encode(),
    "cut body": f"{HEAD}Content-Length: 500\r\n\r\n<xml>".encode(),
    "long header": f"{HEAD}X: {'x' * 20_000}\r\n\r\n".encode(),
    "many headers": (HEAD + "".join(f"X{n}: 1\r\n" for n in range(3000)) + "\r\n").encode(),
}


async def send(room: Room, bad: Bad) -> tuple[int, str]:
    url = URL(f"{room.callback}?{bad.query}", encoded=True)
    headers = {"Content-Type": "text/xml", **bad.headers}
    async with room.web.request(bad.method, url, data=bad.body or None, headers=headers) as response:
        return response.status, (await response.read()).decode("utf-8", "replace")


def left_open(room: Room) -> int:
    return room.count("outbox WHERE state IN ('answering', 'queued', 'sending')")


async def test_hundreds_of_malformed_requests(any_room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room = any_room
    caplog.set_level(logging.DEBUG, "bot")
    await room.reply(CHEN, "follow")
    requests = every(int(room.clock.now().timestamp()))
    assert len(requests) >= 200
    wrong = []
    for bad in requests:
        status, said = await send(room, bad)
        if not 400 <= status < 500 or MARK in said or "Traceback" in said or len(said) > 200:
            wrong.append((bad.name, status, said[:200]))
    assert wrong == []
    assert room.count("inbound") == 1
    assert MARK not in caplog.text
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert "依据：" in await room.says(CHEN, "年假有几天")
    await room.marked()
    assert left_open(room) == 0


async def test_malformed_requests_all_at_once(room: Room) -> None:
    requests = every(int(room.clock.now().timestamp()))
    answers = await asyncio.gather(*(send(room, bad) for bad in requests))
    assert {status // 100 for status, _ in answers} == {4}
    assert "依据：" in await room.reply(CHEN, "follow") + await room.says(CHEN, "年假有几天")


async def test_malformed_in_plain_mode(file_url: str, clock: FrozenClock) -> None:
    """Where a plain push is allowed the document itself is judged; what is a push after all gets an answer."""
    async with open_room(file_url, clock, mode="plain") as room:
        await room.reply(CHEN, "follow")
        forger = Forger(int(clock.now().timestamp()))
        query = "&".join(f"{name}={value}" for name, value in forger.query())
        for name, body in contents(forger).items():
            status, said = await send(room, Bad(name, query, body))
            assert status in (200, 400, 413), name
            assert "Traceback" not in said and "root:" not in said, name
        assert "依据：" in await room.says(CHEN, "年假有几天")
        await room.marked()
        assert left_open(room) == 0


@pytest.mark.parametrize("name", RAW)
async def test_broken_http(name: str, room: Room, caplog: pytest.LogCaptureFixture) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", room.bot.public_port)
    writer.write(RAW[name])
    if name.startswith("cut"):
        writer.write_eof()
    async with asyncio.timeout(10):
        answer = await reader.read(4000)
    writer.close()
    await writer.wait_closed()
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4", b"HTTP/0.9 4"))
    assert b"Traceback" not in answer
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert await room.reply(CHEN, "follow")


async def test_a_caller_that_hangs_up(room: Room) -> None:
    """The connection is gone before the answer: the words are kept for the repeat of the push."""
    forger = Forger(int(room.clock.now().timestamp()))
    good = forger.sealed("good", forger.plain("年假有几天"))
    _, writer = await asyncio.open_connection("127.0.0.1", room.bot.public_port)
    head = f"POST /wechat/oa?{good.query} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(good.body)}\r\n\r\n"
    writer.write(head.encode() + good.body)
    await writer.drain()
    writer.transport.abort()
    await eventually(lambda: room.count("inbound") == 1)
    status, said = await send(room, good)
    assert status == 200 and "<Encrypt>" in said
    assert (await send(room, good)) == (status, said)
    assert (room.count("inbound"), room.count("outbox")) == (1, 1)
