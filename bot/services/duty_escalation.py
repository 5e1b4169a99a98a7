"""Late duties, told to the superior union once, in one letter: by unit in the tree's order, no ranking, no names.

So many working days after the deadline (`House.duties.escalate_workdays`) the union above hears of what is still open;
as many days later the next one above that. Unions with nobody in office are passed over, and the letter says so. Where
there is nobody up to the top, nobody was told: staff see the duty marked (UNTOLD), and whoever takes an office there
hears of it then. Nobody hears twice of the same duty at one level. Where the cadre was told of the duty only after its
deadline, or was given it then, the days count from there.

A person gets one letter a day, whatever offices they hold and whomever they stand in for; what turns up later on that
day waits for the next one. Who is on leave gets it, and who stands in for them gets it too.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot import duty_texts
from bot.calendar import at, previous_workday, say_day, subtract_workdays
from bot.clock import local
from bot.services import letters
from bot.services.house import House
from storage import absences, duties, duty_late, orgs
from storage.duties import UNTOLD
from storage.duty_late import Late
from storage.work import Work

ACTOR = "job:escalate_duties"
LEVELS = 2
LINES = 12  # a message holds 2048 bytes
TITLES = 2
Group = dict[tuple[int, int], list[int]]  # (superior union, level) to duties; 0: nobody is there to be told


@dataclass(frozen=True, slots=True)
class Told:
    """Duties that somebody was told of now, and those that nobody is there to be told of."""

    escalated: int = 0
    untold: int = 0


@dataclass(slots=True)
class Reader:
    """What one person is told: superior unions with their duties by level, and for whom they stand in."""

    unions: set[int] = field(default_factory=set)
    instead: set[str] = field(default_factory=set)


def last_day(today: date, workdays: int) -> date:
    """The last deadline that is so many working days past today."""
    return subtract_workdays(previous_workday(today), workdays - 1) - timedelta(days=1)


def due(work: Work, house: House, now: datetime) -> list[Group]:
    """Late duties, in groups that are told together: nobody gets letters of two groups."""
    today, found = local(now).date(), list[tuple[int, Late]]()
    for heard in (UNTOLD, *range(LEVELS)):
        level = max(heard, 0) + 1
        until = last_day(today, house.duties.escalate_workdays * level)
        found += [(level, each) for each in duty_late.late(work, heard, until, at(until + timedelta(days=1), time()))]
    manned = duty_late.manned(work, {org for _, each in found for org in _above(each.path)}, today)
    by_union: Group = {}
    for level, each in found:
        superior = ([org for org in _above(each.path) if org in manned] + [0] * level)[level - 1]
        if superior or each.escalated != UNTOLD:
            by_union.setdefault((superior, level), []).append(each.id)
    return _groups(work, by_union, today)


def _groups(work: Work, by_union: Group, today: date) -> list[Group]:
    """Unions that share somebody to tell are one group."""
    groups: list[tuple[set[int], Group]] = []
    for superior in sorted({each for each, _ in by_union}):
        people = set(_readers(work, [superior], today))
        mine = {key: ids for key, ids in by_union.items() if key[0] == superior}
        for each in [each for each in groups if each[0] & people]:
            groups.remove(each)
            people |= each[0]
            mine = each[1] | mine
        groups.append((people, mine))
    return [group for _, group in groups]


def _readers(work: Work, unions: Collection[int], today: date) -> dict[int, Reader]:
    """Everybody in office there, and who stands in for one of them."""
    found: dict[int, Reader] = defaultdict(Reader)
    for union in filter(None, unions):
        held = set(orgs.holders_of(work, union, today))
        for person_id in held:
            found[person_id].unions.add(union)
        for away in absences.on_leave(work, today, held) if held else ():
            if away.person_id in held and away.substitute_id is not None:
                found[away.substitute_id].unions.add(union)
                found[away.substitute_id].instead.add(away.name or duty_texts.ESCALATED_COLLEAGUE)
    return dict(found)


def tell(work: Work, group: Group, now: datetime) -> Told:
    """One letter to everybody concerned about those of a group that are still open. Nothing happens on a day on which
    one of them was told already."""
    work.alone("escalate_duties")
    readers = _readers(work, sorted({superior for superior, _ in group}), local(now).date())
    keys = {person_id: f"duties-late:{person_id}:{local(now):%Y%m%d}" for person_id in readers}
    if letters.planted(work, keys.values()):
        return Told()
    found = {key: duty_late.still(work, ids, key[1] - 1) for key, ids in group.items()}
    told = {key: mine for key, mine in found.items() if mine and (key[0] == 0 or readers)}
    for (superior, level), mine in told.items():
        _note(work, superior, level, mine, now)
    owed = {
        keys[person_id]: (person_id, words)
        for person_id, reader in readers.items()
        if (words := _words(work, reader, told, local(now).date()))
    }
    letters.plant_all(work, owed, now)
    counts = [(superior, level, len(mine)) for (superior, level), mine in told.items()]
    return Told(sum(n for org, _, n in counts if org), sum(n for org, level, n in counts if not org and level == 1))


def _note(work: Work, superior: int, level: int, mine: Sequence[Late], now: datetime) -> None:
    """What was told, and to which union. Nobody further up, when a union has heard of it: no more than noted."""
    untold = not superior and level == 1
    duty_late.mark(work, [each.id for each in mine], UNTOLD if untold else level, None if untold else now)
    for each in mine if superior or untold else ():
        what, note = ("untold", "") if untold else ("escalated", f"organisation:{superior}")
        duties.step(work, each.id, ACTOR, what, now, note)


def _words(work: Work, reader: Reader, told: Mapping[tuple[int, int], Sequence[Late]], today: date) -> str:
    """What one person is told; empty when none of it is for them."""
    mine = {key: found for key, found in told.items() if key[0] in reader.unions}
    if not mine:
        return ""
    direct, passed, again = list[Late](), dict[int, list[Late]](), list[Late]()
    for (superior, level), found in mine.items():
        for each in found:
            parent = next(iter(_above(each.path)))
            if level > 1:
                again.append(each)
            elif parent == superior:
                direct.append(each)
            else:
                passed.setdefault(parent, []).append(each)
    names = {org.id: org.name for org in orgs.by_ids(work, passed).values()}
    sections = [("", direct)] if direct else []
    sections += [(duty_texts.ESCALATED_PASSED.format(unit=names[parent]), each) for parent, each in passed.items()]
    sections += [(duty_texts.ESCALATED_AGAIN, again)] if again else []
    return digest(sections, today, sorted(reader.instead))


def digest(sections: Sequence[tuple[str, Sequence[Late]]], today: date, instead: Sequence[str] = ()) -> str:
    """The words of the letter: sections with their headings. `instead`: on whose behalf it is read."""
    lines, left = list[str](), LINES
    for heading, found in sections:
        own = _lines(found)
        lines += [heading] if heading else []
        lines += own[:left] + ([duty_texts.ESCALATED_MORE.format(count=len(own) - left)] if len(own) > left else [])
        left = max(0, left - len(own))
    count = sum(len(found) for _, found in sections)
    units = len({each.path for _, found in sections for each in found})
    head = duty_texts.ESCALATED.format(day=say_day(today), units=units, count=count)
    why = [duty_texts.ESCALATED_INSTEAD.format(names="、".join(instead))] if instead else []
    return "\n".join([head, *lines, *why, duty_texts.ESCALATED_HOW])


def _lines(found: Sequence[Late]) -> list[str]:
    units: dict[str, list[Late]] = {}
    for each in found:
        units.setdefault(each.path, []).append(each)
    return [_line(mine) for _, mine in sorted(units.items())]


def _line(mine: Sequence[Late]) -> str:
    titles = list(dict.fromkeys(each.title for each in mine))
    rest = duty_texts.ESCALATED_AND if len(titles) > TITLES else ""
    return duty_texts.ESCALATED_LINE.format(
        unit=mine[0].unit, count=len(mine), titles="、".join(titles[:TITLES]) + rest, day=say_day(mine[0].deadline)
    )


def _above(path: str) -> list[int]:
    """The organisations above a path like `/1/4/9/`, the nearest first."""
    return [int(each) for each in path.split("/") if each][-2::-1]
