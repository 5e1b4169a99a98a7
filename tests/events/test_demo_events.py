"""The demo always has two events to try, whenever it is started again."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from bot import content
from bot.services import demo_events
from bot.services.house import House
from bot.testing import Talk
from storage import orgs
from storage.base import table
from storage.database import Database
from storage.events import Event
from storage.inbox import Inbound
from storage.people import Person
from storage.work import Work
from tests.content.models import CONTENT
from tests.storage.kit import rows

DEMO = content.read_demo(CONTENT / "demo.yaml")


def load(database: Database, now: datetime) -> list[tuple[str, str]]:
    database.writer.run(lambda work: demo_events.load(work, DEMO.events, now))
    return sorted(rows(database, Event, "title", "state"))


def test_twice_is_once_and_days_later_there_are_new_ones(database: Database, now: datetime) -> None:
    both = [("法律援助进企业", "open"), ("职工电影夜", "open")]
    assert load(database, now) == sorted(both)
    assert load(database, now + timedelta(minutes=5)) == sorted(both)
    assert load(database, now + timedelta(days=1)) == sorted([*both, ("法律援助进企业", "open")])
    assert load(database, now + timedelta(days=8)) == sorted([*both, *both, ("法律援助进企业", "open")])
    assert all(scene.startswith("demo_") for scene in database.look(demo_events.scenes))


def test_registering_and_checking_in_can_be_tried_at_once(database: Database, house: House, now: datetime) -> None:
    load(database, now)
    talk = Talk(database, house, now)
    said = talk.says("报名 11")
    assert "您的姓名" in said[0]
    assert "报名成功" in talk.says("张三丰")[0]
    scene = next(each for each in database.look(demo_events.scenes) if each.startswith("demo_law"))
    assert "签到成功" in talk.says(kind="scan", scene=f"checkin_{scene}")[0]


def test_a_list_somebody_may_not_bring_is_not_kept(database: Database, house: House, now: datetime) -> None:
    load(database, now)
    talk = Talk(database, house, now)
    pasted = "#接龙\n法律援助\n1. 张三丰\n2. 李四光"
    assert "工会干部" in talk.says(pasted)[0]
    assert "私聊" in talk.says(pasted, chat="g1", mentioned=True)[0]
    assert rows(database, Inbound, "text") == [(None,), (None,)]


def test_a_cadre_may_and_its_words_are_not_kept_either(database: Database, house: House, now: datetime) -> None:
    load(database, now)
    talk = Talk(database, house, now)
    talk.says("您好")

    def appoint(work: Work) -> None:
        person_id = int(work.execute(sa.select(table(Person).c.id)).scalar_one())
        city = orgs.put(work, "city", "市总工会", "市", "", None)
        orgs.appoint(work, city, person_id, "主席", date(2026, 1, 1))

    database.writer.run(appoint)
    shown = talk.says("#接龙\n法律援助进企业\n1. 张三丰\n2. 李四光")[0]
    assert "2人：张三丰、李四光" in shown
    assert "新增2人报名" in talk.says("确认")[0]
    assert [text for (text,) in rows(database, Inbound, "text")][1:] == [None, None]
