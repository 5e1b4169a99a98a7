"""The quota ledger: sends are added up, stops only grow longer, consents are counted down to nothing."""

from datetime import date, datetime, timedelta

import pytest

from storage import quotas
from storage.database import Database
from storage.people import Known
from tests.storage.kit import meet

DAY = date(2026, 11, 25)


@pytest.fixture
def chen(database: Database, now: datetime) -> Known:
    return meet(database, "chen", now)


def test_sends_add_up_by_route_and_day(database: Database) -> None:
    for route, day, count in (
        ("custom", DAY, 3),
        ("custom", DAY, 4),
        ("template", DAY, 2),
        ("custom", date(2026, 11, 1), 9),
    ):
        database.writer.run(lambda work, r=route, d=day, c=count: quotas.use(work, "oa", r, d, c))
    database.writer.run(lambda work: quotas.use(work, "oa", "custom", DAY, -2))
    assert database.look(lambda work: quotas.used(work, "oa", DAY, DAY)) == {"custom": 5, "template": 2}
    assert database.look(lambda work: quotas.used(work, "oa", date(2026, 11, 1), DAY)) == {"custom": 14, "template": 2}
    assert database.look(lambda work: quotas.used(work, "wecom", DAY, DAY)) == {}
    assert database.look(lambda work: quotas.by_day(work, "oa", date(2026, 11, 1), DAY)) == [
        (date(2026, 11, 1), "custom", 9),
        (DAY, "custom", 5),
        (DAY, "template", 2),
    ]


def test_a_stop_only_grows_longer_and_ends(database: Database, now: datetime) -> None:
    for hours in (2, 1):
        until = now + timedelta(hours=hours)
        database.writer.run(lambda work, u=until: quotas.stop(work, "oa", "template", u, "45009"))
    end = now + timedelta(hours=2)
    assert database.look(lambda work: quotas.stops(work, "oa", now)) == {"template": end}
    assert database.look(lambda work: quotas.stops(work, "oa", end)) == {}


def test_consents_are_added_used_and_taken_back(database: Database, chen: Known, now: datetime) -> None:
    who = chen.address_id
    for count in (1, 2):
        database.writer.run(lambda work, c=count: quotas.grant(work, who, "t1", now, c))
    database.writer.run(lambda work: quotas.grant(work, who, "t2", now))
    database.writer.run(lambda work: quotas.spend_grant(work, who, "t1", now))
    assert database.writer.run(lambda work: quotas.grants(work, who)) == {"t1": 2, "t2": 1}
    assert database.look(lambda work: quotas.granted(work, "t1")) == (1, 2)
    database.writer.run(lambda work: quotas.no_grant(work, who, "t1", now))
    database.writer.run(lambda work: quotas.spend_grant(work, who, "t1", now))
    assert database.writer.run(lambda work: quotas.grants(work, who)) == {"t1": 0, "t2": 1}
    assert database.look(lambda work: quotas.granted(work, "t1")) == (0, 0)
    database.writer.run(lambda work: quotas.grant(work, who, "t1", now))
    assert database.writer.run(lambda work: quotas.grants(work, who))["t1"] == 1
