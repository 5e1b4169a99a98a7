"""A name given at a registration is corrected by the person themselves, and gives nobody the place of somebody else."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import SHANGHAI
from bot.services import event_list_plan, registration_names, registration_renaming, registrations
from bot.services.house import House
from bot.services.jielong import parse
from bot.testing import Talk
from bot.turn import plain_words
from handlers import event_renaming_words
from handlers.event_renaming_words import Said
from storage import registrations as rows
from storage.base import table
from storage.database import Database
from storage.events import Registration
from storage.people import Known, Person
from storage.work import Work
from tests.events.kit import Fair, hold
from tests.events.test_phrases import asked


def rename(fair: Fair, known: Known, old: str, new: str, now: datetime) -> list[int]:
    def job(work: Work) -> list[int]:
        return [each.number for each in registration_renaming.rename(work, known.person_id, old, new, now)]

    return fair.database.writer.run(job)


def call(fair: Fair, known: Known, name: str) -> None:
    """From now on the union knows them by a name."""
    called = sa.update(table(Person)).where(table(Person).c.id == known.person_id).values(name=name)
    fair.database.writer.run(lambda work: work.execute(called))


def name_of(fair: Fair, known: Known) -> str:
    def job(work: Work) -> str:
        mine = rows.of(work, fair.event.id, known.person_id)
        return registration_names.shown(work, mine, "") if mine else "-"

    return fair.database.look(job)


def row_of(fair: Fair, known: Known) -> Registration:
    found = fair.database.look(lambda work: rows.of(work, fair.event.id, known.person_id))
    assert found is not None
    return found


def test_every_open_registration_that_says_the_old_name_says_the_new_one(
    fair: Fair, database: Database, house: House, now: datetime
) -> None:
    film, other = (hold(database, house, now, title=title) for title in ("职工观影", "体检"))
    known = fair.person("u1", now)
    fair.register(known, now, name="张山")
    film.register(known, now)  # the name of before
    other.register(known, now, name="王五")
    assert rename(fair, known, "张山", "张三", now) == [fair.event.number, film.event.number]
    assert (name_of(fair, known), name_of(film, known), name_of(other, known)) == ("张三", "张三", "王五")
    assert row_of(fair, known).name_hash is None
    steps = database.look(lambda work: [each.what for each in rows.steps(work, row_of(fair, known).id)])
    assert steps == ["registered", "renamed"]
    assert rename(fair, known, "张山", "张三", now) == []


def test_what_is_over_cancelled_or_attended_stays(fair: Fair, now: datetime) -> None:
    came, left, late = fair.people(3, now)
    fair.register(came, now, name="张山")
    fair.register(left, now, name="张山")
    fair.cancel(left, now)
    fair.register(late, now, name="张山")
    there = fair.event.starts_at - timedelta(minutes=5)
    fair.check_in(came, there)
    assert rename(fair, came, "张山", "张三", there) == []
    assert rename(fair, left, "张山", "张三", now) == []
    assert rename(fair, late, "张山", "张三", fair.event.ends_at) == []
    assert {name_of(fair, each) for each in (came, left, late)} == {"张山"}


def test_who_the_union_knows_goes_only_by_that_name(fair: Fair, now: datetime) -> None:
    known = fair.person("u1", now)
    fair.register(known, now, name="张山")
    call(fair, known, "张三")
    assert rename(fair, known, "张山", "李四", now) == []
    assert rename(fair, known, "张山", "张三", now) == [fair.event.number]
    assert fair.database.look(lambda work: registration_renaming.said(work, known.person_id, now)) == {}


def test_a_name_of_a_list_is_not_taken_by_being_called_so(fair: Fair, now: datetime) -> None:
    """Nor is the row that a list has made for somebody given another name."""
    known, listed = fair.person("u1", now), fair.person("u2", now, "赵六")

    def bring(work: Work) -> None:
        event = registrations.held(work, fair.event.id)
        entries = parse("接龙\n1. 李四\n2. 赵六").entries
        event_list_plan.enter(work, event, event_list_plan.plan(work, event, entries, (), (), now), "person:9", now)

    fair.database.writer.run(bring)
    fair.register(known, now, name="张山")
    fair.register(listed, now)
    assert rename(fair, known, "张山", "李四", now) == [fair.event.number]
    key = fair.database.look(lambda work: registration_names.key(work, "李四"))
    on_list = fair.database.look(lambda work: rows.named(work, fair.event.id, [key]))[key]
    assert (on_list.person_id, on_list.state, row_of(fair, known).state) == (None, "registered", "waiting")
    assert row_of(fair, listed).via == "list"
    assert rename(fair, listed, "赵六", "孙七", now) == []
    fair.cancel(known, now)
    assert fair.column("state") == ["registered", "registered", "cancelled"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("名字写错了", Said()),
        ("姓名写错了，是张三", Said("张三")),
        ("我的名字打错了一个字，应该是张三", Said("张三")),
        ("写错名字了", Said()),
        ("名字寫錯了，是陳三", Said("陳三")),
        ("名字写错了怎么办？", Said()),
        ("我叫张三，不叫张山", Said("张三", "张山")),
        ("我叫张三不叫张山", Said("张三", "张山")),
        ("我是张三，不是张山", Said("张三", "张山")),
        ("我不叫张山，我叫张三", Said("张三", "张山")),
        ("是张三不是张山", Said("张三", "张山")),
        ("把张山改成张三", Said("张三", "张山")),
        ("名字写成张山了，应该是张三", Said("张三", "张山")),
        ("我的名字不是张山", Said(old="张山")),
        ("我叫张三，不叫张山，帮我改一下", Said("张三", "张山")),
        ("名字写错了，应该是张三，麻烦改一下", Said("张三")),
        ("名字少写了一个字", Said()),
        ("改名字 张三", Said("张三")),
        ("改名字：Li Ming", Said("Li Ming")),
        ("改一下名字", Said()),
        ("名字能改吗", Said()),
        ("名字应该是张三", Said("张三")),
        ("报名的名字改成张三", Said("张三", sure=True)),
        ("报名时把名字写错了", Said(sure=True)),
        ("报名11的名字写错了，应该是张三", Said("张三", sure=True, number=11)),
        ("11号活动的名字错了", Said(sure=True, number=11)),
        ("签到名单上的姓名不对", Said(sure=True)),
    ],
)
def test_words_for_it(words: str, said: Said) -> None:
    assert event_renaming_words.read(plain_words(words), words) == said


@pytest.mark.parametrize(
    "words",
    [
        *("入会申请姓名写错了怎么办", "合同上名字写错了怎么办", "身份证名字写错了", "单位名字写错了", "社保名字错了"),
        *(
            "公司改名字了",
            "公司改名了合同还有效吗",
            "工资条上姓名不对",
            "会员卡名字写错了",
            "手机号写错了",
            "数字写错了",
        ),
        *(
            "我叫张三",
            "姓名：张三",
            "完成 3",
            "任务 3 写错了",
            "转会",
            "换单位",
            "改手机号",
            "孩子改名字要什么手续",
            "名字",
        ),
    ],
)
def test_words_for_something_else(words: str) -> None:
    assert event_renaming_words.read(plain_words(words), words) is None


def test_no_question_of_the_base_is_taken_for_it() -> None:
    assert [each for each in asked() if event_renaming_words.read(plain_words(each), each)] == []


def test_what_is_said_beside_the_name_is_left_out() -> None:
    said = {"应该是张三": "张三", "我叫张三，不叫张山": "张三", "正确的是：欧阳 小梅": "欧阳 小梅", "应小明": "应小明"}
    assert {each: event_renaming_words.answer(plain_words(each), each) for each in said} == said


def test_two_registrations_one_of_them_cancelled_meanwhile(database: Database, house: House) -> None:
    """The form waits; what is changed is looked at again."""
    now = datetime(2026, 11, 25, 10, tzinfo=SHANGHAI)
    fair = hold(database, house, now)
    talk = Talk(database, house, now)
    talk.says("报名 11", "u1")
    talk.says("张山", "u1")
    assert "张山" in talk.says("名字写错了", "u1")[0]
    talk.says("取消报名 11", "u1")
    assert talk.says("张三", "u1") == ["没有改：您已经签到了，或者取消了报名，或者活动已经结束。有疑问请回复“转人工”。"]
    assert fair.column("state") == ["cancelled"]
