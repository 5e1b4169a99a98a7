"""Understanding a question: the concepts it names, and the words that were misspelt or misheard in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import eq

from bot.search.lexicon import Lexicon

_HEARD = 0.8  # how far a word is believed that sounds like a form and has a character right and in place
_HEARD_ALL = 0.6  # … and that has none right
_LONGEST_HEARD = 5
_TOGETHER = 0.7  # how far a concept is believed that only follows from two others
_DOUBTED = 0.6  # what is left of that for an everyday word


def spans(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """The words of the lexicon in a normalised text as (start, end): the longest at each place, none inside another."""
    end = 0
    for start, first in enumerate(text):
        for size in range(min(lexicon.longest.get(first, 0), len(text) - start), 0, -1):
            word = text[start : start + size]
            if word in lexicon.forms or word in lexicon.plain:
                if start + size > end:
                    yield start, start + size
                    end = start + size
                break


def find(text: str, lexicon: Lexicon) -> dict[int, float]:
    """Numbers of the concepts in a normalised text, each with how surely it is meant: 1 for the word itself."""
    return understand(text, lexicon).concepts


@dataclass(frozen=True, slots=True)
class Slip:
    """A part of a text that sounds like a word of the lexicon, written otherwise."""

    start: int
    end: int
    word: str


@dataclass(frozen=True, slots=True)
class Understood:
    """The concepts of a text with how surely each is meant, what seems to be misspelt in it, and what is left."""

    concepts: dict[int, float]
    slips: list[Slip]
    left: list[bool]  # for each character, whether no word of the lexicon holds it


def understand(text: str, lexicon: Lexicon) -> Understood:
    """Finds the words of the lexicon, and in what is left those that sound like one."""
    found: dict[int, float] = {}
    open_ = [True] * len(text)
    for start, end in spans(text, lexicon):
        open_[start:end] = [False] * (end - start)
        for concept, sure in lexicon.forms.get(text[start:end], ()):
            found[concept] = max(sure, found.get(concept, 0.0))
    slips = []
    for slip, believed in _heard(text, open_, lexicon):
        slips.append(slip)
        for concept, sure in lexicon.forms.get(slip.word, ()):
            found.setdefault(concept, sure * believed)
    for one, other, both in lexicon.together:
        if one in found and other in found:
            found.setdefault(both, _TOGETHER * min(found[one], found[other]))
    return Understood(found, slips, open_)


def _heard(text: str, open_: list[bool], lexicon: Lexicon) -> Iterator[tuple[Slip, float]]:
    """Slips of the input method and of voice transcripts, with how far each is believed: the longest words first.

    A slip has a character that no word holds (`open_`); what has been heard counts as held from then on.
    """
    if True not in open_:
        return
    sounds = [lexicon.sounds.get(character, character) for character in text]
    begins = [start for start, both in enumerate(pairwise(sounds)) if both in lexicon.heard_begins]
    for size in range(min(_LONGEST_HEARD, len(text)), 1, -1):
        for start in begins:
            end = start + size
            if end > len(text) or True not in open_[start:end]:
                continue
            words = lexicon.by_sound.get(tuple(sounds[start:end]))
            written = text[start:end]
            if not words or written in words:
                continue
            doubt = _DOUBTED if written in lexicon.not_typos else 1.0
            open_[start:end] = [False] * size
            for word in words:
                yield Slip(start, end, word), doubt * (_HEARD if any(map(eq, written, word)) else _HEARD_ALL)
