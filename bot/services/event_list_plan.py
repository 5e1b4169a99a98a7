"""What a 接龙 list does to an event, name by name, whoever brings it: every name once, and who cancelled stays away.

Lists are passed on whole, so the same list comes again with more names. A name that only one person of these branches
has is that person, who then hears of changes. Of whom a later list says that they do not come leaves, with those they
bring, where only a list has brought them; who registered themselves is not put out by others: that they stay is told.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot import event_texts as texts
from bot.services import event_companions, event_questions, registration_names, registrations
from bot.services.jielong import Entry
from storage import audit
from storage import registrations as rows
from storage.events import ANSWERS, Event, Registration
from storage.registrations import ACTIVE
from storage.work import Work

IN, WAITS, KNOWN, GONE, OUT, STAYS = "registered", "waiting", "known", "gone", "out", "stays"
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        IN: "登记报名",
        WAITS: "名额满，排候补",
        KNOWN: "已在名单里",
        GONE: "取消过，不再登记",
        OUT: "写着不来，从名单里取消",
        STAYS: "写着不来，但不是名单登记的，还在",
    }
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One name. `becomes`: a key of OUTCOMES; `person_id`: who that is, where that is clear; `guest`: comes along.

    `row`: the registration that ends.
    """

    place: int
    name: str
    note: str
    becomes: str
    person_id: int | None = None
    guest: bool = False
    row: Registration | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list does, name by name."""

    names: tuple[Planned, ...]

    def count(self, becomes: str) -> int:
        """How many names become so."""
        return sum(each.becomes == becomes for each in self.names)

    @property
    def fresh(self) -> int:
        """How many are new."""
        return self.count(IN) + self.count(WAITS)

    @property
    def does(self) -> bool:
        """Whether anything changes."""
        return bool(self.fresh or self.count(OUT))

    @property
    def reached(self) -> int:
        """How many of the new ones are known and hear of changes."""
        return sum(each.person_id is not None for each in self.names if each.becomes in (IN, WAITS))


def plan(
    work: Work, event: Event, entries: Sequence[Entry], away: Sequence[Entry], paths: Collection[str], now: datetime
) -> Plan:
    """What taking the entries would do now; nothing is done. `paths`: branches whose people are looked for by name.

    `away`: names behind which the list says that they do not come.
    """
    there = _There(work, event)
    leave = list(_leaving(work, event, away, there))
    free = registrations.free(work, event) + _freed(work, event, leave, now)
    return Plan((*_planned(work, event, entries, paths, there, free), *leave))


def enter(work: Work, event: Event, planned: Plan, who: str, now: datetime) -> None:
    """Do it, in the order of the list; the event has been held since before the plan. `who` writes the audit trail.

    Who leaves does so first, and those who have been waiting get their places. Nobody of the new ones has a row at this
    event, so theirs are written together: replies do not wait for a long list.
    """
    for each in planned.names:
        if each.row is not None:
            registrations.remove(work, event, each.row, who, now)
    fresh = [each for each in planned.names if each.becomes in (IN, WAITS)]
    for place, each in enumerate(fresh, event.last_place + 1):
        row = {**_row(work, event, each), "place": place, "registered_at": now, "changed_at": now}
        work.append(Registration, row)
        rows.step(work, row["id"], each.becomes, who, now)
    event.last_place += len(fresh)
    work.session.add(event)
    audit.write(work, who, "event_list", f"event:{event.number}", now, _note(planned))


def _note(planned: Plan) -> str:
    out = planned.count(OUT)
    return f"{planned.fresh}人" + (f"，取消{out}人" if out else "")


def _row(work: Work, event: Event, each: Planned) -> dict[str, Any]:
    return {
        "id": work.new_id(),
        "event_id": event.id,
        "person_id": each.person_id,
        "name_hash": None if each.person_id else registration_names.key(work, each.name),
        "name": registration_names.sealed(work, each.name),
        "state": each.becomes,
        "via": "list",
        "answers": work.seal.seal_json({event_questions.NOTE: each.note}, ANSWERS) if each.note else None,
        **dict.fromkeys(("attended_at", "stars", "comment")),
    }


def _planned(
    work: Work, event: Event, entries: Sequence[Entry], paths: Collection[str], there: "_There", free: int
) -> Iterator[Planned]:
    named = rows.people_named(work, [each.name for each in entries], paths)
    brings = GONE
    for entry, name, guest in _everybody(entries):
        ids = named.get(name, []) if not guest else []
        person_id = ids[0] if len(ids) == 1 else None
        key = registration_names.key(work, name)
        becomes = {True: KNOWN, False: GONE, None: IN if free > 0 else WAITS}[there.stands(key, person_id)]
        if guest and brings == GONE and becomes != KNOWN:
            becomes = GONE  # who comes along comes with somebody
        brings = brings if guest else becomes
        there.note(key, person_id, becomes != GONE)
        free -= becomes == IN
        yield Planned(entry.place, name, "" if guest else entry.note, becomes, person_id, guest)


def _leaving(work: Work, event: Event, away: Sequence[Entry], there: "_There") -> Iterator[Planned]:
    """Who is in and does not come any more: rows of a list end, with those who come along; others stay and are told."""
    listed = rows.named(work, event.id, [registration_names.key(work, each.name) for each in away])
    for each in away:
        key = registration_names.key(work, each.name)
        mine = listed.get(key)
        if mine is None or mine.state not in ACTIVE or mine.person_id or mine.via != "list" or mine.attended_at:
            if there.stands(key, None):
                yield Planned(each.place, each.name, "", STAYS)
            continue
        yield Planned(each.place, each.name, "", OUT, row=mine)
        for name, guest in event_companions.of(work, event, [each.name]):
            yield Planned(each.place, name, "", OUT, guest=True, row=guest)


def _freed(work: Work, event: Event, leave: Sequence[Planned], now: datetime) -> int:
    """How many places they leave to the list: before it begins those who have been waiting come first."""
    left = Counter(each.row.state for each in leave if each.row is not None)
    queue = rows.count(work, event.id, "waiting") - left["waiting"] if event.starts_at > now else 0
    return max(left["registered"] - queue, 0)


class _There:
    """Names (as hashes) and people that have a row at the event, and whether it counts."""

    def __init__(self, work: Work, event: Event) -> None:
        self._names: dict[str, bool] = {}
        self._people: dict[int, bool] = {}
        for each in rows.entered(work, event.id, (*ACTIVE, "cancelled")):
            only_named = each.name_hash is not None and each.person_id is None  # of these the hash says it all
            name = "" if only_named else registration_names.opened(work, each.name, each.known_as)
            keys = {each.name_hash or "", registration_names.key(work, name) if name else ""} - {""}
            for key in keys:
                self._names[key] = self._names.get(key, False) or each.state in ACTIVE
            if each.person_id is not None:
                self._people[each.person_id] = each.state in ACTIVE

    def stands(self, key: str, person_id: int | None) -> bool | None:
        """Whether somebody is in or waits; None for who has no row."""
        if person_id is not None and person_id in self._people:
            return self._people[person_id]
        return self._names.get(key)

    def note(self, key: str, person_id: int | None, active: bool) -> None:
        """From now on it is so."""
        self._names[key] = active
        if person_id is not None:
            self._people[person_id] = active


def _everybody(entries: Sequence[Entry]) -> Iterator[tuple[Entry, str, bool]]:
    """Each name of the list, and after it those who come along, as 张三带的人1 and so on."""
    for entry in entries:
        yield entry, entry.name, False
        for place in range(1, entry.count):
            yield entry, texts.COMPANION.format(name=entry.name, place=place), True
