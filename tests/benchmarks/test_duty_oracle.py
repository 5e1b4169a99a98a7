"""The judge of the year of duties must find what is planted, or its column of wrong reminders means nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.duty_oracle import Verdict, judge
from benchmarks.duty_year import DOWN, HOUSE, Union, live

END = datetime(2026, 2, 1, tzinfo=UTC)
SAID = "SELECT f.* FROM firing f WHERE f.result = 'said' AND json_array_length(f.parts) > 0"
LADDER = f"{SAID} AND json_extract(f.parts, '$[0][1]') IS NOT NULL ORDER BY f.due_at, f.id LIMIT 1"


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Union]:
    """January of ten unions, all of whose cadres answer through the bot's service."""
    folder: Path = tmp_path_factory.mktemp("oracle")
    union = Union(f"sqlite:///{folder / 'month.db'}")
    union.start()
    assert union.build(10, served=100) == 16
    assert live(union, 1, minutes=5).firings["said"] > 15
    yield union
    union.stop()


def judged(month: Union, *faults: str) -> Verdict:
    """What the judge says of the month with these changes, which are undone."""
    with month.open[0].engine.connect() as conn:
        for each in faults:
            changed = conn.execute(sa.text(each)).rowcount
            assert changed >= 1, f"nothing to spoil: {each}"
        verdict = judge(conn, HOUSE.duties.ladder, END, [DOWN])
        conn.rollback()
    return verdict


def test_a_month_as_it_was_is_right(month: Union) -> None:
    verdict = judged(month)
    assert (verdict.wrong, verdict.examples) == ({}, [])
    assert verdict.counts["messages"] > 15 and verdict.counts["said"] > 30


FAULTS = {
    "never heard of": ("DELETE FROM firing WHERE result = 'said'",),
    "in no list": ("DELETE FROM firing WHERE json_extract(parts, '$[0][1]') IS NULL",),
    "messages and firings differ": ("DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox)",),
    "twice": (f"UPDATE firing SET parts = json_insert(parts, '$[#]', json_extract(parts, '$[0]')) "
              f"WHERE id = (SELECT id FROM ({LADDER}))",),
    "outside hours": ("UPDATE outbox SET created_at = '2026-01-12 19:00:00.000000' "
                      "WHERE id = (SELECT min(id) FROM outbox)",),
    "after it was done": ("UPDATE duty SET state = 'done', done_at = '2026-01-01 00:00:00.000000'",),
    "early to somebody who had acknowledged": ("UPDATE duty SET acknowledged_at = '2026-01-01 00:00:00.000000'",),
    "missed without a reason": (f"UPDATE firing SET result = 'missed' WHERE id = (SELECT id FROM ({LADDER}))",),
    "at another moment": (f"UPDATE firing SET due_at = '2026-01-20 05:00:00.000000' "
                          f"WHERE id = (SELECT id FROM ({LADDER}))",),
    "may leave at night": ("UPDATE outbox SET valid_until = '2026-01-12 19:00:00.000000' "
                           "WHERE id = (SELECT min(id) FROM outbox)",),
    "due before the office began": ("UPDATE appointment SET since = '2026-02-01'",),
    "too near": ("UPDATE outbox SET created_at = '2026-01-12 02:00:00.000000'",),
    "too many a week": ("UPDATE outbox SET created_at = '2026-01-12 02:00:00.000000'",),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "faults"), FAULTS.items())
def test_a_planted_fault_is_found(month: Union, kind: str, faults: tuple[str, ...]) -> None:
    assert judged(month, *faults).wrong[kind] >= 1
