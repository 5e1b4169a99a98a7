"""What a 接龙 list does to an event, name by name, whoever brings it: every name once, and who cancelled stays away.

Lists are passed on whole, so the same list comes again with more names. A name that only one person of these branches
has is that person, who then hears of changes.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot import event_texts as texts
from bot.services import event_questions, registration_names, registrations
from bot.services.jielong import Entry
from storage import audit
from storage import registrations as rows
from storage.events import ANSWERS, Event, Registration
from storage.registrations import ACTIVE
from storage.work import Work

IN, WAITS, KNOWN, GONE = "registered", "waiting", "known", "gone"
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {IN: "登记报名", WAITS: "名额满，排候补", KNOWN: "已在名单里", GONE: "取消过，不再登记"}
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One name. `becomes`: a key of OUTCOMES; `person_id`: who that is, where that is clear; `guest`: comes along."""

    place: int
    name: str
    note: str
    becomes: str
    person_id: int | None = None
    guest: bool = False


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
    def reached(self) -> int:
        """How many of the new ones are known and hear of changes."""
        return sum(each.person_id is not None for each in self.names if each.becomes in (IN, WAITS))


def plan(work: Work, event: Event, entries: Sequence[Entry], paths: Collection[str]) -> Plan:
    """What taking the entries would do now; nothing is done. `paths`: branches whose people are looked for by name."""
    return Plan(tuple(_planned(work, event, entries, paths)))


def enter(work: Work, event: Event, planned: Plan, who: str, now: datetime) -> None:
    """Do it, in the order of the list; the event has been held since before the plan. `who` writes the audit trail.

    Nobody of the new ones has a row at this event, so theirs are written together: replies do not wait for a long list.
    """
    fresh = [each for each in planned.names if each.becomes in (IN, WAITS)]
    for place, each in enumerate(fresh, event.last_place + 1):
        row = {**_row(work, event, each), "place": place, "registered_at": now, "changed_at": now}
        work.append(Registration, row)
        rows.step(work, row["id"], each.becomes, who, now)
    event.last_place += len(fresh)
    work.session.add(event)
    audit.write(work, who, "event_list", f"event:{event.number}", now, f"{planned.fresh}人")


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


def _planned(work: Work, event: Event, entries: Sequence[Entry], paths: Collection[str]) -> Iterator[Planned]:
    there, people = _there(work, event)
    free = registrations.free(work, event)
    named = rows.people_named(work, [each.name for each in entries], paths)
    for entry, name, guest in _everybody(entries):
        ids = named.get(name, []) if not guest else []
        person_id = ids[0] if len(ids) == 1 else None
        key = registration_names.key(work, name)
        before = people.get(person_id) if person_id in people else there.get(key)
        becomes = {True: KNOWN, False: GONE, None: IN if free > 0 else WAITS}[before]
        there[key] = becomes != GONE
        if person_id is not None:
            people[person_id] = becomes != GONE
        free -= becomes == IN
        yield Planned(entry.place, name, "" if guest else entry.note, becomes, person_id, guest)


def _there(work: Work, event: Event) -> tuple[dict[str, bool], dict[int | None, bool]]:
    """Names (as hashes) and people that have a row at the event; whether it counts."""
    names: dict[str, bool] = {}
    people: dict[int | None, bool] = {}
    for each, known_as in rows.roster(work, event.id, (*ACTIVE, "cancelled")):
        active = each.state in ACTIVE
        name = registration_names.shown(work, each, known_as)
        for key in {each.name_hash, registration_names.key(work, name) if name else None} - {None}:
            names[str(key)] = names.get(str(key), False) or active
        if each.person_id is not None:
            people[each.person_id] = active
    return names, people


def _everybody(entries: Sequence[Entry]) -> Iterator[tuple[Entry, str, bool]]:
    """Each name of the list, and after it those who come along, as 张三带的人1 and so on."""
    for entry in entries:
        yield entry, entry.name, False
        for place in range(1, entry.count):
            yield entry, texts.COMPANION.format(name=entry.name, place=place), True
