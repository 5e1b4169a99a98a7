"""Whatever people type and whatever lies in the database: the engine answers, and only with its own exceptions."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms import engine
from bot.forms.fold import words
from bot.forms.model import BadProgress, Form, FormChanged, Progress, Step
from tests.forms.kit import ID, JOIN, NOW, SMALL, TODAY, Talk

SAID = (
    "张三 可以 不可以 13800138000 138 深圳一厂 1 2 4 退休 跳过 没有 返回 取消 确定取消 算了 继续 稍后 重来 重新填写 "
    "不改 确认 修改 修改2 改第4项 手机号错了 手机号改成13900139000 帮助 转人工 为什么 多少钱？ 昨天 十二个 2024-3-5 "
    "不对 姓名:李四"
)
WORDS = st.one_of(
    st.sampled_from(sorted(words(SAID))),
    st.just(ID),
    st.just("姓名:张三 电话:13800138000 单位：深圳一厂"),
    st.text(max_size=30),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FORMS = st.sampled_from([JOIN, SMALL])


def check(form: Form, step: Step) -> None:
    """What holds after every turn."""
    assert all(step.say)
    "\n".join(step.say).encode()
    assert len(set(step.expects)) == len(step.expects)
    if step.outcome in ("done", "cancelled", "expired"):
        assert step.progress is None
    else:
        assert step.progress is not None
        stored = json.loads(json.dumps(step.progress.to_json(), ensure_ascii=False))
        assert Progress.from_json(stored) == step.progress
        assert step.progress.position == "" or form.question(step.progress.position)
    assert (step.answers is not None) == (step.outcome == "done")
    assert bool(step.say) or step.outcome in ("question", "passed", "done")
    for question in form.questions:
        known = (step.answers or (step.progress.answers if step.progress else {})).get(question.key)
        if known is not None:
            assert question.field.accept(known, TODAY) == known


@given(FORMS, st.lists(WORDS, max_size=14))
def test_any_conversation(form: Form, said: list[str]) -> None:
    talk = Talk(form)
    check(form, talk.step)
    for each in said:
        if talk.step.progress is None:
            break
        check(form, talk.say(each))
        if talk.step.progress is not None:
            assert engine.repeat(form, talk.progress).progress == talk.progress
    if talk.step.answers is not None:
        needed = {each.key for each in form.questions if not each.optional and each.when is None}
        assert needed <= talk.step.answers.keys()


@given(st.lists(st.sampled_from(["张三", "可以", ID, "13800138000", "深圳一厂", "1"]), max_size=6), WORDS)
def test_back_after_an_answer_asks_the_same_question(before: list[str], typed: str) -> None:
    talk = Talk(JOIN)
    talk.say(*before)
    earlier = talk.progress
    if talk.step.outcome != "asking" or not earlier.position or ":" in typed or "改" in typed:
        return  # a list or a change touches other answers on purpose
    talk.say(typed)
    moved = talk.step.progress
    if moved is None or moved.answers.keys() != earlier.answers.keys() | {earlier.position} or moved.state != "open":
        return
    talk.say("返回")
    assert talk.progress.position == earlier.position
    others = {key: value for key, value in talk.progress.answers.items() if key != earlier.position}
    assert others == {key: value for key, value in earlier.answers.items() if key != earlier.position}
    assert replace(talk.progress, answers=moved.answers) == replace(moved, position=earlier.position)
    kept = talk.say("不改")
    assert kept.progress == moved


@given(JSON)
def test_arbitrary_json(data: Any) -> None:
    with pytest.raises((BadProgress, FormChanged)):
        Progress.from_json(data)


HOSTILE: dict[str, st.SearchStrategy[Any]] = {
    "layout": st.sampled_from([1, 1, 1, 2, True, "1"]),
    "form": st.sampled_from(["join", "small", "", "x" * 100]),
    "version": st.sampled_from([0, 1, 3, -1, True, 10**30]),
    "position": st.sampled_from(["", "name", "idno", "note", "words", "nowhere"]),
    "started_at": st.sampled_from([NOW.isoformat(), "2026-11-21T00:00:00", "", "9999-12-31T23:59:59-14:00"]),
    "updated_at": st.sampled_from(
        [NOW.isoformat(), "0001-01-01T00:00:00+14:00", "2026-11-21T00:00:00", "2999-01-01T00:00:00Z", 5]
    ),
    "answers": st.dictionaries(
        st.sampled_from(["name", "consent", "idno", "phone", "unit", "status", "note", "since", "count", "words", "q"]),
        st.sampled_from(
            [
                "张三",
                "\ud800",
                "x" * 5000,
                True,
                0,
                10**400,
                1.5,
                None,
                [],
                {},
                {"date": "2026-01-01"},
                {"date": "20260101xx"},
                {"date": "2026-01-01", "x": 1},
                {"number": "1.5"},
                {"number": "NaN"},
                {"number": "1E+999999"},
                {"number": "1E-999999"},
                {"number": "²"},
            ]
        ),
    ),
    "skipped": st.sampled_from([[], ["note"], ["name", "phone"], {}, [1], "note"]),
    "given": st.sampled_from([[], ["unit"], ["nowhere"], None]),
    "attempts": st.sampled_from([{}, {"name": 2}, {"nowhere": 3}, {"name": -1}, {"name": 1.5}, []]),
    "editing": st.sampled_from([True, False, 1, None]),
    "state": st.sampled_from(["open", "paused", "cancelling", "restarting", "broken", [], None]),
}


@given(FORMS, st.fixed_dictionaries({}, optional=HOSTILE), WORDS)
def test_stored_progress_that_was_tampered_with(form: Form, changes: dict[str, Any], typed: str) -> None:
    start = Talk(form).progress.to_json()
    with suppress(BadProgress, FormChanged):
        progress = Progress.from_json({**start, **changes})
        check(form, engine.advance(form, progress, typed, NOW))


@given(
    FORMS, st.fixed_dictionaries({}, optional={key: HOSTILE[key] for key in ("position", "skipped", "state")}), WORDS
)
def test_well_formed_nonsense_still_gets_an_answer(form: Form, changes: dict[str, Any], typed: str) -> None:
    start = Talk(form).progress.to_json()
    try:
        progress = Progress.from_json({**start, **changes})
    except BadProgress:
        return
    check(form, engine.advance(form, progress, typed, NOW))


@pytest.mark.parametrize("missing", Talk(JOIN).progress.to_json())
def test_each_key_is_needed(missing: str) -> None:
    data = Talk(JOIN).progress.to_json()
    del data[missing]
    with pytest.raises(BadProgress, match=missing):
        Progress.from_json(data)


def test_another_layout_is_told_apart_from_nonsense() -> None:
    with pytest.raises(FormChanged):
        Progress.from_json({"layout": 2})


def test_a_very_long_text_is_cut_not_scanned() -> None:
    talk = Talk(JOIN)
    for typed in ("姓名:" * 200_000, "改" * 500_000, " " * 1_000_000, "1" * 1_000_000, "，" * 500_000 + "？"):
        check(JOIN, talk.say(typed))
