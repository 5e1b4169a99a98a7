"""A number that is known is refused without a way to find out whose numbers are; staff and its owner hear of it."""

from datetime import datetime, timedelta
from zlib import crc32

import pytest
import sqlalchemy as sa
from sqlmodel import select

from bot.services import admissions, cases
from bot.services.actors import Actor, NotAllowed
from bot.services.house import House
from bot.testing import Talk
from storage import letters as planted
from storage import orgs, tallies
from storage.base import table
from storage.cases import Case
from storage.database import Database
from storage.inbox import Inbound
from storage.letters import Letter
from storage.members import Member
from storage.people import Address
from storage.work import Work
from tests.joining.applicants import WANG
from tests.joining.kit import ID, all_of, id_of, joins, says, talk
from tests.storage.kit import rows

REFUSED, STOPPED = "系统里已经有", "没有核对号码"


def refused(speaker: Talk, user: str, id_number: str = ID) -> str:
    """The answer at the end of an application of somebody else."""
    return joins(speaker, user=user, id_number=id_number, mobile=f"138{crc32(user.encode()) % 10**8:08d}")[-1]


def person_of(database: Database, user: str) -> int:
    return dict(rows(database, Address, "user", "person_id"))[user]


def told(database: Database, user: str) -> list[str]:
    """What is owed to somebody about their number."""
    person_id = person_of(database, user)

    def read(work: Work) -> list[str]:
        found = work.session.exec(select(Letter).where(Letter.person_id == person_id)).all()
        return [planted.words(work, each) for each in found if each.key.startswith("known:")]

    return database.look(read)


def admitted(database: Database, now: datetime) -> None:
    (one,) = all_of(database)
    database.writer.run(lambda work: admissions.approve(work, WANG, one.id, now))


@pytest.mark.parametrize("member", [False, True])
def test_the_third_try_is_stopped_before_anything_is_compared(database: Database, now: datetime, member: bool) -> None:
    speaker = talk(database, now)
    joins(speaker)
    if member:
        admitted(database, now)
    first, second = refused(speaker, "spy"), refused(speaker, "spy")
    assert first == second and REFUSED in first
    third, fourth = refused(speaker, "spy"), refused(speaker, "spy", id_of("19850101", 4))
    assert third == fourth and STOPPED in third  # the same words for a number that nobody has
    open_cases = {
        (person, topic): times for person, topic, times in rows(database, Case, "person_id", "topic", "times")
    }
    assert open_cases == {(person_of(database, "u1"), "id_used"): 2, (person_of(database, "spy"), "id_tried"): 1}
    assert [each.state for each in all_of(database)[1:]] == ["withdrawn"] * 4
    assert [each for each in all_of(database)[1:] if each.id_hash or each.name] == []


def test_time_or_a_person_lets_somebody_try_again(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    joins(speaker)
    assert REFUSED in refused(speaker, "spy") and REFUSED in refused(speaker, "spy")
    assert STOPPED in refused(speaker, "spy", id_of("19850101", 4))
    speaker.clock.move(timedelta(hours=1))
    closed = {"state": "closed", "closed_at": speaker.clock.now()}
    database.writer.run(
        lambda work: work.execute(sa.update(table(Case)).where(table(Case).c.topic == "id_tried").values(closed))
    )
    speaker.clock.move(timedelta(hours=1))
    assert REFUSED in refused(speaker, "spy") and REFUSED in refused(speaker, "spy")
    assert STOPPED in refused(speaker, "spy")
    speaker.clock.move(timedelta(days=31))
    assert "申请已经提交" in refused(speaker, "spy", id_of("19850101", 4))


@pytest.mark.parametrize("member", [False, True])
def test_the_owner_hears_of_it_once_in_thirty_days(database: Database, now: datetime, member: bool) -> None:
    speaker = talk(database, now)
    joins(speaker)
    if member:
        admitted(database, now)
    for user in ("spy", "spy2", "spy3"):
        refused(speaker, user)
    (letter,) = told(database, "u1")
    assert letter.startswith("有人用您的证件号申请入会\n2026年11月25日") and "转人工" in letter
    assert told(database, "spy") == []
    speaker.clock.move(timedelta(days=31))
    refused(speaker, "spy4")
    assert len(told(database, "u1")) == 2


def test_a_returned_application_is_no_way_around(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    joins(speaker)
    joins(speaker, user="spy", id_number=id_of("19850101", 4), mobile="13800138111")
    mine = all_of(database)[-1].id
    database.writer.run(lambda work: admissions.give_back(work, WANG, mine, ["id_number"], "请核对身份证号", now))
    said = [says(speaker, "修改申请", ID, "确认", user="spy")[-1] for _ in range(3)]
    assert [REFUSED in each for each in said] == [True, True, False] and STOPPED in said[2]
    assert all_of(database)[-1].state == "returned"
    topics = [topic for (topic,) in rows(database, Inbound, "topic") if topic.startswith("refused:")]
    assert sorted(topics) == ["refused:AlreadyKnown"] * 2 + ["refused:TriedOften"]


def test_the_union_concerned_has_the_case_also_of_somebody_on_a_list(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    joins(speaker)
    admitted(database, now)
    database.writer.run(lambda work: work.execute(sa.update(table(Member)).values(person_id=None)))
    other = database.writer.run(lambda work: orgs.put(work, "west", "西区总工会", "区县", "", None))
    assert REFUSED in refused(speaker, "spy")
    (case,) = database.look(lambda work: work.session.exec(select(Case)).all())
    assert (case.topic, case.person_id) == ("id_tried", person_of(database, "spy"))
    unit = database.look(lambda work: orgs.by_code(work, "jixie"))
    assert unit is not None
    mine, theirs = (Actor(each.code, "staff", each.id, each.path) for each in (unit, other))
    (line,) = database.look(lambda work: cases.listing(work, mine, "open", House(), now))
    assert "请核对是不是本人" in line.title
    assert database.look(lambda work: cases.listing(work, theirs, "open", House(), now)) == []
    with pytest.raises(NotAllowed):
        database.writer.run(lambda work: cases.take(work, theirs, case.id, now))
    counts = [database.look(lambda work, at=each.path: tallies.open_cases(work, at)) for each in (mine, theirs)]
    assert counts == [1, 0]
