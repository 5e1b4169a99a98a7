"""What people are told without asking: another time, another place, it is off, it is tomorrow, how was it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import local
from bot.jobs import resolve_broadcasts, settle_broadcasts, tend_events
from bot.jobs.job import Moment
from bot.services import event_notices, event_told, events, notice_trial
from bot.services.actors import Actor, NotAllowed
from bot.services.event_refusals import BadEvent
from bot.services.house import House
from storage import broadcasts, topic_choices
from storage.audit import Audit
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.events import Event
from storage.recipients import Recipient
from storage.work import Work
from tests.events.kit import ADA, Fair, draft, hold
from tests.storage.kit import rows

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def newest(work: Work) -> Sequence[Broadcast]:
    """The notices there are."""
    return broadcasts.listed(work, None, broadcasts.STATES, 10, 0)


def tend(fair: Fair, now: datetime) -> dict[str, int]:
    """What the job did, without what it did not."""
    counts = tend_events.run(fair.database, fair.house, Moment(now, now))
    return {key: count for key, count in counts.items() if count}


def test_another_time_or_place_is_told_with_what_it_was(fair: Fair, now: datetime) -> None:
    starts = fair.event.starts_at + DAY
    fair.change(now, starts_at=starts, ends_at=starts + 3 * HOUR, place="东区影院")
    (whom, title, text), waiting = fair.notices()
    assert (whom, waiting[0], title) == ("registered", "waiting", "活动有变动")
    assert "时间：原来是11月30日（周一）14:00–17:00，现在改为12月1日（周二）14:00–17:00" in text
    assert "地点：原来是市工人文化宫，现在改为东区影院" in text
    assert "名额：" not in text


@pytest.mark.parametrize("begun", ["", "sending", "done"])
def test_two_changes_before_the_first_one_arrived_are_told_as_one(fair: Fair, now: datetime, begun: str) -> None:
    """Both would go out in the morning, side by side, and what came last would be believed."""
    fair.register(fair.person("one", now, "王小一"), now)
    evening = local(now).replace(hour=20)
    fair.change(evening, place="东区影院")
    if begun:  # no window is open any more: it waits for their next visit
        morning = evening + 14 * HOUR
        resolve_broadcasts.run(fair.database, fair.house, Moment(morning, morning))
        assert rows(fair.database, Recipient, "state") == [("kept",)]
        if begun == "done":
            settle_broadcasts.run(fair.database, fair.house, Moment(morning, morning))
        assert begun in [state for _, state, _ in fair.told_states()]
    starts = fair.event.starts_at + HOUR
    fair.change(evening + 15 * HOUR, starts_at=starts, ends_at=starts + 2 * HOUR, place="东区影院")
    said = [(whom, state) for whom, state, _ in fair.told_states() if whom == "registered"]
    assert said == [("registered", "cancelled"), ("registered", "scheduled")]
    assert rows(fair.database, Recipient, "state") == ([("cancelled",)] if begun else [])
    text = fair.told_states()[-2][2]
    assert "时间：原来是11月30日（周一）14:00–17:00，现在改为11月30日（周一）15:00–17:00" in text
    assert "请以这一条为准：11月30日（周一）15:00–17:00，东区影院。" in text


def test_more_places_take_nothing_back_from_those_registered(fair: Fair, now: datetime) -> None:
    evening = local(now).replace(hour=20)
    fair.change(evening, place="东区影院")
    fair.change(evening, place="东区影院", capacity=3)
    states = [(whom, state) for whom, state, _ in fair.told_states()]
    assert states == [("registered", "scheduled"), ("waiting", "cancelled"), ("waiting", "scheduled")]
    assert fair.told_states()[-1][2].count("东区影院。") == 1


def test_other_words_are_told_nobody(fair: Fair, now: datetime) -> None:
    fair.change(now, about="换了一种说法。", title="春季招聘会")
    assert fair.notices() == []


def test_more_places_are_told_only_to_those_who_wait(fair: Fair, now: datetime) -> None:
    fair.change(now, capacity=3)
    assert [(whom, "名额：原来是2，现在改为3" in text) for whom, _, text in fair.notices()] == [("waiting", True)]


def test_cancelled_is_told_once_with_the_reason(fair: Fair, now: datetime) -> None:
    def off() -> None:
        fair.database.writer.run(lambda work: events.cancel(work, ADA, fair.event.id, "场地临时有事", now, fair.house))

    off()
    with pytest.raises(BadEvent):
        off()
    assert [whom for whom, _, _ in fair.notices()] == ["registered", "waiting"]
    assert all("取消了。原因：场地临时有事。" in text for _, _, text in fair.notices())
    assert [each for each in rows(fair.database, Audit, "action") if each == ("event_cancel",)] == [("event_cancel",)]


def test_who_approves_is_told_what_went_out_without_them(fair: Fair, now: datetime) -> None:
    """Registered: two, waiting: one. The change tells both; nobody caused the reminder of tomorrow."""
    for known in fair.people(3, now):
        fair.register(known, now)
    fair.change(now, place="东区影院")

    def told(at: datetime, actor: Actor = ADA) -> list[tuple[str, int, str, int]]:
        found = fair.database.look(lambda work: event_told.today(work, actor, at))
        return sorted((each.title, each.people, each.who, each.number) for each in found)

    number = fair.event.number
    assert told(now) == [("活动有变动", 1, "ada", number), ("活动有变动", 2, "ada", number)]
    later = fair.now().starts_at - DAY
    tend(fair, later)
    assert told(later) == [("活动提醒", 2, "系统", number)]
    assert told(now, Actor("of-nowhere", "approver", 5, "/5/")) == []
    with pytest.raises(NotAllowed):
        told(now, Actor("cat", "editor"))
    lines = [each for each in rows(fair.database, Audit, "actor", "action", "note") if each[1] == "event_told"]
    assert sorted(lines) == [("staff:ada", "event_told", "1 people"), ("staff:ada", "event_told", "2 people")]


def test_a_draft_is_cancelled_quietly(database: Database, house: House, now: datetime) -> None:
    event = database.writer.run(lambda work: events.create(work, ADA, draft(now), now))
    database.writer.run(lambda work: events.cancel(work, ADA, event.id, "", now, house))
    assert Fair(database, house, event).notices() == []


def test_the_day_before_from_the_morning_on_once(fair: Fair, now: datetime) -> None:
    eve = fair.event.starts_at - DAY
    assert tend(fair, eve.replace(hour=0, minute=59)) == {}
    assert tend(fair, eve.replace(hour=1, minute=0)) == {"reminded": 1}
    assert tend(fair, eve.replace(hour=1, minute=1)) == {}
    ((whom, title, text),) = fair.notices()
    assert (whom, title) == ("registered", "活动提醒")
    assert "11月30日（周一）14:00–17:00在市工人文化宫" in text


def test_a_new_date_is_reminded_of_again(fair: Fair, now: datetime) -> None:
    tend(fair, fair.event.starts_at - DAY)
    starts = fair.event.starts_at + 2 * DAY
    fair.change(fair.event.starts_at - DAY, starts_at=starts, ends_at=starts + HOUR)
    assert tend(fair, fair.event.starts_at - HOUR) == {}
    assert tend(fair, starts - DAY) == {"reminded": 1}
    assert [title for _, title, _ in fair.notices()].count("活动提醒") == 2


def test_down_the_day_before_it_is_said_the_same_day(fair: Fair) -> None:
    assert tend(fair, fair.event.starts_at - HOUR) == {"reminded": 1}


def test_nobody_is_reminded_where_staff_do_not_want_it(database: Database, house: House, now: datetime) -> None:
    fair = hold(database, house, now, reminds=False)
    assert tend(fair, fair.event.starts_at - DAY) == {}


def test_it_closes_and_ends_by_itself_and_asks_in_daytime(fair: Fair, now: datetime) -> None:
    known = fair.person("u", now)
    fair.register(known, now)
    fair.check_in(known, fair.event.starts_at)
    counts = tend(fair, fair.event.starts_at)
    assert counts["closed"] == 1
    assert fair.now().state == "closed"
    late = fair.event.ends_at + 2 * HOUR
    assert local(late).hour == 19
    assert tend(fair, late) == {"over": 1}
    assert tend(fair, late + 15 * HOUR) == {"asked": 1}
    assert tend(fair, late + 16 * HOUR) == {}
    assert fair.notices()[-1][0] == "attended"
    assert "请用1到5分评价" in fair.notices()[-1][2]


def test_without_check_in_everybody_registered_is_asked(fair: Fair, now: datetime) -> None:
    fair.register(fair.person("u", now), now)
    tend(fair, fair.event.ends_at + 20 * HOUR)
    assert fair.notices()[-1][:2] == ("registered", "活动评价")


def test_nobody_is_asked_days_later(fair: Fair) -> None:
    assert "asked" not in tend(fair, fair.event.ends_at + 4 * DAY)


def test_one_event_that_fails_does_not_hold_up_the_others(
    fair: Fair, database: Database, house: House, now: datetime
) -> None:
    other = hold(database, house, now, title="职工电影夜")
    rows_of = table(Event)
    spoil = sa.update(rows_of).where(rows_of.c.id == fair.event.id).values(topic="nothing")
    database.writer.run(lambda work: work.execute(spoil))
    assert tend(other, fair.event.starts_at - DAY) == {"failed": 1, "reminded": 1}


def test_an_invitation_ends_with_how_to_register(fair: Fair) -> None:
    assert event_notices.invitation_words(fair.event) == "回复“报名 11”参加。"


def test_who_wants_no_notices_of_the_topic_hears_of_their_event_all_the_same(fair: Fair, now: datetime) -> None:
    known = fair.person("u", now)
    fair.register(known, now)
    fair.database.writer.run(lambda work: topic_choices.stop(work, known.person_id, ["activity"], now))
    fair.database.writer.run(lambda work: events.cancel(work, ADA, fair.event.id, "", now, fair.house))
    (notice,) = (each for each in fair.database.look(newest) if each.expected)
    plan = fair.database.look(lambda work: notice_trial.plan_kept(work, notice, fair.house, now))
    assert plan is not None
    assert (plan.people, plan.left_out) == (1, {})
    resolve_broadcasts.run(fair.database, fair.house, Moment(now, now))
    assert [each for each in rows(fair.database, Recipient, "reason") if each == ("opted_out",)] == []
    assert len(rows(fair.database, Recipient, "id")) == 1


@pytest.mark.parametrize("deed", ["change", "cancel"])
def test_a_reminder_that_waits_is_taken_back_when_it_is_not_so_any_more(fair: Fair, now: datetime, deed: str) -> None:
    one = fair.person("one", now, "王小一")
    fair.register(one, now)
    eve = (local(fair.event.starts_at) - DAY).replace(hour=10)
    tend(fair, eve)
    resolve_broadcasts.run(fair.database, fair.house, Moment(eve, eve))
    assert rows(fair.database, Recipient, "state") == [("kept",)]
    if deed == "change":
        starts = fair.event.starts_at + DAY
        fair.change(eve, starts_at=starts, ends_at=starts + 3 * HOUR)
    else:
        fair.database.writer.run(lambda work: events.cancel(work, ADA, fair.event.id, "", eve, fair.house))
    assert rows(fair.database, Recipient, "state") == [("cancelled",)]
