"""The wire: what is asked, which answers are believed, and that everything else is None, in time and without words."""

import asyncio
import logging
import math
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import FrozenClock, stopwatch
from bot.embedding import BYTES_EACH, FAILURES, IN_FLIGHT, MAX_DIMENSION, PAUSE, Breaker, Embedder, Endpoint
from tests.embedding.stub import Answer, Stub, half, hang, raw, redirect, rows

GOOD = {"index": 0, "embedding": [3.0, 4]}


async def test_one_text_is_asked_as_openai_says(stub: Stub, embedder: Embedder) -> None:
    vector = await embedder.vector("工资拖着不给咋整")
    assert vector is not None
    assert math.hypot(*vector) == pytest.approx(1, abs=1e-6)
    assert stub.bodies == [{"model": "stub-small", "input": ["工资拖着不给咋整"]}]
    assert stub.headers[0]["Authorization"] == "Bearer key-of-the-test"
    assert stub.headers[0]["Content-Type"] == "application/json"


async def test_without_a_key_none_is_sent(stub: Stub, clock: FrozenClock) -> None:
    embedder = Embedder(Endpoint(stub.url + "/", "m", seconds=5), clock)
    assert await embedder.vector("年假有几天") is not None
    await embedder.close()
    assert "Authorization" not in stub.headers[0]


async def test_rows_come_back_in_the_order_of_the_texts(stub: Stub, embedder: Embedder) -> None:
    stub.answers = [rows({"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [5, 0]})]
    found = await embedder.vectors(["甲", "乙"])
    assert found is not None
    assert [list(each) for each in found] == [[1, 0], [0, 1]]


GARBAGE: dict[str, Answer] = {
    "no json": raw(b"<html>"),
    "no object": raw(b"[]"),
    "no data": raw(b'{"error": {"message": "x"}}'),
    "no rows": rows(),
    "too many rows": rows(GOOD, {"index": 1, "embedding": [1]}),
    "the same row twice": rows(GOOD, GOOD),
    "rows that are none": rows("x"),
    "data that is a word": raw(b'{"data": "x"}'),
    "data that is null": raw(b'{"data": null}'),
    "another place": rows({"index": 1, "embedding": [1.0]}),
    "no place": rows({"embedding": [1.0]}),
    "a place that is a list": rows({"index": [0], "embedding": [1.0]}),
    "no vector": rows({"index": 0}),
    "base64": rows({"index": 0, "embedding": "AACAPw=="}),
    "an empty vector": rows({"index": 0, "embedding": []}),
    "words": rows({"index": 0, "embedding": ["1.0"]}),
    "truth": rows({"index": 0, "embedding": [True]}),
    "nothing": rows({"index": 0, "embedding": [None]}),
    "nested": rows({"index": 0, "embedding": [[1.0]]}),
    "not a number": raw(b'{"data": [{"index": 0, "embedding": [NaN, 1.0]}]}'),
    "infinity": raw(b'{"data": [{"index": 0, "embedding": [Infinity]}]}'),
    "too large a number": raw(b'{"data": [{"index": 0, "embedding": [1e999, 1.0]}]}'),
    "too far away": rows({"index": 0, "embedding": [1.7e308, 1.7e308]}),
    "too long a number": raw(b'{"data": [{"index": 0, "embedding": [' + b"9" * 400 + b"]}]}"),
    "zeros": rows({"index": 0, "embedding": [0, 0.0]}),
    "too many numbers": rows({"index": 0, "embedding": [1] * (MAX_DIMENSION + 1)}),
    "too large": raw(b'{"data": [{"index": 0, "embedding": [1.0]}]}' + b" " * BYTES_EACH),
    "deep": raw(b"[" * 100_000),
    "broken utf-8": raw(b'{"data": "\xff"}'),
    "server error": raw(b"{}", 500),
    "refused": raw(b'{"data": [{"index": 0, "embedding": [1]}]}', 401),
    "created": raw(b'{"data": [{"index": 0, "embedding": [1]}]}', 201),
    "redirect": redirect,
}


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE.keys())
async def test_what_cannot_be_used_is_no_vector(
    stub: Stub, embedder: Embedder, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    stub.answers = [answer]
    assert await embedder.vector("不能写进日志的话") is None
    assert len(stub.asked) == 1
    assert [each.getMessage() for each in caplog.records if each.name == "bot.embedding"] == [
        "embedding endpoint failed"
    ]
    assert "不能写进日志" not in caplog.text and "key-of-the-test" not in caplog.text
    assert await embedder.vector("年假有几天") is not None


async def test_an_answer_without_end_is_not_read_to_the_end(stub: Stub, embedder: Embedder) -> None:
    stub.answers = [stub.endless]
    assert await embedder.vector("年假有几天") is None
    assert stub.written < 16 * 2**20


async def test_the_longest_vector_fits(stub: Stub, embedder: Embedder) -> None:
    stub.answers = [rows({"index": 0, "embedding": [-0.012345678901234567] * MAX_DIMENSION})]
    vector = await embedder.vector("年假有几天")
    assert vector is not None and len(vector) == MAX_DIMENSION


async def test_vectors_of_one_answer_have_one_dimension(stub: Stub, embedder: Embedder) -> None:
    stub.answers = [rows({"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]})]
    assert await embedder.vectors(["甲", "乙"]) is None


async def test_another_dimension_is_refused_until_a_pause_is_over(
    stub: Stub, embedder: Embedder, clock: FrozenClock
) -> None:
    assert await embedder.vector("年假有几天") is not None
    stub.dimension = 32
    assert [await embedder.vector("年假有几天") for _ in range(FAILURES)] == [None] * FAILURES
    clock.move(PAUSE)
    vector = await embedder.vector("年假有几天")
    assert vector is not None and len(vector) == 32


@pytest.mark.parametrize("answer", [hang, half], ids=["nothing", "half"])
async def test_slowness_ends_in_time(stub: Stub, clock: FrozenClock, answer: Answer) -> None:
    embedder = Embedder(Endpoint(stub.url, "m", seconds=0.1), clock)
    stub.answers = [answer]
    elapsed = stopwatch()
    assert await embedder.vector("年假有几天") is None
    assert 90 <= elapsed() < 2000
    await embedder.close()


async def test_nobody_there(clock: FrozenClock) -> None:
    embedder = Embedder(Endpoint("http://127.0.0.1:1/v1", "m", seconds=5), clock)
    assert await embedder.vector("年假有几天") is None
    await embedder.close()


async def test_nothing_is_asked_about_nothing(stub: Stub, embedder: Embedder) -> None:
    assert await embedder.vectors([]) is None
    assert stub.asked == []


async def test_a_crowd_is_not_let_through(stub: Stub, embedder: Embedder) -> None:
    """Who comes when enough calls are under way goes on without a vector at once, and that is no failure."""
    stub.default = hang
    crowd = [asyncio.create_task(embedder.vector("年假有几天")) for _ in range(IN_FLIGHT)]
    await asyncio.wait(crowd, timeout=0.05)
    assert await embedder.vector("加班费怎么算") is None
    for each in crowd:
        each.cancel()
    await asyncio.wait(crowd)
    stub.default = stub.vectors
    assert await embedder.vector("加班费怎么算") is not None
    assert stub.texts.count("加班费怎么算") == 1


async def test_three_failures_end_the_asking_and_one_trial_begins_it_again(
    stub: Stub, embedder: Embedder, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "bot.embedding")
    stub.default = raw(b"{}", 503)
    for _ in range(10):
        assert await embedder.vector("年假有几天") is None
    assert len(stub.asked) == FAILURES
    assert [vars(each)["paused"] for each in caplog.records] == [False, False, True]
    clock.move(PAUSE - timedelta(seconds=1))
    assert await embedder.vector("年假有几天") is None
    assert len(stub.asked) == FAILURES
    clock.move(timedelta(seconds=1))
    assert [await embedder.vector("年假有几天") for _ in range(5)] == [None] * 5
    assert len(stub.asked) == FAILURES + 1
    stub.default = stub.vectors
    clock.move(PAUSE)
    assert all([await embedder.vector("年假有几天") for _ in range(5)])
    assert len(stub.asked) == FAILURES + 6


async def test_failures_must_come_in_a_row(stub: Stub, embedder: Embedder) -> None:
    bad = raw(b"{}", 500)
    stub.answers = [bad, bad, stub.vectors, bad, bad, stub.vectors]
    assert [await embedder.vector("年假有几天") is not None for _ in range(6)] == [False, False, True] * 2


def test_a_trial_is_for_one_caller(clock: FrozenClock) -> None:
    breaker = Breaker(clock)
    assert [breaker.failed() for _ in range(FAILURES)] == [False, False, True]
    clock.move(PAUSE)
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert [breaker.allows() for _ in range(3)] == [True] * 3


def test_a_clock_that_is_put_back_does_not_make_the_pause_longer(clock: FrozenClock) -> None:
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.failed()
    clock.move(-timedelta(days=1))
    assert breaker.allows()


ENDPOINT = Endpoint("https://embeddings.example.org/v1", "m", "secret-key")


@pytest.mark.parametrize(
    "url",
    [
        "http://embeddings.example.org/v1",
        "http://10.0.0.7/v1",
        "http://localhost.example.org/v1",
        "http://127.0.0.1.example.org/v1",
        "http://127.1/v1",
        "http://[::2]/v1",
        "ftp://127.0.0.1/v1",
        "https:///v1",
        "https://user:word@embeddings.example.org/v1",
        "https://embeddings.example.org/v1?key=1",
        "https://embeddings.example.org/v1#a",
        "https://embeddings.example.org:99999/v1",
        "https://embeddings.example.org/v 1",
        "https://embeddings.example.org/v1\r\n",
        "embeddings.example.org/v1",
        "//embeddings.example.org/v1",
        "",
    ],
)
def test_words_cross_no_network_in_clear(url: str) -> None:
    with pytest.raises(ValueError, match=r"^url ") as error:
        replace(ENDPOINT, url=url)
    assert not url or url not in str(error.value)


@pytest.mark.parametrize(
    "url",
    ["https://embeddings.example.org", "http://127.0.0.1:8000/v1", "http://localhost:11434/v1", "http://[::1]:80/v1"],
)
def test_https_or_this_machine(url: str) -> None:
    assert replace(ENDPOINT, url=url).url == url


@pytest.mark.parametrize("change", [{"model": ""}, {"model": "m" * 121}, {"api_key": "a b"}, {"api_key": "a\r\nX: y"}])
def test_other_settings_that_cannot_work(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="must") as error:
        replace(ENDPOINT, **change)
    assert "secret-key" not in repr(ENDPOINT) + str(error.value)
