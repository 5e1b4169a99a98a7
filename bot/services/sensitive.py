"""Sensitive matters: words after which no search answers first, but a person, a hotline and a case."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_CHARS = 700  # the platform takes 2048 bytes: 682 characters of Chinese. Longer texts would only cost time
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind of matter. `words` are said to the person, `entries` offered afterwards; `urgent` cases come first."""

    id: str
    title: str
    words: str
    entries: tuple[str, ...]
    urgent: bool
    signs: re.Pattern[str]
    excuses: tuple[re.Pattern[str], ...]


class Sensitive:
    """The union's table of sensitive matters (`content/sensitive.yaml`), in its order. Frozen; safe to share."""

    def __init__(self, matters: Iterable[Mapping[str, Any]] = ()) -> None:
        """`matters` as `bot.content.read_sensitive` gives them."""
        self._matters = tuple(
            Matter(
                id=each["id"],
                title=each["title"],
                words=each["words"],
                entries=tuple(each["entries"]),
                urgent=each["urgent"],
                signs=_any(each["signs"]),
                excuses=tuple(map(re.compile, each["not"])),
            )
            for each in matters
        )

    def find(self, text: str) -> Matter | None:
        """The first matter that these words are a sign of. A sign inside an excuse (累死了, 跳楼价) is none."""
        plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:MAX_CHARS]).lower())
        return next((each for each in self._matters if each.signs.search(_without(each.excuses, plain))), None)

    def title(self, matter_id: str) -> str:
        """How staff call it; empty for an unknown id."""
        return next((each.title for each in self._matters if each.id == matter_id), "")


def _without(excuses: tuple[re.Pattern[str], ...], plain: str) -> str:
    """The text with a line end in the place of every excuse, which no sign reaches across."""
    for each in excuses:
        plain = each.sub("\n", plain)
    return plain


def _any(expressions: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in expressions) or r"(?!)")
