"""How well questions are grouped by meaning, on questions that nothing was made from (tests/data/grouping.yaml)."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.search.grouping import Subjects, likely, nearest

DATA: dict[str, list[dict[str, Any]]] = yaml.load(
    (Path(__file__).parents[1] / "data" / "grouping.yaml").read_text("utf-8"), yaml.CSafeLoader
)


def asked(kind: str, dev: bool) -> list[list[str]]:
    return [each["ask"] for each in DATA[kind] if each["dev"] is dev]


def stream(triplets: list[list[str]]) -> tuple[int, int]:
    """Every first asking, then every second, then every third: how many join their own group, and how many another."""
    groups: list[tuple[int, list[str]]] = []
    own = others = 0
    subjects = Subjects()
    for number, text in [(number, each[turn]) for turn in range(3) for number, each in enumerate(triplets)]:
        near = nearest(text, {place: texts for place, (_, texts) in enumerate(groups)}, subjects)
        if near is None:
            groups.append((number, [text]))
            continue
        own, others = own + (groups[near][0] == number), others + (groups[near][0] != number)
        groups[near][1].append(text)
    return own, others


def together(pairs: list[list[str]]) -> int:
    return sum(nearest(second, {1: [first]}) is not None for first, second in pairs)


def test_what_it_was_made_from() -> None:
    own, others = stream(asked("triplets", True))
    assert own >= 70 and others == 0
    assert together(asked("pairs", True)) <= 2


def test_what_it_has_never_seen() -> None:
    """Three workers rarely use one word in common; a wrong group costs more than a missing one."""
    own, others = stream(asked("triplets", False))
    assert own >= 25 and others <= 3
    assert together(asked("pairs", False)) <= 12


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("宿舍没有热水怎么办", "宿舍洗澡没热水找谁", "寝室没热水跟谁反映"),
        ("食堂太难吃找谁反映", "食堂饭菜差怎么投诉", "饭堂的菜太差找谁投诉"),
        ("厂里让带宠物狗来吗", "上班能不能带狗", "可以把狗带到厂里吗"),
    ],
)
def test_three_workers_ask_one_thing(first: str, second: str, third: str) -> None:
    assert nearest(second, {1: [first]}) == 1
    assert nearest(third, {1: [first, second]}) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("食堂几点开门", "食堂几点关门"),
        ("工会有篮球赛吗", "工会有羽毛球赛吗"),
        ("厂里发月饼吗", "厂里发粽子吗"),
        ("上海的疗休养怎么报名", "北京的疗休养怎么报名"),
    ],
)
def test_what_only_looks_alike_stays_apart(first: str, second: str) -> None:
    assert nearest(second, {1: [first]}) is None


def test_a_person_is_shown_what_may_be_the_same_first() -> None:
    groups = {1: ["食堂几点关门"], 2: ["班车几点发车"], 3: ["厂里的班车早上几点走"], 4: ["？？"]}
    assert likely("早班车几点开", groups)[:2] in ([2, 3], [3, 2])
    assert 1 not in likely("早班车几点开", groups)
    assert likely("", groups) == likely("！！", groups) == []
