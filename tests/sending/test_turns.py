"""The real conversation on the real ground: repeats from two processes, and numbers that never lie about in clear."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.channels.talk import TalkChannel
from bot.clock import FrozenClock
from bot.contract import Inbound, Kind
from bot.dispatcher import Dispatcher, Push, Reply
from bot.services.house import House
from bot.testing import Talk
from handlers import CONVERSATION
from storage.applications import Application
from storage.database import Database
from storage.inbox import Inbound as InboundRow
from storage.outbox import Outbox
from storage.people import Person
from storage.schema import METADATA
from tests.conftest import Opener
from tests.storage.kit import count, rows

ID_NUMBER, MOBILE = "11010519491231002X", "13800138000"


class Process:
    """One process behind the load balancer."""

    def __init__(self, database: Database, house: House, clock: FrozenClock) -> None:
        self.database, self.clock = database, clock
        self._dispatcher = Dispatcher(CONVERSATION, house, clock, {"talk": TalkChannel.can})

    def take(self, text: str, dedupe: str, user: str = "u1") -> "asyncio.Future[Reply]":
        """Hand in a push."""
        inbound = Inbound("talk", dedupe, user, Kind.TEXT, self.clock.now(), text=text)
        return self.database.writer.submit(self._dispatcher, Push(inbound), ("talk", user))


@pytest.fixture
def processes(another: Opener, house: House, clock: FrozenClock) -> list[Process]:
    return [Process(another(), house, clock) for _ in range(2)]


async def test_a_push_twenty_times_at_two_processes_is_one_turn_with_one_answer(processes: list[Process]) -> None:
    replies = await asyncio.gather(*(processes[n % 2].take("您好", "m:1") for n in range(20)))
    assert len({repr((reply.out, reply.row)) for reply in replies}) == 1
    assert replies[0].out is not None
    assert Counter(reply.repeat for reply in replies) == {True: 19, False: 1}
    database = processes[0].database
    assert [count(database, model) for model in (Person, InboundRow, Outbox)] == [1, 1, 1]


async def test_a_repeat_in_a_form_does_not_answer_the_next_question(
    processes: list[Process], clock: FrozenClock
) -> None:
    """Every answer comes three times, each time at another process: the form moves by one question only."""
    asked = []
    for number, said in enumerate(("入会", "同意", "张三", "可以", ID_NUMBER, MOBILE)):
        replies = [await processes[(number + n) % 2].take(said, f"m:{number}") for n in range(3)]
        assert len({repr(reply.out) for reply in replies}) == 1
        asked.append(replies[0].out.text if replies[0].out else "")
        clock.move(timedelta(seconds=10))
    assert len(set(asked)) == 6
    assert "18位身份证号" in asked[3]
    assert "单位" in asked[5]


async def test_two_people_with_one_id_number_at_once_one_applies(processes: list[Process], clock: FrozenClock) -> None:
    script = ("入会", "同意", "张三", "可以", ID_NUMBER, MOBILE, "示例商店", "1", "跳过", "否", "没入过")
    for number, said in enumerate(script):
        await asyncio.gather(*(processes[n].take(said, f"m:{number}:{n}", f"u{n}") for n in range(2)))
        clock.move(timedelta(seconds=10))
    replies = await asyncio.gather(*(processes[n].take("确认", f"done:{n}", f"u{n}") for n in range(2)))
    words = [reply.out.text for reply in replies if reply.out]
    assert sum("申请已经提交" in text for text in words) == 1
    assert sum("不能重复提交" in text for text in words) == 1
    applied = rows(processes[0].database, Application, "state", "number")
    assert sum(row == ("submitted", "20261125-0001") for row in applied) == 1
    assert {row for row in applied if row[1] is None} <= {("confirming", None), ("withdrawn", None)}


def test_numbers_typed_into_a_chat_stand_nowhere_in_clear(database: Database, house: House, clock: FrozenClock) -> None:
    talk = Talk(database, house, clock.now())
    in_form = (
        "入会",
        "同意",
        "张三",
        "可以",
        ID_NUMBER,
        MOBILE,
        "示例商店",
        "1",
        "跳过",
        "否",
        "没入过",
        "确认",
        "进度",
    )
    besides = (f"我的身份证是{ID_NUMBER}，手机{MOBILE}", f"{MOBILE}", f"年假有几天，我的电话{MOBILE}", "转人工")
    said = [line for text in (*in_form, *besides) for line in talk.says(text)]
    assert any("申请已经提交" in line for line in said)
    kept = [
        (name, str(row))
        for name, kept_table in METADATA.tables.items()
        for row in database.look(lambda work, each=kept_table: work.look(sa.select(each)).all())
    ]
    assert any("张三" in row for _, row in kept)
    assert {name for name, row in kept for number in (ID_NUMBER, MOBILE) if number in row} == set()
