"""The lexicon: which everyday words stand for which terms of trade-union work, and which terms must not be mixed up."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import eq
from pathlib import Path
from types import MappingProxyType
from typing import Self

import yaml

from bot.search.normal import fold

KINDS = ("topics", "context", "asks", "outside")
_GAP = 4  # characters that "~" may stand for
_BY_SOUND = 0.7  # how far a word that only sounds like a form is believed
LEXICON_FILE = Path(__file__).with_name("lexicon.yaml")
_SOUNDS_FILE = Path(__file__).with_name("sounds.yaml")


@dataclass(frozen=True, slots=True)
class Concept:
    """One group of words that mean the same. Compared by name."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Frozen tables; safe to share. `read` is the usual way to get one."""

    forms: Mapping[str, frozenset[Concept]]
    gapped: Mapping[str, tuple[tuple[tuple[str, ...], Concept], ...]]  # by first character
    by_sound: Mapping[tuple[str, ...], tuple[str, ...]]  # forms that sound so
    sounds: Mapping[str, str]
    rivals: Mapping[Concept, frozenset[Concept]]
    plain: re.Pattern[str]
    not_typos: frozenset[str]
    longest: Mapping[str, int]  # by first character

    @classmethod
    def read(cls, words: Path, sounds: Path) -> Self:
        """Loads the two data files. Raises OSError, yaml.YAMLError, or ValueError naming what is wrong in them."""
        with words.open("rb") as lines:
            return cls.build(yaml.load(lines, yaml.CSafeLoader), _sounds(sounds))

    @classmethod
    def build(cls, data: Mapping[str, object], sounds: Mapping[str, str]) -> Self:
        """Builds the tables from parsed data; see `lexicon.yaml` for its layout. Raises ValueError."""
        named = _named(data)
        whole: dict[str, set[Concept]] = {}
        gapped: dict[str, list[tuple[tuple[str, ...], Concept]]] = {}
        for form, concept in _forms(data, named):
            if "~" in form:
                parts = tuple(fold(part) for part in form.split("~"))
                gapped.setdefault(parts[0][0], []).append((parts, concept))
            else:
                whole.setdefault(fold(form), set()).add(concept)
        rivals = _rivals(data, named)
        forms = _inherit(whole, rivals)
        plain = sorted((fold(word) for word in str(data.get("plain", "")).split()), key=len, reverse=True)
        return cls(
            forms=MappingProxyType(forms),
            gapped=MappingProxyType({first: tuple(rows) for first, rows in gapped.items()}),
            by_sound=MappingProxyType(_by_sound(forms, sounds)),
            sounds=MappingProxyType(dict(sounds)),
            rivals=MappingProxyType(rivals),
            plain=re.compile("|".join(map(re.escape, plain)) or r"(?!)"),
            not_typos=frozenset(str(data.get("not_typos", "")).split()),
            longest=MappingProxyType(_longest(forms)),
        )

    def find(self, text: str) -> dict[Concept, float]:
        """Concepts named in a normalised text, each with how surely: 1 for the word itself, less for its sound.

        A form with a gap is loose: it says nothing against a rival that was named before it.
        """
        found: dict[Concept, float] = {}
        gap = 0  # where the text not yet understood begins
        for start in range(len(text)):
            end = start + self._match(text, start)
            for concept in self._spread(text, start):
                if not self.rivals.get(concept, frozenset()) & found.keys():
                    found[concept] = 1.0
            if end > max(gap, start):
                found.update(dict.fromkeys(self.forms[text[start:end]], 1.0))
                self._hear(text[gap:start], found)
                gap = end
        self._hear(text[gap:], found)
        return found

    def _match(self, text: str, start: int) -> int:
        for size in range(min(self.longest.get(text[start], 0), len(text) - start), 0, -1):
            if text[start : start + size] in self.forms:
                return size
        return 0

    def _hear(self, text: str, found: dict[Concept, float]) -> None:
        """Slips of the input method: the sound of a form, with one of its characters right and in place."""
        sounds = [self.sounds.get(character, character) for character in text]
        for start in range(len(text) - 1):
            for size in range(2, min(4, len(text) - start) + 1):
                written = text[start : start + size]
                for form in self.by_sound.get(tuple(sounds[start : start + size]), ()):
                    if any(map(eq, written, form)) and written not in self.not_typos:
                        for concept in self.forms[form]:
                            found.setdefault(concept, _BY_SOUND)

    def _spread(self, text: str, start: int) -> Iterator[Concept]:
        for parts, concept in self.gapped.get(text[start], ()):
            at = start
            for part in parts:
                at = text.find(part, at, at + len(part) + _GAP if at > start else at + len(part))
                if at < 0:
                    break
                at += len(part)
            else:
                yield concept


def _table(data: Mapping[str, object], section: str) -> Mapping[str, str]:
    table = data.get(section, {})
    if not isinstance(table, dict):
        raise ValueError(f"lexicon: {section} must be a table of name: forms")
    return {str(name): str(forms) for name, forms in table.items()}


def _named(data: Mapping[str, object]) -> dict[str, Concept]:
    concepts = [Concept(name, kind) for kind in KINDS for name in _table(data, kind)]
    named = {concept.name: concept for concept in concepts}
    if len(named) < len(concepts):
        raise ValueError("lexicon: a name stands in two sections")
    return named


def _forms(data: Mapping[str, object], named: Mapping[str, Concept]) -> Iterator[tuple[str, Concept]]:
    for kind in KINDS:
        for name, forms in _table(data, kind).items():
            for form in forms.split():
                if not all(fold(part) for part in form.split("~")):
                    raise ValueError(f"lexicon: {name} has an empty form: {form}")
                yield form, named[name]


def _rivals(data: Mapping[str, object], named: Mapping[str, Concept]) -> dict[Concept, frozenset[Concept]]:
    rows = data.get("rivals", [])
    if not isinstance(rows, list):
        raise ValueError("lexicon: rivals must be a list of lists")
    found: dict[Concept, frozenset[Concept]] = {}
    for row in rows:
        if unknown := [name for name in row if name not in named]:
            raise ValueError(f"lexicon: rivals name unknown concepts: {unknown}")
        group = frozenset(named[name] for name in row)
        for concept in group:
            found[concept] = found.get(concept, frozenset()) | (group - {concept})
    return found


def _inherit(
    whole: Mapping[str, set[Concept]], rivals: Mapping[Concept, frozenset[Concept]]
) -> dict[str, frozenset[Concept]]:
    """A form that contains another form means that as well, unless the two are rivals."""
    inherited = {}
    for form, own in whole.items():
        inner = {concept for part in _inside(form) for concept in whole.get(part, ()) if concept.kind != "asks"}
        barred = {rival for concept in own for rival in rivals.get(concept, ())}
        inherited[form] = frozenset(own | (inner - barred))
    return inherited


def _inside(form: str) -> Iterator[str]:
    for size in range(2, len(form)):
        for start in range(len(form) - size + 1):
            yield form[start : start + size]


def _longest(forms: Iterable[str]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for form in forms:
        longest[form[0]] = max(len(form), longest.get(form[0], 0))
    return longest


def _by_sound(
    forms: Mapping[str, frozenset[Concept]], sounds: Mapping[str, str]
) -> dict[tuple[str, ...], tuple[str, ...]]:
    heard: dict[tuple[str, ...], tuple[str, ...]] = {}
    for form, concepts in forms.items():
        if 2 <= len(form) <= 4 and any(c.kind == "topics" for c in concepts) and all(c in sounds for c in form):
            key = tuple(sounds[character] for character in form)
            heard[key] = (*heard.get(key, ()), form)
    return heard


def _sounds(path: Path) -> dict[str, str]:
    with path.open("rb") as lines:
        rows: Mapping[str, str] = yaml.load(lines, yaml.CSafeLoader)
    return {character: sound for sound, characters in rows.items() for character in characters}


def conflict(asked: Iterable[Concept], offered: Iterable[Concept], lexicon: Lexicon) -> bool:
    """True when what is asked names one of a row of rivals and what is offered names only another of that row."""
    held = frozenset(offered)
    return any(concept not in held and lexicon.rivals.get(concept, frozenset()) & held for concept in asked)


DEFAULT = Lexicon.read(LEXICON_FILE, _SOUNDS_FILE)
