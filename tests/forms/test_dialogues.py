"""Whole conversations with a form, turn by turn: what a person says and where it leads."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.forms import engine
from bot.forms.fields import mobile, person_name
from bot.forms.model import Form, FormChanged, Question, Value
from tests.forms.kit import ID, ID_TAIL, JOIN, NOW, SMALL, Talk

FILLED = ("张三", "可以", ID, "13800138000", "深圳一厂", "1", "跳过")
Turns = Sequence[tuple[str, str, str]]  # said, outcome, a piece of the answer

DIALOGUES: dict[str, Turns] = {
    "straight through": [
        ("张三", "asking", "可以在这里填"),
        ("可以", "asking", "身份证号？"),
        (ID, "asking", "手机号？"),
        ("138 0013 8000", "asking", "工作单位？"),
        ("深圳一厂", "asking", "就业状况？"),
        ("第一个", "asking", "（选填"),
        ("没有", "confirming", "备注：没有"),
        ("确认", "done", ""),
    ],
    "a branch not taken": [
        ("张三", "asking", "可以在这里填"),
        ("不可以", "asking", "手机号？"),
        ("13800138000", "asking", "工作单位？"),
    ],
    "wrong thrice, then right": [
        ("张三", "asking", ""),
        ("不可以", "asking", ""),
        ("123", "asking", "11位"),
        ("456", "asking", "手机号？"),
        ("789", "person_offered", "转人工"),
        ("000", "person_offered", "稍后"),
        ("13800138000", "asking", "工作单位？"),
    ],
    "a question does not count": [
        ("张三", "asking", ""),
        ("为什么要身份证", "question", ""),
        ("会不会泄露？", "question", ""),
        ("能不能不填呢", "question", ""),
        ("也许", "asking", "“可以”或“不可以”"),
    ],
    "back and forth": [
        ("返回", "asking", "第一项"),
        ("张三", "asking", ""),
        ("上一步", "asking", "现在填的是：张三"),
        ("不改", "asking", "可以在这里填"),
        ("返回", "asking", "您的姓名"),
        ("李四", "asking", "可以在这里填"),
    ],
    "skip only what is optional": [
        ("跳过", "asking", "不能跳过"),
        ("张三", "asking", ""),
        ("跳过", "asking", "不能跳过"),
    ],
    "cancel asks first": [
        ("张三", "asking", ""),
        ("取消", "asking", "已经填的1项会全部删除"),
        ("什么意思啊", "question", ""),
        ("那个", "asking", "确定不填了"),
        ("继续", "asking", "可以在这里填"),
        ("算了", "asking", "确定不填了"),
        ("算了", "asking", "确定不填了"),
        ("确定", "cancelled", "都删除了"),
    ],
    "cancel with nothing to lose": [("退出", "cancelled", "已经取消")],
    "cancel by the printed number": [("张三", "asking", ""), ("取消", "asking", ""), ("1", "cancelled", "")],
    "go on by the printed number": [("张三", "asking", ""), ("取消", "asking", ""), ("2", "asking", "接着填")],
    "pause and resume": [
        ("张三", "asking", ""),
        ("稍后", "paused", "继续"),
        ("年假有几天", "passed", ""),
        ("好的", "passed", ""),
        ("继续", "asking", "可以在这里填"),
    ],
    "pause, then cancel": [
        ("张三", "asking", ""),
        ("稍后再填", "paused", ""),
        ("取消", "asking", "确定不填了"),
        ("确定取消", "cancelled", ""),
    ],
    "start over": [
        ("张三", "asking", ""),
        ("重来", "asking", "从头填吗"),
        ("不", "asking", "可以在这里填"),
        ("重来", "asking", ""),
        ("重新填写", "asking", "您的姓名"),
        ("上一步", "asking", "第一项"),
    ],
    "a person at any time": [("转人工", "passed", ""), ("张三", "asking", ""), ("人工", "passed", "")],
    "help explains": [("帮助", "asking", "和身份证上一样"), ("怎么填", "asking", "您的姓名")],
    "a labelled answer to the open question": [("姓名：张三", "asking", "可以在这里填")],
    "nothing behind a condition is taken before it": [
        ("姓名:张三 身份证:11010519491231002X 电话:13800138000 单位：深圳一厂", "asking", "身份证号先不用发"),
        ("可以", "asking", "身份证号？"),
        (ID, "asking", "就业状况？"),
    ],
    "pasted without colons": [("姓名张三，电话13800138000，单位深圳一厂", "asking", "已记下：姓名、手机号、工作单位")],
    "pasted with the name in front": [("张三，电话：13800138000", "asking", "已记下：姓名、手机号")],
    "pasted over lines": [("姓名：张三\n手机：138 0013 8000\n公司：深圳一厂", "asking", "姓名、手机号、工作单位")],
    "pasted with a mistake": [
        ("姓名:张三3 电话:13800138000", "asking", "不应该有数字"),
        ("张三", "asking", "可以在这里填"),
        ("不可以", "asking", "工作单位？"),
    ],
    "pasted with a mistake elsewhere": [("姓名:张三 电话:1380013800", "asking", "位数好像少了")],
    "change before the end": [
        ("张三", "asking", ""),
        ("不可以", "asking", "手机号？"),
        ("修改 1", "asking", "现在填的是：张三"),
        ("李四", "asking", "手机号？"),
        ("修改姓名", "asking", "现在填的是：李四"),
        ("返回", "asking", "这一项不改"),
        ("修改姓名为王五", "asking", "已经改好"),
        ("修改 9", "asking", "没有找到"),
        ("修改", "asking", "1. 姓名：王五"),
    ],
    "a wrong time keeps the place": [("张三", "asking", ""), ("继续", "asking", "可以在这里填")],
}


@pytest.mark.parametrize("name", DIALOGUES)
def test_dialogue(name: str) -> None:
    talk = Talk(JOIN)
    for said, outcome, piece in DIALOGUES[name]:
        step = talk.say(said)
        assert (said, step.outcome) == (said, outcome)
        assert piece in talk.said


SUMMARY: dict[str, Turns] = {
    "yes": [("是的", "done", "")],
    "by label": [("修改手机号", "asking", "138****8000"), ("13900139000", "confirming", "139****9000")],
    "by number": [("改第4项", "asking", "手机号？"), ("不改", "confirming", "138****8000")],
    "with the value": [("修改 4 为 13900139000", "confirming", "139****9000")],
    "turned round": [("手机号改成13900139000", "confirming", "139****9000")],
    "with a wrong value": [("手机号改成139", "asking", "少"), ("13900139000", "confirming", "139****9000")],
    "said to be wrong": [("电话错了", "asking", "手机号？"), ("返回", "confirming", "138****8000")],
    "no": [("不对", "confirming", "您想改哪一项"), ("修改 5", "asking", "工作单位？"), ("二厂", "confirming", "二厂")],
    "pasted": [("电话：13900139000", "confirming", "139****9000")],
    "a bare number is not guessed": [("4", "confirming", "修改 2")],
    "a question": [("提交以后多久有结果？", "question", "")],
    "chatter": [("今天天气不错", "confirming", "请回复“确认”提交")],
    "back": [("上一步", "asking", "还有什么要说的"), ("谢谢你们", "confirming", "备注：谢谢你们")],
    "cancel": [("取消", "confirming", "6项"), ("不取消", "confirming", "请您核对")],
    "pause": [("稍后", "paused", ""), ("继续", "confirming", "请您核对"), ("对", "done", "")],
    "a branch closed by a change": [
        ("修改 2", "asking", "可以在这里填"),
        ("不可以", "confirming", "3. 手机号"),
        ("确认", "done", ""),
    ],
}


@pytest.mark.parametrize("name", SUMMARY)
def test_summary(name: str) -> None:
    talk = Talk(JOIN)
    talk.say(*FILLED)
    assert talk.step.outcome == "confirming"
    for said, outcome, piece in SUMMARY[name]:
        step = talk.say(said)
        assert (said, step.outcome) == (said, outcome)
        assert piece in talk.said


def test_the_summary_is_numbered_and_masked() -> None:
    talk = Talk(JOIN)
    talk.say(*FILLED)
    for line in ("1. 姓名：张三", "3. 身份证号：110***********002X", "4. 手机号：138****8000", "7. 备注：（未填）"):
        assert line in talk.said
    assert ID not in talk.said
    assert "13800138000" not in talk.said
    assert talk.step.expects == ("确认", "修改", "取消")


def test_answers_at_the_end_are_values_and_only_what_applies() -> None:
    talk = Talk(JOIN)
    talk.say(*FILLED, "修改 2", "不可以", "确认")
    expected = {"name": "张三", "consent": False, "phone": "13800138000", "unit": "深圳一厂", "status": "在岗"}
    assert talk.step.answers == expected
    assert talk.step.progress is None


def test_an_answer_that_no_longer_applies_is_forgotten_at_once() -> None:
    talk = Talk(JOIN)
    talk.say(*FILLED, "修改 2", "不可以")
    assert ID_TAIL not in str(talk.progress.to_json())


def test_a_form_without_confirmation_is_done_with_its_last_answer() -> None:
    talk = Talk(SMALL)
    step = talk.say("上个月5号", "十二个", "芝麻开门")
    assert step.outcome == "done"
    assert step.answers == {"since": date(2026, 10, 5), "count": 12, "words": "芝麻开门"}


def test_secret_answers_are_hidden() -> None:
    talk = Talk(SMALL)
    talk.say("昨天", "12")
    talk.say("修改 1")
    assert "2026年11月20日" in talk.said
    form = replace(SMALL, questions=(*SMALL.questions[2:], *SMALL.questions[:2]))
    other = Talk(form)
    other.say("芝麻开门", "返回")
    assert "******" in other.said
    assert "芝麻" not in other.said


def test_quick_replies_tell_what_fits() -> None:
    talk = Talk(JOIN)
    assert not talk.step.expects
    assert talk.say("张三").expects == ("可以", "不可以")
    talk.say(*FILLED[1:5])
    assert talk.step.expects == ("在岗", "待岗", "退休")
    talk.say("x", "y")
    assert talk.say("z").expects == ("在岗", "待岗", "退休", "转人工")
    assert talk.say("4").outcome == "passed"
    assert talk.say("2").expects == ("跳过",)


def test_an_option_named_like_a_command_is_an_answer() -> None:
    question = Question("mood", "要不要？", replace(person_name(), claims=frozenset({"取消"})))
    talk = Talk(Form("mood", 1, (question,)))
    assert talk.say("取消").answers == {"mood": "取消"}


def test_given_answers_are_checked_not_asked_and_shown() -> None:
    talk = Talk(JOIN, {"unit": "深圳一厂"})
    talk.say("张三", "不可以", "13800138000")
    assert "就业状况？" in talk.said
    talk.say("返回")
    assert "手机号？" in talk.said
    talk.say("不改", "待岗", "跳过")
    assert "4. 工作单位：深圳一厂" in talk.said
    assert talk.say("修改 4", "二厂", "确认").answers == {
        "name": "张三",
        "consent": False,
        "phone": "13800138000",
        "unit": "二厂",
        "status": "待岗",
    }


def test_given_answers_that_do_not_fit_are_asked() -> None:
    assert "unit" not in Talk(JOIN, {"unit": "？"}).progress.answers
    assert "name" not in Talk(JOIN, {"name": 7}).progress.answers
    with pytest.raises(ValueError, match="no questions"):
        engine.start(JOIN, NOW, {"other": "x"})


def test_everything_given_goes_to_the_summary_or_the_end() -> None:
    given: dict[str, Value] = {"since": "昨天", "count": 3, "words": "x"}
    step = engine.start(SMALL, NOW, given)
    assert step.outcome == "done"
    assert step.answers == {"since": date(2026, 11, 20), "count": 3, "words": "x"}


def test_given_answers_survive_starting_over() -> None:
    talk = Talk(JOIN, {"unit": "深圳一厂"})
    talk.say("张三", "重来", "确定")
    assert talk.progress.answers == {"unit": "深圳一厂"}
    assert "您的姓名" in talk.said


def test_repeat_asks_the_open_question_and_moves_nothing() -> None:
    talk = Talk(JOIN)
    step = talk.say("张三", "为什么要身份证")
    assert step.outcome == "question"
    assert not step.say
    again = engine.repeat(JOIN, talk.progress)
    assert again.outcome == "asking"
    assert "可以在这里填" in again.say[-1]
    assert again.progress == talk.progress
    assert talk.progress.attempts == {}


def test_the_caller_may_decide_what_a_question_is() -> None:
    talk = Talk(JOIN)
    talk.say("张三")
    assert engine.advance(JOIN, talk.progress, "会费标准", NOW, lambda text: "会费" in text).outcome == "question"
    assert engine.advance(JOIN, talk.progress, "会费标准？", NOW, lambda text: False).outcome == "asking"


def test_expires_after_the_last_answer_not_after_the_first() -> None:
    talk = Talk(SMALL)
    for answer in ("昨天", "12"):
        talk.now += timedelta(hours=2)
        assert talk.say(answer).outcome == "asking"
    talk.now += timedelta(hours=3, seconds=1)
    step = talk.say("x")
    assert (step.outcome, step.progress) == ("expired", None)
    assert "3小时" in talk.said


def test_a_new_version_keeps_what_still_fits() -> None:
    talk = Talk(JOIN)
    talk.say("张三", "不可以", "13800138000")
    changed = replace(
        JOIN,
        version=2,
        questions=(
            Question("phone", "手机号？", mobile()),
            Question("unit", "单位？", mobile()),
            Question("name", "姓名？", person_name()),
        ),
    )
    step = engine.advance(changed, talk.progress, "深圳一厂", NOW)
    assert step.outcome == "outdated"
    assert step.progress is not None
    assert step.progress.version == 2
    assert step.progress.answers == {"name": "张三", "phone": "13800138000"}
    assert "2项还能用" in step.say[0]
    assert step.say[-1] == "单位？"
    assert engine.advance(changed, step.progress, "13900139000", NOW).outcome == "confirming"


def test_a_new_version_that_keeps_nothing_says_so() -> None:
    talk = Talk(JOIN)
    talk.say("张三")
    changed = replace(JOIN, version=2, questions=(Question("other", "手机号？", mobile()),))
    step = engine.advance(changed, talk.progress, "可以", NOW)
    assert step.outcome == "outdated"
    assert "重新填" in step.say[0]


def test_progress_of_another_form_is_refused() -> None:
    with pytest.raises(FormChanged):
        engine.advance(SMALL, Talk(JOIN).progress, "x", NOW)


def test_the_day_is_chinas() -> None:
    late = NOW.replace(hour=23)
    talk = Talk(SMALL, now=late)
    talk.say("今天")
    assert talk.progress.answers["since"] == date(2026, 11, 22)
    with pytest.raises(ValueError, match="naive"):
        engine.start(SMALL, NOW.replace(tzinfo=None))


def test_no_refusal_repeats_what_was_typed() -> None:
    talk = Talk(JOIN)
    talk.say("张三", "可以")
    for wrong in ("110101199003070010", "110101900307001", "1101011990030"):
        talk.say(wrong)
        assert wrong not in talk.said


@pytest.mark.parametrize("questions", [(), (JOIN.questions[0], JOIN.questions[0]), (Question("", "?", mobile()),)])
def test_forms_that_cannot_be_walked(questions: tuple[Question, ...]) -> None:
    with pytest.raises(ValueError, match="keys"):
        Form("broken", 1, questions)
    with pytest.raises(ValueError, match="expires"):
        replace(JOIN, expires=timedelta(0))
