"""The lexicon: its data are sound, and its finder prefers the longest, hears slips and inherits."""

from collections import Counter
from collections.abc import Mapping

import pytest
import yaml

from bot.search import DEFAULT, Lexicon, normalise
from bot.search.lexicon import KINDS, LEXICON_FILE, Concept
from bot.search.normal import fold

SOUNDS = {"工": "gong", "公": "gong", "会": "hui", "资": "zi", "姿": "zi", "惠": "hui"}


def build(**data: object) -> Lexicon:
    return Lexicon.build(data, SOUNDS)


def names(lexicon: Lexicon, text: str) -> dict[str, float]:
    return {concept.name: sure for concept, sure in lexicon.find(text).items()}


@pytest.fixture(scope="module")
def data() -> Mapping[str, Mapping[str, str]]:
    loaded: Mapping[str, Mapping[str, str]] = yaml.safe_load(LEXICON_FILE.read_text(encoding="utf-8"))
    return loaded


def test_there_are_enough_groups(data: Mapping[str, Mapping[str, str]]) -> None:
    assert len(data["topics"]) >= 120


def test_no_name_twice_in_the_file() -> None:
    lines = LEXICON_FILE.read_text(encoding="utf-8").splitlines()
    keys = Counter(line.split(":")[0] for line in lines if line.startswith("  ") and not line.startswith("  - "))
    assert [key for key, count in keys.items() if count > 1 and ":" not in key] == []


def test_normalising_a_question_loses_no_form(data: Mapping[str, Mapping[str, str]]) -> None:
    forms = [form for kind in KINDS for group in data[kind].values() for form in group.split() if "~" not in form]
    assert [form for form in forms if normalise(form) != fold(form)] == []


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("被炒鱿鱼", "辞退"),
        ("公司开除我", "解除合同"),
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


def test_a_gap_is_bridged_in_order_and_no_further_than_four() -> None:
    lexicon = build(topics={"未缴": "没~社保"})
    assert names(lexicon, "没给我交社保") == {"未缴": 1.0}
    assert names(lexicon, "没给我们大家交社保") == {}
    assert names(lexicon, "社保没") == {}


def test_a_slip_is_heard_when_a_character_is_right_and_in_place() -> None:
    lexicon = build(topics={"工资": "工资", "工会": "工会"}, not_typos="工惠")
    assert names(lexicon, "工姿") == {"工资": pytest.approx(0.7)}
    assert names(lexicon, "公姿") == {}
    assert names(lexicon, "工惠") == {}


def test_rivals_are_mutual() -> None:
    lexicon = build(topics={"甲": "甲", "乙": "乙"}, rivals=[["甲", "乙"]])
    assert lexicon.rivals[Concept("甲", "topics")] == {Concept("乙", "topics")}


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
