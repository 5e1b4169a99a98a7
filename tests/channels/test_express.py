"""Bulk's own HTTP: answers in pieces, in chunks, broken; what was surely not sent and what perhaps was."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.channels.oa.errors import Refused
from bot.channels.oa.express import Broken, Express, parsed
from bot.contract import Result

OK = b'{"errcode":0,"errmsg":"ok"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n" + OK[:5] + b"\r\n16\r\n" + OK[5:] + b"\r\n0\r\n\r\n"
PLAIN = HEAD + b"Content-Length: 27\r\n\r\n" + OK


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (PLAIN, (200, OK, True)),
        (PLAIN.replace(b"Content-Length", b"content-length"), (200, OK, True)),
        (PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"), (200, OK, False)),
        (HEAD + b"Connection: close\r\nContent-Length: 27\r\n\r\n" + OK, (200, OK, False)),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", (502, b"", True)),
        (
            HEAD + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"err\r\n16\r\ncode":0,"errmsg":"ok"}\r\n0\r\n\r\n',
            (200, OK, True),
        ),
    ],
)
def test_every_answer_is_read_once_it_is_whole(raw: bytes, found: tuple[int, bytes, bool]) -> None:
    assert parsed(raw) == found
    assert [parsed(raw[:cut]) for cut in range(len(raw))] == [None] * len(raw)


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN + b"x",
        b"SSH-2.0-x\r\n\r\n",
        HEAD + b"\r\nno length",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 999999999\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"x" * 20_000,
    ],
)
def test_what_is_no_answer(raw: bytes) -> None:
    with pytest.raises(Broken):
        parsed(raw)


@asynccontextmanager
async def platform(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object], timeout_s: float = 5.0
) -> AsyncIterator[Express]:
    """A server that takes requests and answers them so."""
    held: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        while head := await _request(reader):
            assert head.startswith(b"POST /cgi-bin/x?access_token=T HTTP/1.1\r\nHost: 127.0.0.1:")
            answer(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    express = Express(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout_s)
    try:
        yield express
    finally:
        express.close()
        for writer in held:
            writer.close()
        server.close()
        await server.wait_closed()


async def _request(reader: asyncio.StreamReader) -> bytes:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.rsplit(b"Content-Length: ", 1)[1]))
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    return head


async def post(express: Express) -> tuple[int, bytes]:
    return await express.post(express.head(b"x?access_token=T"), b'{"touser":"u"}')


async def test_a_connection_is_used_again() -> None:
    seen: set[int] = set()

    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.add(id(writer))
        writer.write(PLAIN)

    async with platform(answer) as express:
        assert [await post(express) for _ in range(3)] == [(200, OK)] * 3
        assert len(seen) == 1
        assert await asyncio.gather(*(post(express) for _ in range(4))) == [(200, OK)] * 4
        assert 1 < len(seen) <= 4


async def test_a_server_that_hangs_up_after_every_answer() -> None:
    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(PLAIN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        writer.close()

    async with platform(answer) as express:
        assert [await post(express) for _ in range(3)] == [(200, OK)] * 3


@pytest.mark.parametrize("before", [b"", PLAIN[:30]])
async def test_an_answer_that_breaks_off_is_unknown(before: bytes) -> None:
    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(before)
        writer.close()

    async with platform(answer) as express:
        with pytest.raises(Refused) as refused:
            await post(express)
    assert refused.value.outcome.result is Result.UNKNOWN
    assert refused.value.outcome.code == "broken off"


async def test_silence_is_unknown_and_the_connection_is_not_used_again() -> None:
    answers = [b"", PLAIN]

    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answers.pop(0))

    async with platform(answer, timeout_s=0.3) as express:
        with pytest.raises(Refused) as refused:
            await post(express)
        assert (refused.value.outcome.result, refused.value.outcome.code) == (Result.UNKNOWN, "timeout")
        assert await post(express) == (200, OK)


async def test_nobody_listens_is_surely_not_sent() -> None:
    async with platform(lambda reader, writer: None) as express:
        pass
    with pytest.raises(Refused) as refused:
        await post(express)
    assert (refused.value.outcome.result, refused.value.outcome.code) == (Result.THROTTLED, "connect")
