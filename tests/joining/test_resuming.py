"""Going on on another phone: the code counts once and shortly, guessing is capped, nothing of anybody is mixed up."""

import re
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.services import admissions
from storage.base import table
from storage.cases import Case
from storage.consents import Consent
from storage.conversations import Conversation
from storage.database import Database
from storage.inbox import Inbound
from storage.notice_items import NoticeItem
from storage.people import Address, Person
from storage.resume_codes import ResumeCode
from storage.segments import PersonTag, Tag, TopicChoice
from storage.staff import Staff
from storage.work import Work
from tests.joining.applicants import WANG
from tests.joining.kit import UNIT, all_of, id_of, joins, says, start, talk
from tests.rules import notices_kit
from tests.storage.kit import count, rows


def code(said: str) -> str:
    """The digits in an answer."""
    found = re.search(r"数字是 (\d{6})", said)
    assert found is not None
    return found[1]


def test_the_new_phone_becomes_the_persons(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    digits = code(says(speaker, *start(), "换手机")[-1])
    assert digits not in str(rows(database, ResumeCode, "code_hash"))
    says(speaker, "年假有几天", user="u2")
    assert "接上了" in says(speaker, f"接着填 {digits}", user="u2")[-1]
    assert "申请已经提交" in says(speaker, "继续", UNIT, "在岗", "是", "没入过", "确认", user="u2")[-1]
    persons = {person for (person,) in rows(database, Address, "person_id")}
    assert len(persons) == count(database, Person) == 1
    assert {person for (person,) in rows(database, Inbound, "person_id")} == persons
    assert [each.state for each in all_of(database)] == ["submitted"]


def test_a_code_is_spent_once(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    digits = code(says(speaker, *start(), "换手机")[-1])
    assert "接上了" in says(speaker, f"接着填{digits}", user="u2")[-1]
    assert "不对" in says(speaker, f"接着填{digits}", user="u3")[-1]
    assert count(database, Person) == 2


def test_a_new_code_takes_the_place_of_the_last_one(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    first = code(says(speaker, *start(), "换手机")[-1])
    speaker.clock.move(timedelta(seconds=5))
    second = code(says(speaker, "换微信")[-1])
    assert first != second and count(database, ResumeCode) == 1
    assert "不对" in says(speaker, f"接着填 {first}", user="u2")[-1]
    assert "接上了" in says(speaker, f"接着填 {second}", user="u2")[-1]


def test_guessing_is_capped_by_person_and_altogether(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    digits = code(says(speaker, *start(), "换手机")[-1])
    wrong = [f"{number:06d}" for number in range(300) if f"{number:06d}" != digits]
    said = says(speaker, *(f"接着填 {each}" for each in wrong[:5]), f"接着填 {digits}", user="thief")
    assert "不对" in said[-2] and "试错的次数" in said[-1]
    for place in range(39):
        says(speaker, *(f"接着填 {each}" for each in wrong[:5]), user=f"thief{place}")
    assert "试错的次数" in says(speaker, f"接着填 {digits}", user="new")[-1]
    speaker.clock.move(timedelta(minutes=11))
    assert "不对" in says(speaker, f"接着填 {digits}", user="new")[-1]  # too old by now
    assert {text for (topic, text) in rows(database, Inbound, "topic", "text") if "Wrong" in topic} == {None}


def test_who_has_something_of_their_own_keeps_it(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    digits = code(says(speaker, *start(), "换手机")[-1])
    says(speaker, "转人工", user="u2")
    assert "您自己的内容" in says(speaker, f"接着填 {digits}", user="u2")[-1]
    assert count(database, Person) == 2 and count(database, Conversation) == 1
    assert "接上了" in says(speaker, f"接着填 {digits}", user="u3")[-1]  # refused is not spent


def test_old_codes_are_forgotten(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    says(speaker, *start(), "换手机")
    speaker.pass_time(minutes=11)
    assert count(database, ResumeCode) == 0


def test_what_came_to_nothing_on_the_new_phone_is_no_obstacle(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    says(speaker, *start())
    speaker.clock.move(timedelta(minutes=1))
    says(speaker, "入会", "同意", "取消", user="u2")
    digits = code(says(speaker, "换手机")[-1])
    assert "接上了" in says(speaker, f"接着填 {digits}", user="u2")[-1]
    assert "没填完的入会申请" in says(speaker, "进度", user="u2")[0]
    assert (count(database, Person), sorted(each.state for each in all_of(database))) == (
        1,
        ["collecting", "withdrawn"],
    )
    standing = [subject for subject, ended in rows(database, Consent, "subject", "ended_at") if ended is None]
    assert sorted(standing) == ["id_number", "notice"]
    assert "申请已经提交" in says(speaker, "继续", UNIT, "在岗", "是", "没入过", "确认", user="u2")[-1]


def test_deleted_and_emptied_is_nothing_either(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    joins(speaker, user="u2", id_number=id_of("19850101", 4), mobile="13800138111")
    says(speaker, "撤回申请", "确定撤回", user="u2")
    digits = code(says(speaker, *start(), "换手机")[-1])
    assert "您自己的内容" in says(speaker, f"接着填 {digits}", user="u2")[-1]  # still holds what was filled in
    says(speaker, "删除我的信息", "确定删除", user="u2")
    assert "接上了" in says(speaker, f"接着填 {digits}", user="u2")[-1]
    assert count(database, Person) == 1


def test_a_stop_for_being_under_age_goes_along(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    digits = code(says(speaker, *start(), "换手机")[-1])
    says(speaker, *start(id_of("20110601"))[:5], user="u2")
    assert "您自己的内容" in says(speaker, f"接着填 {digits}", user="u2")[-1]  # somebody is to call
    database.writer.run(lambda work: work.execute(sa.update(table(Case)).values(state="closed")))
    assert "接上了" in says(speaker, f"接着填 {digits}", user="u2")[-1]
    says(speaker, "继续", UNIT, "在岗", "是", "没入过", "确认", user="u2")
    assert "minor_before" in next(each.flags for each in all_of(database) if each.state == "submitted")


def test_members_and_open_forms_are_not_taken_over(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    joins(speaker, user="u2", id_number=id_of("19850101", 4), mobile="13800138111")
    (one,) = all_of(database)
    database.writer.run(lambda work: admissions.approve(work, WANG, one.id, now))
    says(speaker, "入会", "同意", user="u3")
    digits = code(says(speaker, *start(), "换手机")[-1])
    (said,) = says(speaker, f"接着填 {digits}", user="u2")
    assert "您自己的内容" in said and "合并" not in said and "窗口" in said
    assert "请先回复“取消”" in says(speaker, f"接着填 {digits}", user="u3")[0]
    says(speaker, "取消", user="u3")
    assert "接上了" in says(speaker, f"接着填 {digits}", user="u3")[-1]


def test_notices_tags_and_choices_go_along(database: Database, now: datetime) -> None:
    """A phone that only got notices is no obstacle, and what its person was told is told."""
    speaker = talk(database, now)
    says(speaker, "你好", user="u2")
    old, both = notices_kit.broadcast(database, now, "先前的"), notices_kit.broadcast(database, now, "都有的")
    waits = notices_kit.broadcast(database, now, "等着的")
    digits = code(says(speaker, *start(), "换手机")[-1])
    first, second = (notices_kit.person_of(database, user) for user in ("u1", "u2"))
    for made, person in ((old, second), (both, second), (both, first)):
        notices_kit.sent(database, made, person, now)
    notices_kit.kept(database, waits, [second], now)
    database.writer.run(lambda work: _chosen(work, first, second, now))
    assert "接上了" in says(speaker, f"接着填 {digits}", user="u2")[-1]
    assert count(database, Person) == 1
    told = notices_kit.recipients(database, "broadcast_id", "person_id")
    assert sorted(told) == sorted((made, first) for made in (old, both, waits))
    assert rows(database, NoticeItem, "person_id") == rows(database, TopicChoice, "person_id") == [(first,)]
    assert rows(database, PersonTag, "person_id") == [(first,)] * 2
    assert rows(database, Staff, "person_id") == [(first,)]


def _chosen(work: Work, first: int, second: int, now: datetime) -> None:
    for number, persons in ((1, (first, second)), (2, (second,))):
        work.session.add(Tag(id=number, name=f"标签{number}", by="staff:li", created_at=now))
        work.session.flush()
        work.session.add_all([PersonTag(tag_id=number, person_id=each) for each in persons])
    for person in (first, second):
        work.session.add(TopicChoice(person_id=person, topic="law", at=now))
    known = {"id": 1, "name": "li", "display": "李", "role": "editor", "password": "x", "created_at": now}
    work.session.add(Staff(**known, person_id=second))
