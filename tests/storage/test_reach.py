"""Which route is open for a person: windows, consents, stops and the month's mass sends, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import people, quotas, reach
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.people import Address, Known
from storage.reach import Means
from storage.recipients import Recipient
from storage.work import Work
from tests.storage.kit import meet

MONTH = datetime(2026, 10, 31, 16, tzinfo=UTC)
ALL = Means(MONTH, routes=("custom", "notice", "template", "mass"), notice="tmpl-notice")
BARE = replace(ALL, routes=("custom", "notice", "mass"))
address = table(Address)


@pytest.fixture
def chen(database: Database, now: datetime) -> Known:
    return meet(database, "chen", now)


def best(database: Database, means: Means, now: datetime, known: Known) -> str:
    """The route of one person."""
    query = sa.select(reach.route_now(means, now)).where(address.c.id == known.address_id)
    return str(database.look(lambda work: work.look(query).scalar_one()))


def opened(database: Database, known: Known, until: datetime, left: int = 5) -> None:
    values: dict[str, Any] = {"window": "message", "window_until": until, "window_left": left}
    database.writer.run(
        lambda work: work.execute(sa.update(address).where(address.c.id == known.address_id).values(**values))
    )


def had_mass(database: Database, known: Known, states: list[str], at: datetime | None) -> None:
    """Mass sends of a person, one broadcast each."""

    def job(work: Work) -> None:
        for state in states:
            number = work.new_id()
            work.session.add(
                Broadcast(
                    id=number,
                    key=f"k{number}",
                    title="讲座",
                    text="讲座",
                    segment={},
                    state="sending",
                    author="test",
                    created_at=MONTH,
                )
            )
            work.session.flush()
            work.session.add(
                Recipient(
                    id=work.new_id(),
                    broadcast_id=number,
                    person_id=known.person_id,
                    address_id=known.address_id,
                    state=state,
                    route="mass",
                    settled_at=at,
                )
            )

    database.writer.run(job)


def test_what_costs_least_comes_first(database: Database, chen: Known, now: datetime) -> None:
    assert best(database, ALL, now, chen) == "template"
    database.writer.run(lambda work: quotas.grant(work, chen.address_id, "tmpl-notice", now))
    assert best(database, ALL, now, chen) == "notice"
    opened(database, chen, now + timedelta(seconds=1))
    assert best(database, ALL, now, chen) == "custom"


@pytest.mark.parametrize(("seconds", "left"), [(0, 5), (-1, 5), (60, 0)])
def test_a_window_that_is_over_or_used_up_is_closed(
    database: Database, chen: Known, now: datetime, seconds: int, left: int
) -> None:
    opened(database, chen, now + timedelta(seconds=seconds), left)
    assert best(database, replace(ALL, routes=("custom",)), now, chen) == ""


def test_a_consent_to_another_template_is_none(database: Database, chen: Known, now: datetime) -> None:
    database.writer.run(lambda work: quotas.grant(work, chen.address_id, "another", now))
    assert best(database, replace(ALL, routes=("notice",)), now, chen) == ""


def test_the_order_that_staff_chose_holds(database: Database, chen: Known, now: datetime) -> None:
    opened(database, chen, now + timedelta(hours=1))
    assert best(database, replace(ALL, routes=("mass", "custom")), now, chen) == "mass"
    assert best(database, replace(ALL, routes=()), now, chen) == ""


@pytest.mark.parametrize("states", [["sent"] * 4, ["massed", "unknown", "sent", "accepted"]])
def test_the_fifth_mass_send_of_a_month_is_not_open(
    database: Database, chen: Known, now: datetime, states: list[str]
) -> None:
    had_mass(database, chen, states[:3], MONTH)
    assert best(database, BARE, now, chen) == "mass"
    had_mass(database, chen, states[3:], None)
    assert best(database, BARE, now, chen) == ""


def test_what_was_not_carried_or_was_last_month_does_not_count(database: Database, chen: Known, now: datetime) -> None:
    had_mass(database, chen, ["failed", "unreachable", "cancelled", "queued"], MONTH)
    had_mass(database, chen, ["sent"] * 3, MONTH)
    had_mass(database, chen, ["sent"] * 3, MONTH - timedelta(microseconds=1))
    assert best(database, BARE, now, chen) == "mass"


def test_a_closed_route_is_taken_last_and_only_if_it_opens_in_time(
    database: Database, chen: Known, now: datetime
) -> None:
    until = now + timedelta(hours=14)
    stopped = replace(ALL, stops={"template": until}, worth_until=until + timedelta(hours=1))
    assert best(database, stopped, now, chen) == "mass"
    only = replace(stopped, routes=("template",))
    assert best(database, only, now, chen) == "template"
    assert best(database, replace(only, worth_until=until), now, chen) == ""
    closed = replace(stopped, routes=("custom",), stops={"custom": until})
    opened(database, chen, until)
    assert best(database, closed, now, chen) == "", "the window is over before the route opens again"


def test_who_left_refuses_or_is_elsewhere_has_no_route(database: Database, chen: Known, now: datetime) -> None:
    assert best(database, replace(ALL, channel="wecom"), now, chen) == ""
    database.writer.run(lambda work: people.refuse(work, chen.address_id, "48002"))
    assert best(database, ALL, now, chen) == ""
    other = meet(database, "wang", now)
    database.writer.run(lambda work: people.mark_unfollowed(work, other.address_id))
    assert best(database, ALL, now, other) == ""


def test_people_are_counted_by_mass_sends_left(database: Database, now: datetime) -> None:
    known = [meet(database, f"u{number}", now) for number in range(6)]
    had_mass(database, known[1], ["sent"] * 4, MONTH)
    had_mass(database, known[2], ["sent"] * 5, MONTH)
    had_mass(database, known[3], ["sent"], MONTH)
    assert database.look(lambda work: list(reach.mass_left(work, "oa", 4, MONTH))) == [2, 0, 0, 1, 3]


def test_the_route_can_be_asked_of_an_alias_inside_a_statement_about_recipients(
    database: Database, chen: Known, now: datetime
) -> None:
    had_mass(database, chen, ["queued"], None)
    rows, other = table(Recipient), address.alias()
    query = sa.select(reach.route_now(BARE, now, other)).select_from(rows.join(other, other.c.id == rows.c.address_id))
    assert database.look(lambda work: work.look(query).scalar_one()) == "mass"
