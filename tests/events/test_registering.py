"""Places are given once, in order; who waits is promoted and told, whatever makes room."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.services import event_tending, event_words, events, registrations
from bot.services import letters as sending
from bot.services.actors import Actor, NotAllowed
from bot.services.event_refusals import BadEvent, NotNow, NotRegistered
from bot.services.house import House
from storage import letters, orgs
from storage import registrations as stored
from storage.database import Database
from storage.events import RegistrationStep
from storage.letters import Letter
from storage.outbox import Outbox
from storage.people import Known, Person
from storage.work import Work
from tests.events.kit import ADA, Fair, draft, hold
from tests.storage.kit import rows

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_the_third_of_two_places_waits(fair: Fair, now: datetime) -> None:
    people = fair.people(4, now)
    places = [fair.register(each, now) for each in people]
    assert [(each.state, each.ahead) for each in places] == [
        ("registered", 0),
        ("registered", 0),
        ("waiting", 0),
        ("waiting", 1),
    ]
    assert [each.fresh for each in places] == [True] * 4


def test_twice_is_once(fair: Fair, now: datetime) -> None:
    known = fair.person("u", now)
    assert fair.register(known, now).fresh
    again = fair.register(known, now)
    assert (again.state, again.fresh) == ("registered", False)
    assert fair.column("place") == [1]
    assert [what for (what,) in rows(fair.database, RegistrationStep, "what")] == ["registered"]


def test_who_cancels_makes_room_for_who_waits_longest_and_that_is_told(fair: Fair, now: datetime) -> None:
    first, second, third, fourth = fair.people(4, now)
    for each in (first, second, third, fourth):
        fair.register(each, now)
    fair.cancel(first, now)
    assert fair.states(first, second, third, fourth) == ["cancelled", "registered", "registered", "waiting"]
    assert len(fair.told(third)) == 1
    assert "轮到您了" in fair.told(third)[0]
    assert fair.told(fourth) == fair.told(second) == []


def test_who_comes_back_is_last(fair: Fair, now: datetime) -> None:
    first, second, third, fourth = fair.people(4, now)
    for each in (first, second, third, fourth):
        fair.register(each, now)
    fair.cancel(first, now)
    assert fair.register(first, now).ahead == 1
    fair.cancel(second, now)
    assert fair.states(first, fourth) == ["waiting", "registered"]
    fair.cancel(fourth, now)
    assert fair.states(first) == ["registered"]


def test_who_waits_and_gives_up_promotes_nobody(fair: Fair, now: datetime) -> None:
    people = fair.people(4, now)
    for each in people:
        fair.register(each, now)
    fair.cancel(people[2], now)
    assert fair.states(*people) == ["registered", "registered", "cancelled", "waiting"]


def test_more_places_promote_as_many(fair: Fair, now: datetime) -> None:
    people = fair.people(6, now)
    for each in people:
        fair.register(each, now)
    assert fair.change(now, capacity=5) == 3
    assert fair.states(*people) == ["registered"] * 5 + ["waiting"]
    assert [len(fair.told(each)) for each in people] == [0, 0, 1, 1, 1, 0]
    assert fair.change(now, capacity=None) == 1


def test_fewer_places_than_people_are_refused(fair: Fair, now: datetime) -> None:
    for each in fair.people(2, now):
        fair.register(each, now)
    with pytest.raises(BadEvent, match="BadEvent") as refused:
        fair.change(now, capacity=1)
    assert "不能少于2" in refused.value.words
    assert fair.now().capacity == 2


def test_promotion_is_told_again_after_coming_back(fair: Fair, now: datetime) -> None:
    first, second, third = fair.people(3, now)
    for each in (first, second, third):
        fair.register(each, now)
    fair.cancel(first, now)
    fair.cancel(third, now)
    fair.register(first, now)
    fair.register(third, now)
    fair.cancel(second, now)
    assert fair.states(third) == ["registered"]
    assert len(fair.told(third)) == 2


def promoted(fair: Fair, now: datetime) -> Known:
    """Somebody who has got a place and was not told yet."""
    people = fair.people(3, now)
    for each in people:
        fair.register(each, now)
    fair.cancel(people[0], now)
    return people[2]


def send_letter(fair: Fair, now: datetime) -> None:
    def job(work: Work) -> None:
        (letter_id,) = letters.waiting(work, 5)
        assert sending.send(work, letter_id, now, fair.house.hours) == "sent"

    fair.database.writer.run(job)


@pytest.mark.parametrize("on_its_way", [False, True])
def test_news_of_a_promotion_that_waits_says_the_new_time(fair: Fair, now: datetime, on_its_way: bool) -> None:
    third = promoted(fair, now)
    if on_its_way:
        send_letter(fair, now)
    later = {"starts_at": fair.event.starts_at + 24 * HOUR, "ends_at": fair.event.ends_at + 24 * HOUR}
    fair.change(now, **later, place="体育馆")
    (told,) = fair.told(third)
    assert event_words.moment(later["starts_at"]) in told and "体育馆" in told
    assert rows(fair.database, Letter, "valid_until") == [(later["starts_at"],)]
    assert [text for (text,) in rows(fair.database, Outbox, "text")] == ([told] if on_its_way else [])


@pytest.mark.parametrize("on_its_way", [False, True])
def test_news_of_a_promotion_that_waits_is_not_told_of_what_is_called_off(
    fair: Fair, now: datetime, on_its_way: bool
) -> None:
    promoted(fair, now)
    if on_its_way:
        send_letter(fair, now)
    fair.database.writer.run(lambda work: events.cancel(work, ADA, fair.event.id, "", now, fair.house))
    assert rows(fair.database, Letter, "state") == [("lapsed",)]
    assert [state for (state,) in rows(fair.database, Outbox, "state")] == (["cancelled"] if on_its_way else [])


def test_a_later_end_of_registration_opens_what_the_clock_closed(fair: Fair, now: datetime) -> None:
    starts, ends = fair.event.starts_at, fair.event.ends_at
    fair.change(now, closes_at=now + HOUR)
    fair.database.writer.run(lambda work: event_tending.move_on(work, now + 2 * HOUR))
    assert fair.now().state == "closed"
    fair.change(now + 2 * HOUR, closes_at=now + HOUR, place="体育馆")
    assert fair.now().state == "closed"
    fair.change(now + 2 * HOUR, closes_at=now + 3 * HOUR)
    assert fair.now().state == "open"
    assert fair.register(fair.person("u", now), now + 2 * HOUR).state == "registered"
    fair.database.writer.run(lambda work: events.close(work, ADA, fair.event.id, now + 2 * HOUR))
    fair.change(now + 2 * HOUR, closes_at=starts, ends_at=ends)
    assert fair.now().state == "closed"  # by hand, and that stays


@pytest.mark.parametrize(
    ("when", "part"),
    [({"opens_at": 1}, "才开始报名"), ({"closes_at": -1}, "已经截止")],
    ids=["not yet", "not any more"],
)
def test_only_while_it_is_open(
    database: Database, house: House, now: datetime, when: dict[str, int], part: str
) -> None:
    fair = hold(database, house, now - 2 * HOUR, **{key: now + days * HOUR for key, days in when.items()})
    with pytest.raises(NotNow) as refused:
        fair.register(fair.person("u", now), now)
    assert part in refused.value.words


def test_nobody_goes_or_is_promoted_once_it_has_begun(fair: Fair, now: datetime) -> None:
    people = fair.people(3, now)
    for each in people:
        fair.register(each, now)
    begun = fair.event.starts_at
    with pytest.raises(NotRegistered):
        fair.cancel(people[0], begun)

    def by_staff(work: Work) -> int:
        event = registrations.held(work, fair.event.id)
        mine = stored.of(work, event.id, people[0].person_id)
        assert mine is not None
        return registrations.remove(work, event, mine, "staff:ada", begun)

    assert fair.database.writer.run(by_staff) == 0
    assert fair.states(people[2]) == ["waiting"]


def test_only_people_of_its_segment(database: Database, house: House, now: datetime) -> None:
    fair = hold(database, house, now, segment={"all": [{"who": "members"}]})
    worker, member = fair.people(2, now)
    _make_member(database, member.person_id, now)
    with pytest.raises(NotNow) as refused:
        fair.register(worker, now)
    assert "不在这次的范围" in refused.value.words
    assert fair.register(member, now).state == "registered"


def _make_member(database: Database, person_id: int, now: datetime) -> None:
    def job(work: Work) -> None:
        person = work.session.get(Person, person_id)
        assert person is not None
        person.member_since = now
        work.session.add(person)

    database.writer.run(job)


def test_drafts_are_not_there_yet(database: Database, house: House, now: datetime) -> None:
    event = database.writer.run(lambda work: events.create(work, ADA, draft(now), now))
    fair = Fair(database, house, event)
    with pytest.raises(Exception, match="NoEvent"):
        fair.register(fair.person("u", now), now)


def test_numbers_go_up_and_codes_differ(database: Database, house: House, now: datetime) -> None:
    made = [hold(database, house, now).event for _ in range(5)]
    assert [each.number for each in made] == [11, 12, 13, 14, 15]
    assert len({each.code for each in made}) == len({each.scene for each in made}) == 5


def test_a_branch_changes_only_its_own(database: Database, house: House, now: datetime) -> None:
    def places(work: Work) -> Any:
        city = orgs.put(work, "city", "市总工会", "市", "", None)
        return city, orgs.put(work, "east", "东区", "区县", "", city), orgs.put(work, "west", "西区", "区县", "", city)

    _, east, west = database.writer.run(places)
    eva = Actor("eva", "editor", east.id, east.path)
    with pytest.raises(NotAllowed):
        database.writer.run(lambda work: events.create(work, eva, draft(now), now))
    with pytest.raises(NotAllowed):
        database.writer.run(lambda work: events.create(work, eva, draft(now, org_id=west.id), now))
    own = database.writer.run(lambda work: events.create(work, eva, draft(now, org_id=east.id), now))
    assert database.writer.run(lambda work: events.publish(work, eva, own.id, now)).state == "open"
    city = hold(database, house, now).event
    with pytest.raises(NotAllowed):
        database.writer.run(lambda work: events.cancel(work, eva, city.id, "", now, house))
    seen = database.look(lambda work: [each.id for each in events.coming(work, west.id, now, 9)])
    assert seen == [city.id]


def test_a_page_that_is_old_changes_nothing(fair: Fair, now: datetime) -> None:
    old = fair.event.version
    fair.change(now, title="春季招聘会")
    with pytest.raises(BadEvent):
        fair.database.writer.run(lambda work: events.change(work, ADA, fair.event.id, draft(now), old, now, fair.house))
    assert fair.now().title == "春季招聘会"


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"title": " "}, "名称"),
        ({"title": "长" * 41}, "名称"),
        ({"about": ""}, "介绍"),
        ({"capacity": 0}, "名额"),
        ({"topic": "nothing"}, "类别"),
        ({"ends_at": datetime.fromisoformat("2026-11-26T00:00+00:00")}, "结束时间"),
    ],
)
def test_what_staff_write_is_checked(database: Database, now: datetime, wrong: dict[str, Any], part: str) -> None:
    with pytest.raises(BadEvent) as refused:
        database.writer.run(lambda work: events.create(work, ADA, draft(now, **wrong), now))
    assert part in refused.value.words
