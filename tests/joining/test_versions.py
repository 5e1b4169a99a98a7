"""A new form or a new notice in the field: whoever is in the middle goes on, with what still fits, after consent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialogue import Flow
from bot.forms import engine
from bot.forms.fields import text, yes_no
from bot.forms.model import Confirm, Form, Question, Value
from bot.services import admissions
from bot.services.actors import Actor
from bot.services.house import House
from handlers.joining_form import FORM
from storage import conversations, people
from storage.database import Database
from storage.work import Work
from tests.joining.kit import ID, MOBILE, NAME, UNIT, all_of, joins, says, start, talk

NEXT = "2027-01"
# What 0.1 had: no question about an earlier membership, other statuses.
OLD_KEYS = ("name", "id_consent", "id_number", "mobile", "employer", "work_status", "migrant")


def _put(database: Database, user: str, form: Form, known: Mapping[str, Value], now: datetime) -> None:
    """The progress that an older form would have stored."""
    step = engine.start(form, now, known)

    def put(work: Work) -> None:
        address = people.find(work, "talk", user)
        assert address is not None and step.progress is not None
        sealed = work.seal.seal_json(step.progress.to_json(), conversations.PURPOSE)
        conversations.put(work, address.person_id, form.name, sealed, now, now + timedelta(days=7))

    database.writer.run(put)


def test_a_form_begun_in_the_last_version_goes_on_in_this_one(database: Database, now: datetime) -> None:
    """Its progress as 0.1 stored it: sealed, version 1, without a row in `application`, on the notice of then."""
    speaker = talk(database, now)
    says(speaker, "你好")
    old = Form("membership", 1, tuple(each for each in FORM.questions if each.key in OLD_KEYS), FORM.confirm)
    _put(database, "u1", old, {"name": NAME, "id_consent": True, "id_number": ID, "mobile": MOBILE}, now)
    assert "告知书有了新的版本" in says(speaker, UNIT)[-1]
    assert "哪个单位" in says(speaker, "同意")[-1]
    said = says(speaker, UNIT)
    assert "刚刚更新过" in said[-1] and "4项" in said[-1]
    assert "申请已经提交" in says(speaker, UNIT, "在岗", "是", "没入过", "确认")[-1]
    assert [(each.state, each.form_version) for each in all_of(database)] == [("submitted", 3)]


def test_a_form_of_version_2_at_its_summary_is_asked_for_the_street(database: Database, now: datetime) -> None:
    """What was filled in before the question came stays; only who needs it is asked."""
    known = {"name": NAME, "id_consent": True, "id_number": ID, "mobile": MOBILE}
    known |= {"work_status": "在岗", "migrant": False, "before": False}
    for user, employer, asked in (("u1", "远方电子有限公司", True), ("u2", UNIT, False)):
        speaker = talk(database, now)
        says(speaker, "入会", "同意", user=user)
        _put(database, user, Form("membership", 2, FORM.questions, FORM.confirm), {**known, "employer": employer}, now)
        (said,) = says(speaker, "确认", user=user)
        assert "刚刚更新过" in said and ("哪个街道" in said) is asked and ("请核对一下" in said) is not asked
        if asked:
            assert "请核对一下" in says(speaker, "青年路", user=user)[-1]
            assert "申请已经提交" in says(speaker, "确认", user=user)[-1]


def test_who_handed_in_under_an_older_notice_is_asked_again_only_to_change(database: Database, now: datetime) -> None:
    """The consent of then stands for what was handed in then; new answers need the notice of now."""
    speaker = talk(database, now)
    joins(speaker)
    newer = talk(database, now + timedelta(minutes=1), House(consent_version=NEXT))
    assert "等待审核" in says(newer, "进度")[-1] and "告知书" not in says(newer, "你好", "入会")[-1]
    assert [each.consent for each in all_of(database)] == [House().consent_version]
    (row,) = all_of(database)
    reviewer = Actor("reviewer", "approver")
    at = now + timedelta(minutes=2)
    database.writer.run(lambda work: admissions.give_back(work, reviewer, row.id, ["mobile"], "号码打不通", at))
    assert "手机号是多少" in says(newer, "修改申请")[-1]
    assert "告知书有了新的版本" in says(newer, "13900139000")[-1]
    assert "手机号是多少" in says(newer, "同意")[-1]
    assert "已经重新提交" in says(newer, "13900139000", "确认")[-1]


def test_two_versions_of_a_form_while_people_fill_it_in() -> None:
    """Questions that come, go and change between two messages; every answer that still fits is kept."""
    now = datetime.fromisoformat("2026-11-25T02:00:00+00:00")
    first = Form("f", 1, (Question("a", "a?", text()), Question("b", "b?", text()), Question("c", "c?", text())))
    newer = (Question("new", "new?", text()), Question("a", "a?", text()), Question("c", "c?", yes_no()))
    second = Form("f", 2, newer, Confirm("{summary}"))
    step = engine.start(first, now)
    for said in ("one", "two"):
        assert step.progress is not None
        step = engine.advance(first, step.progress, said, now)
    assert step.progress is not None
    step = engine.advance(second, step.progress, "three", now)
    assert step.outcome == "outdated" and step.progress is not None
    assert dict(step.progress.answers) == {"a": "one"}
    for said in ("neu", "是"):
        assert step.progress is not None
        step = engine.advance(second, step.progress, said, now)
    assert step.outcome == "confirming" and step.progress is not None
    done = engine.advance(second, step.progress, "确认", now)
    assert done.answers == {"new": "neu", "a": "one", "c": True}


def test_a_form_put_aside_does_not_take_what_is_said_when_its_version_changes() -> None:
    now = datetime.fromisoformat("2026-11-25T02:00:00+00:00")
    first = Form("f", 1, (Question("a", "a?", text()), Question("b", "b?", text())))
    step = engine.start(first, now)
    for said in ("one", "稍后"):
        assert step.progress is not None
        step = engine.advance(first, step.progress, said, now)
    assert step.progress is not None
    second = replace(first, version=2)
    assert engine.advance(second, step.progress, "年假有几天", now).outcome == "passed"
    again = engine.advance(second, step.progress, "继续", now)
    assert again.outcome == "asking" and again.say[-1] == "b?"


def test_a_new_notice_is_asked_about_before_the_next_answer(database: Database, now: datetime) -> None:
    says(talk(database, now), *start())
    newer = talk(database, now + timedelta(minutes=1), House(consent_version=NEXT))
    assert NEXT in says(newer, UNIT)[-1]
    assert "告知书有了新的版本" in says(newer, UNIT)[-1]
    assert "哪个单位" in says(newer, "同意")[-1]
    assert "申请已经提交" in says(newer, UNIT, "在岗", "是", "没入过", "确认")[-1]
    assert [(each.state, each.consent) for each in all_of(database)] == [("submitted", NEXT)]


def test_a_new_notice_that_is_refused_ends_the_form(database: Database, now: datetime) -> None:
    says(talk(database, now), *start())
    newer = talk(database, now + timedelta(minutes=1), House(consent_version=NEXT))
    said = says(newer, UNIT, "不同意", "继续")
    assert "已经删除" in said[-2] and "没有正在填的内容" in said[-1]
    assert [each.state for each in all_of(database)] == ["withdrawn"]


def test_a_flow_without_more_needs_nothing_more() -> None:
    plain = Flow(FORM, lambda turn, answers: None)
    assert plain.shape is None and plain.form is FORM
