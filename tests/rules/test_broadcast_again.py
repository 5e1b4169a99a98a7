"""Once more: only those not reached get a new attempt, and only who has it and is silent is asked again."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.clock import SHANGHAI
from bot.jobs import resolve_broadcasts
from bot.jobs.job import Moment
from bot.services import broadcast_again as again
from bot.services import broadcast_states as deeds
from bot.services.actors import NotAllowed
from bot.services.broadcasts import BadNotice, Moved
from bot.services.house import House
from storage import broadcast_again as pieces
from storage import people
from storage.base import table
from storage.database import Database
from storage.outbox import Outbox
from storage.recipients import Recipient
from storage.segments import TopicChoice
from tests.rules.notices import ANN, BEA, Notices, build
from tests.storage.kit import count, rows

HOUR = timedelta(hours=1)
ENDS = ("failed", "unreachable", "expired", "unknown", "sent", "left_out")


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


def mark(notices: Notices, broadcast_id: int, person: int, **values: Any) -> None:
    row, who = table(Recipient), notices.people[person].person_id
    mine = sa.update(row).where(row.c.broadcast_id == broadcast_id, row.c.person_id == who)
    notices.database.writer.run(lambda work: work.execute(mine.values(**values)))


def move_to(notices: Notices, person: int, org_id: int | None) -> None:
    home = sa.update(table(people.Person)).where(table(people.Person).c.id == notices.people[person].person_id)
    notices.database.writer.run(lambda work: work.execute(home.values(org_id=org_id)))


def test_only_those_not_reached_get_a_new_attempt(notices: Notices) -> None:
    made = notices.sent(*ENDS, end="partly_failed")
    later = notices.now + 3 * HOUR
    assert notices.resend(ANN, made.id, at=later) == 3
    after = notices.get(made.id)
    assert (after.state, after.attempt, after.ended_at, after.valid_until) == ("sending", 2, None, later + 48 * HOUR)
    assert notices.states(made.id) == ["queued"] * 3 + ["unknown", "sent", "left_out"]
    assert notices.states(made.id, attempt=1) == list(ENDS)
    assert notices.states(made.id, attempt=2) == ["queued"] * 3
    done = notices.progress(made.id)
    assert (done.total, done.waiting, done.not_reached, done.left_out) == (5, 3, 0, 1)
    assert set(rows(notices.database, Recipient, "attempt", "due_at", "route", "tries")[-3:]) <= {
        (1, notices.now, "", 0),
        (2, later, "", 0),
    }
    assert ("staff:ann", "broadcast_resend") in notices.trail(made.id)


def test_what_is_unknown_is_sent_again_only_when_it_is_asked_for(notices: Notices) -> None:
    made = notices.sent("sent", "unknown", end="partly_failed")
    with pytest.raises(BadNotice):
        notices.resend(ANN, made.id)
    assert (notices.state(made.id), notices.get(made.id).attempt) == ("partly_failed", 1)
    assert notices.resend(ANN, made.id, unknown_too=True) == 1
    assert notices.states(made.id) == ["sent", "queued"]


def test_who_opted_out_meanwhile_stays_out(notices: Notices) -> None:
    made = notices.sent("failed", "failed", end="failed")
    values = {"person_id": notices.people[0].person_id, "topic": made.topic, "at": notices.now}
    notices.database.writer.run(lambda work: work.append(TopicChoice, values))
    assert notices.resend(ANN, made.id) == 1
    assert notices.states(made.id) == ["failed", "queued"]


def test_who_left_the_branch_whose_notice_it_is_stays_out(notices: Notices) -> None:
    """The first holds an office in the shop, the second is of it, the third was."""
    shop = notices.branch("shop")
    made = notices.sent("failed", "failed", "failed", end="failed")
    move_to(notices, 1, shop.org_id)
    notices.set(made.id, org_id=shop.org_id)
    assert notices.resend(shop, made.id) == 2
    assert notices.states(made.id) == ["queued", "queued", "failed"]


def test_who_has_another_address_now_gets_it_there(notices: Notices) -> None:
    made, known = notices.sent("unreachable", end="failed"), notices.people[0]
    notices.database.writer.run(lambda work: people.mark_unfollowed(work, known.address_id))
    address = table(people.Address)
    place = {"id": 77, "person_id": known.person_id, "channel": "oa", "user": "new", "account": "", "following": True}
    times = {"seen_at": notices.now, "created_at": notices.now}
    notices.database.writer.run(lambda work: work.execute(sa.insert(address).values(**place, **times)))
    notices.resend(ANN, made.id)
    found = dict(rows(notices.database, Recipient, "attempt", "address_id"))
    assert found == {1: known.address_id, 2: 77}


@pytest.mark.parametrize("state", ["draft", "scheduled", "resolving", "sending", "paused", "cancelled"])
def test_while_it_is_going_out_nothing_is_sent_again(notices: Notices, state: str) -> None:
    made = notices.sent("failed", end=state)
    with pytest.raises(Moved):
        notices.resend(ANN, made.id)
    assert notices.states(made.id) == ["failed"]


def test_sent_again_in_the_evening_it_goes_out_in_the_morning(notices: Notices) -> None:
    made, evening = notices.sent("failed", end="failed"), datetime(2026, 11, 25, 21, tzinfo=SHANGHAI)
    notices.resend(ANN, made.id, at=evening, hours=4)
    morning = datetime(2026, 11, 26, 9, tzinfo=SHANGHAI)
    assert rows(notices.database, Recipient, "attempt", "due_at")[-1] in [(2, morning), (1, notices.now)]
    assert notices.get(made.id).valid_until == morning + 4 * HOUR


def test_sent_again_for_longer_than_was_approved_takes_who_may_approve_it(notices: Notices) -> None:
    made = notices.sent("failed", end="failed")
    notices.set(made.id, approver="staff:eve")
    with pytest.raises(BadNotice) as refused:
        notices.resend(ANN, made.id, hours=49)
    assert "另一位审核人" in refused.value.words
    assert (notices.state(made.id), notices.get(made.id).attempt) == ("failed", 1)
    notices.resend(BEA, made.id, hours=49)
    assert notices.get(made.id).valid_until == notices.now + 49 * HOUR


def test_a_third_attempt_touches_only_what_the_second_did_not_reach(notices: Notices) -> None:
    made = notices.sent("failed", "failed", "sent", end="partly_failed")
    notices.resend(ANN, made.id)
    mark(notices, made.id, 0, state="sent")
    mark(notices, made.id, 1, state="expired")
    notices.set(made.id, state="partly_failed")
    assert notices.resend(ANN, made.id) == 1
    assert notices.states(made.id, attempt=3) == ["queued"]
    assert notices.states(made.id) == ["sent", "queued", "sent"]


def test_an_editor_of_another_branch_sends_nothing_again(notices: Notices) -> None:
    made = notices.sent("failed", end="failed")
    with pytest.raises(NotAllowed):
        notices.resend(notices.branch("shop"), made.id)
    assert count(notices.database, Recipient) == 1


def test_what_was_counted_before_somebody_else_did_it_is_refused(notices: Notices) -> None:
    """Both have read the number; the second is told, whether the first has only begun or all of it went through."""
    made = notices.sent("failed", "failed", "sent", end="partly_failed", wants_receipt=True)
    missed = notices.see(again.missed, BEA, made.id, notices.now)
    silent = notices.see(again.silent, BEA, made.id, notices.now)
    assert (missed.people, silent.people) == (2, 1)
    notices.resend(ANN, made.id, at=notices.now + HOUR)
    notices.set(made.id, state="partly_failed")
    for deed, counted in ((again.resend_failed, missed), (again.nudge_silent, silent)):
        with pytest.raises(Moved):
            notices.do(deed, BEA, made.id, counted=counted)
    silent = notices.see(again.silent, BEA, made.id, notices.now)
    notices.nudge(ANN, made.id, at=notices.now + 2 * HOUR)
    with pytest.raises(Moved):
        notices.do(again.nudge_silent, BEA, made.id, counted=silent)
    assert (notices.get(made.id).attempt, count(notices.database, Outbox)) == (2, 1)


@pytest.mark.parametrize("resend", [True, False])
def test_nobody_is_left_of_few_that_were_counted(notices: Notices, resend: bool) -> None:
    state, look, deed = (
        ("failed", again.missed, again.resend_failed) if resend else ("sent", again.silent, again.nudge_silent)
    )
    made = notices.sent(state, end="partly_failed", wants_receipt=True)
    counted = notices.see(look, ANN, made.id, notices.now)
    values = {"person_id": notices.people[0].person_id, "topic": made.topic, "at": notices.now}
    notices.database.writer.run(lambda work: work.append(TopicChoice, values))
    with pytest.raises(BadNotice) as refused:
        notices.do(deed, ANN, made.id, counted=counted)
    assert "没有需要" in refused.value.words
    after = notices.get(made.id)
    assert (after.state, after.attempt, after.again) == ("partly_failed", 1, None)
    assert ("staff:ann", f"broadcast_{'resend' if resend else 'nudge'}") not in notices.trail(made.id)


def test_who_is_silent_is_asked_once_more_and_never_again(notices: Notices) -> None:
    made = notices.sent("sent", "accepted", "sent", "failed", "kept", end="done", wants_receipt=True)
    mark(notices, made.id, 2, acked_at=notices.now)
    evening, morning = (datetime(2026, 11, *when, tzinfo=SHANGHAI) for when in ((25, 20), (26, 9)))
    assert notices.nudge(ANN, made.id, at=evening) == 2
    texts = rows(notices.database, Outbox, "person_id", "text", "due_at", "valid_until", "lane")
    words = "11月25日的通知“法律讲座”还没有收到您的回复。看到后请回复“收到”；有疑问请回复“转人工”。谢谢！"
    words += "\n退订请回复“退订 法律维权”"
    asked = {known.person_id for known in notices.people[:2]}
    assert {row[0] for row in texts} == asked
    assert {row[1:] for row in texts} == {(words, morning, morning + 24 * HOUR, 2)}
    assert notices.progress(made.id).nudged == 2
    with pytest.raises(BadNotice) as refused:
        notices.nudge(BEA, made.id, at=evening)
    assert "已经提醒过" in refused.value.words
    assert count(notices.database, Outbox) == 2


def test_who_left_the_account_is_not_asked_and_may_be_later(notices: Notices) -> None:
    made = notices.sent("sent", "sent", end="done", wants_receipt=True)
    notices.database.writer.run(lambda work: people.mark_unfollowed(work, notices.people[0].address_id))
    assert notices.nudge(ANN, made.id) == 1
    nudged = dict(rows(notices.database, Recipient, "person_id", "nudged_at"))
    assert [nudged[known.person_id] for known in notices.people[:2]] == [None, notices.now]


def test_who_wants_no_more_of_the_topic_is_not_asked(notices: Notices) -> None:
    made = notices.sent("sent", "sent", end="done", wants_receipt=True)
    values = {"person_id": notices.people[0].person_id, "topic": made.topic, "at": notices.now}
    notices.database.writer.run(lambda work: work.append(TopicChoice, values))
    assert notices.nudge(ANN, made.id) == 1
    assert rows(notices.database, Outbox, "person_id") == [(notices.people[1].person_id,)]
    notices.set(made.id, kind="event")  # news of an event of their own are no topic
    later = notices.now + HOUR
    assert notices.nudge(ANN, made.id, at=later) == 1


def test_who_left_the_branch_whose_notice_it_is_is_not_asked(notices: Notices, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first holds an office in the shop, the third is of it, the second was; the third leaves before their piece.
    Of an event of the shop's own everybody registered is asked."""
    monkeypatch.setattr(pieces, "PIECE", 1)
    notices = replace(notices, people=[notices.people[0], *sorted(notices.people[1:], key=lambda one: one.person_id)])
    shop = notices.branch("shop")
    made, event = (notices.sent(*["sent"] * 3, end="done", wants_receipt=True) for _ in range(2))
    move_to(notices, 2, shop.org_id)
    notices.set(made.id, org_id=shop.org_id)
    notices.set(event.id, org_id=shop.org_id, kind="event")
    assert notices.nudge(shop, made.id) == 2
    move_to(notices, 2, None)
    resolve_broadcasts.run(notices.database, notices.house, Moment(notices.now, notices.now))
    assert rows(notices.database, Outbox, "person_id") == [(notices.people[0].person_id,)]
    assert notices.see(again.silent, shop, event.id, notices.now).people == 3
    move_to(notices, 2, shop.org_id)
    assert notices.nudge(shop, made.id, at=notices.now + HOUR) == 1


def test_who_gets_it_in_the_meantime_is_asked_later(notices: Notices) -> None:
    """While it is sent, rows settle between any two statements: who is marked is who gets the message."""
    made = notices.sent("sent", "queued", end="sending", wants_receipt=True)
    assert notices.nudge(ANN, made.id) == 1
    mark(notices, made.id, 1, state="sent")
    assert notices.nudge(ANN, made.id, at=notices.now + HOUR) == 1
    assert sorted(rows(notices.database, Outbox, "person_id")) == sorted(
        (each.person_id,) for each in notices.people[:2]
    )


def test_nobody_is_asked_for_what_was_not_asked_for(notices: Notices) -> None:
    made = notices.sent("sent", end="done")
    assert "nudge" not in notices.see(deeds.allowed, ANN, made)
    with pytest.raises(BadNotice):
        notices.nudge(ANN, made.id)
    assert count(notices.database, Outbox) == 0
