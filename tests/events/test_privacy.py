"""What was said at registrations: sealed, shown, copied, deleted, forgotten, moved along; who leaves waits no more."""

from datetime import datetime, timedelta

from bot.jobs import tend_events
from bot.jobs.job import Moment
from bot.services import event_privacy, forgetting, own_data, privacy
from storage import people
from storage import registrations as stored
from storage.work import Work
from tests.events.kit import Fair

DAY = timedelta(days=1)
NAME, WISH = "欧阳春晓", "带一位坐轮椅的家人"


def filled(fair: Fair, user: str, now: datetime) -> people.Known:
    known = fair.person(user, now)
    fair.register(known, now, name=NAME, wish=WISH)
    return known


def test_nothing_is_in_clear(fair: Fair, now: datetime) -> None:
    filled(fair, "u", now)
    kept = [bytes(each) for name in ("name", "answers") for each in fair.column(name)]
    assert len(kept) == 2
    assert not any(word.encode() in each for word in (NAME, WISH) for each in kept)


def test_it_is_shown_and_copied(fair: Fair, now: datetime) -> None:
    known = filled(fair, "u", now)
    said = fair.database.look(lambda work: own_data.words(work, known.person_id, fair.house, now))
    assert "活动报名：1个" in said[0]
    assert "2027年2月28日" in said[0]
    copy = fair.database.look(lambda work: event_privacy.record(work, known.person_id))
    assert copy["活动报名"][0]["姓名"] == NAME
    assert copy["活动报名"][0]["活动"] == "冬季招聘会"


def test_who_asks_is_deleted_and_makes_room(fair: Fair, now: datetime) -> None:
    first, second, third = (filled(fair, f"u{place}", now) for place in range(3))
    assert fair.database.look(lambda work: privacy.standing(work, first.person_id, now)).events
    fair.database.writer.run(lambda work: privacy.delete(work, first.person_id, now))
    assert fair.states(first, second, third) == ["cancelled", "registered", "registered"]
    assert fair.column("name")[0] is fair.column("answers")[0] is None
    assert fair.column("name")[1] is not None
    assert not fair.database.look(lambda work: privacy.standing(work, first.person_id, now)).events


def test_attendance_of_the_past_stays_as_a_number(fair: Fair, now: datetime) -> None:
    known = filled(fair, "u", now)
    fair.check_in(known, fair.event.starts_at)
    fair.database.writer.run(lambda work: privacy.delete(work, known.person_id, fair.event.ends_at + DAY))
    assert fair.states(known) == ["registered"]
    assert fair.column("attended_at") == [fair.event.starts_at]
    assert fair.column("name") == [None]


def test_it_is_forgotten_ninety_days_after_the_event(fair: Fair, now: datetime) -> None:
    filled(fair, "u", now)
    for days, emptied in ((89, 0), (91, 1), (92, 0)):
        at = fair.event.ends_at + days * DAY
        assert tend_events.run(fair.database, fair.house, Moment(at, at)).get("emptied", 0) == emptied
    assert fair.column("answers") == fair.column("name") == fair.column("name_hash") == [None]


def test_who_leaves_the_account_waits_no_more_but_keeps_a_place(fair: Fair, now: datetime) -> None:
    first, second, third, fourth = (filled(fair, f"u{place}", now) for place in range(4))
    for each in (second, third):

        def leave(work: Work, known: people.Known = each) -> None:
            people.mark_unfollowed(work, known.address_id)
            forgetting.unfollowed(work, known.person_id, known.address_id, now)

        fair.database.writer.run(leave)
    assert fair.states(first, second, third, fourth) == ["registered", "registered", "cancelled", "waiting"]


def test_registrations_go_along_to_another_phone(fair: Fair, now: datetime) -> None:
    old, phone, other = filled(fair, "old", now), filled(fair, "phone", now), filled(fair, "other", now)
    fair.database.writer.run(lambda work: event_privacy.take_along(work, phone.person_id, old.person_id, now))
    assert fair.states(old, phone, other) == ["registered", "-", "registered"]
    stranger = fair.person("stranger", now)
    fair.database.writer.run(lambda work: event_privacy.take_along(work, old.person_id, stranger.person_id, now))
    assert fair.states(stranger, old) == ["registered", "-"]
    mine = fair.database.look(lambda work: stored.of(work, fair.event.id, stranger.person_id))
    assert mine is not None
    assert mine.answers is not None
