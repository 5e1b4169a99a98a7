"""Who got which notice: dropped when it is long over, given out to its person, dropped when they ask."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.jobs import clean_up
from bot.jobs.job import Moment
from bot.services import broadcast_forgetting, broadcast_lists, own_data, privacy
from bot.services.broadcasts import BadNotice
from bot.services.house import House
from storage.base import table
from storage.database import Database
from storage.notice_items import NoticeItem
from storage.recipients import Recipient
from storage.work import Work
from tests.rules.notices import ANN, Notices, build
from tests.storage.kit import count

DAY = timedelta(days=1)


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


def item(notices: Notices, broadcast_id: int, person: int) -> None:
    who = notices.people[person].person_id
    values = {"broadcast_id": broadcast_id, "person_id": who, "created_at": notices.now, "recipient_id": 1}
    until = {"valid_until": notices.now + DAY}
    notices.database.writer.run(lambda work: work.append(NoticeItem, {"id": work.new_id(), **values, **until}))


def clean(notices: Notices, now: datetime) -> int:
    return clean_up.run(notices.database, notices.house, Moment(now, now))["recipients"]


def test_what_is_long_over_is_dropped_and_its_totals_stay(notices: Notices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean_up, "PIECE", 2)
    made = notices.sent("sent", "sent", "failed", "kept", "left_out", end="partly_failed")
    item(notices, made.id, 3)
    notices.set(made.id, ended_at=notices.now + DAY)
    going = notices.sent("queued")
    before = notices.progress(made.id)
    assert clean(notices, notices.now + 91 * DAY) == 0  # worth sending for two days, so it was over after two
    assert count(notices.database, Recipient) == 6
    assert clean(notices, notices.now + 93 * DAY) == 6
    assert (count(notices.database, Recipient), count(notices.database, NoticeItem)) == (1, 0)
    after = notices.progress(made.id)
    assert (after.states, after.reasons, after.total, after.silent) == (before.states, before.reasons, 4, 2)
    assert notices.states(going.id) == ["queued"]
    assert clean(notices, notices.now + 93 * DAY) == 0


def test_what_is_over_is_counted_once_for_lists_and_exactly_where_one_is_looked_at(notices: Notices) -> None:
    made, going = notices.sent("sent", "failed", end="partly_failed", wants_receipt=True), notices.sent("queued")
    notices.set(made.id, ended_at=notices.now)
    clean(notices, notices.now + DAY)
    assert notices.get(made.id).totals is None  # it is still worth sending again, and read
    clean(notices, notices.now + 3 * DAY)
    assert (notices.get(made.id).totals["final"], notices.get(going.id).totals) == (False, None)
    notices.database.writer.run(lambda work: work.execute(sa.update(table(Recipient)).values(acked_at=notices.now)))
    (line,) = (each for each in notices.see(broadcast_lists.listing, ANN).lines if each.id == made.id)
    assert (line.progress.reached, line.progress.acked) == (1, 0)
    assert notices.progress(made.id).acked == 2
    assert notices.resend(ANN, made.id) == 1
    assert notices.get(made.id).totals is None


def test_when_its_rows_are_dropped_nothing_is_sent_again(notices: Notices) -> None:
    made = notices.sent("failed", end="failed")
    notices.set(made.id, ended_at=notices.now)
    assert clean(notices, notices.now + 93 * DAY) == 1
    with pytest.raises(BadNotice) as refused:
        notices.resend(ANN, made.id)
    assert "保存期限" in refused.value.words


def test_what_is_just_being_sent_again_is_not_dropped(notices: Notices, monkeypatch: pytest.MonkeyPatch) -> None:
    made = notices.sent("queued", "sent", end="sending")
    monkeypatch.setattr(
        clean_up, "over_before", lambda work, moment, limit: [(made.id, None)]
    )  # as it was a moment ago
    assert clean(notices, notices.now + 93 * DAY) == 0
    assert notices.states(made.id) == ["queued", "sent"]


def test_what_is_paused_for_good_is_dropped_in_the_end(notices: Notices) -> None:
    made = notices.sent("queued", "sent", end="paused")
    notices.set(made.id, paused_from="sending", valid_until=notices.now + DAY)
    assert (clean(notices, notices.now + 90 * DAY), notices.state(made.id)) == (0, "paused")
    assert (clean(notices, notices.now + 92 * DAY), notices.state(made.id)) == (2, "cancelled")
    assert ("job:clean_up", "broadcast_cancel") in notices.trail(made.id)


def test_what_one_run_leaves_the_next_one_drops(notices: Notices, monkeypatch: pytest.MonkeyPatch) -> None:
    made, late = notices.sent("sent", "sent", "failed", end="partly_failed"), notices.now + 93 * DAY
    notices.set(made.id, ended_at=notices.now)
    monkeypatch.setattr(clean_up, "PIECE", 1)
    monkeypatch.setattr(clean_up, "MOST_PIECES", 2)
    assert (clean(notices, late), clean(notices, late)) == (2, 1)
    assert notices.progress(made.id).states == {"sent": 2, "failed": 1}


def test_a_person_may_take_along_which_notices_they_got(notices: Notices) -> None:
    made, person = notices.sent("sent"), notices.people[0].person_id
    row = table(Recipient)
    said = sa.update(row).values(route="custom", acked_at=notices.now)
    notices.database.writer.run(lambda work: work.execute(said))
    other = notices.sent()
    notices.set(other.id, created_at=notices.now - DAY, not_before=None)
    notices.reach(other.id, "left_out", reason="opted_out")
    first, second = notices.see(broadcast_forgetting.record, person)
    assert first == {
        "通知": made.title,
        "时间": "2026-11-25 10:00",
        "结果": "已送达",
        "原因": "",
        "方式": "客服消息（48小时内有互动）",
        "结果时间": "2026-11-25 10:00",
        "回复收到": "2026-11-25 10:00",
        "提醒回复": "",
    }
    assert (second["结果"], second["原因"], second["时间"]) == ("没有发送", "本人退订了这类通知", "2026-11-24 10:00")


def test_a_person_sees_that_it_is_kept_and_has_it_dropped(notices: Notices) -> None:
    notices.sent("sent", "sent")
    going = notices.sent("queued", "queued")
    item(notices, going.id, 0)
    who = notices.people[0].person_id
    line = "· 工会发给您的2条通知：有没有送到、您有没有回复“收到”；每条结束90天后自动删除。"

    def words(work: Work) -> str:
        return own_data.words(work, who, notices.house, notices.now)[0]

    assert line in notices.database.look(words)
    notices.database.writer.run(lambda work: privacy.delete(work, who, notices.now))
    assert count(notices.database, NoticeItem) == 0
    assert count(notices.database, Recipient) == 3
    assert notices.states(going.id) == ["queued", "queued"]  # what is under way to them goes out
    nobody = notices.people[5].person_id
    assert "通知" not in notices.database.look(lambda work: own_data.words(work, nobody, notices.house, notices.now)[0])
