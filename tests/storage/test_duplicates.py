"""The platform repeats a push when it likes, to whichever process: one effect, and always the same words."""

import asyncio
from datetime import datetime

import pytest

from storage import inbox
from storage.database import Database
from storage.inbox import Inbound
from storage.outbox import Outbox
from storage.people import Address, Person
from tests.conftest import Opener
from tests.storage.kit import count, meet, rows
from tests.storage.turns import CHANNEL, Push, Turns

PUSH = Push("u1", "m:1", "年假有几天")


def counts(database: Database) -> dict[str, int]:
    return {model.__name__: count(database, model) for model in (Person, Address, Inbound, Outbox)}


ONE_EACH = {"Person": 1, "Address": 1, "Inbound": 1, "Outbox": 1}


async def test_a_push_three_times_in_a_row_is_one_turn(database: Database, now: datetime) -> None:
    turns = Turns(now)
    replies = [await database.writer.submit(turns, PUSH, (CHANNEL, PUSH.user)) for _ in range(3)]
    assert len(set(replies)) == 1
    assert counts(database) == ONE_EACH


@pytest.mark.parametrize("known", [False, True], ids=["a stranger", "somebody known"])
async def test_a_push_twenty_times_at_once_to_two_processes_is_one_turn(
    another: Opener, now: datetime, known: bool
) -> None:
    processes = [another(), another()]
    if known:
        meet(processes[0], PUSH.user, now)
    turns = [Turns(now), Turns(now)]
    replies = await asyncio.gather(
        *(processes[n % 2].writer.submit(turns[n % 2], PUSH, (CHANNEL, PUSH.user)) for n in range(20))
    )
    assert len(set(replies)) == 1
    assert counts(processes[0]) == ONE_EACH


async def test_without_keys_repeats_in_one_group_are_still_one_turn(database: Database, now: datetime) -> None:
    turns = Turns(now)
    replies = await asyncio.gather(*(database.writer.submit(turns, PUSH) for _ in range(20)))
    assert len(set(replies)) == 1
    assert counts(database) == ONE_EACH


async def test_strangers_met_by_two_processes_at_once_are_one_person_each(another: Opener, now: datetime) -> None:
    processes = [another(), another()]
    turns = [Turns(now), Turns(now)]
    pushes = [Push(f"u{n % 10}", f"m:{n}", "您好") for n in range(40)]
    replies = await asyncio.gather(
        *(
            processes[(n // 10) % 2].writer.submit(turns[(n // 10) % 2], push, (CHANNEL, push.user))
            for n, push in enumerate(pushes)
        )
    )
    assert len(set(replies)) == 40
    assert counts(processes[0]) == {"Person": 10, "Address": 10, "Inbound": 40, "Outbox": 40}
    assert {left for (left,) in rows(processes[0], Address, "window_left")} == {5}


async def test_one_key_on_two_channels_is_two_pushes(database: Database, now: datetime) -> None:
    known = meet(database, "u1", now)

    def record(channel: str) -> None:
        values = {"person_id": known.person_id, "kind": "text", "topic": "", "received_at": now}
        database.writer.run(
            lambda work: inbox.record(work, text="", id=work.new_id(), channel=channel, dedupe="m:1", **values)
        )

    record("oa")
    record("wecom")
    assert count(database, Inbound) == 2


def test_a_very_long_key_is_kept_as_its_hash() -> None:
    long = "k" * 500
    assert inbox.key("m:1") == "m:1"
    assert inbox.key("k" * 160) == "k" * 160
    assert inbox.key(long) == inbox.key(long) != inbox.key(long + "k")
    assert len(inbox.key(long)) <= 160
    assert len(inbox.key("\ud800" * 500)) <= 160
