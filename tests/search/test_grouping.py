"""Grouping: differently worded questions come together, near misses stay apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search.grouping import Subjects, nearest

ALIKE = [
    ("工会有没有托管班", "暑假孩子没人带工会管不管", "单位工会办不办暑托班"),
    ("工会有没有宠物寄养", "工会能帮忙寄养宠物吗", "单位工会有宠物寄养服务没"),
    ("工会能不能装充电桩", "单位停车场有充电桩吗", "厂里充电桩啥时候装"),
    ("工会能借轮椅吗", "想借个轮椅用几天", "轮椅在哪里可以借"),
    ("怎么申请职工宿舍", "職工宿舍怎麼申請", "您好，我想问一下员工宿舍如何申请？谢谢！"),
    ("没交社保怎么举报", "公司不给我们上社宝去哪举报", "老板不给买五险去哪里举报"),
]
APART = [
    ("工会有没有托管班", "工会有没有羽毛球班"),
    ("工会有没有托管班", "托管班收费多少"),
    ("产假工资怎么发", "陪产假工资怎么发"),
    ("年假没休完怎么办", "病假没休完怎么办"),
    ("经济补偿怎么算", "赔偿金怎么算"),
    ("会费交多少", "经费交多少"),
    ("工会有没有宠物寄养", "工会有没有宠物医院"),
    ("工会能借轮椅吗", "工会能借会议室吗"),
    ("工会发不发理发券", "工会发不发洗车券"),
    ("工会有没有羽毛球", "工会能借书吗"),
    ("能不能组织献血", "能不能组织爬山"),
    ("想听法律讲座", "想听健康讲座"),
]


@pytest.mark.parametrize("words", ALIKE, ids=lambda words: words[0])
def test_three_wordings_of_one_question_come_together(words: tuple[str, str, str]) -> None:
    others = {number: [first] for number, (first, *_) in enumerate(ALIKE, 1) if first != words[0]}
    first, second, third = words
    assert nearest(first, others) is None
    assert nearest(second, {99: [first], **others}) == 99
    assert nearest(third, {99: [first, second], **others}) == 99


@pytest.mark.parametrize(("one", "other"), APART)
def test_near_misses_stay_apart(one: str, other: str) -> None:
    assert nearest(other, {1: [one]}) is None
    assert nearest(one, {1: [other]}) is None


def test_what_is_known_of_a_text_is_worked_out_once_and_changes_nothing() -> None:
    groups = {number: list(words) for number, words in enumerate(ALIKE)}
    subjects = Subjects()
    asked = [text for pair in APART for text in pair]
    assert [nearest(text, groups, subjects) for text in asked] == [nearest(text, groups) for text in asked]
    assert len(subjects) == sum(map(len, groups.values()))
    known = subjects.of(ALIKE[0])
    assert all(one is other for one, other in zip(known, subjects.of(ALIKE[0]), strict=True))


def test_the_same_words_are_the_same_question() -> None:
    assert nearest("　宿舍能养猫吗！", {7: ["别的问题"], 8: ["宿舍能养猫吗？"]}) == 8


def test_nothing_is_near_nothing() -> None:
    assert nearest("工会有没有托管班", {}) is None
    assert nearest("工会有没有托管班", {1: [], 2: ["？？"]}) is None
    assert nearest("？？", {1: ["工会有没有托管班"]}) is None
    assert nearest("？？", {1: ["！！"]}) is None


def test_of_equally_near_groups_the_first_is_taken() -> None:
    assert nearest("宿舍能养猫吗", {5: ["宿舍能养猫吗"], 3: ["宿舍能养猫吗"]}) == 3


@settings(deadline=None)
@given(st.text(max_size=60), st.dictionaries(st.integers(0, 9), st.lists(st.text(max_size=30), max_size=3), max_size=4))
def test_any_text_has_a_repeatable_group(text: str, groups: dict[int, list[str]]) -> None:
    found = nearest(text, groups)
    assert found is None or found in groups
    assert found == nearest(text, groups)
