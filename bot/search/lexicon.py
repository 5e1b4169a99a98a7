"""The lexicon: which everyday words stand for which terms of trade-union work, and which terms must not be mixed up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Self

import yaml

from bot.search.finder import Finder
from bot.search.normal import fold

KINDS = ("topics", "context", "asks", "outside")
WEAK = 0.5  # how far a form marked with "?" is believed
WORDS = Path(__file__).with_name("words")
_SOUNDS = Path(__file__).with_name("sounds.yaml")
_LONGEST_HEARD = 5
_DIGITS = dict(zip("0123456789", ["ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"], strict=True))

Data = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Concept:
    """One group of words that mean the same. Compared by name."""

    name: str
    kind: str


Meaning = tuple[tuple[int, float], ...]  # numbers of concepts, each with how far a form is believed to mean it


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Frozen tables; safe to share. `read` is the usual way to get one. Concepts are known by their number."""

    concepts: tuple[Concept, ...]
    forms: Mapping[str, Meaning]
    rivals: Mapping[int, frozenset[int]]
    together: tuple[tuple[int, int, int], ...]  # two concepts, and what they mean in one question
    plain: frozenset[str]  # words without content
    empty: frozenset[str]  # characters without content
    sounds: Mapping[str, str]  # character -> pinyin without tones
    by_sound: Mapping[tuple[str, ...], tuple[str, ...]]  # forms that sound so
    heard_begins: frozenset[tuple[str, ...]]  # how the first two characters of these sound
    not_typos: frozenset[str]
    longest: Mapping[str, int]  # by first character, forms and plain words
    finder: Finder  # forms and plain words, for many texts at once

    @classmethod
    def read(cls, folder: Path = WORDS, sounds: Path = _SOUNDS) -> Self:
        """Loads the data files. Raises OSError, yaml.YAMLError, or ValueError naming what is wrong in them."""
        with sounds.open("rb") as lines:
            rows: Mapping[str, str] = yaml.load(lines, yaml.CSafeLoader)
        table = {character: sound for sound, characters in rows.items() for character in characters} | _DIGITS
        return cls.build([_load(path) for path in sorted(folder.glob("*.yaml"))], table)

    @classmethod
    def build(cls, files: Iterable[Data], sounds: Mapping[str, str]) -> Self:
        """Builds the tables from parsed files; see `words/README.md` for their layout. Raises ValueError."""
        data = list(files)
        concepts = _concepts(data)
        number = {concept.name: at for at, concept in enumerate(concepts)}
        rivals = _rivals(data, number)
        forms = _inherit(_forms(data, number), rivals, concepts)
        plain = frozenset(map(fold, _words(data, "plain")))
        by_sound = _by_sound({*forms, *plain}, sounds)
        return cls(
            concepts=concepts,
            forms=MappingProxyType(forms),
            rivals=MappingProxyType(rivals),
            together=_together(data, number),
            plain=plain,
            empty=frozenset(_words(data, "empty")),
            sounds=MappingProxyType(dict(sounds)),
            by_sound=MappingProxyType(by_sound),
            heard_begins=frozenset(sound[:2] for sound in by_sound),
            not_typos=frozenset(_words(data, "not_typos")),
            longest=MappingProxyType(_longest([*forms, *plain])),
            finder=Finder.of({word: [each for each, _ in forms.get(word, ())] for word in {*forms, *plain}}),
        )

    def names(self, numbers: Iterable[int]) -> set[str]:
        """The names of concepts."""
        return {self.concepts[each].name for each in numbers}


def _load(path: Path) -> Data:
    with path.open("rb") as lines:
        loaded: Data = yaml.load(lines, yaml.CSafeLoader)
    return loaded


def _table(data: Data, section: str) -> Mapping[str, str]:
    table = data.get(section) or {}
    if not isinstance(table, dict):
        raise ValueError(f"lexicon: {section} must be a table of name: forms")
    return {str(name): str(forms) for name, forms in table.items()}


def _words(files: Sequence[Data], section: str) -> list[str]:
    return [word for data in files for word in str(data.get(section) or "").split()]


def _concepts(files: Sequence[Data]) -> tuple[Concept, ...]:
    found = [Concept(name, kind) for data in files for kind in KINDS for name in _table(data, kind)]
    if twice := {one.name for at, one in enumerate(found) if one.name in {other.name for other in found[:at]}}:
        raise ValueError(f"lexicon: names that stand twice: {sorted(twice)}")
    return tuple(found)


def _forms(files: Sequence[Data], number: Mapping[str, int]) -> dict[str, dict[int, float]]:
    forms: dict[str, dict[int, float]] = {}
    for data in files:
        for kind in KINDS:
            for name, words in _table(data, kind).items():
                for word in words.split():
                    form = fold(word)
                    if not form:
                        raise ValueError(f"lexicon: {name} has an empty form: {word}")
                    forms.setdefault(form, {})[number[name]] = WEAK if word.endswith("?") else 1.0
    return forms


def _rivals(files: Sequence[Data], number: Mapping[str, int]) -> dict[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = {}
    for data in files:
        rows = data.get("rivals") or []
        if not isinstance(rows, list):
            raise ValueError("lexicon: rivals must be a list of lists")
        for row in rows:
            if unknown := [name for name in row if name not in number]:
                raise ValueError(f"lexicon: rivals name unknown concepts: {unknown}")
            group = frozenset(number[name] for name in row)
            for each in group:
                found[each] = found.get(each, frozenset()) | (group - {each})
    return found


def _together(files: Sequence[Data], number: Mapping[str, int]) -> tuple[tuple[int, int, int], ...]:
    found = []
    for data in files:
        rows = data.get("together") or {}
        if not isinstance(rows, dict):
            raise ValueError("lexicon: together must be a table of name: pairs")
        for name, pairs in rows.items():
            for pair in pairs:
                names = [*str(pair).split("+"), name]
                if len(names) != 3 or not all(each in number for each in names):
                    raise ValueError(f"lexicon: {name} has an unusable pair: {pair}")
                found.append((number[names[0]], number[names[1]], number[names[2]]))
    return tuple(found)


def _inherit(
    forms: Mapping[str, Mapping[int, float]], rivals: Mapping[int, frozenset[int]], concepts: Sequence[Concept]
) -> dict[str, Meaning]:
    """A form that contains another form means that as well, unless the two are rivals or the other only asks."""
    inherited = {}
    for form, own in forms.items():
        barred = {rival for each in own for rival in rivals.get(each, ())}
        means: dict[int, float] = {}
        for part in _inside(form):
            for each, sure in forms.get(part, {}).items():
                if each not in barred and concepts[each].kind != "asks":
                    means[each] = max(sure, means.get(each, 0.0))
        inherited[form] = tuple(sorted((means | dict(own)).items()))
    return inherited


def _inside(form: str) -> Iterator[str]:
    for size in range(2, len(form)):
        for start in range(len(form) - size + 1):
            yield form[start : start + size]


def _longest(words: Iterable[str]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for word in words:
        longest[word[0]] = max(len(word), longest.get(word[0], 0))
    return longest


def _by_sound(words: Iterable[str], sounds: Mapping[str, str]) -> dict[tuple[str, ...], tuple[str, ...]]:
    heard: dict[tuple[str, ...], list[str]] = {}
    for word in sorted(words):
        if 2 <= len(word) <= _LONGEST_HEARD and all(character in sounds for character in word):
            heard.setdefault(tuple(sounds[character] for character in word), []).append(word)
    return {sound: tuple(words) for sound, words in heard.items()}


DEFAULT = Lexicon.read()
