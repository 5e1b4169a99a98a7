"""Who registers with others is registered alone, and hears of it, or answers what the event asks."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from bot.services import event_companions, event_list_plan, registrations
from bot.services.house import House
from bot.services.jielong import parse
from bot.testing import Talk
from bot.turn import plain_words
from handlers import event_company
from storage import events as stored
from storage import registrations as rows
from storage.base import table
from storage.database import Database
from storage.events import ANSWERS
from storage.people import Person
from storage.work import Work
from tests.events.kit import Fair, hold
from tests.events.test_phrases import asked

WITH = {"key": "with", "ask": "您带几个人来？", "kind": "number", "label": "带几人", "optional": False}
ALL = {**WITH, "ask": "一共几个人来？", "label": "人数"}
CHILDREN = {**WITH, "ask": "带几个孩子？", "label": "孩子"}
WORDS = {**WITH, "ask": "带谁一起来？", "kind": "text", "label": "同行的人"}
ASKED_YES = {**WITH, "ask": "带家属吗？", "kind": "yes_no", "label": "家属"}
SHIRTS = {**WITH, "ask": "要几件衣服？", "label": "衣服"}


@pytest.mark.parametrize(
    ("words", "brought", "rest"),
    [
        ("报名 11 带2人", 2, "报名 11"),
        ("报名11，带家属2个", 2, "报名11"),
        ("我和老婆一起报名 11", 1, "我 报名 11"),
        ("报名 11 两个人", 1, "报名 11"),
        ("报名 11 3 个人", 2, "报名 11"),
        ("我们两个人报名11", 1, "我们 报名11"),
        ("带2人报名11", 2, "报名11"),
        ("报名11，一共3个人", 2, "报名11"),
        ("报名11 两大一小", 2, "报名11"),
        ("我们一家三口报名11", 2, "我们 报名11"),
        ("报名 11 +1", 1, "报名 11"),
        ("报名十一两个人", 1, "报名十一"),
        ("我和李四报名11", 1, "我 报名11"),
        ("我跟两个同事一起参加11", 2, "我 参加11"),
        ("报名11 带老婆和2个孩子", 3, "报名11"),
        ("报名11带爸妈", 2, "报名11"),
        ("我要报名11，我老婆也去", 1, "我要报名11"),
        ("報名 11 帶2人", 2, "报名 11"),
        ("报名11，带家属2人", 2, "报名11"),
        ("报名11 家属1人", 1, "报名11"),
        ("报名11（带1人）", 1, "报名11"),
        ("报名11 我和我老公", 1, "报名11"),
        ("11 两个人报名", 1, "11报名"),
        ("我们仨报名 11", 2, "我们 报名 11"),
        ("帮我报名11，还有我老婆", 1, "帮我报名11"),
        ("报名11 夫妻两人", 1, "报名11"),
        ("我们一起报名11", None, "我们 报名11"),
        ("我带孩子报名11", None, "报名11"),
        ("我和同事们报名11", None, "我 报名11"),
        ("报名 11 不带人", 0, "报名 11"),
        ("报名，带2人", 2, "报名"),
        ("我和老婆一起报名", 1, "我 报名"),
    ],
)
def test_words_for_it(words: str, brought: int | None, rest: str) -> None:
    found = event_company.read(plain_words(words))
    assert found is not None
    assert (found.brought, found.rest) == (brought, rest)


@pytest.mark.parametrize(
    "words",
    [
        *("报名 11", "报名11和12", "报名两个", "报名第2位", "报名 11 带身份证", "报名11带什么", "我和公司一起报名11"),
        *(
            "我和公司签合同",
            "完成 3 带2人",
            "带薪年假有几天",
            "我们两个人",
            "2人",
            "带2人",
            "任务 3",
            "转会",
            "报名费2人",
        ),
    ],
)
def test_words_for_something_else(words: str) -> None:
    assert event_company.read(plain_words(words)) is None


def test_no_question_of_the_base_is_taken_for_it() -> None:
    assert [each for each in asked() if event_company.takes(plain_words(each))] == []


@pytest.mark.parametrize(
    ("question", "whom", "answer"),
    [
        (WITH, "带2人", {"with": 2}),
        (ALL, "带2人", {"with": 3}),
        (CHILDREN, "带2个孩子", {"with": 2}),
        (CHILDREN, "带2人", {}),
        (WORDS, "带2人", {"with": "2人"}),
        (ASKED_YES, "带2人", {}),
        (SHIRTS, "带2人", {}),
    ],
)
def test_which_question_it_answers(question: dict[str, Any], whom: str, answer: dict[str, Any]) -> None:
    assert event_companions.answer([SHIRTS, question], 2, whom) == answer
    assert event_companions.is_asked([question]) == (question is not SHIRTS)


def test_without_questions_nothing_is_asked() -> None:
    assert (event_companions.is_asked(None), event_companions.answer(None, 2, "")) == (False, {})


@pytest.fixture
def says(database: Database, house: House, now: datetime) -> Callable[..., list[str]]:
    """People who talk; 11 asks how many come along, 12 does not."""
    hold(database, house, now, title="亲子运动会", questions=(WITH,), capacity=9)
    hold(database, house, now, title="两人三足比赛", capacity=9)
    talk = Talk(database, house, now)
    return lambda words, user="u1": talk.says(words, user)


def test_the_number_is_the_answer_and_shown_before_it_counts(
    database: Database, says: Callable[..., list[str]]
) -> None:
    says("报名 11 带2人")
    assert "带几人：2" in says("张三")[0]
    assert says("确认")[0].startswith("报名成功")
    assert _answers(database) == [{"with": 2}]
    assert "没有改" in says("报名 11 带3人")[0]
    assert _answers(database) == [{"with": 2}]


def test_the_only_question_answered_in_passing_is_shown(database: Database, says: Callable[..., list[str]]) -> None:
    says("报名 12")
    says("张三")
    assert "带几人：1" in says("我和老婆一起报名 11")[0]
    assert len(_answers(database)) == 0
    assert says("确认")[0].startswith("报名成功")


def test_where_nobody_asks_only_the_speaker_is_registered(database: Database, says: Callable[..., list[str]]) -> None:
    assert "只给您一个人报名" in says("报名 12 两个人")[0]
    assert says("张三")[0].startswith("报名成功")
    assert database.look(lambda work: sum(each.registered for each in rows.counts(work, _ids(work)).values())) == 1


def test_words_of_a_title_bring_nobody(says: Callable[..., list[str]]) -> None:
    assert "只给您一个人报名" not in says("报名两人三足")[0]


def test_who_is_on_a_list_with_company_hears_that(fair: Fair, house: House, now: datetime) -> None:
    def bring(work: Work) -> None:
        event, entries = registrations.held(work, fair.event.id), parse("接龙\n1. 李四 +1").entries
        event_list_plan.enter(work, event, event_list_plan.plan(work, event, entries, (), (), now), "person:9", now)

    fair.database.writer.run(bring)
    talk = Talk(fair.database, house, now)
    talk.says("你好", "u1")
    fair.database.writer.run(lambda work: work.execute(sa.update(table(Person)).values(name="李四")))
    said = talk.says("报名 11 带1人", "u1")[0]
    assert ("名单里已经有您的名字" in said, "已经有您带的1人" in said) == (True, True)


def _answers(database: Database) -> list[dict[str, Any]]:
    def job(work: Work) -> list[dict[str, Any]]:
        there = [each for event_id in _ids(work) for each, _ in rows.roster(work, event_id)]
        return [dict(work.seal.open_json(each.answers, ANSWERS)) for each in there if each.answers]

    return database.look(job)


def _ids(work: Work) -> list[int]:
    return [each.id for each in stored.coming(work, datetime(2020, 1, 1, tzinfo=UTC), None, 9)]
