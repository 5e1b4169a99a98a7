"""The job that fills the table of vectors, what it keeps and drops, and that the search notices."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.embedding import FAILURES, Endpoint
from bot.jobs import JOBS, embed_entries, table
from bot.jobs.job import Moment, run_job
from bot.services.house import House
from storage import embeddings, jobs
from storage.database import Database
from storage.embeddings import Embedding
from tests.embedding.base import MODEL, TEXTS, entry, fill, give_vectors, make_house
from tests.embedding.stub import Answer, Stub, half, raw, rows
from tests.storage.kit import count
from tests.storage.kit import rows as kept

MINUTE = timedelta(minutes=1)


@pytest.fixture
def endpoint(stub: Stub) -> Endpoint:
    return Endpoint(stub.url, MODEL, batch=2)


class Office:
    """The job on a database, a minute later every time."""

    def __init__(self, database: Database, endpoint: Endpoint, now: datetime) -> None:
        self.database, self.endpoint, self.now = database, endpoint, now
        self.house: House = make_house()

    def work(self) -> dict[str, int] | None:
        """One tick."""
        self.now += MINUTE
        return run_job(embed_entries.job(self.endpoint), self.database, self.house, Moment(self.now, self.now))

    def refreshed(self) -> bool:
        """Whether the search index was rebuilt."""
        return self.database.look(self.house.knowledge.refresh)

    def vectors(self) -> dict[str, Sequence[float]]:
        return self.database.look(lambda work: embeddings.load(work, MODEL, TEXTS))

    async def __call__(self) -> dict[str, int] | None:
        """One tick, beside the event loop."""
        return await asyncio.to_thread(self.work)


@pytest.fixture
def office(database: Database, endpoint: Endpoint, now: datetime) -> Office:
    database.writer.run(lambda work: fill(work, now))
    return Office(database, endpoint, now)


async def test_every_text_is_asked_about_once_in_batches(office: Office, stub: Stub) -> None:
    assert await office() == {"embedded": 5, "failed": 0, "dropped": 0}
    assert stub.asked == [TEXTS[:2], TEXTS[2:4], TEXTS[4:]]
    vectors = office.vectors()
    assert set(vectors) == set(TEXTS)
    for text, vector in vectors.items():
        counts = stub.vector(text)
        length = sum(each * each for each in counts) ** 0.5
        assert list(vector) == pytest.approx([each / length for each in counts], abs=1e-6)
    assert await office() == {"embedded": 0, "failed": 0, "dropped": 0}
    assert len(stub.asked) == 3


async def test_the_search_notices_new_vectors_and_those_that_are_gone(office: Office, stub: Stub) -> None:
    assert office.refreshed()
    assert (office.refreshed(), office.house.knowledge.base.dimension) == (False, 0)
    await office()
    assert (office.refreshed(), office.refreshed()) == (True, False)
    assert office.house.knowledge.base.dimension == stub.dimension
    retired = entry("annual", "年休假有几天？", ["带薪年假多少天"], status="retired")
    office.database.writer.run(lambda work: fill(work, office.now, retired))
    assert office.refreshed()
    assert await office() == {"embedded": 0, "failed": 0, "dropped": 2}
    assert (office.refreshed(), office.refreshed()) == (True, False)


async def test_an_entry_that_changes_is_asked_about_where_it_is_new(office: Office, stub: Stub) -> None:
    await office()
    asked = len(stub.texts)
    changed = entry("annual", "年休假有几天？", ["一年能歇几天"], as_of=date(2026, 11, 2))
    office.database.writer.run(lambda work: fill(work, office.now, changed))
    assert await office() == {"embedded": 1, "failed": 0, "dropped": 1}
    assert stub.texts[asked:] == ["一年能歇几天"]


async def test_another_model_starts_anew(office: Office, database: Database) -> None:
    await office()
    office.endpoint = replace(office.endpoint, model="other")
    assert await office() == {"embedded": 5, "failed": 0, "dropped": 5}
    assert {row[0] for row in kept(database, Embedding, "model")} == {"other"}
    assert office.refreshed()
    assert office.house.knowledge.base.dimension == 0


async def test_a_model_replaced_under_the_same_name_starts_anew(office: Office, stub: Stub, now: datetime) -> None:
    give_vectors(office.database, now, TEXTS[:3], dimension=32)
    await office()
    assert {len(each) for each in office.vectors().values()} == {64}
    await office()
    assert set(office.vectors()) == set(TEXTS)
    assert stub.texts == TEXTS[3:] + TEXTS[:3]


BAD: dict[str, Answer] = {
    "500": raw(b"{}", 500),
    "nonsense": raw(b"nonsense"),
    "one vector for two": rows({"index": 0, "embedding": [1.0]}),
    "two dimensions": rows({"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 1.0]}),
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD.keys())
async def test_a_batch_that_fails_comes_next_time_and_the_others_go_on(
    office: Office, stub: Stub, answer: Answer
) -> None:
    stub.answers = [answer]
    assert await office() == {"embedded": 3, "failed": 1, "dropped": 0}
    assert set(office.vectors()) == set(TEXTS[2:])
    assert await office() == {"embedded": 2, "failed": 0, "dropped": 0}
    assert set(office.vectors()) == set(TEXTS)


async def test_an_endpoint_that_is_down_is_left_alone_until_the_next_tick(office: Office, stub: Stub) -> None:
    office.endpoint = replace(office.endpoint, batch=1)
    stub.default = raw(b"{}", 503)
    assert await office() == {"embedded": 0, "failed": FAILURES, "dropped": 0}
    assert len(stub.asked) == FAILURES
    last = office.database.look(jobs.all_runs)
    assert [(each.name, each.error) for each in last] == [("embed_entries", "")]


async def test_an_endpoint_that_does_not_answer_holds_the_job_up_for_a_while_only(
    office: Office, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed_entries, "CALL_SECONDS", 0.1)
    stub.default = half
    assert await office() == {"embedded": 0, "failed": 3, "dropped": 0}


async def test_a_long_run_stops_and_keeps_what_it_has(
    office: Office, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed_entries, "MILLIS", -1)
    assert await office() == {"embedded": 2, "failed": 0, "dropped": 0}
    monkeypatch.setattr(embed_entries, "AT_MOST", 1)
    assert await office() == {"embedded": 1, "failed": 0, "dropped": 0}
    assert set(office.vectors()) == set(TEXTS[:3])


def test_only_an_installation_with_an_endpoint_has_the_job() -> None:
    assert table(None) == JOBS
    added = [each for each in table(Endpoint("https://embeddings.example.org/v1", "m")) if each not in JOBS]
    assert [(each.name, each.every, each.shared) for each in added] == [("embed_entries", MINUTE, True)]
    assert "embed_entries" not in {each.name for each in JOBS}


def test_without_a_model_vectors_are_neither_loaded_nor_noticed(database: Database, now: datetime) -> None:
    database.writer.run(lambda work: fill(work, now))
    house = make_house(model="")
    assert database.look(house.knowledge.refresh)
    give_vectors(database, now)
    assert not database.look(house.knowledge.refresh)
    assert house.knowledge.base.dimension == 0


def test_many_vectors_are_dropped_at_once(database: Database, now: datetime) -> None:
    """More than one statement names."""
    texts = [f"第{number}种问法" for number in range(embeddings.AT_ONCE * 2 + 1)]
    give_vectors(database, now, texts, dimension=2)
    assert database.writer.run(lambda work: embeddings.drop_unused(work, MODEL, texts[:2])) == len(texts) - 2
    assert count(database, Embedding) == 2
    assert database.look(lambda work: embeddings.missing(work, MODEL, texts[1:4])) == texts[2:4]


def test_a_vector_is_kept_exactly_as_32_bit_floats(database: Database, now: datetime) -> None:
    numbers = [0.5, -0.25, 1.0, 0.0, 1.5e-30]
    database.writer.run(lambda work: embeddings.put(work, MODEL, {"甲": numbers, "乙": numbers[::-1]}, now))
    found = database.look(lambda work: embeddings.load(work, MODEL, ["乙", "甲", "丙"]))
    assert set(found) == {"乙", "甲"}
    assert list(found["甲"]) == pytest.approx(numbers, rel=1e-6)
    packed = {row[0] for row in kept(database, Embedding, "vector")}
    assert b"\x00\x00\x00\x3f\x00\x00\x80\xbe\x00\x00\x80\x3f\x00\x00\x00\x00" in {each[:16] for each in packed}
