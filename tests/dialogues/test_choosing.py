"""Numbers pick suggestions and nothing else, and 没帮助 is of the answer it stands under."""

from datetime import timedelta

import pytest

from bot import texts
from bot.testing import Talk
from storage.misses import Miss, Opinion
from storage.outbox import Outbox
from tests.storage.kit import rows

ASK, GROUP = "女职工", {"chat": "工友群", "mentioned": True}  # a topic that gets three suggestions
PICKS = {
    0: [
        "1",
        "１",
        "①",
        "1.",
        "(1)",
        "1️⃣",
        "第1个",
        "第一个",
        "第一",
        "选1",
        "选一",
        "我选第一个",
        "一",
        "一号",
        "1号",
        "第一個",
    ],
    1: ["2", "②", "第二个", "选二", "二", "二号", "第 2 个", "选第二个吧"],
    2: ["3", "③", "第三个", "选三", "三", "三号", "3号"],
}
NO_PICKS = [
    "0", "4", "9", "12", "99", "996", "十", "第四个", "第十个", "选五", "五号", "2 3", "1和2", "1、2", "一二", "两个",
    "最后一个", "13800138000",
]  # fmt: skip


def says(talk: Talk, text: str, **more: object) -> str:
    """The answer to a message, a minute after the one before."""
    talk.clock.move(timedelta(minutes=1))
    return "\n".join(talk.says(text, **more))


def suggested(talk: Talk) -> list[str]:
    ((ids,),) = [row for row in rows(talk.database, Miss, "suggested") if row[0]][-1:]
    return list(ids)


@pytest.mark.parametrize(("place", "said"), PICKS.items())
def test_a_number_picks_a_suggestion(talk: Talk, place: int, said: list[str]) -> None:
    for words in said:
        assert texts.SUGGEST in says(talk, ASK)
        entry = talk.house.knowledge.get(suggested(talk)[place])
        assert entry is not None and entry.text in says(talk, words), words
    assert rows(talk.database, Miss, "words", "picked") == [(ASK, entry.id)] * len(said)


@pytest.mark.parametrize("where", [{}, GROUP], ids=["private", "group"])
def test_a_number_that_picks_none_is_asked_for_again_and_is_no_question(talk: Talk, where: dict[str, object]) -> None:
    says(talk, ASK, **where)
    for words in NO_PICKS[:-1] if where else NO_PICKS:  # a mobile number in a group is warned about: test_shown_numbers
        assert says(talk, words, **where) == texts.PICK_NUMBER.format(last=3), words
    entry = talk.house.knowledge.get(suggested(talk)[1])
    assert entry is not None and entry.text[:20] in says(talk, "2", **where)
    assert rows(talk.database, Miss, "words") == [(ASK,)]


def test_without_suggestions_a_number_is_no_question(talk: Talk) -> None:
    for words in (*NO_PICKS, *(each for all_ in PICKS.values() for each in all_)):
        says(talk, words)
    for words in ("入会", "同意", "第五个？"):
        says(talk, words)
    assert rows(talk.database, Miss, "words") == []


def judged(talk: Talk) -> list[tuple[str, bool, str]]:
    return sorted(rows(talk.database, Opinion, "entry_id", "helpful", "reason"))


def disliked(talk: Talk) -> list[tuple[str, ...]]:
    return rows(talk.database, Miss, "decision", "entry_id", "words", "reason")


def test_a_tapped_opinion_is_of_the_answer_it_stands_under(talk: Talk) -> None:
    first, second = says(talk, "年假有几天"), says(talk, "加班费咋算")
    assert "[没帮助]" in first and "[没帮助]" in second
    keys = [key for key, label in buttons(talk) if label == "没帮助"]
    assert keys == ["unhelpful:lv-annual", "unhelpful:wage-ot-rate"]
    says(talk, "没帮助", key=keys[0])
    assert says(talk, "看不懂", key="reason:lv-annual:看不懂") == texts.OPINION_REASON
    assert says(talk, "没帮助", key=keys[0]).startswith("抱歉没帮到您")
    assert says(talk, "有帮助", key="helpful:wage-ot-rate") == texts.OPINION_THANKS
    assert judged(talk) == [("lv-annual", False, ""), ("wage-ot-rate", True, "")]
    assert disliked(talk) == [("disliked", "lv-annual", "年假有几天", "看不懂")]


def buttons(talk: Talk) -> list[tuple[str, str]]:
    from_outbox = rows(talk.database, Outbox, "choices")
    return [tuple(each) for (choices,) in from_outbox for each in choices or ()]


@pytest.mark.parametrize("key", ["", "unhelpful"])
def test_a_button_of_before_and_typed_words_are_of_the_last_answer(talk: Talk, key: str) -> None:
    says(talk, "年假有几天")
    says(talk, "加班费咋算")
    says(talk, "没帮助", key=key)
    assert says(talk, "过时了", key="reason:过时了" if key else "") == texts.OPINION_REASON
    assert judged(talk) == [("wage-ot-rate", False, "过时了")]


def test_a_button_of_an_answer_somebody_never_got_says_nothing(talk: Talk) -> None:
    says(talk, "年假有几天")
    for key in (
        "unhelpful:wage-ot-rate",
        "unhelpful:no-such",
        "helpful:",
        "reason:wage-ot-rate:其他",
        "unhelpful:" + "x" * 500,
    ):
        says(talk, "点了", key=key)
    assert judged(talk) == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("没有帮助", ""),
        ("没用", ""),
        ("没帮助 说的太复杂了", "说的太复杂了"),
        ("没帮助，我们这里不是这样办的", "我们这里不是这样办的"),
        ("不太对", "不太对"),
        ("答非所问", "答非所问"),
        ("说得不对", "说得不对"),
        ("你说的不对", "你说的不对"),
        ("看不懂", "看不懂"),
        ("没帮助：打13800138000找我", "打〔号码〕找我"),
        ("没帮助 " + "很" * 100, "很" * 40),
    ],
)
def test_words_of_displeasure_are_an_opinion_and_no_question(talk: Talk, words: str, reason: str) -> None:
    says(talk, "年假有几天")
    assert "抱歉没帮到您" in says(talk, words)
    assert judged(talk) == [("lv-annual", False, reason)]
    assert disliked(talk) == [("disliked", "lv-annual", "年假有几天", reason)]


def test_without_an_answer_words_of_displeasure_are_no_question(talk: Talk) -> None:
    for words in ("没有帮助", "不太对", "答非所问", "说得不对", "没帮助 说的太复杂了"):
        assert says(talk, words) == texts.OPINION_NOTHING
    assert disliked(talk) == []


def test_displeasure_with_a_question_of_the_base_is_answered(talk: Talk) -> None:
    says(talk, "年假有几天")
    assert "150%" in says(talk, "不对，加班费怎么算")
    assert disliked(talk) == [("disliked", "lv-annual", "年假有几天", "")]


def test_displeasure_with_suggestions_means_that_none_fits(talk: Talk) -> None:
    says(talk, "年假有几天")
    says(talk, ASK)
    assert "答不上来" in says(talk, "不太对")
    assert judged(talk) == [] and rows(talk.database, Miss, "words", "picked") == [(ASK, "none")]


def test_the_next_words_may_say_why(talk: Talk) -> None:
    says(talk, "年假有几天")
    says(talk, "没帮助")
    assert says(talk, "说的跟我们厂的做法对不上，我电话13800138000") == texts.OPINION_REASON
    assert judged(talk) == [("lv-annual", False, "说的跟我们厂的做法对不上，我电话〔号码〕")]
    assert [each[0] for each in disliked(talk)] == ["disliked"]
    says(talk, "今天的云跟昨天的不一样")
    assert [each[0] for each in disliked(talk)] == ["disliked", "decline"]


@pytest.mark.parametrize(
    ("later", "words"), [(1, "加班费怎么算"), (1, "明天会下雨吗"), (11, "说的跟我们厂的做法对不上")]
)
def test_a_question_or_late_words_are_no_reason(talk: Talk, later: int, words: str) -> None:
    says(talk, "年假有几天")
    says(talk, "没帮助")
    talk.clock.move(timedelta(minutes=later - 1))
    assert texts.OPINION_REASON not in says(talk, words)
    assert judged(talk) == [("lv-annual", False, "")]
