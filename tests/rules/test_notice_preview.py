"""Trying a notice out: on one's own phone on a short list, by the routes that are open, never as a way around."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from bot.calendar import daytime
from bot.clock import FrozenClock
from bot.services import notice_preview, reasons, staff_phones
from bot.services.actors import Actor, NotAllowed, of_account
from bot.services.broadcasts import NoBroadcast
from bot.services.house import House
from bot.services.notice_preview import CannotTest
from bot.services.reach_policy import ReachPolicy
from storage import audit, orgs, people, staff
from storage.database import Database
from storage.outbox import Outbox
from storage.people import Known
from storage.recipients import Recipient
from storage.segments import PersonTag, Tag, TopicChoice
from storage.staff import Staff
from storage.work import Work
from tests.rules.notices_kit import DAY, HOUR, broadcast
from tests.rules.union import Town, line
from tests.sending.scripted import CAN, Scripted, open_window, sender
from tests.storage.kit import count, meet, rows

EDITOR = Actor("li", "editor")
WITH_TEMPLATE = House(reach=ReachPolicy(templates={"notice": "T1"}))
TAG = "测试名单"


def run(database: Database, job: Callable[[Work], object]) -> None:
    database.writer.run(job)


def account(database: Database, now: datetime, person: Known | None = None, org_id: int | None = None) -> Actor:
    """An editor, with a phone when a person is given."""

    def add(work: Work) -> Actor:
        made = Staff(id=work.new_id(), name="li", display="李", role="editor", password="x", created_at=now)
        made.org_id, made.must_change = org_id, False
        staff.save(work, made)
        if person is not None:
            staff_phones.bind(work, person.person_id, staff_phones.begin(work, made.id, now), now)
        return of_account(work, made.name, made.role, made.org_id)

    return database.writer.run(add)


def listed(database: Database, persons: Sequence[Known], now: datetime, tag: str = TAG) -> None:
    """Put a tag on these people."""

    def add(work: Work) -> None:
        made = Tag(id=work.new_id(), name=tag, by="staff:li", created_at=now)
        work.session.add(made)
        work.session.flush()
        work.session.add_all([PersonTag(tag_id=made.id, person_id=each.person_id) for each in persons])

    run(database, add)


def named(database: Database, known: Known, name: str, org_id: int | None = None) -> None:
    def change(work: Work) -> None:
        person = people.get(work, known.person_id)
        assert person is not None
        person.name, person.org_id = name, org_id or person.org_id
        work.session.add(person)

    run(database, change)


def tried_on(
    database: Database, made: int, now: datetime, to: str = "me", actor: Actor = EDITOR, house: House | None = None
) -> notice_preview.Tested:
    """Try it."""
    return database.writer.run(lambda work: notice_preview.send_test(work, actor, made, to, now, house or House()))


async def test_on_ones_own_phone_it_comes_in_full_and_is_marked(database: Database, clock: FrozenClock) -> None:
    now = clock.now() + timedelta(hours=12)  # at night as well: it was asked for
    clock.set(now)
    me = meet(database, "u1", now)
    open_window(database, me, now + HOUR, 5)
    actor, made = account(database, now, me), broadcast(database, now, state="draft")
    tried = tried_on(database, made, now, actor=actor)
    assert (tried.in_full, tried.as_template, tried.due_at, tried.missed) == (1, 0, now, [])
    channel = Scripted(CAN)
    await sender(database, channel, clock).drain()
    (text,) = channel.texts
    assert text.startswith("【预览】") and text.endswith("【法律援助日】\n本周六上午9点，职工服务中心。")
    assert count(database, Recipient) == 0
    assert rows(database, Outbox, "broadcast_id") == [(None,)]
    found = database.look(lambda work: audit.newest(work, 5, action=notice_preview.ACTION))
    assert [(each.actor, each.subject, each.note) for each in found] == [("staff:li", f"broadcast:{made}", "1 of 1")]


async def test_behind_a_closed_window_it_is_a_template_or_nothing(database: Database, clock: FrozenClock) -> None:
    now = clock.now()
    me = meet(database, "u1", now)
    actor, made = account(database, now, me), broadcast(database, now, state="draft")
    tried = tried_on(database, made, now, actor=actor)
    assert [each.reason for each in tried.missed] == [
        "48小时内没有给公众号发过消息，现在发不过去；请本人先给公众号随便发一句话，再预览一次"
    ]
    assert count(database, Outbox) == 0
    tried = tried_on(database, made, now, actor=actor, house=WITH_TEMPLATE)
    assert (tried.in_full, tried.as_template, tried.missed) == (0, 1, [])
    channel = Scripted(CAN)
    await sender(database, channel, clock).drain()
    (out,) = channel.sent
    assert out.route == "template" and out.fields["thing1"] == "预览：法律援助日"
    assert out.fields["thing2"] == "本周六上午9点，职工服务中心。"


def test_without_a_phone_one_is_told_where_to_bind_it(database: Database, now: datetime) -> None:
    actor, made = account(database, now), broadcast(database, now, state="draft")
    with pytest.raises(CannotTest) as refused:
        tried_on(database, made, now, actor=actor)
    assert "我的账号" in refused.value.words


def test_a_list_says_who_could_not_be_reached_and_why(database: Database, now: datetime) -> None:
    known = [meet(database, f"u{number}", now) for number in range(5)]
    for each, name in zip(known, ("王小明", "李雷", "", "欧阳娜娜", "赵四"), strict=True):
        named(database, each, name)
    open_window(database, known[0], now + DAY, 5)
    open_window(database, known[4], now + DAY, 5)
    run(database, lambda work: people.mark_unfollowed(work, known[1].address_id))
    run(database, lambda work: people.refuse(work, known[2].address_id, "43004"))
    run(database, lambda work: work.session.add(_no(known[4], "activity", now)))
    listed(database, known, now)
    made = broadcast(database, now, state="pending")
    tried = tried_on(database, made, now, TAG)
    assert (tried.in_full, tried.as_template) == (1, 0)
    window = "48小时内没有给公众号发过消息"
    expected = {
        ("李＊", reasons.words("not_following")),
        ("（没有登记姓名）", reasons.words("refused")),
        ("欧＊＊", window),
        ("赵＊", reasons.words("opted_out")),
    }
    assert {
        (each.name, each.reason.partition("，现在")[0] if window in each.reason else each.reason)
        for each in tried.missed
    } == expected
    assert rows(database, Outbox, "person_id") == [(known[0].person_id,)]


def _no(known: Known, topic: str, now: datetime) -> TopicChoice:
    return TopicChoice(person_id=known.person_id, topic=topic, at=now)


def test_a_list_is_written_to_in_daytime(database: Database, now: datetime) -> None:
    known = meet(database, "u1", now)
    open_window(database, known, now + DAY, 5)
    listed(database, [known], now)
    made, night = broadcast(database, now, state="draft"), now + timedelta(hours=12)
    tried = tried_on(database, made, night, TAG)
    assert night < tried.due_at == daytime(night, House().hours) and rows(database, Outbox, "due_at") == [
        (tried.due_at,)
    ]


def test_a_list_has_at_most_twenty_people(database: Database, now: datetime) -> None:
    known = [meet(database, f"u{number}", now) for number in range(notice_preview.MOST + 1)]
    listed(database, known, now)
    listed(database, known[1:], now, "二十人")
    made = broadcast(database, now, state="draft")
    with pytest.raises(CannotTest, match="CannotTest") as refused:
        tried_on(database, made, now, TAG)
    assert "20人以上" in refused.value.words and count(database, Outbox) == 0
    assert len(tried_on(database, made, now, "二十人", house=WITH_TEMPLATE).missed) == 0
    assert count(database, Outbox) == notice_preview.MOST
    with pytest.raises(CannotTest) as refused:
        tried_on(database, made, now, "没有这个")
    assert "没有人有" in refused.value.words


def test_a_notice_is_tried_ten_times_a_day(database: Database, now: datetime) -> None:
    me = meet(database, "u1", now)
    open_window(database, me, now + 3 * DAY, 5)
    actor, made = account(database, now, me), broadcast(database, now, state="draft")
    for _ in range(notice_preview.TESTS_A_DAY):
        tried_on(database, made, now, actor=actor)
    with pytest.raises(CannotTest) as refused:
        tried_on(database, made, now, actor=actor)
    assert "10次" in refused.value.words
    assert tried_on(database, made, now + DAY + HOUR, actor=actor).in_full == 1
    assert tried_on(database, broadcast(database, now, "另一条"), now, actor=actor).in_full == 1


def test_only_ones_own_branch_and_only_with_the_right(database: Database, now: datetime, house: House) -> None:
    Town(database, house).build(line("a", 27))
    street = database.look(lambda work: orgs.by_code(work, "street"))
    shop = database.look(lambda work: orgs.by_code(work, "shop"))
    assert street is not None and shop is not None
    inside, outside = meet(database, "u1", now), meet(database, "u2", now)
    named(database, inside, "王五", shop.id)
    listed(database, [inside, outside], now)
    actor = account(database, now, org_id=street.id)
    mine, citys = broadcast(database, now, "街道的", org_id=street.id), broadcast(database, now, "市里的")
    assert tried_on(database, mine, now, TAG, actor, WITH_TEMPLATE).as_template == 1
    assert rows(database, Outbox, "person_id") == [(inside.person_id,)]
    for made, who in ((citys, actor), (mine, Actor("zhao", "staff"))):
        with pytest.raises(NotAllowed):
            tried_on(database, made, now, TAG, who)
    with pytest.raises(NoBroadcast):
        tried_on(database, 12, now, TAG)
