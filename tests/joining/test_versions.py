"""A new form or a new notice in the field: whoever is in the middle goes on, with what still fits, after consent."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialogue import Flow
from bot.forms import engine
from bot.forms.fields import text, yes_no
from bot.forms.model import Confirm, Form, Question
from bot.services.house import House
from handlers.joining_form import FORM
from storage import conversations, people
from storage.database import Database
from storage.work import Work
from tests.joining.kit import ID, MOBILE, NAME, UNIT, all_of, says, start, talk

NEXT = "2027-01"
# What 0.1 had: no question about an earlier membership, other statuses.
OLD_KEYS = ("name", "id_consent", "id_number", "mobile", "employer", "work_status", "migrant")


def test_a_form_begun_in_the_last_version_goes_on_in_this_one(database: Database, now: datetime) -> None:
    """Its progress as 0.1 stored it: sealed, version 1, without a row in `application`, on the notice of then."""
    speaker = talk(database, now)
    says(speaker, "你好")
    old = Form("membership", 1, tuple(each for each in FORM.questions if each.key in OLD_KEYS), FORM.confirm)
    step = engine.start(old, now, {"name": NAME, "id_consent": True, "id_number": ID, "mobile": MOBILE})

    def put(work: Work) -> None:
        address = people.find(work, "talk", "u1")
        assert address is not None and step.progress is not None
        sealed = work.seal.seal_json(step.progress.to_json(), conversations.PURPOSE)
        conversations.put(work, address.person_id, "membership", sealed, now, now + timedelta(days=7))

    database.writer.run(put)
    assert "告知书有了新的版本" in says(speaker, UNIT)[-1]
    assert "哪个单位" in says(speaker, "同意")[-1]
    said = says(speaker, UNIT)
    assert "刚刚更新过" in said[-1] and "4项" in said[-1]
    assert "申请已经提交" in says(speaker, UNIT, "在岗", "是", "没入过", "确认")[-1]
    assert [(each.state, each.form_version) for each in all_of(database)] == [("submitted", 2)]


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
