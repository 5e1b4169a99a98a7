"""A pasted 接龙: who may bring it, every name once, who cancelled stays away, who is known is that person."""

from datetime import date, datetime

import pytest

from bot.services import event_lists, registration_names
from bot.services.event_list_plan import GONE, IN, KNOWN, WAITS
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


def take(fair: Fair, known: Known, now: datetime, *names: str | Entry) -> dict[str, int]:
    """How many came to what, and how many of the new ones are known."""
    entries = [each if isinstance(each, Entry) else Entry(place, each) for place, each in enumerate(names, 1)]
    came = fair.database.writer.run(lambda work: event_lists.take(work, fair.event.id, entries, known.person_id, now))
    counts = {key: came.count(key) for key in (IN, WAITS, KNOWN, GONE)} | {"reached": came.reached}
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
    qian = big.person("u2", now)
    place = big.register(qian, now, name="钱七")
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
    assert big.register(known, now, name="张三").listed
    assert [state for _, state in names(big)].count("registered") == 1


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
