"""Orders about duties, said by a cadre: which duty changes, what is asked back, what is no order at all.

A wrong duty noted as done or opened again is worse than asking back.
"""

from datetime import datetime
from typing import Any

import pytest

from bot.clock import SHANGHAI
from bot.contract import Inbound, Kind
from bot.errors import Refusal
from bot.router import route
from bot.services import duty_answers
from bot.services.house import House
from bot.turn import Turn, plain_words
from handlers import duties, duty_percent, duty_requests, duty_titled, duty_undoing, duty_which, evidence
from storage import inbox
from storage.database import Database
from storage.duty_requests import pending_of as duty_requests_of
from storage.people import Known
from storage.work import Work
from tests.rules.union import Town, line

NOVEMBER = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
LATER = datetime(2026, 11, 5, 9, tzinfo=SHANGHAI)
_ORDERS = (duties.router, duty_percent.router, duty_undoing.router, duty_requests.router)
ROUTERS = (*_ORDERS, duty_which.router, duty_titled.router, evidence.router)
ASKED, NOTHING = "asked back", "no order"


def words_of(text: str, outcome: str) -> dict[str, str]:
    """Every line with what comes of it."""
    return {each.strip(): outcome for each in text.splitlines()}


SINGLE = {
    "完成 2": "2 done",
    "完成2": "2 done",
    "完成2了": "2 done",
    "完成了2": "2 done",
    "完成第2项": "2 done",
    "完成第二项": "2 done",
    "已完成第二项": "2 done",
    "完成任务2": "2 done",
    "完成 任务 2": "2 done",
    "完成2号任务": "2 done",
    "完成编号2": "2 done",
    "办好2": "2 done",
    "2完成": "2 done",
    "2 已经完成了": "2 done",
    "2.完成": "2 done",
    "第2项完成了": "2 done",
    "第二项任务做完了": "2 done",
    "任务2完成": "2 done",
    "任务2号做好了": "2 done",
    "2号任务完成了": "2 done",
    "完成12": "12 done",
    "12做完了": "12 done",
}
SEVERAL = {
    "完成 2、3": "2 done, 3 done",
    "完成 2 3": "2 done, 3 done",
    "完成2和3": "2 done, 3 done",
    "2、3都完成了": "2 done, 3 done",
    "任务2和任务3都完成了": "2 done, 3 done",
    "第2、3项完成了": "2 done, 3 done",
    "完成第二、第三项": "2 done, 3 done",
}
OPENED = {
    "没完成 1": "1 open",
    "还没完成1": "1 open",
    "1没完成": "1 open",
    "1还没有做完": "1 open",
    "第1项没完成": "1 open",
    "任务1没完成": "1 open",
    "撤销 1": "1 open",
    "撤销完成第1项": "1 open",
    "撤回1": "1 open",
}
BACK = words_of(
    """完成
    已完成
    完成任务
    完成了1项任务
    完成了2项
    已经完成2项了
    完成2项
    完成2、3项
    完成2个任务
    完成2任务
    我完成了两项
    一项完成了
    3项都完成了
    3都完成了
    3项任务都做完了
    两项都办好了
    第一个完成了
    1号完成
    2号做完了
    完成2号
    3号和4号都完成了
    11月2号完成了
    25日完成
    2.3完成
    11/2完成
    完成1/3
    完成1-3
    完成2到4
    今天完成了2件
    本月任务完成3项
    任务3项完成了
    还有2项完成了
    没完成
    还没完成
    未完成
    还没做完
    还没有完成任务
    还没办
    1项没完成
    还有1项没完成
    没完成1项
    没完成1号
    1号没完成
    1和2没完成
    1、2还没办完
    撤销
    撤回
    撤销1项
    撤回1号
    延期2项到12月5日 因为忙
    2项转给李四
    转给李四2项
    2项进度50%""",
    ASKED,
)
ORDINARY = words_of(
    """完成得怎么样
    完成2了吗
    除了2都完成了
    只有2没完成不要紧吧
    全部完成除了3
    完成50%
    完成率2%
    2月的完成了
    第2季度完成了
    完成了一项大工程
    完成2026
    完成1234
    12户完成
    完成2号楼的工作
    2天完成
    没有
    2
    2项
    撤销处分
    没完成学业
    还没完成手续""",
    NOTHING,
)
ORDERS = {**SINGLE, **SEVERAL, **OPENED, **BACK, **ORDINARY}


class Undo(Exception):
    """Nothing of a transaction stays."""


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """Twelve lines of the basic level, none of which wants numbers or proof."""
    return Town(database, house).build(*(line(f"d{number:02}", 28) for number in range(1, 13)))


@pytest.fixture
def cadre(town: Town) -> Known:
    """Somebody with duties 1 to 12, the first one done."""
    known = town.cadre("u1", "shop", NOVEMBER)
    town.issue(NOVEMBER)
    town.complete(known, 1, NOVEMBER)
    return known


def said(work: Work, town: Town, known: Known, words: str, now: datetime = LATER) -> Turn:
    """One message, as it is taken and kept."""
    message = Inbound("oa", f"{work.new_id()}", "u1", Kind.TEXT, now, text=words)
    turn = Turn(message, known, work, town.house, now, work.new_id(), plain_words(words))
    try:
        name = route(ROUTERS, turn)
    except Refusal as refusal:
        name = "refused"
        turn.say(refusal.words)
    turn.topic = turn.topic or name
    values: dict[str, Any] = {"channel": "oa", "dedupe": message.dedupe, "person_id": known.person_id, "chat": ""}
    inbox.record(work, id=turn.inbound_id, text=words, kind="text", topic=turn.topic, received_at=now, **values)
    return turn


def states(work: Work, known: Known) -> dict[int, str]:
    lists = duty_answers.listing(work, known.person_id, LATER)
    return {each.number: "done" if each.duty.state == "done" else "open" for each in lists.entries}


def outcome(town: Town, known: Known, *words: str) -> str:
    """What these messages in a row come to; nothing of it stays."""
    came: list[str] = []

    def job(work: Work) -> None:
        before = states(work, known)
        turns = [said(work, town, known, each) for each in words]
        after = states(work, known)
        changed = [f"{number} {state}" for number, state in after.items() if before[number] != state]
        came.append(", ".join(changed) or (NOTHING if turns[-1].topic == "unhandled" else ASKED))
        assert turns[-1].said or not changed
        raise Undo

    with pytest.raises(Undo):
        town.database.writer.run(job)
    return came[0]


def test_which_duty_an_order_means(town: Town, cadre: Known) -> None:
    assert len(ORDERS) > 100
    assert {words: outcome(town, cadre, words) for words in ORDERS} == ORDERS


ANSWERS = {
    ("完成", "3"): "3 done",
    ("完成", "3号"): "3 done",
    ("完成", "第3项"): "3 done",
    ("完成", "2、3"): "2 done, 3 done",
    ("完成", "3项"): ASKED,
    ("3项都完成了", "2、3、4"): "2 done, 3 done, 4 done",
    ("1号完成", "4"): "4 done",
    ("撤销", "1"): "1 open",
    ("撤销", "1项"): ASKED,
    ("撤回1号", "1"): "1 open",
    ("没完成", "1"): NOTHING,
    ("还有1项没完成", "1"): NOTHING,
    ("完成 2", "撤销"): "",
    ("完成 2、3", "撤销"): "2 done, 3 done",
    ("完成 2", "我的任务", "撤销"): "2 done",
    ("2项转给李四", "2"): NOTHING,
}


def test_a_bare_number_answers_only_what_was_asked(town: Town, cadre: Known) -> None:
    came = {words: outcome(town, cadre, *words) for words in ANSWERS}
    assert came == {**ANSWERS, ("完成 2", "撤销"): ASKED}  # 2 was done and is open again: nothing has changed


def test_yes_finishes_only_what_was_shown(town: Town, cadre: Known) -> None:
    """A colleague hands one on between 全部完成 and 确认: nothing is done, and the new list is shown."""
    colleague = town.cadre("u2", "shop", NOVEMBER)
    town.issue(LATER)
    town.call(cadre, "王五")
    asked = town.database.writer.run(lambda work: said(work, town, cadre, "全部完成").said)
    assert "11项" in asked[0]

    def handed(work: Work) -> list[str]:
        found = duty_requests.HAND.read("转给王五 12")
        assert found is not None
        message = Inbound("oa", "hand", "u2", Kind.TEXT, LATER, text=found[0])
        turn = Turn(message, colleague, work, town.house, LATER, work.new_id(), found[0])
        duty_requests.hand_over(turn, found)
        return turn.said

    assert "已转给王五" in town.database.writer.run(handed)[0]
    changed = town.database.writer.run(lambda work: said(work, town, cadre, "确认").said)
    assert changed[0] == "您的任务刚刚有变化，还没有记。" and "12项" in changed[1]
    assert outcome(town, cadre, "完成 13") == "13 done"
    done = town.database.writer.run(lambda work: (said(work, town, cadre, "确认"), states(work, cadre))[1])
    assert set(done.values()) == {"done"} and len(done) == 13


WAITS = {
    "延期15天 因为出差": None,
    "延期23天 因为出差": None,
    "延期10天 因为出差": None,
    "延期 2 15天 因为出差": (2, "2026-12-13"),
    "延期 2 3天 因为出差": (2, "2026-12-01"),
    "2延期10天 因为出差": (2, "2026-12-08"),
    "延期 12 3天 因为出差": (12, "2026-12-01"),
    "延期12 3天 因为出差": (12, "2026-12-01"),
}


def test_digits_of_an_extension_are_never_split(town: Town, cadre: Known) -> None:
    """延期23天 is not three days for duty 2: with several open duties it is asked which, and 23 days stay 23."""
    came: dict[str, tuple[int, str] | None] = {}

    def asked(work: Work) -> tuple[int, str] | None:
        lists = duty_answers.listing(work, cadre.person_id, LATER)
        pending = duty_requests_of(work, [each.duty.id for each in lists.entries])
        numbers = {each.duty.id: each.number for each in lists.entries}
        return next(((numbers[each.duty_id], f"{each.wanted_on}") for each in pending), None)

    def job(work: Work, *words: str) -> None:
        for each in words:
            said(work, town, cadre, each)
        came[" / ".join(words)] = asked(work)
        raise Undo

    for words in WAITS:
        with pytest.raises(Undo):
            town.database.writer.run(lambda work, words=words: job(work, words))
    with pytest.raises(Undo):
        town.database.writer.run(lambda work: job(work, "延期23天 因为出差", "2"))
    assert came == {**WAITS, "延期23天 因为出差 / 2": (2, "2026-12-21")}
