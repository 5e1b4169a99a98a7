"""Words about events are taken for that, and no question that the knowledge base is asked is taken for an event's."""

from pathlib import Path

import pytest
import yaml

from bot import content
from bot.turn import plain_words
from handlers import event_marks, event_named, event_spoken, events

CONTENT = Path(__file__).parents[2] / "content"
FILTERS = (*events.COMMANDS, *event_marks.COMMANDS)


def takes(words: str) -> bool:
    plain = plain_words(words)
    return any(each.takes(plain) for each in FILTERS) or bool(event_marks.JUDGED.fullmatch(plain))


def asked() -> list[str]:
    """Every golden question, phrasing and question of the base."""
    golden = [
        each["ask"]
        for file in sorted((CONTENT / "golden").glob("*.yaml"))
        for each in yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
        if isinstance(each, dict) and "ask" in each
    ]
    faq = content.read_faq(sorted((CONTENT / "faq").glob("*.yaml")))
    return golden + [words for each in faq for words in (each["question"], *each["phrasings"])]


def test_no_question_of_the_base_is_swallowed() -> None:
    questions = asked()
    assert len(questions) > 3000
    assert [each for each in questions if takes(each)] == []
    assert [each for each in questions if event_spoken.takes(plain_words(each))] == []


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("报名 12", 12),
        ("报名12", 12),
        ("报名１２", 12),
        ("我要报名 12", 12),
        ("我想参加12", 12),
        ("报名参加 12 号活动", 12),
        ("报名活动12", 12),
        ("参加活动 十二", 12),
        ("報名 12", 12),
        ("报名十二", 12),
        ("报名 12。", 12),
        ("帮我报个名 12", 12),
        ("12号报名", 12),
        ("报名12吧，谢谢", 12),
    ],
)
def test_registering(words: str, number: int) -> None:
    found = events.JOIN.read(plain_words(words))
    assert found is not None
    assert event_marks.number_of(found) == number


@pytest.mark.parametrize(
    "words",
    [
        "取消报名 12",
        "取消报名12",
        "我要取消报名 12",
        "取消候补12",
        "退出报名 12号活动",
        "取消12号报名吧",
        "帮我取消报名12",
        "取消 12",
        "取消12报名",
        "取消活动 12",
        "取消报名12吧",
        "取消報名 12",
    ],
)
def test_cancelling(words: str) -> None:
    found = events.CANCEL.read(plain_words(words))
    assert found is not None
    assert event_marks.number_of(found) == 12


@pytest.mark.parametrize(
    "words", ["活动 12", "活动12", "看活动 12", "12活动", "活动十二", "活动12的详情", "12怎么报名"]
)
def test_one_event(words: str) -> None:
    found = events.DETAIL.read(plain_words(words))
    assert found is not None
    assert event_marks.number_of(found) == 12


@pytest.mark.parametrize(
    ("words", "stars", "rest"),
    [
        ("评价 5 很好", "5", "很好"),
        ("评价5分，很好", "5", "很好"),
        ("评价：4", "4", ""),
        ("评价 五 满意！", "五", "满意！"),
        ("评价 3星 一般", "3", "一般"),
        ("评价五星好评", "五", "好评"),
        ("评价 5.0 好", "5.0", "好"),
    ],
)
def test_judging(words: str, stars: str, rest: str) -> None:
    found = event_marks.JUDGED.fullmatch(words)
    assert found is not None
    assert (found["stars"], found["words"]) == (stars, rest)


@pytest.mark.parametrize(
    "words",
    [
        *("评价 6", "评价 50", "怎么评价单位工会", "评价 12 5 很好", "会员评家怎么评价", "评价 4.5"),
        *("评价一般", "评价一下", "评价一直很好", "评价五一活动很好", "评价一下年假政策", "评价三期女职工的待遇"),
    ],
)
def test_what_is_no_judgement(words: str) -> None:
    assert event_marks.JUDGED.fullmatch(words) is None


@pytest.mark.parametrize("words", ["报名入会", "技能比武怎么报名", "不参加活动行吗", "活动经费怎么报销"])
def test_what_is_about_something_else(words: str) -> None:
    assert not takes(words)


@pytest.mark.parametrize("words", ["报名", "帮我报个名", "我想报名", "报名吧", "我要报名参加活动", "参加活动"])
def test_registering_without_a_number(words: str) -> None:
    assert events.BARE.takes(words) or events.LIST.takes(words)


@pytest.mark.parametrize(
    "words", ["取消报名", "我想取消报名", "帮我取消报名", "报名取消", "取消我的报名吧", "取消候补", "不报名了"]
)
def test_cancelling_without_a_number(words: str) -> None:
    assert events.CANCEL_BARE.takes(words)


@pytest.mark.parametrize(
    "words", ["有活动吗", "最近有没有活动", "周末有什么活动", "还有活动可以报名吗", "工会有啥活动呢"]
)
def test_asking_what_there_is(words: str) -> None:
    assert events.LIST.takes(words) or events.LIST_ASKED.takes(words)


@pytest.mark.parametrize(
    "words", ["五一活动", "六一活动", "三八活动", "十一活动", "12号活动", "参加五一活动", "报名六一活动"]
)
def test_days_and_holidays_are_no_numbers(words: str) -> None:
    assert not any(each.takes(words) for each in (events.DETAIL, events.JOIN, events.CANCEL))


@pytest.mark.parametrize("words", ["12号活动", "12号有什么活动", "12月5日有活动吗", "看5号活动"])
def test_what_there_is_on_a_day(words: str) -> None:
    assert events.ON_DAY.takes(words)


@pytest.mark.parametrize("words", ["报名11和12", "报名 11、12", "我要报名11，12和13", "报名11 12"])
def test_several_at_once(words: str) -> None:
    assert events.SEVERAL.takes(plain_words(words))
    assert not events.JOIN.takes(plain_words(words))


@pytest.mark.parametrize(
    "words", ["怎么报名", "怎么报名？", "如何参加活动", "请问怎么报名参加活动呢", "报名入口在哪里", "活动怎么报名"]
)
def test_asking_how(words: str) -> None:
    assert event_named.HOW.takes(plain_words(words))


@pytest.mark.parametrize(
    ("words", "title", "fits"),
    [
        ("报名观影", "职工观影", True),
        ("我要参加观影", "职工观影", True),
        ("帮我报名看电影", "职工电影夜", True),
        ("招聘会怎么报名", "冬季招聘会", True),
        ("我要报名冬季招聘会活动", "冬季招聘会", True),
        ("报名入会", "入会知识讲座", False),
        ("我要参加工会", "工会知识竞赛", False),
        ("参加职工活动", "职工观影", False),
        ("不参加观影", "职工观影", False),
        ("报名费", "免费体检", False),
        ("我要参加社保", "社保政策宣讲", False),
        ("报名社保宣讲", "社保政策宣讲", False),
    ],
)
def test_words_of_a_title(words: str, title: str, fits: bool) -> None:
    found = event_named.TITLED.fullmatch(plain_words(words))
    said = (found["title"] or found["title_too"]) if found else "活动"
    joins = "报" in words
    assert (said not in event_named.COMMON and event_named.fits(said, title, joins)) == fits
