"""我的信息, 删除我的信息, 撤回同意, leaving the account, and what is forgotten by itself."""

from datetime import datetime, timedelta

import pytest

from bot.jobs import forget_applications
from bot.jobs.job import Moment
from bot.services import members as rules
from bot.services.house import House
from bot.testing import Talk
from storage import applications, members
from storage.applications import Application, ApplicationStep
from storage.cases import Case
from storage.consents import Consent
from storage.conversations import Conversation
from storage.database import Database
from storage.inbox import Inbound
from storage.letters import Letter
from storage.members import Member
from storage.outbox import Outbox
from storage.people import Person
from storage.work import Work
from tests.joining.kit import ID, MOBILE, NAME, UNIT, all_of, joins, says, start, talk
from tests.storage.kit import count, rows

PERSONAL = ("name", "id_number", "id_hash", "mobile", "mobile_hash", "more", "employer", "work_status", "migrant")
NOTHING = [("", None, "", None, "", None, "", "", None)]


@pytest.fixture
def speaker(database: Database, now: datetime) -> Talk:
    return talk(database, now)


def ended(database: Database, state: str, now: datetime) -> None:
    """A person decides."""

    def job(work: Work) -> None:
        found = applications.held(work, all_of(database)[0].id)
        assert found is not None
        applications.move(work, found, state, "staff:wang", now)

    database.writer.run(job)


def admitted(database: Database, now: datetime) -> None:
    """The application is approved."""

    def job(work: Work) -> None:
        found = applications.held(work, all_of(database)[0].id)
        assert found is not None
        applications.move(work, found, "approved", "staff:wang", now)
        rules.enrol(work, found, "staff:wang", now)

    database.writer.run(job)


def forget(database: Database, house: House, now: datetime) -> dict[str, int]:
    return forget_applications.run(database, house, Moment(now, now))


def test_my_data_are_shown_masked_with_since_and_until(speaker: Talk, database: Database) -> None:
    joins(speaker)
    said = "\n".join(says(speaker, "我的信息"))
    for each in (f"姓名{NAME}", "138****8000", "110***********", UNIT, "等待审核", "办理期间保存", "90天后自动删除"):
        assert each in said
    assert "入会告知书" in said and "单独同意填身份证号 " in said and "2026年11月25日同意" in said
    assert ID not in said and MOBILE not in said
    says(speaker, "撤回申请", "确定撤回")
    assert "内容2026年12月25日前自动删除" in "\n".join(says(speaker, "我的信息"))
    assert "form:privacy" in {topic for (topic,) in rows(database, Inbound, "topic")}


def test_what_is_unfinished_is_told_and_asked_on(speaker: Talk) -> None:
    says(speaker, *start())
    said = "\n".join(says(speaker, "我的信息"))
    assert "没填完的表：2026年11月25日最后填写" in said and "2026年12月25日自动删除" in said
    assert "您现在在哪个单位上班" in said


def test_deleting_asks_first_and_leaves_no_content(speaker: Talk, database: Database) -> None:
    joins(speaker)
    speaker.pass_time(minutes=5)
    assert "申请20261125-0001会先撤回" in says(speaker, "删除我的信息")[0]
    assert all_of(database)[0].state == "submitted"
    said = "\n".join(says(speaker, "确定删除"))
    assert "已经删除（2026年11月25日）" in said and "20261125-0001已经撤回" in said
    assert rows(database, Application, *PERSONAL) == NOTHING
    assert rows(database, Application, "number", "state") == [("20261125-0001", "withdrawn")]
    assert rows(database, Person, "name", "consent", "consent_at") == [("", "", None)]
    assert {end is None for (end,) in rows(database, Consent, "ended_at")} == {False}
    assert [text for (text,) in rows(database, Inbound, "text") if text] == []
    kept = [text for text, state in rows(database, Outbox, "text", "state") if text]
    assert len(kept) == 1 and "已经删除" in kept[0]
    assert count(database, Case) == 0 and count(database, Letter) == 0
    assert "填过的内容已经删除" in "\n".join(says(speaker, "我的信息"))


@pytest.mark.parametrize("yes", ["确定删除", "确定撤回同意"])
def test_yes_without_the_question_asks_it(speaker: Talk, database: Database, yes: str) -> None:
    joins(speaker)
    assert "您确定" in says(speaker, yes)[0]
    assert all_of(database)[0].state == "submitted"
    says(speaker, yes)
    assert all_of(database)[0].state == "withdrawn"


def test_a_member_keeps_the_record_and_a_person_answers(speaker: Talk, database: Database, now: datetime) -> None:
    joins(speaker)
    admitted(database, now)
    assert "会员登记和入会档案" in says(speaker, "删除我的信息")[0]
    assert "请工会的工作人员核对" in "\n".join(says(speaker, "确定删除"))
    assert [(row[0], row[1] is None) for row in rows(database, Member, "name", "id_number")] == [(NAME, False)]
    assert rows(database, Person, "name") == [(NAME,)] and all_of(database)[0].name == NAME
    assert rows(database, Case, "topic", "state") == [("privacy", "open")]
    assert "会员登记（编号jixie-2026-000001" in "\n".join(says(speaker, "我的信息"))


def test_taking_consent_back_withdraws_and_says_what_follows(speaker: Talk, database: Database) -> None:
    assert "没有正在生效的同意" in says(speaker, "撤回同意")[0]
    says(speaker, *start())
    assert "没填完的表马上删除" in says(speaker, "撤回同意")[0]
    assert "已经撤回同意（2026年11月25日）" in says(speaker, "确定撤回同意")[0]
    assert count(database, Conversation) == 0 and all_of(database)[0].state == "withdrawn"
    assert {end is None for (end,) in rows(database, Consent, "ended_at")} == {False}
    joins(speaker)
    assert all_of(database)[1].state == "submitted"


def test_consent_of_a_member_leaves_the_membership(speaker: Talk, database: Database, now: datetime) -> None:
    joins(speaker)
    admitted(database, now)
    assert "会籍继续有效" in says(speaker, "撤回同意")[0]
    assert "您的会籍不受影响" in "\n".join(says(speaker, "确定撤回同意"))
    assert rows(database, Member, "state") == [("active",)] and rows(database, Case, "topic") == [("privacy",)]


@pytest.mark.parametrize("words", ["我的信息", "删除我的信息", "确定删除", "撤回同意", "确定撤回同意"])
def test_a_group_hears_nothing(speaker: Talk, database: Database, words: str) -> None:
    joins(speaker)
    says(speaker, "删除我的信息", "撤回同意")
    said = "\n".join(speaker.says(words, chat="g1", mentioned=True))
    assert "私聊" in said and NAME not in said and "138" not in said and "申请" not in said
    assert all_of(database)[0].state == "submitted"


def test_leaving_deletes_what_was_not_handed_in(speaker: Talk, database: Database, house: House) -> None:
    says(speaker, *start())
    speaker.says(kind="unfollow")
    assert [count(database, each) for each in (Application, ApplicationStep, Conversation)] == [0, 0, 0]
    assert count(database, Consent) == 2


def test_leaving_does_not_touch_what_the_union_has(speaker: Talk, database: Database, house: House) -> None:
    joins(speaker)
    speaker.says(kind="unfollow")
    later = speaker.clock.now() + timedelta(days=31)
    assert forget(database, house, later) == {"applications": 0, "ended": 0, "names": 0}
    assert all_of(database)[0].name == NAME and rows(database, Person, "name") == [(NAME,)]
    ended(database, "approved", later)
    assert forget(database, house, later) == {"applications": 0, "ended": 0, "names": 1}
    assert all_of(database)[0].name == NAME and rows(database, Person, "name") == [("",)]


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "expired"])
def test_content_goes_thirty_days_after_the_end(
    speaker: Talk, database: Database, house: House, now: datetime, state: str
) -> None:
    joins(speaker)
    ended(database, state, now)
    steps = count(database, ApplicationStep)
    assert forget(database, house, now + timedelta(days=30)) == {"applications": 0, "ended": 0, "names": 0}
    assert all_of(database)[0].name == NAME
    assert forget(database, house, now + timedelta(days=30, seconds=1)) == {"applications": 1, "ended": 0, "names": 1}
    assert rows(database, Application, *PERSONAL) == NOTHING and rows(database, Person, "name") == [("",)]
    assert rows(database, Application, "number", "state") == [("20261125-0001", state)]
    assert (count(database, ApplicationStep), count(database, Consent)) == (steps, 2)
    assert forget(database, house, now + timedelta(days=90)) == {"applications": 0, "ended": 0, "names": 0}


def test_open_and_approved_ones_stay(speaker: Talk, database: Database, house: House, now: datetime) -> None:
    joins(speaker)
    assert forget(database, house, now + timedelta(days=400)) == {"applications": 0, "ended": 0, "names": 0}
    admitted(database, now)
    speaker.says(kind="unfollow")
    assert forget(database, house, now + timedelta(days=800)) == {"applications": 0, "ended": 0, "names": 0}
    assert all_of(database)[0].name == NAME and rows(database, Person, "name") == [(NAME,)]


def test_who_applies_again_keeps_the_name(speaker: Talk, database: Database, house: House, now: datetime) -> None:
    joins(speaker)
    ended(database, "rejected", now)
    speaker.clock.move(timedelta(days=31))
    joins(speaker)
    assert forget(database, house, speaker.clock.now()) == {"applications": 1, "ended": 0, "names": 0}
    assert rows(database, Person, "name") == [(NAME,)]


def departed(database: Database, state: str, now: datetime) -> None:
    """The member leaves, goes to another union, or is expelled."""

    def job(work: Work) -> None:
        held = members.held(work, rows(database, Member, "id")[0][0])
        assert held is not None
        act = {"left": rules.leave, "moved": rules.move_out, "expelled": rules.expel}[state]
        act(work, held, "本人申请", "staff:wang", now)

    database.writer.run(job)


@pytest.mark.parametrize("state", ["left", "moved", "expelled"])
def test_an_ended_membership_is_emptied_after_three_years(
    speaker: Talk, database: Database, house: House, now: datetime, state: str
) -> None:
    joins(speaker)
    admitted(database, now)
    departed(database, state, now)
    forget(database, house, now + timedelta(days=3 * 365))
    assert rows(database, Member, "id_hash") != [("",)] and rows(database, Application, *PERSONAL) != NOTHING
    assert forget(database, house, now + timedelta(days=3 * 366 + 1))["ended"] == 1
    assert rows(database, Member, "id_number", "id_hash", "mobile", "mobile_hash", "employer") == [
        (None, "", None, "", "")
    ]
    assert rows(database, Member, "name", "state") == [(NAME, state)]
    assert rows(database, Application, *PERSONAL) == NOTHING
    assert forget(database, house, now + timedelta(days=3 * 366 + 2))["ended"] == 0


def test_who_left_has_the_record_emptied_at_once(speaker: Talk, database: Database, now: datetime) -> None:
    joins(speaker)
    admitted(database, now)
    departed(database, "left", now)
    speaker.pass_time(minutes=5)
    assert "以前的会员编号、姓名" in says(speaker, "删除我的信息")[0]
    says(speaker, "确定删除")
    assert rows(database, Member, "id_number", "id_hash", "mobile", "employer", "name") == [(None, "", None, "", NAME)]
    assert rows(database, Application, *PERSONAL) == NOTHING
    assert count(database, Case) == 0


def test_an_expulsion_is_not_undone_by_deleting(speaker: Talk, database: Database, now: datetime) -> None:
    joins(speaker)
    admitted(database, now)
    departed(database, "expelled", now)
    says(speaker, "删除我的信息", "确定删除")
    assert rows(database, Member, "id_hash") != [("",)]
    assert rows(database, Case, "topic") == [("privacy",)]


def test_no_ends_an_earlier_yes_that_nothing_came_of(speaker: Talk, database: Database) -> None:
    says(speaker, "入会", "同意", "取消", "入会", "不同意")
    assert {end is None for (end,) in rows(database, Consent, "ended_at")} == {False}


def test_no_leaves_what_the_union_has(speaker: Talk, database: Database) -> None:
    joins(speaker)
    says(speaker, "不同意")
    assert {end is None for (end,) in rows(database, Consent, "ended_at")} == {True}
