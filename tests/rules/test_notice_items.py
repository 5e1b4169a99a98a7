"""Notices that waited: told at the next private contact, once, never what is over; 通知 reads them again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from bot.contract import Kind
from bot.jobs import settle_broadcasts
from bot.jobs.job import Moment
from bot.services import broadcast_states
from bot.services import notice_items as rules
from bot.services.actors import Actor
from bot.services.house import House
from bot.services.sensitive import Sensitive
from bot.testing import Talk
from storage import broadcast_rows, broadcasts, bulk_ends, inbox, notice_items
from storage.base import table
from storage.database import Database
from storage.notice_items import NoticeItem
from storage.recipients import Recipient
from storage.segments import TopicChoice
from storage.work import Work
from tests.conftest import Opener
from tests.rules.notices_kit import DAY, HOUR, broadcast, items, kept, met, recipients, sent, talk, turn
from tests.rules.test_letters import MATTER
from tests.storage.kit import together


def test_one_notice_is_told_in_full_with_the_next_answer(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    kept(database, broadcast(database, now), [met(speaker)], now)
    assert recipients(database, "state", "reason", "route") == [("kept", "no_route", "")]
    (said,) = speaker.says("你好")
    assert said.endswith("您有1条通知：\n【法律援助日】\n本周六上午9点，职工服务中心。")
    assert said.startswith("您好")
    assert recipients(database, "state", "reason", "route", "settled_at") == [("sent", "", "inbox", now)]
    assert items(database) == [(now, now)]
    assert "通知" not in speaker.says("谢谢")[0]


@pytest.mark.parametrize(("comes", "state"), [(True, "done"), (False, "partly_failed")])
def test_who_never_came_by_was_not_reached_after_all(
    database: Database, now: datetime, comes: bool, state: str
) -> None:
    speaker = talk(database, now)
    made = broadcast(database, now, state="done")
    kept(database, made, [met(speaker)], now)
    if comes:
        speaker.says("你好")
    late = now + 3 * DAY
    settle_broadcasts.run(database, House(), Moment(late, late))
    row = database.look(lambda work: broadcasts.get(work, made))
    assert row is not None and row.state == state
    ends = [("sent", "")] if comes else [("expired", "too_late")]
    assert recipients(database, "state", "reason") == ends


@pytest.mark.parametrize("pauses", [True, False])
def test_new_hours_of_a_notice_are_those_of_what_waits_for_a_visit(
    database: Database, now: datetime, pauses: bool
) -> None:
    """Paused for days, what waits is kept; resumed with new hours, it is shown within them and not after."""
    speaker = talk(database, now)
    made = broadcast(database, now)
    kept(database, made, [met(speaker), met(speaker, "u2")], now)
    if pauses:
        turn(database, made, state="paused", paused_from="sending")
    late = now + 3 * DAY
    settle_broadcasts.run(database, House(), Moment(late, late))
    speaker.clock.set(late)
    assert "法律援助日" not in speaker.says("你好")[0]
    if not pauses:
        assert items(database) == []
        return
    actor = Actor("bea", "approver")
    database.writer.run(lambda work: broadcast_states.resume(work, actor, made, late, House(), 24))
    for later in (2 * HOUR, 3 * HOUR):
        settle_broadcasts.run(database, House(), Moment(late + later, late))
    speaker.clock.set(late + 23 * HOUR)
    assert "法律援助日" in speaker.says("你好")[0]
    end = late + 25 * HOUR
    speaker.clock.set(end)
    assert "法律援助日" not in speaker.says("你好", user="u2")[0]
    settle_broadcasts.run(database, House(), Moment(end, end))
    assert [state for (state,) in recipients(database, "state")] == ["sent", "expired"]


def test_fewer_hours_of_a_notice_are_those_of_what_waits_for_a_visit(database: Database, now: datetime) -> None:
    """Shown within them; who comes later is not told any more, and counts as not reached at once, not days later."""
    speaker = talk(database, now)
    made = broadcast(database, now)
    kept(database, made, [met(speaker, user) for user in ("u1", "u2", "u3", "u4")], now)
    turn(database, made, state="paused", paused_from="sending")
    actor = Actor("ann", "editor")
    database.writer.run(lambda work: broadcast_states.resume(work, actor, made, now, House(), 2))
    turn(database, made, state="done")
    speaker.clock.set(now + HOUR)
    assert "法律援助日" in speaker.says("你好", user="u1")[0]
    late = now + 3 * HOUR
    speaker.clock.set(late)
    assert "法律援助日" not in speaker.says("你好", user="u2")[0]
    turn(database, made, state="paused", paused_from="sending")
    assert settle_broadcasts.run(database, House(), Moment(late, late))["forgotten"] == 0  # it may be given more
    turn(database, made, state="done")
    assert settle_broadcasts.run(database, House(), Moment(late, late))["forgotten"] == 3
    assert sorted(state for (state,) in recipients(database, "state")) == ["expired"] * 3 + ["sent"]
    row = database.look(lambda work: broadcasts.get(work, made))
    assert row is not None and row.state == "partly_failed"


def test_what_waits_is_shortened_in_pieces(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    made, other = broadcast(database, now), broadcast(database, now, "工会年会")
    people = [met(speaker, user) for user in ("u1", "u2", "u3")]
    for each in (made, other):
        kept(database, each, people, now)
    turn(database, made, valid_until=now + HOUR)
    late = now + 2 * HOUR
    assert database.look(lambda work: bulk_ends.shortened_ones(work, late)) == [made]
    step = partial(bulk_ends.shorten_items, broadcast_id=made, now=late, limit=2)
    assert [database.writer.run(step) for _ in range(3)] == [2, 1, 0]
    assert database.look(lambda work: bulk_ends.shortened_ones(work, late)) == []
    assert database.writer.run(partial(bulk_ends.forget_items, now=late)) == 3
    assert len(items(database)) == 3


def test_several_are_told_by_their_first_lines_and_read_by_number(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    for place, title in enumerate(("高温补贴", "电影晚会")):
        made = broadcast(database, now + place * HOUR, title, f"【{title}】\n第一行。\n第二行。")
        kept(database, made, [person], now)
    speaker.clock.set(now + 3 * HOUR)
    said = speaker.says("谢谢")[0]
    assert "您有2条通知：\n1. 电影晚会｜第一行。\n2. 高温补贴｜第一行。\n回复“通知 1”看全文。" in said
    assert said.endswith("[通知 1]\n[通知 2]")
    assert {opened for _, opened in items(database)} == {None}
    assert speaker.says("通知 2")[0].startswith("【高温补贴】\n第一行。\n第二行。\n（11月25日发给您的通知）")
    assert speaker.says("第1条通知")[0].startswith("【电影晚会】")
    assert None not in {opened for _, opened in items(database)}


def test_more_than_five_are_counted(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    for number in range(7):
        kept(database, broadcast(database, now, f"通告{number}"), [person], now)
    said = speaker.says("谢谢")[0]
    assert "您有7条通知" in said and "另有2条，回复“通知”查看。" in said
    assert said.count("｜") == 5
    assert "（共7条）" in speaker.says("通知")[0]


def test_numbers_hold_although_another_notice_comes(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    for place, title in enumerate(("甲事", "乙事")):
        sent(database, broadcast(database, now, title), person, now - (place + 1) * HOUR)
    assert "1. 甲事（11月25日）\n2. 乙事（11月25日）" in speaker.says("通知")[0]
    speaker.clock.move(timedelta(minutes=1))
    sent(database, broadcast(database, now, "丙事"), person, speaker.clock.now())
    speaker.clock.move(timedelta(minutes=1))
    assert speaker.says("通知 1")[0].startswith("【甲事】")
    assert speaker.says("通知3")[0].startswith("【甲事】") is False
    speaker.clock.move(rules.PATIENCE)
    assert speaker.says("通知 1")[0].startswith("【丙事】")


@pytest.mark.parametrize(
    "change",
    [{"state": "cancelled"}, {"state": "paused"}, {"valid_until": None}],
    ids=["cancelled", "paused", "out of date"],
)
def test_what_is_over_or_held_is_never_shown(database: Database, now: datetime, change: dict[str, object]) -> None:
    speaker = talk(database, now)
    made = broadcast(database, now)
    kept(database, made, [met(speaker)], now)
    if "state" in change:
        turn(database, made, **change)
    else:
        speaker.clock.move(2 * DAY)
    assert "通知" not in speaker.says("谢谢")[0]
    assert "没有发给您的通知" in speaker.says("通知")[0]
    assert recipients(database, "state") == [("kept",)] and items(database) == [(None, None)]


def test_a_pause_only_holds_it_back(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    made = broadcast(database, now, state="paused")
    kept(database, made, [met(speaker)], now)
    speaker.says("谢谢")
    turn(database, made, state="done")
    assert "您有1条通知" in speaker.says("谢谢")[0]


def test_a_topic_opted_out_of_since_is_not_shown_but_events_are(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    database.writer.run(lambda work: work.session.add(TopicChoice(person_id=person, topic="activity", at=now)))
    kept(database, broadcast(database, now, "联谊会"), [person], now)
    kept(database, broadcast(database, now, "活动改期", kind="event"), [person], now)
    said = speaker.says("谢谢")[0]
    assert "活动改期" in said and "联谊会" not in said


def test_never_in_a_group_in_a_form_or_beside_bad_news(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    kept(database, broadcast(database, now), [met(speaker)], now)
    speaker.says("谢谢", chat="g1", mentioned=True)
    for words in ("入会", "同意", "张三"):
        assert "法律援助日" not in speaker.says(words)[0]
    assert items(database) == [(None, None)]


def test_beside_bad_news_nothing_else_is_said(database: Database, now: datetime) -> None:
    speaker = Talk(database, House(sensitive=Sensitive([MATTER])), now)
    kept(database, broadcast(database, now), [met(speaker)], now)
    assert "法律援助日" not in speaker.says("我不想活了")[0]
    assert items(database) == [(None, None)]
    assert "法律援助日" in speaker.says("谢谢")[0]


def test_in_a_group_the_list_is_private(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    sent(database, broadcast(database, now), met(speaker), now)
    for words in ("通知", "通知 1"):
        said = speaker.says(words, chat="g1", mentioned=True)[0]
        assert "私下" in said and "法律援助日" not in said


def test_following_again_brings_what_waited(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    speaker.says(kind=Kind.UNFOLLOW)
    kept(database, broadcast(database, now), [person], now)
    assert "您有1条通知" in speaker.says(kind=Kind.FOLLOW)[0]


def test_the_list_tells_what_waits_and_forgets_what_is_old(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    sent(database, broadcast(database, now, "很久以前"), person, now - 31 * DAY)
    sent(database, broadcast(database, now, "三周以前"), person, now - 21 * DAY)
    sent(database, broadcast(database, now, "没送到"), person, now, state="failed")
    sent(database, broadcast(database, now, "也许送到"), person, now - DAY, state="unknown")
    sent(database, broadcast(database, now, "别人的"), met(speaker, "u2"), now)
    kept(database, broadcast(database, now, "在等的"), [person], now)
    said = speaker.says("看通知")[0]
    assert said.startswith(
        "最近30天的通知（共3条）：\n1. 在等的（11月25日）\n2. 也许送到（11月24日）\n3. 三周以前（11月4日）"
    )
    assert "没有编号为9的通知" in speaker.says("通知 9")[0]
    assert "最近30天没有" in speaker.says("通知", user="u3")[0]


def test_what_was_cancelled_in_the_same_moment_is_not_shown(database: Database, now: datetime) -> None:
    """The recipient's row decides: who finds it taken back says nothing of it."""
    speaker = talk(database, now)
    person = met(speaker)
    kept(database, broadcast(database, now), [person], now)
    gone = sa.update(table(Recipient)).values(state="cancelled")

    def act(work: Work) -> tuple[int, int]:
        found = notice_items.waiting(work, person, now)
        work.execute(gone)
        return len(found), len(notice_items.show(work, found, now))

    assert database.writer.run(act) == (1, 0)
    assert recipients(database, "state") == [("cancelled",)] and items(database) == [(None, None)]


def test_shown_or_taken_back_never_both_and_nobody_waits(database: Database, another: Opener, now: datetime) -> None:
    """People come by while staff cancel: whoever was told has it as told, all others as cancelled."""
    speaker = talk(database, now)
    made = broadcast(database, now)
    users = [f"u{number}" for number in range(24)]
    persons = [met(speaker, user) for user in users]
    kept(database, made, persons, now)
    told: dict[str, bool] = {}

    def visit(database: Database, some: list[str]) -> Callable[[], None]:
        guest = talk(database, now)

        def come() -> None:
            told.update({user: "法律援助日" in guest.says("谢谢", user)[0] for user in some})

        return come

    def cancel() -> None:
        database.writer.run(lambda work: broadcasts.move(work, made, ("sending",), "cancelled", now))
        while database.writer.run(lambda work: broadcast_rows.cancel_some(work, made, now, 5)):
            pass

    second = another() if database.look(lambda work: work.dialect) == "postgresql" else database
    assert together(visit(database, users[:12]), visit(second, users[12:]), cancel) == []
    database.writer.run(lambda work: broadcast_rows.cancel_some(work, made, now, 99))
    states = dict(recipients(database, "person_id", "state"))
    assert {user: states[person] for user, person in zip(users, persons, strict=True)} == {
        user: "sent" if was else "cancelled" for user, was in told.items()
    }
    assert len(items(database)) == sum(told.values())


def test_speakers_are_still_found_with_one_statement_that_uses_the_index(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    kept(database, broadcast(database, now), [met(speaker)], now)
    met(speaker, "u2")
    statements: list[str] = []

    def look(work: Work) -> dict[str, bool]:
        conn = work._group.conn
        sa.event.listen(conn, "before_cursor_execute", lambda *args: statements.append(str(args[2])))
        return {user: each.notices for user, each in inbox.speakers(work, "talk", ["u1", "u2"]).items()}

    assert database.writer.run(look) == {"u1": True, "u2": False}
    statements = [each for each in statements if each.startswith("SELECT")]
    assert len(statements) == (2 if database.look(lambda work: work.dialect) == "postgresql" else 1)
    if len(statements) == 1:
        rows = table(NoticeItem)
        query = sa.select(rows.c.id).where(rows.c.person_id == 1, notice_items.WAITS)
        plan = database.look(lambda work: work.look(sa.text("EXPLAIN QUERY PLAN " + _literal(query))).all())
        assert "ix_notice_item_waiting" in str(plan)


def _literal(query: sa.Select[tuple[int]]) -> str:
    return str(query.compile(compile_kwargs={"literal_binds": True}))
