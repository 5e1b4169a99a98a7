"""Many people at once through two servers: no place is given twice, nobody waits beside a free one, nobody is lost."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest

from bot import texts
from bot.calendar import Hours
from bot.services import event_lists, event_news, event_tending, events, registration_renaming, registrations
from bot.services.event_list_plan import Plan
from bot.services.house import House
from bot.services.jielong import Entry
from bot.testing import Talk
from storage import orgs
from storage.events import Event, RegistrationStep
from storage.letters import Letter
from storage.registrations import ACTIVE
from storage.work import Work
from tests.conftest import Opener
from tests.events.kit import ADA, Fair, draft, hold
from tests.storage.kit import count, rows, together

PEOPLE, PLACES = 30, 8
NUMERALS = "一二三四五六七八九十"


def test_two_servers_fill_an_event(another: Opener, house: House, now: datetime) -> None:
    fair = hold(another(), house, now, capacity=PLACES)
    talks = [Talk(fair.database, house, now), Talk(another(), house, now)]
    drawn = random.Random(7)
    turns = [(f"p{place}", drawn.random() < 0.5) for place in range(PEOPLE)]

    def speak(job: tuple[int, tuple[str, bool]]) -> list[str]:
        place, (user, goes) = job
        talk = talks[place % 2]
        name = f"张{NUMERALS[place // 10]}{NUMERALS[place % 10]}"
        said = talk.says("报名 11", user) + talk.says(name, user)
        return said + (talk.says("取消报名 11", user) if goes else [])

    with ThreadPoolExecutor(8) as pool:
        said = [words for words in pool.map(speak, enumerate(turns)) for words in words]
    assert texts.BROKEN not in said
    states, places = fair.column("state"), fair.column("place")
    staying = sum(not goes for _, goes in turns)
    assert states.count("cancelled") == PEOPLE - staying
    assert states.count("registered") == min(PLACES, staying)
    assert states.count("waiting") == max(staying - PLACES, 0)
    assert sorted(places) == list(range(1, PEOPLE + 1))
    assert fair.now().last_place == PEOPLE
    steps = [what for (what,) in rows(fair.database, RegistrationStep, "what")]
    assert steps.count("promoted") == count(fair.database, Letter)


def test_two_servers_take_the_same_list_while_people_register(another: Opener, house: House, now: datetime) -> None:
    first, second = another(), another()
    fair = hold(first, house, now, capacity=PLACES)
    cadre = fair.person("cadre", now)
    first.writer.run(
        lambda work: orgs.appoint(
            work, orgs.put(work, "city", "city", "市", "", None), cadre.person_id, "主席", date(2026, 1, 1)
        )
    )
    names = [f"李{each}" for each in NUMERALS]
    entries = [Entry(place, name, 2 if place < 3 else 1) for place, name in enumerate(names, 1)]
    people = [fair.person(f"p{place}", now, name) for place, name in enumerate([*names[:5], *"赵钱孙"])]

    def act(place: int) -> Plan | None:
        database = (first, second)[place % 2]
        if place < 6:
            return database.writer.run(
                lambda work: event_lists.take(work, fair.event.id, entries, cadre.person_id, now)
            )
        person_id = people[place - 6].person_id
        database.writer.run(lambda work: registrations.register(work, fair.event.id, person_id, now))
        return None

    jobs = list(range(6 + len(people)))
    random.Random(5).shuffle(jobs)
    with ThreadPoolExecutor(8) as pool:
        plans = [each for each in pool.map(act, jobs) if each is not None]
    wanted = len(names) + 2 + 3  # every name once, two who come along, three who only registered
    states, places = fair.column("state"), fair.column("place")
    assert (states.count("registered"), states.count("waiting")) == (PLACES, wanted - PLACES)
    assert sorted(places) == list(range(1, wanted + 1))
    assert fair.now().last_place == wanted
    assert sum(each.fresh for each in plans) <= len(names) + 2
    assert len({fair.database.look(lambda work, p=each: _mine(work, fair, p.person_id)) for each in people}) == 8


def test_a_reminder_that_meets_a_change_says_where_it_is_now(
    another: Opener, house: House, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change has been made and not committed; it can take back only a reminder that is there."""
    first, second = another(), another()
    fair = hold(first, house, now)
    fair.register(fair.person("one", now, "王小一"), now)
    eve = fair.event.starts_at - timedelta(days=1)
    changing, looked, began = threading.Event(), threading.Event(), event_news.eve

    def look(event: Event, hours: Hours) -> datetime:
        looked.set()
        return began(event, hours)

    monkeypatch.setattr(event_news, "eve", look)

    def change(work: Work) -> None:
        events.change(work, ADA, fair.event.id, draft(now, place="东区影院"), fair.event.version, eve, house)
        changing.set()
        looked.wait(0.5)

    def remind() -> bool:
        assert changing.wait(20)
        return second.writer.run(lambda work: event_tending.remind(work, fair.event.id, eve, house))

    assert together(lambda: first.writer.run(change), remind) == []
    said = [text for _, title, text in fair.notices() if title == "活动提醒"]
    assert len(said) == 1 and "在东区影院" in said[0]


def test_a_name_is_taken_off_a_list_while_its_bearer_registers(another: Opener, house: House, now: datetime) -> None:
    """Whoever comes first: who registers themselves is in afterwards, and has one row that counts."""
    first, second = another(), another()
    fair = hold(first, house, now, capacity=None)
    cadre = fair.person("cadre", now)
    names = [f"李{each}" for each in NUMERALS]

    def bring(work: Work) -> list[int]:
        city = orgs.put(work, "city", "city", "市", "", None)
        orgs.appoint(work, city, cadre.person_id, "主席", date(2026, 1, 1))
        entries = [Entry(place, name) for place, name in enumerate(names, 1)]
        event_lists.take(work, fair.event.id, entries, cadre.person_id, now)
        there = (event_lists.handed_in(work, cadre.person_id, each, now) for each in names)
        return [row.id for ((row, _),) in there]

    row_ids = first.writer.run(bring)
    people = [fair.person(f"p{place}", now, name) for place, name in enumerate(names)]

    def act(job: tuple[int, bool]) -> None:
        place, withdraws = job
        person_id, row_id = people[place].person_id, row_ids[place]
        if withdraws:
            first.writer.run(lambda work: event_lists.withdraw(work, row_id, cadre.person_id, now))
        else:
            second.writer.run(lambda work: registrations.register(work, fair.event.id, person_id, now))

    jobs = [(place, withdraws) for place in range(len(names)) for withdraws in (True, False)]
    random.Random(3).shuffle(jobs)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, jobs))
    assert len({fair.database.look(lambda work, p=each: _mine(work, fair, p.person_id)) for each in people}) == len(
        people
    )
    assert fair.column("state").count("registered") == len(names)


def test_a_name_is_written_anew_while_its_bearer_leaves(another: Opener, house: House, now: datetime) -> None:
    """At two events each, held one after the other by both: neither is lost, nobody waits for the other for ever."""
    first, second = another(), another()
    fairs = [hold(first, house, now, capacity=None, title=title) for title in ("招聘会", "观影")]
    people = [fairs[0].person(f"p{place}", now) for place in range(6)]
    for each in people:
        for fair in fairs:
            fair.register(each, now, name="张山")

    def act(job: tuple[int, bool]) -> None:
        person_id = people[job[0]].person_id
        if job[1]:
            first.writer.run(lambda work: registration_renaming.rename(work, person_id, "张山", "张三", now))
        else:
            second.writer.run(lambda work: registrations.cancel(work, fairs[1].event.id, person_id, now))

    jobs = [(place, renames) for place in range(len(people)) for renames in (True, False)]
    random.Random(4).shuffle(jobs)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, jobs))
    for each in people:
        assert [fair.states(each) for fair in fairs] == [["registered"], ["cancelled"]]
        names = fairs[0].database.look(lambda work, p=each: registration_renaming.said(work, p.person_id, now))
        assert list(names) == ["张三"]


def _mine(work: Work, fair: Fair, person_id: int) -> int:
    mine = registrations.standing(work, fair.event, person_id)
    assert mine is not None and mine.state in ACTIVE
    return person_id
