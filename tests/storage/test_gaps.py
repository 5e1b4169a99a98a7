"""The subtle queries of the upkeep loop: who asked what where, how it was put, what still waits, how letters ended."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import letters, misses, orgs, revisions
from storage.base import table
from storage.database import Database
from storage.letters import Letter
from storage.misses import Gap, Sought
from storage.outbox import Outbox
from storage.people import Known, Person
from storage.work import Work
from tests.storage.kit import meet, queue, rows

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Asked:
    """People of unions who have asked things."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database, self.now = database, now
        self.paths: dict[str, str] = {}
        self.gaps: dict[str, int] = {}
        for code, parent in (("city", ""), ("east", "city"), ("shop", "east"), ("west", "city")):
            self.paths[code] = database.writer.run(
                lambda work, code=code, parent=parent: (
                    orgs.put(work, code, code, "市", "", orgs.by_code(work, parent)).path
                )
            )

    def person(self, user: str, code: str = "") -> Known:
        known = meet(self.database, user, self.now)
        org_id = int(self.paths[code].split("/")[-2]) if code else None
        change = sa.update(table(Person)).where(table(Person).c.id == known.person_id).values(org_id=org_id)
        self.database.writer.run(lambda work: work.execute(change))
        return known

    def gap(self, name: str, state: str = "open", **more: Any) -> int:
        def job(work: Work) -> int:
            made = misses.add_gap(work, more.get("kind", "unknown"), name, more.get("entry_id", ""), self.now)
            made.state, made.closed_at = state, None if state == "open" else self.now
            return made.id

        self.gaps[name] = self.database.writer.run(job)
        return self.gaps[name]

    def miss(self, known: Known, words: str, gap: str = "", at: datetime | None = None, **more: Any) -> int:
        def job(work: Work) -> int:
            values = {"suggested": None, "entry_id": "", **more, "gap_id": self.gaps.get(gap)}
            decision = str(values.pop("decision", "decline"))
            misses.record(work, 1, known.person_id, words, decision, at or self.now, **values)
            return int(work.execute(sa.select(sa.func.max(table(misses.Miss).c.id))).scalar_one())

        return self.database.writer.run(job)

    def within(self, path: str | None, state: str = "open") -> list[tuple[str, int]]:
        found = self.database.look(lambda work: misses.gaps_within(work, Sought(state, path=path)))
        return [(gap.words, count) for gap, count in found]


@pytest.fixture
def asked(database: Database, now: datetime) -> Asked:
    return Asked(database, now)


def test_gaps_are_listed_by_how_many_people_asked(asked: Asked) -> None:
    one, two = asked.person("u1"), asked.person("u2")
    for name in ("a", "b", "c"):
        asked.gap(name)
    asked.gap("done", "answered")
    for known, gap in ((one, "a"), (one, "a"), (one, "a"), (one, "b"), (two, "b"), (two, "done")):
        asked.miss(known, "问题", gap)
    assert asked.within(None) == [("b", 2), ("a", 1), ("c", 0)]
    assert asked.within(None, "answered") == [("done", 1)]


def test_a_branch_sees_what_its_people_asked_and_counts_only_them(asked: Asked) -> None:
    shop, east, west, none = (asked.person(code or "none", code) for code in ("shop", "east", "west", ""))
    for name in ("a", "b"):
        asked.gap(name)
    for known, gap in ((shop, "a"), (east, "a"), (west, "a"), (none, "a"), (west, "b")):
        asked.miss(known, "问题", gap)
    assert asked.within(asked.paths["east"]) == [("a", 2)]
    assert asked.within(asked.paths["shop"]) == [("a", 1)]
    assert asked.within(asked.paths["west"]) == [("a", 1), ("b", 1)]
    assert asked.within(asked.paths["city"]) == [("a", 3), ("b", 1)]


def test_a_path_is_no_pattern(asked: Asked) -> None:
    asked.gap("a")
    asked.miss(asked.person("u1", "shop"), "问题", "a")
    assert asked.within("/%") == asked.within("/_") == []


def test_wordings_of_gaps_are_different_ones_the_newest_first(asked: Asked) -> None:
    known = asked.person("u1")
    for name in ("a", "b", "empty"):
        asked.gap(name)
    for place, words in enumerate(("甲", "乙", "甲", "", "丙")):
        asked.miss(known, words, "a", asked.now + place * MINUTE)
    asked.miss(known, "丁", "b")
    gaps = [asked.gaps[name] for name in ("a", "b", "empty")]
    found = asked.database.look(lambda work: misses.words_of_gaps(work, gaps, 2))
    assert [found[gap] for gap in gaps] == [["丙", "甲"], ["丁"], []]


def test_askers_are_persons_with_their_first_words(asked: Asked) -> None:
    one, two = asked.person("u1", "shop"), asked.person("u2")
    asked.gap("a")
    for known, words, place in ((two, "后来", 2), (one, "再问", 3), (one, "先问", 1)):
        asked.miss(known, words, "a", asked.now + place * MINUTE)
    found = asked.database.look(lambda work: misses.askers(work, asked.gaps["a"]))
    expected = [
        (one.person_id, "先问", asked.now + MINUTE, "decline", asked.paths["shop"]),
        (two.person_id, "后来", asked.now + 2 * MINUTE, "decline", ""),
    ]
    assert sorted(found) == sorted(expected)


def test_what_waits_for_a_gap(asked: Asked) -> None:
    known, now = asked.person("u1"), asked.now
    asked.gap("a")
    wanted = [
        asked.miss(known, "答不上来", at=now - 9 * MINUTE),
        asked.miss(known, "都不是", at=now - 8 * MINUTE, decision="suggest", picked="none"),
        asked.miss(known, "没人选", at=now - 7 * MINUTE, decision="suggest"),
        asked.miss(known, "没帮助", at=now - 6 * MINUTE, decision="disliked", entry_id="aa"),
        asked.miss(known, "", at=now - 5 * MINUTE, decision="expired", entry_id="aa"),
    ]
    asked.miss(known, "选了", at=now - 9 * MINUTE, decision="suggest", picked="aa")
    asked.miss(known, "还在想", at=now, decision="suggest")
    asked.miss(known, "在组里", "a", at=now - 9 * MINUTE)
    asked.miss(known, "", at=now - 9 * MINUTE)
    asked.miss(known, "将来", at=now + MINUTE)

    def loose(limit: int) -> list[int]:
        return asked.database.look(lambda work: misses.loose(work, now, now - 7 * MINUTE, limit))

    assert loose(100) == wanted
    assert loose(2) == wanted[:2]


def test_who_has_written_an_entry(database: Database, now: datetime) -> None:
    steps = [
        ("aa", 0, "import", "published"),
        ("bb", 0, "import", "published"),
        ("bb", 0, "ann", "published"),
        ("cc", 0, "ann", "published"),
        ("cc", 0, "import", "published"),
        ("dd", 0, "import", "published"),
        ("dd", 7, "ann", "published"),
        ("dd", 0, "ann", "discarded"),
        ("ee", 0, "ann", "draft"),
    ]

    def job(work: Work) -> None:
        for entry_id, org_id, author, state in steps:
            revisions.add(work, entry_id, org_id, {}, now, state=state, author=author)

    database.writer.run(job)
    assert database.look(revisions.owners) == {
        "aa": {"import"},
        "bb": {"import", "ann"},
        "cc": {"import", "ann"},
        "dd": {"import"},
        "ee": {"ann"},
    }


HEARD = [("sent", "custom"), ("sent", "reply"), ("accepted", "custom")]
KEPT = [
    *((state, "custom") for state in ("unreachable", "failed", "expired", "cancelled", "unknown")),
    ("sent", "template"),
    ("accepted", "template"),
]
OPEN = [("queued", ""), ("sending", "custom"), ("sending", "template")]
ENDS = [
    *((*each, "told") for each in HEARD),
    *((*each, "kept") for each in KEPT),
    *((*each, "sending") for each in OPEN),
]


@pytest.mark.parametrize(("state", "route", "becomes"), ENDS)
def test_a_letter_ends_as_its_message_did(
    database: Database, now: datetime, state: str, route: str, becomes: str
) -> None:
    known = meet(database, "u1", now)
    message = queue(database, known, now, state=state, route=route)
    place(database, known, now, "sending", outbox_id=message)
    counts = database.writer.run(lambda work: letters.settle(work, now))
    expected = {"told": 0, "kept": 0, "lapsed": 0} | ({becomes: 1} if becomes != "sending" else {})
    assert counts == expected
    told_at = now if becomes == "told" else None
    assert rows(database, Letter, "state", "told_at") == [(becomes, told_at)]
    assert rows(database, Outbox, "state") == [(state,)]


def place(database: Database, known: Known, now: datetime, state: str, **more: Any) -> None:
    """A letter in a state."""

    def job(work: Work) -> None:
        key = f"k{work.new_id()}"
        values = {"created_at": now, "valid_until": now + DAY, **more}
        work.session.add(Letter(id=work.new_id(), person_id=known.person_id, key=key, text=b"x", state=state, **values))

    database.writer.run(job)


def test_only_what_waits_lapses(database: Database, now: datetime) -> None:
    known = meet(database, "u1", now)
    for state in ("waiting", "kept", "told", "lapsed"):
        place(database, known, now, state, valid_until=now)
        place(database, known, now, state, valid_until=now + MINUTE)
    assert database.writer.run(lambda work: letters.settle(work, now))["lapsed"] == 2
    states = sorted(state for (state,) in rows(database, Letter, "state"))
    assert states == ["kept", "lapsed", "lapsed", "lapsed", "lapsed", "told", "told", "waiting"]


def test_letters_are_in_the_order_they_were_written_whatever_their_ids(database: Database, now: datetime) -> None:
    known = meet(database, "u1", now)
    for state in ("kept", "waiting"):
        for number in (3, 1, 2):
            place(database, known, now + number * MINUTE, state)
    order = dict(rows(database, Letter, "id", "created_at"))
    kept = database.look(lambda work: [each.id for each in letters.kept_for(work, known.person_id, now, 9)])
    waiting = database.look(lambda work: letters.waiting(work, 9))
    for found in (kept, waiting):
        assert [order[each] for each in found] == [now + number * MINUTE for number in (1, 2, 3)]


def test_gaps_have_one_open_review_of_an_entry(database: Database, now: datetime) -> None:
    def job(work: Work) -> None:
        misses.add_gap(work, "review", "甲", "aa", now)

    database.writer.run(job)
    with pytest.raises(sa.exc.IntegrityError):
        database.writer.run(job)
    close = sa.update(table(Gap)).values(state="answered")
    database.writer.run(lambda work: work.execute(close))
    database.writer.run(job)
    assert len(rows(database, Gap, "id")) == 2
