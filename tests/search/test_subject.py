"""An answer rests on the subject: words that go with every subject never find an entry, however small the base is."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search import DEFAULT, Decision, Entry, Index, normalise
from tests.search.small import SMALL

TWO = Index(
    [
        Entry("annual", "年休假有几天？", ("带薪年假多少天",)),
        Entry("arrears", "单位拖欠工资怎么办？", ("老板不发工资", "欠薪找谁")),
    ]
)
ASKS = ["怎么办", "我该怎么办", "几天", "找谁", "多少天", "有几天", "有没有", "哪里可以办", "要多少钱", "为什么"]
HOLLOW = [
    "这个我不知道怎么填",
    "可以的你们问吧",
    "你们说怎么办",
    "那你说我现在应该怎么办呢",
    "这个多少天",
    "有没有人",
]


@pytest.mark.parametrize("text", ASKS + HOLLOW)
def test_question_words_alone_find_nothing(text: str) -> None:
    for entries in (*combinations(SMALL, 1), *combinations(SMALL, 2), SMALL):
        assert Index(entries).ask(text).decision is Decision.DECLINE, [entry.id for entry in entries]
    assert TWO.ask(text).decision is Decision.DECLINE


@pytest.mark.parametrize("text", ASKS + HOLLOW)
def test_nor_in_the_whole_faq(index: Index, text: str) -> None:
    assert index.ask(text).decision is Decision.DECLINE


@pytest.mark.parametrize("text", ["猫砂怎么办", "阳台有几天", "螺蛳粉找谁", "盆栽多少天", "单位地址", "轮椅怎么借"])
def test_a_subject_that_no_entry_shares_is_never_answered(text: str) -> None:
    for entries in (*combinations(SMALL, 1), *combinations(SMALL, 2), SMALL):
        assert Index(entries).ask(text).decision is not Decision.ANSWER


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from(sorted(DEFAULT.empty)), min_size=1, max_size=12).map("".join),
    st.sampled_from([TWO, *(Index(pair) for pair in combinations(SMALL[:4], 2))]),
)
def test_characters_without_content_are_never_answered(text: str, base: Index) -> None:
    """A known text aside; and some make a word together. What sounds like one (应而, 婴儿) is offered at most."""
    result, said = base.ask(text), normalise(text)
    words = [form for form in DEFAULT.forms if form in said]
    sounded = heard(said)
    alike = [form for form in DEFAULT.forms if len(form) > 1 and heard(form) in sounded]
    assert words or result.decision is Decision.DECLINE or (alike and result.decision is Decision.SUGGEST)


def heard(text: str) -> str:
    """The syllables, each between marks."""
    return "".join(f"[{DEFAULT.sounds.get(each, each)}]" for each in text)


def test_what_shares_the_subject_is_found_in_a_small_base_too() -> None:
    assert TWO.ask("老板欠我工资咋办").hits[0].id == "arrears"
    assert TWO.ask("我有多少天年假").hits[0].id == "annual"


def test_a_union_may_have_subjects_that_no_word_of_the_lexicon_names() -> None:
    base = Index([*SMALL, Entry("wheel", "轮椅怎么借？", ("想借轮椅",))])
    result = base.ask("工会轮椅可以借吗")
    assert (result.decision, result.hits[0].id) != (Decision.DECLINE, "")
    assert result.hits[0].id == "wheel"


@pytest.mark.parametrize(
    "text",
    ["今天累死了", "累死我了", "气死我了", "气死了", "笑死我了", "热死了", "困死了", "忙死了", "饿死我了", "烦死人了"],
)
def test_who_lets_off_steam_is_offered_no_death(index: Index, text: str) -> None:
    assert index.ask(text).decision is Decision.DECLINE


@pytest.mark.parametrize("text", ["工人在车间累死了算工伤吗", "我爸在工地上热死了怎么赔", "加班累死人算工亡吗"])
def test_a_death_stays_a_death(index: Index, text: str) -> None:
    assert {hit.id for hit in index.ask(text).hits} & {"wi-48h", "wi-death", "wi-scope", "sf-heat"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我能休几天年假", "lv-annual"),
        ("加班费怎么算", "wage-ot-rate"),
        ("加班费", "wage-ot-rate"),
        ("病假工资", "wage-sick"),
        ("产假多少天", "wm-maternity"),
        ("工会会费怎么交", "member-dues"),
    ],
)
def test_a_plain_short_question_is_answered(index: Index, text: str, expected: str) -> None:
    result = index.ask(text)
    assert (result.decision, result.hits[0].id) == (Decision.ANSWER, expected)


@pytest.mark.parametrize("text", ["年休假", "加班", "退休", "社保"])
def test_a_bare_topic_of_several_entries_is_offered(index: Index, text: str) -> None:
    assert index.ask(text).decision is Decision.SUGGEST


@pytest.mark.parametrize(
    ("after", "text", "expected"),
    [
        ("lv-annual", "那病假呢", {"wage-sick", "lv-sick-period"}),
        ("lc-severance", "那试用期呢", {"lc-probation-fire"}),
        ("lc-probation", "那工资呢", {"lc-probation-pay"}),
    ],
)
def test_a_follow_up_has_its_topic_first(index: Index, after: str, text: str, expected: set[str]) -> None:
    result = index.ask(text, after=after)
    assert result.decision is not Decision.DECLINE
    assert result.hits[0].id in expected
