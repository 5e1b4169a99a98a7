"""Nobody cancels for somebody else; who handed a name in by a list takes it off again, and nobody learns who is in."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from bot.services import event_lists, events
from bot.services.event_lists import Withdrawn
from bot.services.house import House
from bot.services.jielong import parse
from bot.testing import Talk
from bot.turn import plain_words
from handlers import event_others
from handlers.event_others import Other
from storage import orgs
from storage.database import Database
from storage.people import Known
from storage.work import Work
from tests.events.kit import ADA, Fair, hold
from tests.events.test_phrases import asked

LIST = "接龙\n1. 李四 +2\n2. 王五"


@pytest.fixture
def cadre(fair: Fair, now: datetime) -> Known:
    """Somebody in office, who has handed in a list."""
    known = office(fair, "cadre", now)
    bring(fair, known, now)
    return known


def office(fair: Fair, user: str, now: datetime) -> Known:
    known = fair.person(user, now)

    def job(work: Work) -> None:
        city = orgs.by_code(work, "city") or orgs.put(work, "city", "市总工会", "市", "", None)
        orgs.appoint(work, city, known.person_id, "主席", date(2026, 1, 1))

    fair.database.writer.run(job)
    return known


def bring(fair: Fair, known: Known, now: datetime) -> None:
    entries = parse(LIST).entries
    fair.database.writer.run(lambda work: event_lists.take(work, fair.event.id, entries, known.person_id, now))


def handed_in(fair: Fair, known: Known, name: str, now: datetime) -> list[int]:
    def job(work: Work) -> list[int]:
        return [row.id for row, _ in event_lists.handed_in(work, known.person_id, name, now)]

    return fair.database.look(job)


def withdraw(fair: Fair, known: Known, row_id: int, now: datetime) -> Withdrawn | None:
    return fair.database.writer.run(lambda work: event_lists.withdraw(work, row_id, known.person_id, now))


def test_who_handed_it_in_takes_it_off_with_whom_it_brings(fair: Fair, cadre: Known, now: datetime) -> None:
    (row,) = handed_in(fair, cadre, "李四", now)
    left = withdraw(fair, cadre, row, now)
    assert left is not None
    assert (left.name, left.companions) == ("李四", 2)
    assert fair.column("state") == ["cancelled", "cancelled", "cancelled", "registered"]
    assert (withdraw(fair, cadre, row, now), handed_in(fair, cadre, "李四", now)) == (None, [])


def test_nobody_else_can_or_learns_that_it_is_there(fair: Fair, cadre: Known, now: datetime) -> None:
    other, worker = office(fair, "other", now), fair.person("worker", now)
    (row,) = handed_in(fair, cadre, "李四", now)
    for each in (other, worker):
        assert handed_in(fair, each, "李四", now) == []
        assert withdraw(fair, each, row, now) is None
    assert "cancelled" not in fair.column("state")


def test_whose_place_it_is_by_now_cancels_themselves(fair: Fair, cadre: Known, now: datetime) -> None:
    (row,) = handed_in(fair, cadre, "李四", now)
    own = fair.person("own", now, "李四")
    assert fair.register(own, now).listed
    assert (handed_in(fair, cadre, "李四", now), withdraw(fair, cadre, row, now)) == ([], None)
    assert fair.states(own) == ["registered"]


def test_also_when_registration_is_closed_but_not_when_it_has_begun(fair: Fair, cadre: Known, now: datetime) -> None:
    begins = fair.event.starts_at
    (row,) = handed_in(fair, cadre, "李四", now)
    assert (withdraw(fair, cadre, row, begins), handed_in(fair, cadre, "李四", begins)) == (None, [])
    fair.database.writer.run(lambda work: events.close(work, ADA, fair.event.id, now))
    assert withdraw(fair, cadre, row, begins - timedelta(minutes=1)) is not None


@pytest.mark.parametrize(
    ("words", "other"),
    [
        ("帮李四取消报名", Other("李四")),
        ("帮李四取消报名 11", Other("李四", 11)),
        ("替李四把报名取消了吧", Other("李四")),
        ("李四不来了，帮他取消", Other("李四")),
        ("李四有事来不了，请帮他取消报名", Other("李四")),
        ("取消李四的报名", Other("李四")),
        ("取消报名 李四", Other("李四")),
        ("李四的报名取消一下", Other("李四")),
        ("帮他取消报名", Other("他")),
        ("帮我老婆取消报名11", Other("我老婆", 11)),
        ("能不能帮我取消同事的报名？", Other("同事")),
        ("李四想取消报名", Other("李四")),
        ("我同事来不了了，怎么取消", Other("我同事")),
        ("把李四从接龙里去掉", Other("李四")),
        ("把李四从名单里去掉", Other("李四", sure=False)),
        ("帮李四和王五取消报名", Other("李四和王五")),
        ("李四不来了", Other("李四", sure=False)),
        ("小王说他不来了", Other("小王", sure=False)),
        ("我不来了，李四也不来了", Other("李四", sure=False, both=True)),
        ("李师傅临时来不了", Other("李师傅", sure=False)),
        ("帮李四取消", Other("李四", sure=False)),
        ("我和李四都不去了", Other("李四", sure=False, both=True)),
    ],
)
def test_words_for_it(words: str, other: Other) -> None:
    assert event_others.read(plain_words(words)) == other


@pytest.mark.parametrize(
    "words",
    [
        *("取消报名", "帮我取消报名", "给我取消报名 11", "帮我们取消报名", "取消我的报名", "取消活动报名", "报名取消"),
        *("不来了", "我有事不来了", "那天没空", "周一不来了", "周末来不了", "领导不来了", "老板不来了", "公司取消报名"),
        *("李四不来上班了怎么办", "取消李四的会员资格", "帮李四请假", "取消请假", "帮李四退会", "取消年终奖", "完成 3"),
        *("转会", "撤回转会", "取消委托", "转给李四", "不去了", "取消 11"),
        *("我要取消报名", "我说我不来了", "公司说要取消报名", "小时不来了", "老师怎么不来了"),
    ],
)
def test_words_for_something_else(words: str) -> None:
    assert event_others.read(plain_words(words)) is None


def test_no_question_of_the_base_is_taken_for_it() -> None:
    assert [each for each in asked() if event_others.read(plain_words(each))] == []


@pytest.fixture
def says(database: Database, house: House, now: datetime) -> Callable[[str], list[str]]:
    """Somebody who is registered, at an event where 李四 and 游小泳 are as well."""
    hold(database, house, now, title="游泳比赛", capacity=9)
    talk = Talk(database, house, now)
    for user, name in (("u1", "张山"), ("u2", "李四")):
        talk.says("报名 11", user)
        talk.says(name, user)
    return lambda words: talk.says(words, "u1")


def test_the_same_is_said_of_who_is_registered_and_who_is_not(says: Callable[[str], list[str]]) -> None:
    for words in ("帮{}取消报名", "{}不来了", "取消{}的报名 11"):
        assert says(words.format("李四")) == says(words.format("赵七"))


@pytest.mark.parametrize("first", ["帮李四取消报名 11", "李四不来了，帮他取消", "取消李四的报名", "李四不来了"])
def test_ones_own_registration_stays(says: Callable[[str], list[str]], first: str) -> None:
    says(first)
    for words in ("取消", "不是", "谢谢"):
        says(words)
    assert "已报名" in says("我的活动")[0]


@pytest.mark.parametrize("order", ["取消报名", "取消报名 11", "帮我取消报名"])
def test_an_order_right_after_is_asked_back_once(says: Callable[[str], list[str]], order: str) -> None:
    says("帮李四取消报名 11")
    assert "您自己的报名" in says(order)[0]
    assert "已报名" in says("我的活动")[0]
    assert says("取消报名 11")[0].startswith("好的，已经取消您在")


def test_what_an_event_is_called_is_nobody(says: Callable[[str], list[str]]) -> None:
    assert "别人的报名" not in says("取消游泳报名")[0]
