"""Reminders for 收到 that wait stop with their notice: paused, cancelled, stopped by phone, or not wanted any more."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from bot.jobs import resolve_broadcasts, settle_broadcasts
from bot.jobs.job import Moment
from bot.services import broadcast_states as deeds
from bot.services import stop_word
from bot.services.actors import Actor
from bot.services.house import House
from storage import broadcast_again, broadcast_reminders, topic_choices
from storage.base import table
from storage.broadcast_reminders import HELD
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.outbox import BULK, Outbox
from storage.recipients import Recipient
from tests.rules.notices import ANN, BEA, TALK, Notices, build
from tests.rules.notices_kit import HOUR
from tests.storage.kit import queue, rows


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


def asked(notices: Notices, end: str = "sending") -> Broadcast:
    """A notice that was sent to two people, who are being asked for 收到; somebody else's reminder is not its."""
    made = notices.sent("sent", "sent", "queued" if end == "sending" else "sent", end=end, wants_receipt=True)
    assert notices.nudge(ANN, made.id) == (2 if end == "sending" else 3)
    queue(notices.database, notices.people[4], notices.now, lane=BULK)
    return made


def reminders(notices: Notices) -> list[str]:
    return [row[1] for row in sorted(rows(notices.database, Outbox, "id", "state", "template")) if row[2]]


def tick(notices: Notices, hours: int = 0) -> int:
    at = notices.now + hours * HOUR
    return settle_broadcasts.run(notices.database, notices.house, Moment(at, at))["reminders"]


def test_while_a_notice_is_paused_nobody_is_reminded(notices: Notices) -> None:
    made = asked(notices)
    notices.do(deeds.pause, ANN, made.id)
    due = [row[0] for row in rows(notices.database, Outbox, "due_at", "dedupe") if row[1]]
    assert due == [HELD, HELD]
    assert tick(notices) == 0
    notices.do(deeds.resume, BEA, made.id)
    assert tick(notices, 1) == 2
    due = [row[0] for row in rows(notices.database, Outbox, "due_at", "dedupe") if row[1]]
    assert due == [notices.now + HOUR] * 2
    assert reminders(notices) == ["queued"] * 2


def test_reminders_are_only_looked_for_where_somebody_was_asked(
    notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While others wait, to find none of a notice would read all of them, and nobody could write meanwhile."""
    asked(notices)
    for name in ("hold", "cancel_some", "let_go"):
        monkeypatch.setattr(broadcast_reminders, name, None)
    other = notices.sent("queued", wants_receipt=True)
    notices.do(deeds.pause, ANN, other.id)
    assert tick(notices) == 0
    notices.do(deeds.resume, ANN, other.id)
    assert tick(notices) == 0
    notices.do(deeds.cancel, ANN, other.id)
    assert tick(notices) == 0 and reminders(notices) == ["queued"] * 2


def test_what_was_not_held_back_at_once_is_by_the_job(notices: Notices, monkeypatch: pytest.MonkeyPatch) -> None:
    made = asked(notices)
    monkeypatch.setattr(deeds, "CANCEL_AT_ONCE", 1)
    notices.do(deeds.pause, ANN, made.id)
    assert tick(notices) == 1
    notices.do(deeds.cancel, ANN, made.id)
    assert sorted(reminders(notices)) == ["cancelled", "queued"]
    assert tick(notices) == 1
    assert reminders(notices) == ["cancelled"] * 2
    assert len([row for row in rows(notices.database, Outbox, "state") if row[0] == "queued"]) == 1


def test_who_opts_out_is_not_reminded(notices: Notices) -> None:
    made = asked(notices)
    who = notices.people[0].person_id
    notices.database.writer.run(lambda work: topic_choices.stop(work, who, ["jobs"], notices.now))
    assert reminders(notices) == ["queued"] * 2
    notices.database.writer.run(lambda work: topic_choices.stop(work, who, [made.topic], notices.now))
    assert reminders(notices) == ["cancelled", "queued"]
    assert nudged(notices) == 1


def test_the_stop_word_takes_reminders_of_what_has_ended_back(notices: Notices) -> None:
    made = asked(notices, end="done")
    street = notices.branch("street")
    say = "已发完，停止提醒回复“收到”"
    assert stop_word_asks(notices, street) == ""
    assert f"{TALK.title}（{say}）" in stop_word_asks(notices, BEA)
    assert notices.database.writer.run(lambda work: deeds.stop_all(work, street, notices.now)) == []
    assert reminders(notices) == ["queued"] * 3
    assert say in notices.database.writer.run(lambda work: stop_word.stop(work, BEA, notices.now))
    assert reminders(notices) == ["cancelled"] * 3
    assert notices.state(made.id) == "done"
    assert ("staff:bea", "broadcast_unask") in notices.trail(made.id)
    assert stop_word_asks(notices, BEA) == ""


def nudged(notices: Notices) -> int:
    return len([row for row in rows(notices.database, Recipient, "nudged_at") if row[0]])


def test_many_are_taken_back_in_pieces_and_may_be_asked_another_time(
    notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, other = asked(notices, end="done"), notices.sent("sent", "sent", end="done", wants_receipt=True)
    notices.nudge(ANN, other.id)
    monkeypatch.setattr(deeds, "CANCEL_AT_ONCE", 2)
    assert sorted(notices.database.writer.run(lambda work: deeds.stop_all(work, BEA, notices.now))) == sorted(
        [made.id, other.id]
    )
    assert sorted(reminders(notices)) == ["cancelled"] * 2 + ["queued"] * 3
    assert tick(notices) == 3
    assert reminders(notices) == ["cancelled"] * 5 and nudged(notices) == 0
    assert [notices.get(each.id).again for each in (made, other)] == [None, None]
    assert notices.nudge(ANN, made.id, at=notices.now + HOUR) == 3
    assert sorted(reminders(notices)) == ["cancelled"] * 5 + ["queued"] * 3


def test_the_stop_word_ends_the_writing_of_reminders(notices: Notices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast_again, "PIECE", 1)
    made = asked(notices, end="done")
    out = sa.update(table(Outbox)).values(state="sent")
    notices.database.writer.run(lambda work: work.execute(out))  # the first is sent already, the others not written
    assert TALK.title in stop_word_asks(notices, BEA)
    assert notices.database.writer.run(lambda work: deeds.stop_all(work, BEA, notices.now)) == [made.id]
    moment = Moment(notices.now, notices.now)
    assert resolve_broadcasts.run(notices.database, notices.house, moment)["again"] == 0
    assert nudged(notices) == 1 and notices.get(made.id).again is None


def stop_word_asks(notices: Notices, actor: Actor) -> str:
    return notices.see(stop_word.ask_words, actor, notices.now)


def test_the_stop_word_holds_reminders_of_what_is_being_sent(notices: Notices) -> None:
    asked(notices)
    notices.database.writer.run(lambda work: stop_word.stop(work, BEA, notices.now))
    out = table(Outbox)
    held = sa.select(sa.func.count()).where(out.c.due_at == HELD)
    assert notices.database.look(lambda work: work.look(held).scalar_one()) == 2
