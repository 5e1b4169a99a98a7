"""Duties of a month: who is given what, receipts, completion, binding codes, and the words for it."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.calendar import at
from bot.clock import SHANGHAI
from bot.services import bindings, duty_answers, duty_calendar, duty_issue, duty_words
from bot.services.bindings import BadCode
from bot.services.duty_answers import NotCadre
from bot.services.duty_calendar import Loaded
from bot.services.house import House
from storage import orgs
from storage.base import table
from storage.database import Database
from storage.duties import NONE_YET, Duty, DutyStep
from storage.duty_templates import DutyDate, DutyTemplate
from storage.orgs import Appointment, Binding
from storage.people import Known, Person
from storage.reminders import Reminder
from tests.conftest import Opener
from tests.rules.union import Town, line
from tests.storage.kit import count, meet, rows, together

CALENDAR = Path(__file__).parents[2] / "content" / "calendar.yaml"
FIRST_DAY = datetime(2026, 11, 1, 0, 30, tzinfo=SHANGHAI)
NINE = time(9)


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """Three lines: one for the basic level, one for the street, one for both at the end of the month."""
    lines = (line("a", 20), line("b", 10, ("街道",)), line("c", 31, ("基层", "街道")))
    return Town(database, house).build(*lines)


def planted(database: Database) -> set[tuple[str, datetime | None]]:
    return {(kind, due) for kind, due in rows(database, Reminder, "kind", "next_fire_at")}


def test_everybody_in_office_is_given_the_lines_of_their_level(town: Town) -> None:
    shop, street = town.cadre("u1", "shop", FIRST_DAY), town.cadre("u2", "street", FIRST_DAY)
    town.cadre("u3", "city", FIRST_DAY)
    assert town.issue(FIRST_DAY) == {"people": 2, "issued": 4}
    of_shop = [(duty.number, template.id, duty.deadline) for duty, template in town.duties_of(shop, "2026-11")]
    assert of_shop == [(1, "a", date(2026, 11, 20)), (2, "c", date(2026, 11, 30))]
    assert [template.id for _, template in town.duties_of(street, "2026-11")] == ["b", "c"]


def test_one_reminder_a_cadre_is_armed_for_the_first_thing_to_say(town: Town, database: Database) -> None:
    town.cadre("u1", "shop", FIRST_DAY)
    town.issue(FIRST_DAY)
    assert planted(database) == {("duties", at(date(2026, 11, 2), NINE))}  # the 1st is a Sunday


def test_issuing_twice_or_in_two_processes_at_once_is_issuing_once(another: Opener, house: House) -> None:
    towns = [Town(another(), house), Town(another(), house)]
    towns[0].build(line("a", 20), line("c", 31))
    for number in range(5):
        towns[0].cadre(f"u{number}", "shop", FIRST_DAY)
    issued: list[int] = []
    assert together(*(lambda each=each: issued.append(each.issue(FIRST_DAY)["issued"]) for each in towns)) == []
    assert sorted(issued) == [0, 10]
    assert towns[0].issue(FIRST_DAY + timedelta(days=20)) == {"people": 0, "issued": 0}
    assert count(towns[0].database, Duty) == 10
    assert count(towns[0].database, Reminder) == 5


def test_a_second_office_continues_the_numbers_of_the_month(town: Town) -> None:
    known = town.cadre("u1", "shop", FIRST_DAY)
    town.issue(FIRST_DAY)
    town.appoint(known, "street")
    assert town.issue(FIRST_DAY) == {"people": 1, "issued": 2}
    assert [duty.number for duty, _ in town.duties_of(known, "2026-11")] == [1, 2, 3, 4]


def test_issued_late_only_the_steps_to_come_are_armed(town: Town, database: Database, now: datetime) -> None:
    town.cadre("u1", "shop", now)
    town.issue(now)
    assert planted(database) == {("duties", now)}  # the list is said at once
    assert dict(rows(database, Duty, "template_id", "reached")) == {"a": 1, "c": -7}  # due on the 20th and the 30th


def test_steps_that_came_due_since_the_last_issue_are_not_forgotten(town: Town, database: Database) -> None:
    """The job last ran on the 31st of October and comes up again on the 18th."""
    town.cadre("u1", "shop", FIRST_DAY)
    up = FIRST_DAY + timedelta(days=17)
    since = FIRST_DAY - timedelta(hours=1)
    database.writer.run(lambda work: duty_issue.issue(work, "2026-11", up, town.house, since))
    assert dict(rows(database, Duty, "template_id", "reached")) == dict.fromkeys("ac", NONE_YET)


def test_a_line_with_a_role_is_for_that_office_and_for_everybody_where_nobody_holds_it(
    town: Town, database: Database
) -> None:
    lines = (line("women", 20), line("all", 25))
    town.build(*(dict(each, role="女工委员" if each["id"] == "women" else "") for each in lines))
    one = town.cadre("u1", "shop", FIRST_DAY)
    assert town.issue(FIRST_DAY)["issued"] == 4
    other = town.cadre("u2", "shop", FIRST_DAY, office="女工委员")
    december = FIRST_DAY + timedelta(days=30)
    town.issue(december)
    have = {known: {template.id for _, template in town.duties_of(known, "2026-12")} for known in (one, other)}
    assert have == {one: {"a", "c", "all"}, other: {"a", "c", "all", "women"}}


def test_this_years_date_counts_and_null_skips_the_month(town: Town, database: Database) -> None:
    def dates(work: Any) -> None:
        for id_, day in (("a", date(2026, 11, 12)), ("c", None)):
            values = {"template_id": id_, "period": "2026-11", "deadline": day, "by": "staff:wang", "at": FIRST_DAY}
            work.append(DutyDate, {"id": work.new_id(), **values})

    database.writer.run(dates)
    known = town.cadre("u1", "shop", FIRST_DAY)
    town.issue(FIRST_DAY)
    assert [(duty.deadline) for duty, _ in town.duties_of(known, "2026-11")] == [date(2026, 11, 12)]


def test_a_draft_and_a_retired_line_are_given_to_nobody(town: Town, database: Database) -> None:
    lines = table(DutyTemplate)
    for id_, state in (("a", "draft"), ("c", "retired")):
        off = lines.update().where(lines.c.id == id_).values(state=state)
        database.writer.run(lambda work, off=off: work.execute(off))
    town.cadre("u1", "shop", FIRST_DAY)
    assert town.issue(FIRST_DAY) == {"people": 0, "issued": 0}


def test_batches_come_to_the_same_as_one(town: Town, database: Database) -> None:
    people = [town.cadre(f"u{number}", "shop", FIRST_DAY) for number in range(7)]
    after: int | None = 0
    sizes = []
    while after is not None:
        given = database.writer.run(
            lambda work, after=after: duty_issue.issue_batch(
                work, "2026-11", FIRST_DAY, town.house, FIRST_DAY, after, limit=3
            )
        )
        sizes.append(given.issued)
        after = given.last
    assert sizes == [6, 6, 2]
    assert all(len(town.duties_of(each, "2026-11")) == 2 for each in people)


def test_open_duties_from_before_get_their_reminder(town: Town, database: Database) -> None:
    town.cadre("u1", "shop", FIRST_DAY)
    town.issue(FIRST_DAY)
    database.writer.run(lambda work: work.execute(table(Reminder).delete()))
    armed = [database.writer.run(lambda work: duty_issue.arm_forgotten(work, FIRST_DAY, town.house)) for _ in range(2)]
    assert armed == [1, 0]
    assert planted(database) == {("duties", at(date(2026, 11, 2), NINE))}


def test_an_office_that_has_ended_brings_nothing(town: Town, database: Database, now: datetime) -> None:
    known = town.cadre("u1", "shop", now)
    held = table(Appointment)
    ended = held.update().values(until=date(2026, 11, 24))
    database.writer.run(lambda work: work.execute(ended))
    assert town.issue(now) == {"people": 0, "issued": 0}
    with pytest.raises(NotCadre):
        town.acknowledge(known, now)
    last_day = held.update().values(until=date(2026, 11, 25))
    database.writer.run(lambda work: work.execute(last_day))
    assert town.issue(now) == {"people": 1, "issued": 2}


def test_a_receipt_covers_all_new_duties_once(town: Town, database: Database, now: datetime) -> None:
    known = town.cadre("u1", "shop", now)
    town.issue(now)
    assert town.acknowledge(known, now) == 2
    assert town.acknowledge(known, now) == 0
    assert [duty.state for duty, _ in town.duties_of(known, "2026-11")] == ["acknowledged"] * 2
    assert rows(database, DutyStep, "what", "actor") == [("acknowledged", f"person:{known.person_id}")] * 2


def test_the_list_tells_state_and_lateness(town: Town, now: datetime) -> None:
    known = town.cadre("u1", "shop", now)
    town.issue(now)
    town.acknowledge(known, now)
    town.complete(known, 2, now)
    lists = town.database.writer.run(lambda work: duty_answers.listing(work, known.person_id, now))
    said = town.database.look(lambda work: duty_words.list_words(work, lists, now))
    assert "示例商店工会 2026年11月任务（共2项，未完成1项）" in said
    assert "1. 任务a｜11月20日前｜已收到，已过期限" in said
    assert "2. 任务c｜11月30日前｜已完成" in said


def bind(town: Town, known: Known, code: str, now: datetime) -> tuple[orgs.Organisation, str]:
    bound = town.database.writer.run(lambda work: bindings.bind(work, known.person_id, code, now, town.house))
    return bound.org, bound.office


def put_code(town: Town, code: str, until: datetime) -> None:
    def job(work: Any) -> None:
        org = orgs.by_code(work, "shop")
        assert org is not None
        orgs.put_binding(work, code, org, "经办人", until)

    town.database.writer.run(job)


def test_a_code_gives_the_office_the_unit_and_the_months_duties_without_announcing(
    town: Town, database: Database, now: datetime
) -> None:
    put_code(town, "K7Q2", now + timedelta(days=7))
    put_code(town, "K7Q2", now + timedelta(days=9))
    known = meet(database, "u1", now)
    org, office = bind(town, known, "K7Q2", now)
    assert (org.code, office) == ("shop", "经办人")
    assert rows(database, Person, "org_id") == [(org.id,)]
    assert len(town.duties_of(known, "2026-11")) == 1  # not what was due before
    assert rows(database, Reminder, "listed", "next_fire_at") == [("2026-11", at(date(2026, 11, 27), NINE))]
    bind(town, known, "K7Q2", now)  # tapping twice is binding once
    assert count(database, Appointment) == 1
    stored = rows(database, Binding, "code_hash", "used_by")
    assert [used for _, used in stored] == [known.person_id]
    assert "K7Q2" not in stored[0][0]


def test_a_code_unknown_expired_or_spent_is_refused(town: Town, now: datetime) -> None:
    put_code(town, "OLD", now)
    put_code(town, "ONE", now + timedelta(days=1))
    first, second = meet(town.database, "u1", now), meet(town.database, "u2", now)
    for code in ("NONE", "OLD", ""):
        with pytest.raises(BadCode):
            bind(town, first, code, now)
    bind(town, first, "ONE", now)
    with pytest.raises(BadCode):
        bind(town, second, "ONE", now)
    assert count(town.database, Appointment) == 1


def test_of_two_people_with_one_code_one_gets_it(another: Opener, house: House, now: datetime) -> None:
    towns = [Town(another(), house), Town(another(), house)]
    towns[0].build(line("a", 31))
    put_code(towns[0], "ONE", now + timedelta(days=1))
    people = [meet(towns[0].database, user, now) for user in ("u1", "u2")]
    errors = together(*(lambda n=n: bind(towns[n], people[n], "ONE", now) for n in range(2)))
    assert [type(error) for error in errors] == [BadCode]
    assert count(towns[0].database, Appointment) == 1


def test_the_calendar_of_the_repository_loads_and_loading_again_changes_nothing(database: Database) -> None:
    lines = yaml.load(CALENDAR.read_text("utf-8"), yaml.CSafeLoader)["duties"]
    columns = ("id", "months", "title", "deadline", "levels", "basis")
    loaded = [
        (
            database.writer.run(lambda work: duty_calendar.load_calendar(work, lines)),
            rows(database, DutyTemplate, *columns),
        )
        for _ in range(2)
    ]
    assert loaded[0][1] == loaded[1][1]
    assert [each[0] for each in loaded] == [Loaded(new=len(lines)), Loaded(same=len(lines))]
    assert len(lines) == len(loaded[0][1])
    months = {month for row in loaded[0][1] for month in row[1]}
    assert months == set(range(1, 13))


@pytest.mark.parametrize(
    ("when", "months"),
    [
        ({"month": 7}, [7]),
        ({"rule": "even_months"}, [2, 4, 6, 8, 10, 12]),
        ({"rule": "quarterly"}, [3, 6, 9, 12]),
        ({"rule": "half_yearly"}, [6, 12]),
    ],
)
def test_rules_of_the_calendar_name_their_months(database: Database, when: dict[str, Any], months: list[int]) -> None:
    database.writer.run(lambda work: duty_calendar.load_calendar(work, [line("x", 5, **when)]))
    assert rows(database, DutyTemplate, "months") == [(months,)]
