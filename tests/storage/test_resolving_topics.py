"""When recipients are written: who opted out of the topic is left out, but hears of an event they registered for."""

from datetime import datetime, timedelta

import pytest

from storage import broadcasts, resolving
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.reach import Means
from storage.recipients import Recipient
from storage.work import Work
from tests.storage.audience_kit import Town, of, unfollow
from tests.storage.kit import rows


@pytest.mark.parametrize(("kind", "heard"), [("notice", {"stays"}), ("event", {"stays", "stopped"})])
def test_who_is_left_out(database: Database, now: datetime, kind: str, heard: set[str]) -> None:
    town = Town(database, now)
    for name in ("stays", "stopped", "gone", "not_meant"):
        town.person(name, town.east, since=True)
    unfollow(town, "gone")
    town.tag("不发", "not_meant")
    town.stop("activity", "stopped", "not_meant", "gone")
    rule = of(("who", "members"), none=(("tag", "不发"),))
    values = {"title": "t", "text": "t", "segment": {}, "author": "staff:a", "created_at": now, "not_before": now}
    row = Broadcast(id=5, key="k", kind=kind, state="resolving", valid_until=now + timedelta(days=1), **values)
    database.writer.run(lambda work: broadcasts.add(work, row))

    def write(work: Work) -> resolving.Piece:
        (what,) = resolving.open_ones(work)
        return resolving.write(work, what, rule, Means(now.replace(day=1)), now)

    piece = database.writer.run(write)
    by_id = {person_id: name for name, person_id in town.ids.items()}
    found = {by_id[row[0]]: (row[1], row[2]) for row in rows(database, Recipient, "person_id", "state", "reason")}
    assert {name for name, (state, _) in found.items() if state != "left_out"} == heard
    assert found["not_meant"] == ("left_out", "excluded")
    assert found["gone"] == ("left_out", "opted_out" if kind == "notice" else "not_following")
    assert (piece.people, piece.left_out) == (4, 4 - len(heard))
