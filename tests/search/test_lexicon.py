"""The lexicon: its data are sound, and its finder prefers the longest, hears slips and inherits."""

from collections.abc import Mapping

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search import DEFAULT, Lexicon, normalise
from bot.search.finding import find
from bot.search.lexicon import KINDS, WORDS
from bot.search.normal import fold

SOUNDS = {"工": "gong", "公": "gong", "会": "hui", "资": "zi", "姿": "zi", "惠": "hui", "攻": "gong"}
Words = Mapping[str, Mapping[str, str]]


def build(**data: object) -> Lexicon:
    return Lexicon.build([data], SOUNDS)


def names(lexicon: Lexicon, text: str) -> dict[str, float]:
    return {lexicon.concepts[number].name: sure for number, sure in find(text, lexicon).items()}


@pytest.fixture(scope="module")
def files() -> list[Words]:
    return [yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) for path in sorted(WORDS.glob("*.yaml"))]


def test_there_are_enough_groups_and_forms(files: list[Words]) -> None:
    assert sum(len(data.get("topics", {})) for data in files) >= 200
    assert len(DEFAULT.forms) >= 7000


def test_normalising_a_question_loses_no_form(files: list[Words]) -> None:
    forms = [
        form for data in files for kind in KINDS for group in data.get(kind, {}).values() for form in group.split()
    ]
    assert forms
    assert [form for form in forms if normalise(form) != fold(form)] == []


def test_no_form_stands_twice_in_a_group(files: list[Words]) -> None:
    groups = [(name, group.split()) for data in files for kind in KINDS for name, group in data.get(kind, {}).items()]
    assert {name: sorted({form for form in forms if forms.count(form) > 1}) for name, forms in groups
            if len(forms) != len(set(forms))} == {}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("被炒鱿鱼", "辞退"),
        ("薪水", "工资"),
        ("工钱", "工资"),
        ("带薪假", "年休假"),
        ("陪护假", "陪产假"),
        ("怀孩子", "怀孕"),
        ("外卖员", "新业态"),
        ("快递小哥", "新业态"),
        ("工作餐", "餐补"),
        ("一直没给我交社保", "未缴社保"),
    ],
)
def test_everyday_words_are_known(text: str, concept: str) -> None:
    assert names(DEFAULT, normalise(text)).get(concept) == 1.0


def test_the_longest_form_wins() -> None:
    lexicon = build(topics={"产假": "产假", "陪产假": "陪产假"}, rivals=[["产假", "陪产假"]])
    assert names(lexicon, "陪产假") == {"陪产假": 1.0}


def test_a_form_means_what_it_contains_unless_they_are_rivals() -> None:
    lexicon = build(topics={"工资": "工资", "最低工资": "最低工资"})
    assert names(lexicon, "最低工资") == {"工资": 1.0, "最低工资": 1.0}


def test_a_weak_form_is_believed_half() -> None:
    lexicon = build(topics={"驿站": "驿站 充电?"})
    assert names(lexicon, "充电") == {"驿站": 0.5}
    assert names(lexicon, "驿站充电") == {"驿站": 1.0}


def test_plain_words_keep_forms_from_being_found_across_them() -> None:
    assert names(build(topics={"工资": "工资"}, plain="公工"), "公工资") == {"工资": 1.0}
    assert names(build(topics={"工资": "工资"}, plain="公工资"), "公工资") == {}


def test_a_slip_is_heard_and_an_everyday_word_less() -> None:
    lexicon = build(topics={"工资": "工资", "工会": "工会"}, not_typos="工惠")
    assert names(lexicon, "工姿") == {"工资": pytest.approx(0.8)}
    assert names(lexicon, "公姿") == {"工资": pytest.approx(0.6)}
    assert names(lexicon, "工惠")["工会"] < 0.8 * 0.7


def test_rivals_are_mutual() -> None:
    lexicon = build(topics={"甲": "甲", "乙": "乙"}, rivals=[["甲", "乙"]])
    assert lexicon.rivals == {0: {1}, 1: {0}}


PIECES = st.sampled_from(
    ["陪产假", "产假", "假", "最低工资", "工", "资", "没交社保", "社保", "n1", "5", "级", "怎么", "办"]
)


@settings(deadline=None)
@given(st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=1, max_size=5))
def test_bulk_and_single_find_the_same(texts: list[str]) -> None:
    """Texts are joined by line breaks; what `Finder` finds in each is what `find` finds without slips."""
    deaf = Lexicon.build([_data()], {})
    places, concepts = deaf.finder.find("\n".join(texts))
    starts = [sum(len(text) + 1 for text in texts[:number]) for number in range(len(texts) + 1)]
    for number, text in enumerate(texts):
        inside = (places >= starts[number]) & (places < starts[number + 1])
        assert set(concepts[inside].tolist()) == set(find(text, deaf))


def _data() -> dict[str, object]:
    topics = {
        "产假": "产假",
        "陪产假": "陪产假",
        "工资": "工资 最低工资 资",
        "社保": "社保",
        "未缴": "没交 没交社保",
        "级": "5级",
    }
    return {"topics": topics, "asks": {"流程": "怎么办"}, "plain": "怎么", "rivals": [["产假", "陪产假"]]}


@pytest.mark.parametrize(
    "data",
    [
        {"topics": ["工资"]},
        {"topics": {"工资": "！！"}},
        {"topics": {"工资": "工资"}, "rivals": [["工资", "没有的"]]},
        {"rivals": {"工资": "工会"}},
        {"topics": {"工资": "工资"}, "asks": {"工资": "多少"}},
    ],
)
def test_broken_data_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="lexicon"):
        build(**data)


def test_a_name_in_two_files_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Lexicon.build([{"topics": {"工资": "工资"}}, {"topics": {"工资": "薪水"}}], {})
