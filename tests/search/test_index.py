"""The index: exact answers, ranking, near misses, the three bands, and hostile input."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search import Decision, Entry, Index
from tests.search.small import SMALL

INDEX = Index(SMALL)
WORDS = st.sampled_from(
    [
        "产假",
        "工资",
        "工会",
        "我",
        "请问",
        "怎么",
        "，",
        "？",
        "１２",
        "三天",
        "🙂",
        "薪",
        "離職",
        "~",
        "\ud800",
        "\x00",
        " ",
    ]
)
ANY = st.one_of(st.text(max_size=2100), st.lists(WORDS, max_size=300).map("".join))


@pytest.mark.parametrize(
    "text",
    ["产假多少天？", "产假多少天", "產假多少天", "　产假多少天！！", "您好，请问产假多少天呢？谢谢", "生孩子能休多久"],
)
def test_known_text_is_answered_with_certainty(small: Index, text: str) -> None:
    result = small.ask(text)
    assert result.decision is Decision.ANSWER
    assert [(hit.id, hit.score) for hit in result.hits] == [("maternity", 1.0)]


def test_text_of_two_entries_is_offered_as_a_choice() -> None:
    twins = Index([Entry("a", "住院慰问", ("怎么领",)), Entry("b", "生日慰问", ("怎么领",))])
    result = twins.ask("怎么领？")
    assert result.decision is Decision.SUGGEST
    assert [hit.id for hit in result.hits] == ["a", "b"]


def test_standard_question_goes_before_a_phrasing() -> None:
    index = Index([Entry("phrasing", "入会条件", ("怎么入会",)), Entry("question", "怎么入会？", ())])
    assert index.ask("怎么入会").hits[0].id == "question"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("老板欠我工钱不给", "arrears"),
        ("怀孕生娃可以休几天", "maternity"),
        ("老婆生娃我能休几天", "paternity"),
        ("带薪假一年给几天", "annual"),
        ("被炒鱿鱼了给多少补偿", "severance"),
        ("送外卖的可以进工会不", "rider"),
        ("怎么入公会", "join"),
    ],
)
def test_everyday_words_find_the_term(small: Index, text: str, expected: str) -> None:
    result = small.ask(text)
    assert result.decision is not Decision.DECLINE
    assert result.hits[0].id == expected


@pytest.mark.parametrize(
    ("text", "rival"),
    [("陪产假工资", "maternity"), ("产检请假", "maternity"), ("病假有几天", "annual"), ("丧假多少天", "maternity")],
)
def test_a_near_miss_is_never_the_answer(small: Index, text: str, rival: str) -> None:
    result = small.ask(text)
    assert result.decision is not Decision.ANSWER or result.hits[0].id != rival


@pytest.mark.parametrize("text", ["", " ", "？？？", "🙂🙂", "\u200b", "今天天气怎么样", "帮我写首诗", "买彩票"])
def test_what_is_not_ours_is_declined(small: Index, text: str) -> None:
    result = small.ask(text)
    assert (result.decision, result.hits) == (Decision.DECLINE, ())


def test_an_outside_topic_is_ours_once_an_entry_speaks_of_it() -> None:
    index = Index([*SMALL, Entry("film", "工会会发电影票吗？", ("工会组织看电影",))])
    assert index.ask("看电影工会给票不").hits[0].id == "film"


def test_empty_faq_declines() -> None:
    assert Index([]).ask("产假多少天").decision is Decision.DECLINE


def test_entries_without_words_are_never_found() -> None:
    index = Index([Entry("blank", "？？", ("", "🙂")), *SMALL])
    assert index.ask("？？").hits == ()
    assert index.ask("产假多少天").hits[0].id == "maternity"


def test_an_id_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Index([Entry("a", "甲", ()), Entry("a", "乙", ())])


@settings(deadline=None)
@given(ANY)
def test_any_input_gives_a_well_formed_and_repeatable_result(text: str) -> None:
    result = INDEX.ask(text)
    assert result == INDEX.ask(text)
    assert len(result.hits) <= 3
    assert (result.decision is Decision.DECLINE) == (not result.hits)
    scores = [hit.score for hit in result.hits]
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert scores[:1] == [max(scores)] if scores else True


@settings(deadline=None)
@given(st.permutations(SMALL), st.sampled_from(["产假多少", "工会怎么进", "老板不给钱", "辞退补偿", "几天"]))
def test_the_order_of_entries_does_not_change_confidence(entries: list[Entry], text: str) -> None:
    ours, other = INDEX.ask(text), Index(entries).ask(text)
    assert ours.decision is other.decision
    assert [hit.score for hit in ours.hits] == pytest.approx([hit.score for hit in other.hits])


def test_threads_get_the_same_results(index: Index) -> None:
    texts = ["老板不发工资", "产假", "怎么入会", "工伤赔多少", "今天天气"] * 20
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(index.ask, texts)) == [index.ask(text) for text in texts]


def test_results_are_values() -> None:
    result = INDEX.ask("产假多少天")
    assert pickle.loads(pickle.dumps(result)) == result
    assert hash(result) == hash(INDEX.ask("产假多少天？"))
