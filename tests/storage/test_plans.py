"""The queries of every turn and of every tick use their indexes, on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import audience, inbox, letters, misses
from storage.audience import Rule, Term
from storage.base import table
from storage.database import Database
from storage.people import Person
from storage.work import Work

ASKED: dict[str, tuple[Callable[[Work, datetime], Any], str]] = {
    "the letters of a speaker": (lambda work, now: inbox.speakers(work, "oa", ["u1"]), "ix_letter_kept"),
    "the last answer": (
        lambda work, now: inbox.last_answered(work, 1, now - timedelta(minutes=15)),
        "ix_inbound_person_at",
    ),
    "the last answer in a group": (
        lambda work, now: inbox.last_answered(work, 1, now - timedelta(minutes=15), "g1"),
        "ix_inbound_person_at",
    ),
    "the last suggestions": (lambda work, now: inbox.last_suggested(work, 1, now), "ix_inbound_person_at"),
    "the notice shown": (lambda work, now: inbox.has_topic(work, 1, "t", now), "ix_inbound_person_at"),
    "letters that wait": (lambda work, now: letters.waiting(work, 9), "ix_letter_open"),
    "letters of a person": (lambda work, now: letters.kept_for(work, 1, now, 3), "ix_letter_kept"),
    "misses without a gap": (lambda work, now: misses.loose(work, now, now, 9), "ix_miss_loose"),
    "letters that ended": (lambda work, now: letters.settle(work, now), "ix_letter_open"),
    "letters that lapsed": (lambda work, now: letters.settle(work, now), "ix_letter_kept"),
    "who asked a gap": (lambda work, now: misses.askers(work, 1), "ix_miss_gap_id"),
}


def plans(database: Database, ask: Callable[[Work], Any]) -> str:
    """How the database would run every statement of a question."""
    said: list[tuple[str, Any]] = []

    def listen(conn: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE")) and "pg_advisory" not in statement:
            said.append((statement.replace(" FOR UPDATE OF person", ""), parameters))

    sa.event.listen(database.engine, "before_cursor_execute", listen)
    database.writer.run(ask)
    sa.event.remove(database.engine, "before_cursor_execute", listen)
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    lines: list[str] = []
    with database.engine.connect() as conn:
        if not database.is_sqlite:  # on empty tables a scan costs nothing; what matters is that the index can be used
            for way in ("seqscan", "bitmapscan"):
                conn.exec_driver_sql(f"SET enable_{way} = off")
        for statement, parameters in said:
            lines += [str(row) for row in conn.exec_driver_sql(explain + statement, parameters)]
    return "\n".join(lines)


@pytest.mark.parametrize("name", ASKED)
def test_an_index_is_used(database: Database, now: datetime, name: str) -> None:
    ask, index = ASKED[name]
    plan = plans(database, lambda work: ask(work, now))
    assert index in plan, plan


def test_a_speaker_is_found_without_reading_a_whole_table(database: Database, now: datetime) -> None:
    plan = plans(database, lambda work: inbox.speakers(work, "oa", ["u1"]))
    assert "SCAN letter" not in plan and "Seq Scan" not in plan, plan


def test_a_piece_of_an_audience_is_looked_up_person_by_person(database: Database, now: datetime) -> None:
    """Joined, PostgreSQL would read addresses and members from their beginning for every piece."""
    rule = Rule((Term("who", ("followers", "members")), Term("tag", ("志愿者",)), Term("not_seen_days", (30,))))
    piece = audience.included(rule, now).where(table(Person).c.id > 5).order_by("person_id").limit(20_000)
    plan = plans(database, lambda work: work.look(piece))
    assert "ix_address_person_id" in plan and "ix_member_person_id" in plan, plan
    assert "Semi Join" not in plan and "Anti Join" not in plan, plan
