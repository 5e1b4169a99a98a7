"""Questions of an event: checked when they are written, asked by the form engine, shown with their labels."""

from datetime import date
from typing import Any

import pytest

from bot.forms.model import FieldError
from bot.services import event_questions
from bot.services.event_refusals import BadEvent

GOOD: list[dict[str, Any]] = [
    {"key": "kids", "ask": "带几个孩子？", "kind": "number", "label": "孩子"},
    {"ask": "从哪里上车？", "kind": "choice", "options": ["市总门口", " 东区  广场 "], "optional": True},
]


def test_what_is_kept_has_everything() -> None:
    assert event_questions.checked(GOOD) == [
        {"key": "kids", "ask": "带几个孩子？", "kind": "number", "label": "孩子", "optional": False},
        {
            "key": "q2",
            "ask": "从哪里上车？",
            "kind": "choice",
            "label": "从哪里上车？",
            "optional": True,
            "options": ["市总门口", "东区 广场"],
        },
    ]
    assert event_questions.checked(None) == event_questions.checked([]) == []


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        ("no list", "格式"),
        ([1], "第1个问题的格式"),
        ([{"ask": ""}], "第1个问题请写"),
        ([{"ask": "问" * 61}], "第1个问题请写"),
        ([{"ask": "问", "key": "Name"}], "代号"),
        ([{"ask": "问", "key": "about"}], "代号"),
        ([{"ask": "问", "kind": "id_number"}], "类型"),
        ([{"ask": "问", "kind": "choice", "options": ["一"]}], "选项"),
        ([{"ask": "问", "kind": "choice", "options": ["一", "一"]}], "重复"),
        ([{"ask": "问", "key": "a"}, {"ask": "答", "key": "a"}], "代号一样"),
        ([{"ask": "问", "key": "a"}, {"ask": "问", "key": "b"}], "简称一样"),
        ([{"ask": f"问{place}"} for place in range(9)], "最多问8个"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(raw: object, part: str) -> None:
    with pytest.raises(BadEvent) as refused:
        event_questions.checked(raw)
    assert part in refused.value.words


def test_every_kind_can_be_asked() -> None:
    raw = [{"ask": f"问{kind}", "kind": kind, "options": ["一", "二"]} for kind in event_questions.KINDS]
    asked = event_questions.questions(event_questions.checked(raw))
    assert [each.ask for each in asked] == [f"问{kind}" for kind in event_questions.KINDS]


@pytest.mark.parametrize(
    ("said", "value"), [("2", 2), ("两个", 2), ("3人", 3), ("没有", 0), ("一共4个人", 4), ("0", 0), ("不带", 0)]
)
def test_how_many_in_whatever_unit(said: str, value: int) -> None:
    (asked,) = event_questions.questions(event_questions.checked(GOOD[:1]))
    assert asked.field.parse(said, date(2026, 11, 25)) == value


def test_words_are_no_number() -> None:
    (asked,) = event_questions.questions(event_questions.checked(GOOD[:1]))
    with pytest.raises(FieldError):
        asked.field.parse("很多", date(2026, 11, 25))


def test_answers_are_shown_by_label_and_kept_plain() -> None:
    kept = event_questions.checked([*GOOD, {"ask": "要午餐吗？", "key": "lunch", "kind": "yes_no", "label": "午餐"}])
    answers = event_questions.plain({"kids": 2, "lunch": True, "day": date(2026, 12, 1)})
    assert answers == {"kids": 2, "lunch": True, "day": "2026-12-01"}
    assert event_questions.shown(kept, answers) == [("孩子", "2"), ("午餐", "是")]
