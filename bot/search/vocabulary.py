"""The vocabulary of everyday things: which words name the same thing, action, person or side of a question."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from types import MappingProxyType
from typing import Self

import yaml

from bot.search.normal import fold

THINGS = Path(__file__).with_name("things.yaml")

Data = Mapping[str, object]
Meaning = tuple[tuple[str, str], ...]  # kinds and names a form stands for; empty for words without content
Table = Mapping[str, frozenset[str]]
_FAMILIES = {"rivals": "things", "marks": "marks", "people": "people"}
# What words inside a form add to it: 在哪上车 also asks where, 怎么报名 says what is done, 男宿舍 where.
_INSIDE = {
    "things": {"facets"},
    "actions": {"facets", "things"},
    "marks": {"things"},
    "people": {"things"},
    "facets": {"actions"},
}
_SINGLE = {"things": "things", "actions": "actions", "facets": "facets"}


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Frozen tables; safe to share. Members of a family are named family/member, the family itself family/*."""

    forms: Mapping[str, Meaning]
    longest: Mapping[str, int]  # the longest form that begins with a character
    light: frozenset[str]
    families: frozenset[str]  # those that have words for the whole family
    opposites: Table
    friends: Table  # facets that one answer may serve
    errands: Table  # facets that one answer may serve where something is to be done
    unsure: Table  # facets of which one answer may or may not serve both
    beats: Table  # facets that are not meant beside this one
    turns: Mapping[str, tuple[str, str]]  # the facet an action makes of another one
    settings: frozenset[str]  # rooms that matter less beside what they are asked for
    swallows: Table  # families and actions that do not matter beside this thing or facet

    @classmethod
    def read(cls, path: Path = THINGS) -> Self:
        """Loads the data file. Raises OSError, yaml.YAMLError, or ValueError naming what is wrong in it."""
        with path.open("rb") as lines:
            loaded: Data = yaml.load(lines, yaml.CSafeLoader)
        return cls.build(loaded)

    @classmethod
    def build(cls, data: Data) -> Self:
        """Builds the tables from the parsed file, whose layout is written at its head. Raises ValueError."""
        groups = list(_groups(data))
        names = {part for _, name, _ in groups for part in (name, *name.split("/"))}
        forms: dict[str, set[tuple[str, str]]] = {form: set() for form in [*_words(data, "plain"), *_letters(data)]}
        whole: set[str] = set()
        for kind, name, words in groups:
            for word in words:
                form = fold(word)
                if not form:
                    raise ValueError(f"things: {name} has an empty form: {word}")
                forms.setdefault(form, set()).add((kind, name))
                whole |= {form} if word.endswith("!") else set()
        return cls(
            forms=MappingProxyType(
                {
                    form: tuple(sorted(own if form in whole else own | _inside(form, forms)))
                    for form, own in forms.items()
                }
            ),
            longest=MappingProxyType(_longest(forms)),
            families=frozenset(name.partition("/")[0] for _, name, _ in groups if name.endswith("/*")),
            light=frozenset(_known(_list(data, "light"), names)),
            opposites=_both_ways(data, "opposites", names),
            friends=_both_ways(data, "friends", names),
            errands=_both_ways(data, "errands", names),
            unsure=_both_ways(data, "unsure", names),
            beats=_one_way(data, "beats", names),
            turns=_turns(data, names),
            settings=frozenset(_known(_list(data, "settings"), names)),
            swallows=_one_way(data, "swallows", names),
        )

    def is_light(self, name: str) -> bool:
        """Whether a name, or its member of a family, says little alone."""
        return name in self.light or name.rpartition("/")[2] in self.light

    def meaning(self, piece: str) -> Meaning:
        """What a piece of `split` stands for; an unknown character is a letter that stands for itself."""
        return self.forms.get(piece, (("letters", piece),))

    def split(self, text: str) -> Iterator[str]:
        """The forms in `text`, the longest first, and what lies between them character by character."""
        at = 0
        while at < len(text):
            size = min(self.longest.get(text[at], 1), len(text) - at)
            while size > 1 and text[at : at + size] not in self.forms:
                size -= 1
            yield text[at : at + size]
            at += size


def _section(data: Data, section: str) -> Mapping[str, object]:
    table = data.get(section) or {}
    if not isinstance(table, dict):
        raise ValueError(f"things: {section} must be a table")
    return table


def _list(data: Data, section: str) -> list[object]:
    rows = data.get(section) or []
    if not isinstance(rows, list):
        raise ValueError(f"things: {section} must be a list")
    return rows


def _words(data: Data, section: str) -> list[str]:
    return [fold(word) for word in str(data.get(section) or "").split()]


def _letters(data: Data) -> str:
    return "".join(_words(data, "empty"))


def _groups(data: Data) -> Iterator[tuple[str, str, list[str]]]:
    """Kind, name and forms of every group."""
    for section, kind in _FAMILIES.items():
        for family, members in _section(data, section).items():
            if not isinstance(members, dict):
                raise ValueError(f"things: {family} must be a table of name: forms")
            for name, words in members.items():
                yield kind, f"{family}/{name}", str(words).split()
    for section, kind in _SINGLE.items():
        for name, words in _section(data, section).items():
            yield kind, str(name), str(words).split()


def _inside(form: str, forms: Mapping[str, set[tuple[str, str]]]) -> set[tuple[str, str]]:
    """What the words inside a form add to it; single characters only ask."""
    kinds = {kind for kind, _ in forms[form]}
    wanted = {kind for own in kinds for kind in _INSIDE[own]}
    sizes = range(len(form) - 1 if kinds else 0, 0, -1)
    parts: list[str] = []
    for part in (form[at : at + size] for size in sizes for at in range(len(form) - size + 1)):
        if any(kind in wanted for kind, _ in forms.get(part, ())) and not any(part in longer for longer in parts):
            parts.append(part)
    found = {(len(part), meant) for part in parts for meant in forms[part] if meant[0] in wanted}
    return {meant for size, meant in found if size > 1 or meant[0] == "facets"}


def _known(given: Iterable[object], names: set[str]) -> list[str]:
    found = [str(each) for each in given]
    if unknown := sorted(set(found) - names):
        raise ValueError(f"things: unknown names: {unknown}")
    return found


def _both_ways(data: Data, section: str, names: set[str]) -> Table:
    found: dict[str, frozenset[str]] = {}
    for row in _list(data, section):
        if not isinstance(row, list):
            raise ValueError(f"things: {section} must be a list of lists")
        for one, other in permutations(_known(row, names), 2):
            found[one] = found.get(one, frozenset()) | {other}
    return MappingProxyType(found)


def _one_way(data: Data, section: str, names: set[str]) -> Table:
    found: dict[str, frozenset[str]] = {}
    for name, others in _section(data, section).items():
        if not isinstance(others, list):
            raise ValueError(f"things: {section} must be a table of lists")
        found[_known([name], names)[0]] = frozenset(_known(others, names))
    return MappingProxyType(found)


def _turns(data: Data, names: set[str]) -> Mapping[str, tuple[str, str]]:
    found = {}
    for name, pair in _section(data, "turns").items():
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError("things: turns must be a table of pairs")
        before, after = _known(pair, names)
        found[_known([name], names)[0]] = (before, after)
    return MappingProxyType(found)


def _longest(forms: Iterable[str]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for form in forms:
        longest[form[0]] = max(len(form), longest.get(form[0], 0))
    return longest


DEFAULT = Vocabulary.read()
