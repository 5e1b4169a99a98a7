"""A notice that went out is called off for those who were to be told at their next contact."""

from datetime import datetime, timedelta

import pytest

from bot.jobs import settle_broadcasts
from bot.jobs.job import Moment
from bot.services import broadcast_recall
from bot.services import broadcast_states as deeds
from bot.services.actors import Actor, NotAllowed
from bot.services.broadcasts import BadNotice, Moved
from bot.services.house import House
from storage import notice_items
from storage.database import Database
from storage.notice_items import Item, NoticeItem
from storage.work import Work
from tests.rules.notices import ANN, BEA, Notices, build
from tests.storage.kit import count


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


def went_out(notices: Notices, end: str = "done") -> int:
    """One has it, four are told when they write next; its id."""
    made = notices.sent("sent", "kept", "kept", "kept", "kept")

    def wait(work: Work) -> None:
        rows = work.session.connection().exec_driver_sql("SELECT id, person_id FROM recipient WHERE state = 'kept'")
        for recipient_id, person_id in rows.all():
            about = {"broadcast_id": made.id, "person_id": person_id, "recipient_id": recipient_id}
            times = {"valid_until": notices.now + timedelta(hours=48), "created_at": notices.now}
            work.append(NoticeItem, {"id": work.new_id(), **about, **times})

    notices.database.writer.run(wait)
    notices.set(made.id, state=end, ended_at=notices.now, valid_until=notices.now + timedelta(hours=48))
    return made.id


@pytest.mark.parametrize("end", ["done", "partly_failed"])
def test_who_was_not_told_yet_is_not_told_any_more(notices: Notices, end: str) -> None:
    made = went_out(notices, end)
    assert "recall" in notices.see(deeds.allowed, ANN, notices.get(made))
    done = notices.do(broadcast_recall.recall, ANN, made)
    assert (done.state, done.ended_at) == ("cancelled", notices.now)
    assert notices.states(made) == ["sent"] + ["cancelled"] * 4
    assert count(notices.database, NoticeItem) == 0
    assert ("staff:ann", "broadcast_cancel") in notices.trail(made)
    with pytest.raises(Moved):
        notices.do(broadcast_recall.recall, ANN, made)


def test_of_many_nobody_is_shown_it_while_the_job_goes_on(notices: Notices, monkeypatch: pytest.MonkeyPatch) -> None:
    made = went_out(notices)
    monkeypatch.setattr(broadcast_recall, "CANCEL_AT_ONCE", 1)
    notices.do(broadcast_recall.recall, ANN, made)
    assert sorted(notices.states(made)) == ["cancelled", "kept", "kept", "kept", "sent"]

    def shown(work: Work) -> list[Item]:
        return [each for one in notices.people for each in notice_items.waiting(work, one.person_id, notices.now)]

    assert notices.database.writer.run(shown) == []
    settle_broadcasts.run(notices.database, notices.house, Moment(notices.now, notices.now))
    assert notices.states(made) == ["sent"] + ["cancelled"] * 4


def test_with_nobody_left_to_tell_there_is_nothing_to_call_off(notices: Notices) -> None:
    made = notices.sent("sent", "failed")
    notices.set(made.id, state="partly_failed")
    assert "recall" not in notices.see(deeds.allowed, ANN, notices.get(made.id))
    with pytest.raises(BadNotice):
        notices.do(broadcast_recall.recall, ANN, made.id)
    assert notices.state(made.id) == "partly_failed"


def test_who_may_not_write_notices_calls_none_off(notices: Notices) -> None:
    made = went_out(notices)
    for actor in (Actor("dan", "staff"), notices.branch("shop")):
        with pytest.raises(NotAllowed):
            notices.do(broadcast_recall.recall, actor, made)
    assert notices.do(broadcast_recall.recall, BEA, made).state == "cancelled"
