"""Sensitive matters: words after which no search answers first, but a person, a hotline and a case."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_CHARS = 400  # what is longer is not read on: the expressions are not linear in the length


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind of matter. `words` are said to the person, `entries` offered afterwards; `urgent` cases come first."""

    id: str
    title: str
    words: str
    entries: tuple[str, ...]
    urgent: bool
    signs: re.Pattern[str]
    excuses: re.Pattern[str]


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
                excuses=_any(each["not"]),
            )
            for each in matters
        )

    def find(self, text: str) -> Matter | None:
        """The first matter that these words are a sign of. A sign inside an excuse (累死了, 跳楼价) is none."""
        plain = unicodedata.normalize("NFKC", text[:MAX_CHARS]).lower()
        return next((each for each in self._matters if each.signs.search(each.excuses.sub("\n", plain))), None)

    def title(self, matter_id: str) -> str:
        """How staff call it; empty for an unknown id."""
        return next((each.title for each in self._matters if each.id == matter_id), "")


def _any(expressions: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in expressions) or r"(?!)")
