"""Writing recipients: everybody once whatever the size of the pieces, the others with the reason, on from a stop."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from storage import resolving
from storage.audience import Rule, Term
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.reach import Means
from storage.recipients import Recipient
from storage.resolving import Piece, Resolving
from storage.segments import TopicChoice
from tests.conftest import Opener
from tests.sending.bulk import FOLLOWERS, address, announce, change, crowd, state_of, states
from tests.storage.kit import together

RULE = Rule(())  # everybody
FOLLOWING = Rule((Term("who", ("followers",)),))


def begun(database: Database, now: datetime) -> Resolving:
    """A broadcast whose recipients are to be written."""
    broadcast = announce(database, now, segment=FOLLOWERS)
    assert database.writer.run(lambda work: resolving.begin(work, broadcast, now))
    (what,) = database.look(resolving.open_ones)
    return what


def means(now: datetime) -> Means:
    """Customer messages only."""
    return Means(month=now - timedelta(days=24), worth_until=now + timedelta(hours=48))


def written(database: Database, what: Resolving, now: datetime, size: int, rule: Rule = RULE) -> list[Piece]:
    """All pieces."""
    pieces = []
    for _ in range(100):
        piece = database.writer.run(
            partial(resolving.write, what=what, rule=rule, means=means(now), now=now, size=size)
        )
        if piece.last is None:
            return pieces
        pieces.append(piece)
        what = what._replace(cursor=piece.last)
    raise AssertionError("it never ends")


@pytest.mark.parametrize("size", [1, 7, 20, 1000])
def test_everybody_is_written_once_whatever_the_size_of_the_pieces(
    database: Database, now: datetime, size: int
) -> None:
    people = crowd(database, 20, now)
    what = begun(database, now)
    pieces = written(database, what, now, size)
    assert len(pieces) == -(-20 // size)
    row = table(Recipient)
    found = database.look(lambda work: work.look(sa.select(row.c.person_id, row.c.address_id, row.c.id)).all())
    assert sorted((each.person_id, each.address_id) for each in found) == sorted(each[1::-1] for each in people)
    assert len({each.id for each in found}) == 20
    totals = table(Broadcast)
    counted = database.look(lambda work: work.look(sa.select(totals.c.recipients, totals.c.left_out)).one())
    assert tuple(counted) == (20, 0)


@pytest.mark.parametrize("looked", [1, 3, 7, 20, 21])
def test_of_many_of_whom_few_are_meant_a_piece_looks_at_some(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch, looked: int
) -> None:
    """Else one transaction would read a whole city for the next one who is meant."""
    monkeypatch.setattr(resolving, "LOOKED", looked)
    people = sorted(crowd(database, 20, now), key=lambda each: each.person_id)
    for each in people[:9] + people[10:]:
        address(database, each, following=False)
    what = begun(database, now)
    pieces = written(database, what, now, 2, FOLLOWING)
    assert sum(each.people for each in pieces) == 1 and len(pieces) == max(1, 20 // looked)
    row = table(Recipient)
    found = database.look(lambda work: work.look(sa.select(row.c.person_id)).scalars().all())
    assert found == [people[9].person_id]
    assert database.writer.run(lambda work: resolving.finish(work, what._replace(cursor=pieces[-1].last), now))


def test_who_is_left_out_is_kept_with_the_reason(database: Database, now: datetime) -> None:
    people = crowd(database, 6, now)
    address(database, people[0], following=False)
    address(database, people[1], refused="43019")
    choice = {"person_id": people[2].person_id, "topic": "activity", "at": now}
    database.writer.run(lambda work: work.append(TopicChoice, choice))
    address(database, people[3], window_left=0)
    rule = replace(RULE, none=(Term("seen_days", (1,)),))
    what = begun(database, now)
    written(database, what, now, 4)
    assert states(database, what.id) == {
        ("left_out", "not_following", ""): 1,
        ("left_out", "refused", ""): 1,
        ("left_out", "opted_out", ""): 1,
        ("kept", "no_route", ""): 1,
        ("queued", "", "custom"): 2,
    }
    database.writer.run(lambda work: work.execute(sa.delete(table(Recipient))) and None)
    change(database, what.id, cursor=None)
    written(database, what, now, 4, rule)
    assert states(database, what.id) == {("left_out", "excluded", ""): 6}


def test_a_piece_is_written_once_however_often_it_is_tried(database: Database, now: datetime) -> None:
    crowd(database, 10, now)
    what = begun(database, now)
    for _ in range(3):
        database.writer.run(lambda work: resolving.write(work, what, RULE, means(now), now, 4))
    assert states(database, what.id).total() == 4  # the cursor has moved: who comes with the old one writes nothing


def test_two_processes_never_write_the_same_piece(another: Opener, now: datetime) -> None:
    one, two = another(), another()
    crowd(one, 60, now)
    what = begun(one, now)
    errors = together(*(lambda each=each: written(each, what, now, 5) for each in (one, two)))
    assert errors == []
    row = table(Recipient)
    found = Counter(one.look(lambda work: work.look(sa.select(row.c.person_id)).scalars().all()))
    assert set(found.values()) == {1}


def test_who_came_too_late_for_a_piece_does_not_say_that_all_are_written(database: Database, now: datetime) -> None:
    crowd(database, 12, now)
    what = begun(database, now)
    first = database.writer.run(lambda work: resolving.write(work, what, RULE, means(now), now, 5))
    assert written(database, what, now, 5) == []  # another process, which read before the piece was written
    assert not database.writer.run(lambda work: resolving.finish(work, what, now))
    assert state_of(database, what.id) == "resolving"
    on = what._replace(cursor=first.last)
    pieces = written(database, on, now, 5)
    assert database.writer.run(lambda work: resolving.finish(work, on._replace(cursor=pieces[-1].last), now))
    assert states(database, what.id).total() == 12


def test_what_is_paused_meanwhile_stops_and_goes_on_where_it_was(database: Database, now: datetime) -> None:
    crowd(database, 12, now)
    what = begun(database, now)
    first = database.writer.run(lambda work: resolving.write(work, what, RULE, means(now), now, 5))
    change(database, what.id, state="paused", paused_from="resolving")
    on = what._replace(cursor=first.last)
    assert written(database, on, now, 5) == []
    assert not database.writer.run(lambda work: resolving.finish(work, on, now))
    change(database, what.id, state="resolving", paused_from="")
    pieces = written(database, on, now, 5)
    assert [piece.people for piece in pieces] == [5, 2]
    end = on._replace(cursor=pieces[-1].last)
    assert database.writer.run(lambda work: resolving.finish(work, end, now))
    assert state_of(database, what.id) == "sending"


def test_what_was_given_another_time_since_it_was_looked_up_is_not_begun(database: Database, now: datetime) -> None:
    broadcast, later = announce(database, now, segment=FOLLOWERS), now + timedelta(days=1)
    assert [each.id for each in database.look(lambda work: resolving.due(work, now))] == [broadcast]
    change(database, broadcast, not_before=later)
    assert not database.writer.run(lambda work: resolving.begin(work, broadcast, now))
    assert state_of(database, broadcast) == "scheduled"
    assert database.writer.run(lambda work: resolving.begin(work, broadcast, later))


def test_somebody_with_two_addresses_gets_it_once(database: Database, now: datetime) -> None:
    people = crowd(database, 2, now)
    address(database, people[1], person_id=people[0].person_id, seen_at=now + timedelta(hours=1))
    what = begun(database, now)
    written(database, what, now, 5, FOLLOWING)
    row = table(Recipient)
    found = database.look(lambda work: work.look(sa.select(row.c.person_id, row.c.address_id)).all())
    assert [tuple(each) for each in found] == [(people[0].person_id, people[1].address_id)]
