"""People and the ledger of what may still be pushed to them."""

from datetime import datetime, timedelta

import pytest

from storage import people
from storage.database import Database
from storage.people import Address, Known
from tests.storage.kit import meet, rows

DAY = timedelta(days=1)
MESSAGE, CLICK = ("message", 5, 48 * 3600), ("click", 3, 60)


@pytest.fixture
def known(database: Database, now: datetime) -> Known:
    return meet(database, "u1", now)


def ledger(database: Database) -> tuple[str, datetime | None, int]:
    ((name, until, left),) = rows(database, Address, "window", "window_until", "window_left")
    return name, until, left


def now_known(database: Database, known: Known) -> Known:
    address = database.look(lambda work: people.address(work, known.address_id))
    assert address is not None
    return known._replace(window=address.window, window_until=address.window_until, window_left=address.window_left)


def see(database: Database, known: Known, at: datetime, window: tuple[str, int, int] | None) -> None:
    fresh = now_known(database, known)
    database.writer.run(lambda work: people.seen(work, fresh, at, window))


def test_a_message_opens_a_window_and_another_opens_it_anew(database: Database, known: Known, now: datetime) -> None:
    see(database, known, now, MESSAGE)
    database.writer.run(lambda work: people.spend(work, known.address_id))
    assert ledger(database) == ("message", now + 2 * DAY, 4)
    see(database, known, now + DAY, MESSAGE)
    assert ledger(database) == ("message", now + 3 * DAY, 5)


def test_windows_do_not_add_up_the_better_one_is_kept_while_open(
    database: Database, known: Known, now: datetime
) -> None:
    see(database, known, now, MESSAGE)
    see(database, known, now, CLICK)
    assert ledger(database)[::2] == ("message", 5)
    for _ in range(4):
        database.writer.run(lambda work: people.spend(work, known.address_id))
    see(database, known, now, CLICK)
    assert ledger(database) == ("click", now + timedelta(seconds=60), 3)
    see(database, known, now + 3 * DAY, MESSAGE)
    assert ledger(database)[::2] == ("message", 5)


def test_a_contact_without_a_window_leaves_the_ledger_alone(database: Database, known: Known, now: datetime) -> None:
    see(database, known, now, MESSAGE)
    see(database, known, now + DAY, None)
    assert ledger(database) == ("message", now + 2 * DAY, 5)
    assert rows(database, Address, "seen_at") == [(now + DAY,)]


def test_a_window_is_never_overspent(database: Database, known: Known, now: datetime) -> None:
    see(database, known, now, CLICK)
    for _ in range(5):
        database.writer.run(lambda work: people.spend(work, known.address_id))
    assert ledger(database)[2] == 0
    see(database, known, now, MESSAGE)
    database.writer.run(lambda work: people.close_window(work, known.address_id))
    assert ledger(database)[2] == 0


def test_who_leaves_has_no_window_and_who_writes_again_is_back(database: Database, known: Known, now: datetime) -> None:
    see(database, known, now, MESSAGE)
    database.writer.run(lambda work: people.mark_unfollowed(work, known.address_id))
    database.writer.run(lambda work: people.refuse(work, known.address_id, "r" * 100))
    assert ledger(database) == ("", None, 0)
    assert rows(database, Address, "following", "refused") == [(False, "r" * 64)]
    see(database, known, now + DAY, MESSAGE)
    assert rows(database, Address, "following", "refused", "window_left") == [(True, "", 5)]


def test_addresses_of_a_person_come_the_last_seen_first(database: Database, known: Known, now: datetime) -> None:
    def add(user: str, days: int) -> None:
        place = {"person_id": known.person_id, "channel": "wecom", "user": user, "account": "", "created_at": now}
        database.writer.run(
            lambda work: work.append(Address, {"id": work.new_id(), **place, "seen_at": now + days * DAY})
        )

    add("older", -1)
    add("newer", 1)
    found = database.look(lambda work: [each.user for each in people.addresses_of(work, known.person_id)])
    assert found == ["newer", "u1", "older"]


def test_an_unknown_id_is_nobody(database: Database, known: Known) -> None:
    assert database.look(lambda work: people.find(work, "oa", "u2")) is None
    assert database.look(lambda work: people.find(work, "wecom", "u1")) is None
    found = database.look(lambda work: people.find(work, "oa", "u1"))
    assert found is not None
    assert found.person_id == known.person_id
