"""Sensitive matters: words after which no search answers first, but a person, a hotline and a case."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.search import unify

MAX_CHARS = 700  # the platform takes 2048 bytes: 682 characters of Chinese. Longer texts would only cost time
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe0f\ufeff]")
_BLANKS = re.compile(r"\s+")
# Marks in the middle of words hide them (自.杀) or are only breath; between two digits they belong to a number (3.5).
_ENDS = "。!?;…"
_MARKS = re.compile(rf"(?<!\d)[^\w\s{_ENDS}]++|[^\w\s{_ENDS}]++(?!\d)|_+")
# Where one sentence ends and another begins: no word goes on there. Beside one or two letters it is no sentence's end.
_SENTENCE = re.compile(rf"(?<=\w\w\w)[{_ENDS}]+(?=\w\w\w)")
_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|[()|]|[^\\\[()|]+")
_EDGES = f"{_ENDS},.、:~"
_BARRIER = "\n"  # what no sign reaches across


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind of matter. `words` are said to the person, `entries` offered afterwards; `urgent` cases come first."""

    id: str
    title: str
    words: str
    entries: tuple[str, ...]
    urgent: bool
    signs: tuple[re.Pattern[str], ...]
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
                signs=tuple(re.compile(one) for sign in each["signs"] for one in _alternatives(sign)),
                excuses=tuple(map(re.compile, each["not"])),
            )
            for each in matters
        )

    def find(self, text: str) -> Matter | None:
        """The first matter that these words are a sign of. A sign inside an excuse (累死了, 跳楼价) is none.

        Traditional characters are read as simplified ones. The words are read as they stand, and once more with
        everything between the letters taken out, each sentence for itself.
        """
        copies = _copies(text)
        return next((each for each in self._matters if any(_fires(each, copy) for copy in copies)), None)

    def title(self, matter_id: str) -> str:
        """How staff call it; empty for an unknown id."""
        return next((each.title for each in self._matters if each.id == matter_id), "")


def _copies(text: str) -> tuple[str, ...]:
    """The text on one line, and where that differs, with nothing but letters and digits between ends of sentences."""
    plain = _BLANKS.sub(" ", _INVISIBLE.sub("", unify(text[:MAX_CHARS]))).strip()
    bare = _MARKS.sub("", plain.replace(" ", ""))
    folded = re.sub(f"[{_ENDS}]+", "", _SENTENCE.sub(_BARRIER, bare))
    return (plain,) if folded == plain.strip(_EDGES) else (plain, folded)


def _fires(matter: Matter, copy: str) -> bool:
    """Whether a sign is found, and still is without the excuses. Most words hold none: excuses are looked at last."""
    if not any(each.search(copy) for each in matter.signs):
        return False
    for excuse in matter.excuses:
        copy = excuse.sub(_BARRIER, copy)
    return any(each.search(copy) for each in matter.signs)


def _alternatives(expression: str) -> list[str]:
    """What stands between the outermost `|`. One by one they are looked for by their first letter: 5 times faster."""
    parts, depth = [""], 0
    for token in _TOKEN.findall(expression):
        depth += (token == "(") - (token == ")")
        if token == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += token
    return parts
