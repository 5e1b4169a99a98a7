"""What people are told when they register: with a page of consents set up they are asked for one, and not again."""

from datetime import datetime

import pytest

from bot.services.house import House
from bot.services.reach_policy import ReachPolicy
from bot.testing import Talk
from storage import orgs, people, quotas
from storage.database import Database
from storage.work import Work
from tests.events.kit import hold

LINK = "https://example.org/consent"
POLICY = ReachPolicy(notices={"event": "tmpl-event"}, consent_link=LINK)


@pytest.fixture
def house() -> House:
    return House(reach=POLICY)


def test_the_consent_is_asked_for_while_there_is_none(database: Database, house: House, now: datetime) -> None:
    hold(database, house, now)
    hold(database, house, now, title="职工电影夜")
    talk = Talk(database, house, now)
    talk.says("报名 11", "u1")
    (said,) = talk.says("张三丰", "u1")
    assert LINK in said

    def agree(work: Work) -> None:
        address = people.find(work, "talk", "u1")
        assert address is not None
        quotas.grant(work, address.id, "tmpl-event", now)

    database.writer.run(agree)
    (said,) = talk.says("报名 12", "u1")
    assert "报名成功：职工电影夜" in said
    assert LINK not in said


def test_without_such_a_page_nobody_is_asked(database: Database, now: datetime) -> None:
    hold(database, House(), now)
    talk = Talk(database, House(), now)
    talk.says("报名 11", "u1")
    (said,) = talk.says("张三丰", "u1")
    assert said.startswith("报名成功")
    assert "同意" not in said


def test_people_of_a_branch_see_its_events_and_the_citys(database: Database, house: House, now: datetime) -> None:
    def places(work: Work) -> tuple[int, int]:
        city = orgs.put(work, "city", "市总工会", "市", "", None)
        east = orgs.put(work, "east", "东区", "区县", "", city)
        return east.id, orgs.put(work, "west", "西区", "区县", "", city).id

    east, west = database.writer.run(places)
    hold(database, house, now, title="全市招聘会")
    hold(database, house, now, title="东区电影夜", org_id=east)
    hold(database, house, now, title="西区采摘", org_id=west)
    talk = Talk(database, house, now)
    assert all(title in talk.says("活动", "u1")[0] for title in ("全市招聘会", "东区电影夜", "西区采摘"))

    def move(work: Work) -> None:
        address = people.find(work, "talk", "u1")
        person = people.get(work, address.person_id) if address else None
        assert person is not None
        person.org_id = west
        work.session.add(person)

    database.writer.run(move)
    said = talk.says("活动", "u1")[0]
    assert ("全市招聘会" in said, "东区电影夜" in said, "西区采摘" in said) == (True, False, True)
