"""Check-in on the day only, by who is registered or where a place is free; opinions of those who came."""

from datetime import datetime, timedelta

import pytest

from bot import event_texts as texts
from bot.services import attendance, event_words, registrations
from bot.services.attendance import Attended
from bot.services.event_refusals import NoCheckIn, NoOpinion, WrongCode
from bot.services.house import House
from storage import attendance as counted
from storage import registrations as stored
from storage.database import Database
from storage.events import COMMENT, Event
from storage.inbox import Inbound
from storage.people import Known
from storage.work import Work
from tests.events.kit import Fair, hold

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_from_two_hours_before_until_the_end(fair: Fair, now: datetime) -> None:
    known = fair.person("u", now)
    fair.register(known, now)
    for moment, part in (
        (fair.event.starts_at - 2 * HOUR - MINUTE, "才开始签到"),
        (fair.event.ends_at + MINUTE, "结束"),
    ):
        with pytest.raises(NoCheckIn) as refused:
            fair.check_in(known, moment)
        assert part in refused.value.words
    assert not fair.check_in(known, fair.event.starts_at - 2 * HOUR).again
    again = fair.check_in(known, fair.event.ends_at)
    assert again.again
    assert again.at == fair.event.starts_at - 2 * HOUR
    assert fair.column("attended_by") == ["qr"]


def test_the_code_is_as_good_and_a_wrong_one_is_not(fair: Fair, now: datetime) -> None:
    known = fair.person("u", now)
    fair.register(known, now)
    there = fair.event.starts_at
    wrong = "0000" if fair.event.code != "0000" else "1111"
    with pytest.raises(WrongCode):
        fair.database.writer.run(lambda work: attendance.by_code(work, wrong, known.person_id, there))
    done = fair.database.writer.run(lambda work: attendance.by_code(work, fair.event.code, known.person_id, there))
    assert done.event.id == fair.event.id
    assert fair.column("attended_by") == ["code"]


def by_code(fair: Fair, known: Known, code: str, now: datetime) -> Attended:
    return fair.database.writer.run(lambda work: attendance.by_code(work, code, known.person_id, now))


def test_a_code_out_of_hours_tells_nothing_to_who_is_not_registered(fair: Fair, now: datetime) -> None:
    mine, guesser = fair.people(2, now)
    fair.register(mine, now)
    with pytest.raises(WrongCode):
        by_code(fair, guesser, fair.event.code, now)
    with pytest.raises(NoCheckIn) as refused:
        by_code(fair, mine, fair.event.code, now)
    assert "才开始签到" in refused.value.words
    assert by_code(fair, guesser, fair.event.code, fair.event.starts_at).walk_in


def test_when_too_many_guess_a_code_serves_only_who_is_registered(fair: Fair, now: datetime) -> None:
    mine, comer = fair.people(2, now)
    fair.register(mine, now)
    there = fair.event.starts_at
    wrong = "0000" if fair.event.code != "0000" else "1111"
    fair.database.writer.run(lambda work: guessed(work, attendance.WRONG_OF_ALL, there))
    for code in (wrong, fair.event.code):
        with pytest.raises(NoCheckIn) as refused:
            by_code(fair, comer, code, there)
        assert refused.value.words == texts.CODE_BUSY
    assert not by_code(fair, mine, fair.event.code, there).again
    assert fair.check_in(comer, there).walk_in  # the QR code cannot be guessed
    fair.database.writer.run(lambda work: setattr_capacity(work, fair.event.id, 3))
    assert by_code(fair, fair.person("late", now), fair.event.code, there + 61 * MINUTE).walk_in


def guessed(work: Work, often: int, at: datetime) -> None:
    """So many wrong codes by somebody else."""
    for place in range(often):
        values = {"id": work.new_id(), "channel": "test", "dedupe": f"guess-{place}", "person_id": None}
        more = {"kind": "text", "text": None, "topic": "refused:WrongCode", "received_at": at, "chat": ""}
        work.append(Inbound, {**values, **more})


def test_on_another_day_everybody_checks_in_again(fair: Fair, now: datetime) -> None:
    came, waits = fair.people(2, now)
    fair.register(came, now)
    fair.register(waits, now)
    early = fair.event.starts_at - HOUR
    fair.check_in(came, early)
    times = {"starts_at": fair.event.starts_at, "ends_at": fair.event.ends_at}
    fair.change(early, **{key: at + 2 * HOUR for key, at in times.items()})
    assert fair.column("attended_at")[0] == early  # later on the same day they are still there
    fair.change(early, **{key: at + DAY for key, at in times.items()})
    assert fair.column("attended_at") == [None, None]
    assert fair.column("attended_by") == ["", ""]
    assert fair.states(came) == ["registered"]
    assert not fair.check_in(came, early + DAY).again
    again = fair.check_in(came, early + DAY + MINUTE)
    assert again.again
    assert event_words.moment(early + DAY) in attendance.already_words(again)


def test_who_comes_back_was_not_there_yet(fair: Fair, now: datetime) -> None:
    known = fair.person("u", now)
    fair.register(known, now)
    fair.check_in(known, fair.event.starts_at - HOUR)

    def leave(work: Work) -> None:
        event = registrations.held(work, fair.event.id)
        mine = stored.of(work, event.id, known.person_id)
        assert mine is not None
        registrations.remove(work, event, mine, "staff:ada", now)

    fair.database.writer.run(leave)
    assert fair.register(known, now).fresh
    assert fair.column("attended_at") == [None]
    assert not fair.check_in(known, fair.event.starts_at).again


def test_who_just_comes_gets_a_free_place_and_no_more(fair: Fair, now: datetime) -> None:
    first, second, third = fair.people(3, now)
    fair.register(first, now)
    there = fair.event.starts_at
    assert fair.check_in(second, there).walk_in
    with pytest.raises(NoCheckIn) as refused:
        fair.check_in(third, there)
    assert "名额也满了" in refused.value.words
    assert fair.states(first, second, third) == ["registered", "registered", "-"]


def test_who_waits_comes_in_only_where_a_place_is_free(fair: Fair, now: datetime) -> None:
    people = fair.people(3, now)
    for each in people:
        fair.register(each, now)
    with pytest.raises(NoCheckIn) as refused:
        fair.check_in(people[2], fair.event.starts_at)
    assert "候补" in refused.value.words
    fair.database.writer.run(lambda work: setattr_capacity(work, fair.event.id, 3))
    assert not fair.check_in(people[2], fair.event.starts_at).again
    assert fair.states(people[2]) == ["registered"]


def setattr_capacity(work: Work, event_id: int, capacity: int) -> None:
    event = work.session.get(Event, event_id)
    assert event is not None
    event.capacity = capacity
    work.session.add(event)


def test_staff_may_check_in_whoever_stands_there_and_take_it_back(fair: Fair, now: datetime) -> None:
    people = fair.people(3, now)
    for each in people:
        fair.register(each, now)
    there = fair.event.ends_at + HOUR

    def by_staff(work: Work, undo: bool = False) -> bool:
        event = registrations.held(work, fair.event.id)
        mine = stored.of(work, event.id, people[2].person_id)
        assert mine is not None
        if undo:
            attendance.unmark(work, mine, "staff:ada", there)
            return True
        return attendance.mark(work, mine, "staff", "staff:ada", there)

    assert fair.database.writer.run(by_staff)
    assert not fair.database.writer.run(by_staff)
    assert fair.states(people[2]) == ["registered"]
    assert fair.database.writer.run(lambda work: by_staff(work, undo=True))
    assert fair.column("attended_at") == [None] * 3


def judge(fair: Fair, person_id: int, stars: int, words: str, now: datetime, number: int | None = None) -> Event | None:
    return fair.database.writer.run(lambda work: attendance.judge(work, person_id, number, stars, words, now))


def test_only_who_came_judges_where_anybody_was_checked_in(fair: Fair, now: datetime) -> None:
    came, stayed = fair.people(2, now)
    fair.register(came, now)
    fair.register(stayed, now)
    fair.check_in(came, fair.event.starts_at)
    after = fair.event.ends_at + HOUR
    with pytest.raises(NoOpinion):
        judge(fair, came.person_id, 5, "", fair.event.ends_at - HOUR)
    with pytest.raises(NoOpinion):
        judge(fair, stayed.person_id, 1, "", after)
    assert judge(fair, came.person_id, 5, "很好", after) is not None
    assert judge(fair, came.person_id, 4, "", after) is not None
    assert dict(fair.database.look(lambda work: counted.stars(work, fair.event.id))) == {4: 1}
    comment = bytes(next(each for each in fair.column("comment") if each))
    assert fair.database.look(lambda work: work.seal.open(comment, COMMENT)) == "很好"
    with pytest.raises(NoOpinion):
        judge(fair, came.person_id, 5, "", fair.event.ends_at + 31 * DAY)


def test_without_check_in_everybody_registered_judges(fair: Fair, now: datetime) -> None:
    known = fair.person("u", now)
    fair.register(known, now)
    assert judge(fair, known.person_id, 3, "", fair.event.ends_at + HOUR) is not None


def test_one_of_several_is_asked_for(fair: Fair, database: Database, house: House, now: datetime) -> None:
    other = hold(database, house, now, title="职工电影夜")
    known = fair.person("u", now)
    for each in (fair, other):
        each.register(known, now)
    after = fair.event.ends_at + HOUR
    assert judge(fair, known.person_id, 5, "", after) is None
    named = judge(fair, known.person_id, 5, "", after, other.event.number)
    assert named is not None
    assert named.id == other.event.id
    left = judge(fair, known.person_id, 2, "", after)
    assert left is not None
    assert left.id == fair.event.id
