"""A pasted 接龙 list as staff take it: first what it would do, name by name, then doing it. See `event_lists`.

A name that only one person of the actor's branch has is that person, who then hears of changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bot import event_texts as texts
from bot.services import event_desk, event_people, events, registration_names, registrations
from bot.services.actors import Actor, require
from bot.services.event_people import NoDeed
from bot.services.jielong import Entry, Parsed
from storage import audit
from storage import registrations as rows
from storage.events import Event
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


def plan(work: Work, actor: Actor, event_id: int, parsed: Parsed, now: datetime) -> Plan:
    """What taking the list would do now; nothing is done. Raises NoDeed, NoEvent, NotAllowed."""
    require(actor, "members")
    return _plan(work, actor, events.seen(work, actor, event_id), parsed, now)


def take(work: Work, actor: Actor, event_id: int, parsed: Parsed, now: datetime) -> Plan:
    """Register the names of a list in its order, as far as there are places; the others wait.

    Raises NoDeed (also when there is nobody to register), NoEvent, NotAllowed.
    """
    event, who = event_people.held(work, actor, event_id), f"staff:{actor.name}"
    done = _plan(work, actor, event, parsed, now)
    if not done.fresh:
        raise NoDeed("名单里没有新的人，一个都没有登记。")
    for each in done.names:
        if each.becomes in (IN, WAITS):
            _enter(work, event, each, who, now)
    audit.write(work, who, "event_list", f"event:{event.number}", now, f"{done.fresh}人")
    return done


def _plan(work: Work, actor: Actor, event: Event, parsed: Parsed, now: datetime) -> Plan:
    event_people.check_takes(event, now)
    return Plan(tuple(_planned(work, event, parsed, actor.path or "/")))


def _enter(work: Work, event: Event, each: Planned, who: str, now: datetime) -> None:
    said = {event_desk.NOTE: each.note} if each.note else {}
    if each.person_id is not None:
        registrations.enter(work, event, each.person_id, now, {"name": each.name, **said}, "list", who)
    else:
        registrations.keep_answers(work, registrations.enter_name(work, event, each.name, now, "list", who), said)


def _planned(work: Work, event: Event, parsed: Parsed, path: str) -> Iterator[Planned]:
    there, people = _there(work, event)
    free = registrations.free(work, event)
    named = rows.people_named(work, [each.name for each in parsed.entries], [path])
    for entry, name, guest in _everybody(parsed.entries):
        ids = named.get(name, []) if not guest else []
        person_id = ids[0] if len(ids) == 1 else None
        key = registration_names.plain(name)
        before = people.get(person_id) if person_id in people else there.get(key)
        becomes = {True: KNOWN, False: GONE, None: IN if free > 0 else WAITS}[before]
        there[key] = becomes != GONE
        free -= becomes == IN
        yield Planned(entry.place, name, "" if guest else entry.note, becomes, person_id, guest)


def _there(work: Work, event: Event) -> tuple[dict[str, bool], dict[int | None, bool]]:
    """Names and people that are on the roster; whether they count."""
    names: dict[str, bool] = {}
    people: dict[int | None, bool] = {}
    for each, known_as in rows.roster(work, event.id, (*ACTIVE, "cancelled")):
        active = each.state in ACTIVE
        name = registration_names.plain(registration_names.shown(work, each, known_as))
        if name:
            names[name] = names.get(name, False) or active
        if each.person_id is not None:
            people[each.person_id] = active
    return names, people


def _everybody(entries: tuple[Entry, ...]) -> Iterator[tuple[Entry, str, bool]]:
    """Each name of the list, and after it those who come along, as 张三带的人1 and so on."""
    for entry in entries:
        yield entry, entry.name, False
        for place in range(1, entry.count):
            yield entry, texts.COMPANION.format(name=entry.name, place=place), True
