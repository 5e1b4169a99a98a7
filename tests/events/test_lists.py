"""A pasted 接龙: who may bring it, every name once, who cancelled stays away, who is known is that person."""

from datetime import date, datetime, timedelta

import pytest

from bot.services import event_lists, registration_names
from bot.services.event_list_plan import GONE, IN, KNOWN, OUT, OUTCOMES, STAYS, WAITS
from bot.services.event_refusals import NoList
from bot.services.house import House
from bot.services.jielong import Entry
from storage import orgs
from storage import registrations as stored
from storage.audit import Audit
from storage.database import Database
from storage.orgs import Organisation
from storage.people import Known, Person
from storage.staff import Staff
from storage.work import Work
from tests.events.kit import Fair, hold
from tests.storage.kit import rows


@pytest.fixture
def places(database: Database) -> dict[str, Organisation]:
    """City, east with a shop, west."""

    def build(work: Work) -> dict[str, Organisation]:
        made: dict[str, Organisation] = {}
        for code, parent in (("city", ""), ("east", "city"), ("shop", "east"), ("west", "city")):
            made[code] = orgs.put(work, code, code, "市", "", made.get(parent))
        return made

    return database.writer.run(build)


def cadre(fair: Fair, now: datetime, org: Organisation, user: str = "cadre") -> Known:
    known = fair.person(user, now)
    fair.database.writer.run(lambda work: orgs.appoint(work, org, known.person_id, "主席", date(2026, 1, 1)))
    return known


def belongs(fair: Fair, known: Known, org: Organisation) -> None:
    def job(work: Work) -> None:
        person = work.session.get(Person, known.person_id)
        assert person is not None
        person.org_id = org.id
        work.session.add(person)

    fair.database.writer.run(job)


def call(fair: Fair, known: Known, name: str) -> None:
    """The union knows this person by a name from now on."""

    def job(work: Work) -> None:
        person = work.session.get(Person, known.person_id)
        assert person is not None
        person.name = name
        work.session.add(person)

    fair.database.writer.run(job)


def take(fair: Fair, known: Known, now: datetime, *names: str | Entry) -> dict[str, int]:
    """How many came to what, and how many of the new ones are known. A count of 0: who does not come."""
    entries = [each if isinstance(each, Entry) else Entry(place, each) for place, each in enumerate(names, 1)]
    coming, away = [each for each in entries if each.count], [each for each in entries if not each.count]
    came = fair.database.writer.run(
        lambda work: event_lists.take(work, fair.event.id, coming, known.person_id, now, away)
    )
    counts = {key: came.count(key) for key in OUTCOMES} | {"reached": came.reached}
    return {key: count for key, count in counts.items() if count}


def names(fair: Fair) -> list[tuple[str, str]]:
    def look(work: Work) -> list[tuple[str, str]]:
        found = stored.roster(work, fair.event.id, ("registered", "waiting", "cancelled"))
        return [(registration_names.shown(work, each, known_as), each.state) for each, known_as in found]

    return fair.database.look(look)


@pytest.fixture
def big(database: Database, house: House, now: datetime) -> Fair:
    return hold(database, house, now, capacity=4)


def test_names_are_registered_in_order_and_sealed(big: Fair, places: dict[str, Organisation], now: datetime) -> None:
    wang = cadre(big, now, places["shop"])
    came = take(big, wang, now, "张三", Entry(2, "李四", 3), "王五")
    assert came == {IN: 4, WAITS: 1}
    assert names(big) == [
        ("张三", "registered"),
        ("李四", "registered"),
        ("李四带的人1", "registered"),
        ("李四带的人2", "registered"),
        ("王五", "waiting"),
    ]
    assert not any("张三".encode() in bytes(each) for each in big.column("name"))
    assert ("event_list", "5人") in rows(big.database, Audit, "action", "note")


def test_the_same_list_again_adds_only_who_is_new(big: Fair, places: dict[str, Organisation], now: datetime) -> None:
    wang = cadre(big, now, places["shop"])
    take(big, wang, now, "张三", Entry(2, "李四", 2))
    assert take(big, wang, now, "张 三", Entry(2, "李四", 2), "王五") == {IN: 1, KNOWN: 3}


def test_who_registered_by_chat_is_not_counted_again(big: Fair, places: dict[str, Organisation], now: datetime) -> None:
    wang, known, told = cadre(big, now, places["shop"]), big.person("u1", now, "张三"), big.person("u2", now)
    big.register(known, now)
    big.register(told, now, name="李四")
    assert take(big, wang, now, "张三", "李四") == {KNOWN: 2}


def test_who_cancelled_stays_away(big: Fair, places: dict[str, Organisation], now: datetime) -> None:
    wang, known = cadre(big, now, places["shop"]), big.person("u1", now, "张三")
    big.register(known, now)
    big.cancel(known, now)
    assert take(big, wang, now, "张三", "李四") == {IN: 1, GONE: 1}
    assert big.states(known) == ["cancelled"]


def test_a_name_that_one_colleague_has_is_that_colleague(
    big: Fair, places: dict[str, Organisation], now: datetime
) -> None:
    wang = cadre(big, now, places["east"])
    one, twin, other, far = (
        big.person(user, now, name) for user, name in (("a", "张三"), ("b", "李四"), ("c", "李四"), ("d", "王五"))
    )
    for each, code in ((one, "shop"), (twin, "shop"), (other, "east"), (far, "west")):
        belongs(big, each, places[code])
    assert take(big, wang, now, "张三", "李四", "王五") == {IN: 3, "reached": 1}
    assert big.states(one, twin, other, far) == ["registered", "-", "-", "-"]


def test_who_was_on_a_list_keeps_that_place(big: Fair, places: dict[str, Organisation], now: datetime) -> None:
    wang = cadre(big, now, places["shop"])
    take(big, wang, now, "张三", "李四", "王五", "赵六", "钱七")
    zhang = big.person("u1", now, "张三")
    place = big.register(zhang, now)
    assert (place.state, place.listed) == ("registered", True)
    qian = big.person("u2", now, "钱七")
    place = big.register(qian, now)
    assert (place.state, place.listed) == ("waiting", True)
    assert len(big.column("id")) == 5
    big.cancel(zhang, now)
    assert big.states(qian) == ["registered"]
    assert len(big.told(qian)) == 1


def test_who_cancelled_and_is_then_on_a_name_of_a_list_comes_back_with_its_place(
    big: Fair, places: dict[str, Organisation], now: datetime
) -> None:
    wang, known = cadre(big, now, places["shop"]), big.person("u1", now)
    big.register(known, now)
    big.cancel(known, now)
    take(big, wang, now, "张三")
    call(big, known, "张三")
    assert big.register(known, now).listed
    assert [state for _, state in names(big)].count("registered") == 1


def test_a_name_that_is_only_said_takes_no_place_of_a_list(
    big: Fair, places: dict[str, Organisation], now: datetime
) -> None:
    wang, thief = cadre(big, now, places["shop"]), big.person("thief", now)
    take(big, wang, now, "李四", "王五")
    place = big.register(thief, now, name="李四")
    assert (place.listed, place.unsure) == (False, True)
    assert not big.register(big.person("u", now, "赵六"), now).unsure
    big.cancel(thief, now)
    assert names(big)[:3] == [("李四", "registered"), ("王五", "registered"), ("李四", "cancelled")]
    li = big.person("li", now, "李四")
    assert big.register(li, now).listed
    assert big.column("place").count(1) == 1


def test_a_place_of_a_list_goes_back_to_it_when_nobody_vouches_for_the_name(
    big: Fair, places: dict[str, Organisation], now: datetime
) -> None:
    wang, li = cadre(big, now, places["shop"]), big.person("li", now, "李四")
    take(big, wang, now, Entry(1, "李四", 2))
    assert big.register(li, now).listed
    call(big, li, "李思")  # put right by an admission
    assert big.cancel(li, now).companions == 0
    assert big.states(li) == ["-"]
    assert names(big) == [("李四", "registered"), ("李四带的人1", "registered")]


def test_who_comes_along_leaves_with_whom_they_come(big: Fair, places: dict[str, Organisation], now: datetime) -> None:
    wang, zhang = cadre(big, now, places["shop"]), big.person("u1", now, "张三")
    take(big, wang, now, Entry(1, "张三", 2), "李四", "王五", "赵六")
    assert big.register(zhang, now).listed
    assert big.cancel(zhang, now).companions == 1
    states = dict(names(big))
    assert (states["张三"], states["张三带的人1"]) == ("cancelled", "cancelled")
    assert states["赵六"] == "registered"  # waited
    assert take(big, wang, now, Entry(1, "张三", 3)) == {GONE: 3}


def test_companions_of_who_registered_before_the_list_go_too(
    big: Fair, places: dict[str, Organisation], now: datetime
) -> None:
    wang, zhang, other = cadre(big, now, places["shop"]), big.person("u1", now, "张三"), big.person("u2", now)
    big.register(zhang, now)
    assert take(big, wang, now, Entry(1, "张三", 2)) == {KNOWN: 1, IN: 1}
    big.register(other, now, name="张三")
    assert big.cancel(other, now).companions == 0  # only says so
    assert big.cancel(zhang, now).companions == 1


def test_a_later_list_cancels_who_does_not_come(big: Fair, places: dict[str, Organisation], now: datetime) -> None:
    wang = cadre(big, now, places["shop"])
    take(big, wang, now, Entry(1, "李四", 2), "王五", "赵六", "孙八")
    assert dict(names(big))["孙八"] == "waiting"
    assert take(big, wang, now, Entry(1, "李四", 0), "王五", "赵六", "孙八", "钱七", "周九") == {
        OUT: 2,
        KNOWN: 3,
        IN: 1,
        WAITS: 1,
    }
    assert dict(names(big)) == {
        **{"李四": "cancelled", "李四带的人1": "cancelled", "王五": "registered", "赵六": "registered"},
        **{"孙八": "registered", "钱七": "registered", "周九": "waiting"},
    }
    assert ("event_list", "2人，取消2人") in rows(big.database, Audit, "action", "note")
    assert take(big, wang, now, Entry(1, "李四", 0)) == {}
    assert take(big, wang, now, "李四") == {GONE: 1}


def test_who_registered_themselves_is_not_put_out_by_a_list(
    big: Fair, places: dict[str, Organisation], now: datetime
) -> None:
    wang, li, zhao = cadre(big, now, places["shop"]), big.person("u1", now, "李四"), big.person("u2", now)
    take(big, wang, now, "李四")
    big.register(li, now)
    big.register(zhao, now, name="赵六")
    assert take(big, wang, now, Entry(1, "李四", 0), Entry(2, "赵六", 0), Entry(3, "没来过", 0)) == {STAYS: 2}
    assert big.states(li, zhao) == ["registered", "registered"]


def test_after_the_beginning_a_freed_place_is_for_the_list(
    big: Fair, places: dict[str, Organisation], now: datetime
) -> None:
    wang, begun = cadre(big, now, places["shop"]), big.event.starts_at + timedelta(minutes=1)
    big.change(now, capacity=2, closes_at=big.event.ends_at)
    take(big, wang, now, "张三", "李四", "王五")
    assert take(big, wang, begun, Entry(1, "张三", 0), "赵六") == {OUT: 1, IN: 1}
    assert [state for _, state in names(big)].count("registered") == 2


def test_workers_and_other_branches_bring_no_list(
    database: Database, house: House, places: dict[str, Organisation], now: datetime
) -> None:
    east = hold(database, house, now, org_id=places["east"].id)
    worker, west, shop = (
        east.person("u", now),
        cadre(east, now, places["west"], "w"),
        cadre(east, now, places["shop"], "s"),
    )
    for each in (worker, west):
        with pytest.raises(NoList):
            take(east, each, now, "张三")
    assert take(east, shop, now, "张三") == {IN: 1}
    assert not database.look(lambda work: event_lists.may_list(work, worker.person_id, now))


def test_the_organiser_brings_a_list_without_an_office(big: Fair, now: datetime) -> None:
    known = big.person("u", now)

    def account(work: Work) -> None:
        work.session.add(
            Staff(
                id=work.new_id(),
                name="ada",
                display="ada",
                role="admin",
                password="-",
                person_id=known.person_id,
                created_at=now,
            )
        )

    big.database.writer.run(account)
    assert big.database.look(lambda work: event_lists.may_list(work, known.person_id, now))
    assert take(big, known, now, "张三") == {IN: 1}
