"""An application that was given back waits 30 days, is reminded of twice, ends, and is emptied like every other one."""

from datetime import datetime, timedelta

import pytest

from bot.jobs import JOBS, clean_up, deliver_letters, expire_applications, forget_applications, nudge_applicants
from bot.services import admissions
from bot.testing import Talk
from storage.conversations import Conversation
from storage.database import Database
from tests.joining.applicants import WANG
from tests.joining.kit import UNIT, all_of, joins, says, start, talk
from tests.storage.kit import count

REMINDED = "还等您修改"
DAILY = (
    deliver_letters.JOB,
    nudge_applicants.JOB,
    clean_up.JOB,
    expire_applications.JOB,
    forget_applications.JOB,
)  # in the order of JOBS


def given_back(database: Database, now: datetime) -> Talk:
    """Somebody whose employer was given back just now."""
    speaker = talk(database, now)
    joins(speaker)
    give_back(database, now)
    return speaker


def give_back(database: Database, now: datetime) -> None:
    (one,) = all_of(database)
    database.writer.run(lambda work: admissions.give_back(work, WANG, one.id, ["employer"], "请写单位全称", now))


def days(speaker: Talk, number: int) -> list[str]:
    """Let days go by, one at a time; what is said to the applicant meanwhile.

    Every tenth day and on the last one all jobs run, on the others those that have to do with applicants.
    """
    said: list[str] = []
    for day in range(1, number + 1):
        speaker.jobs = JOBS if day % 10 == 0 or day == number else DAILY
        said += speaker.pass_time(days=1).get("u1", [])
    return said


def test_it_is_reminded_of_twice_ends_and_is_emptied(database: Database, now: datetime) -> None:
    speaker = given_back(database, now)
    said = [each for each in days(speaker, 29) if REMINDED in each]
    assert ["最后一次提醒" in each for each in said] == [False, True]
    assert "请在2026年12月25日前改好" in says(speaker, "进度")[0]
    assert all_of(database)[0].state == "returned"
    days(speaker, 2)
    (ended,) = all_of(database)
    assert (ended.state, ended.name != "", ended.id_number is not None) == ("expired", True, True)
    assert "退回以后没有改好" in says(speaker, "进度")[0]
    days(speaker, 31)
    (ended,) = all_of(database)
    assert (ended.name, ended.employer, ended.id_number, ended.mobile, ended.id_hash) == ("", "", None, None, "")
    shown = database.look(lambda work: admissions.find(work, WANG, ended.id))
    assert shown.number == ended.number
    assert "申请已经提交" in joins(speaker)[-1]


def test_an_answer_in_the_reopened_form_gives_thirty_more_days(database: Database, now: datetime) -> None:
    speaker = given_back(database, now)
    days(speaker, 20)
    says(speaker, "修改申请", "示例机械厂有限公司")
    assert "请在2027年1月14日前改好" in says(speaker, "进度")[0]
    assert "等您修改到2027年1月14日；到期没有改好就结束，内容再过30天自动删除" in "\n".join(says(speaker, "我的信息"))
    days(speaker, 29)
    assert (all_of(database)[0].state, count(database, Conversation)) == ("returned", 1)
    days(speaker, 2)
    assert (all_of(database)[0].state, count(database, Conversation)) == ("expired", 0)


def test_it_ends_also_for_who_left_the_account(database: Database, now: datetime) -> None:
    speaker = given_back(database, now)
    speaker.says(kind="unfollow")
    assert days(speaker, 62) == []
    (ended,) = all_of(database)
    assert (ended.state, ended.name, ended.id_number, ended.nudges) == ("expired", "", None, 0)


@pytest.mark.parametrize("rounds", [1, 2])
def test_each_time_it_is_given_back_there_are_two_reminders(database: Database, now: datetime, rounds: int) -> None:
    speaker = talk(database, now)
    says(speaker, *start())
    assert len([each for each in days(speaker, 20) if "还没填完" in each]) == 2
    says(speaker, "继续", UNIT, "在岗", "不是", "没入过", "确认")
    for _ in range(rounds):
        give_back(database, speaker.clock.now())
        assert len([each for each in days(speaker, 20) if REMINDED in each]) == 2
        says(speaker, "修改申请", UNIT, "确认")
        speaker.clock.move(timedelta(hours=1))
    assert all_of(database)[0].state == "submitted"
