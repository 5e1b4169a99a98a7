"""The unions of this process by name, place and industry: an index kept beside the database."""

import logging
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.search.names import Named, Names, core_of, syllables
from storage import orgs
from storage.work import Work

log = logging.getLogger(__name__)
_KIND_OF_PLACE = re.compile(r"(?:街道|社区|村|镇|乡|园区|开发区|区|县)$")
_PARTS = re.compile(r"[\s,，、。;；/]+")
_LONGEST = 60  # characters of an answer that are looked at
PATHWAY_WORDS = MappingProxyType({"platform": "平台", "flexible": "灵活就业"})


@dataclass(frozen=True, slots=True)
class Unit:
    """One union as the index knows it; `trades` are the words of its industry."""

    id: int
    name: str
    level: str
    employer: str
    path: str
    trades: tuple[str, ...]

    @property
    def is_place(self) -> bool:
        """Whether it takes in who works in a place: districts, streets, communities, parks; not the city."""
        return self.path.count("/") > 2 and not self.employer and not self.trades


@dataclass(frozen=True, slots=True)
class Candidate:
    """A union that may be meant; `sure` when it evidently is, at most one of a list."""

    org_id: int
    name: str
    employer: str
    level: str
    sure: bool


@dataclass(frozen=True, slots=True)
class _Pages:
    """The tree at one moment: what is asked of it sees all of it or nothing of it."""

    state: orgs.State = (0, 0)
    units: Mapping[int, Unit] = field(default_factory=dict)
    names: Names = field(default_factory=lambda: Names(()))
    places: Mapping[str, int] = field(default_factory=dict)  # what a place is called -> the union; 0: more than one
    heard: Mapping[str, int] = field(default_factory=dict)  # the same as it sounds
    ends: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # how the names of places end: 松柏街道
    trades: Sequence[Unit] = ()


class UnitBook:
    """The organisations of this process. `refresh` swaps everything at once; reads never wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages = _Pages()

    def refresh(self, work: Work) -> bool:
        """Rebuild when the tree has changed since the last call; returns whether it did."""
        with self._lock:
            state = orgs.state(work)
            if state == self._pages.state:
                return False
            self._pages = _read(work, state)
            log.info("index of unions rebuilt", extra={"unions": len(self._pages.units)})
            return True

    def find(self, words: str, limit: int = 5) -> list[Candidate]:
        """The unions that may be meant by name or employer, the likeliest first. Never raises."""
        pages = self._pages
        found = [(pages.units[each.id], each.sure) for each in pages.names.find(words, limit)]
        return [Candidate(unit.id, unit.name, unit.employer, unit.level, sure) for unit, sure in found]

    def sure(self, words: str) -> Unit | None:
        """The union that is evidently meant."""
        return next((self._pages.units[each.id] for each in self._pages.names.find(words, 1) if each.sure), None)

    def get(self, org_id: int) -> Unit | None:
        """One union by id."""
        return self._pages.units.get(org_id)

    def place(self, words: str) -> Unit | None:
        """The union of the place that is named, whatever else is said; None when it may be several. Never raises.

        Where all of it together names none, the parts between commas and blanks are looked at: the smallest place.
        """
        words = words[:_LONGEST]
        parts = [self._place(each) for each in _PARTS.split(words)]
        found = [each for each in parts if each is not None]
        return self._place(words) or max(found, key=lambda unit: unit.path.count("/"), default=None)

    def _place(self, words: str) -> Unit | None:
        said, pages = core_of(words), self._pages
        if len(said) < 2:
            return None
        named = _named(said, pages.places, pages.units) or _named(_sound(said), pages.heard, pages.units)
        return _below(said, named, pages) or named

    def industry(self, words: str, pathway: str, near: Unit | None = None) -> Unit | None:
        """The union of an industry that is said or goes with the pathway, one in the district of `near` first."""
        said = core_of(words[:_LONGEST])
        general = PATHWAY_WORDS.get(pathway, "")
        fits = [
            (_shared(unit, near), sum(word in said for word in unit.trades), unit)
            for unit in self._pages.trades
            if general in unit.trades or any(word in said for word in unit.trades)
        ]
        return min(fits, key=lambda each: (-each[0], -each[1], each[2].path))[2] if fits else None

    def __len__(self) -> int:
        return len(self._pages.units)


def same_district(one: Unit, other: Unit) -> bool:
    """Whether two unions are under the same district."""
    return _shared(one, other) > 1


def _shared(one: Unit, other: Unit | None) -> int:
    """How many levels two unions have in common, from the city down; 2 when they share the district."""
    if other is None:
        return 0
    pairs = zip(one.path.strip("/").split("/"), other.path.strip("/").split("/"), strict=False)
    shared = 0
    for here, there in pairs:
        if here != there:
            break
        shared += 1
    return min(shared, 2)


def _read(work: Work, state: orgs.State) -> _Pages:
    units = {
        row.id: Unit(row.id, row.name, row.level, row.employer, row.path, tuple(row.trade.split()))
        for row in orgs.every(work)
    }
    names = Names(
        Named(unit.id, (unit.name, unit.employer) if unit.employer else (unit.name,)) for unit in units.values()
    )
    places, heard = _places(units)
    trades = [unit for unit in units.values() if unit.trades]
    return _Pages(state, units, names, places, heard, _ends(units), trades)


def _sound(core: str) -> str:
    """Syllables between blanks, so that none is found inside another."""
    return f" {' '.join(syllables(core))} "


def _named(said: str, places: Mapping[str, int], units: Mapping[int, Unit]) -> Unit | None:
    """The smallest place whose name is in these words, else the only one that they are part of the name of."""
    inside = [(units[each].path.count("/"), len(name), each) for name, each in places.items() if each and name in said]
    if inside:
        return units[max(inside)[2]]
    around = {each for name, each in places.items() if said in name}
    return units.get(around.pop()) if len(around) == 1 else None


def _below(said: str, named: Unit | None, pages: _Pages) -> Unit | None:
    """The only place below the one named (or anywhere) with a name that ends like something said: 东区松柏街道."""
    over = named.path if named else "/"
    hits = [(len(end), each) for end, ids in pages.ends.items() if end in said for each in ids]
    hits = [hit for hit in hits if pages.units[hit[1]].path.startswith(over) and pages.units[hit[1]] is not named]
    longest = {each for length, each in hits if length == max(hits)[0]}
    return pages.units[longest.pop()] if len(longest) == 1 else None


def _ends(units: Mapping[int, Unit]) -> dict[str, tuple[int, ...]]:
    """How the name of each place ends, with its kind and at least two characters before that."""
    found: dict[str, tuple[int, ...]] = {}
    for unit in units.values():
        name = core_of(unit.name)
        kind = _KIND_OF_PLACE.search(name) if unit.is_place else None
        for begin in range(1, kind.start() - 1) if kind else ():
            found[name[begin:]] = (*found.get(name[begin:], ()), unit.id)
    return found


def _places(units: Mapping[int, Unit]) -> tuple[dict[str, int], dict[str, int]]:
    """What each place is called, written and heard: its name, also without the places above it, without 街道 or 区."""
    written: dict[str, int] = {}
    heard: dict[str, int] = {}
    called: dict[str, list[str]] = {}  # by path
    for unit in units.values():  # those above come first
        if unit.employer or unit.trades:
            continue
        above = called.get(unit.path.rstrip("/").rpartition("/")[0] + "/", [])
        full = core_of(unit.name)
        names = called[unit.path] = [full, *(full.removeprefix(over) for over in above if full.startswith(over))]
        for name in {*names, *(_KIND_OF_PLACE.sub("", each) for each in names)} if unit.is_place else ():
            if len(name) > 1:
                _note(written, name, unit.id)
                _note(heard, _sound(name), unit.id)
    return written, heard


def _note(found: dict[str, int], name: str, org_id: int) -> None:
    """0 stands for more than one."""
    found[name] = org_id if found.get(name, org_id) == org_id else 0
