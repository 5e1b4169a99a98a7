"""The questions the search is measured on: the open labour set and its like, our own, and a made-up large store."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.search import DEFAULT, Entry

OWN = Path(__file__).with_name("search_queries.yaml")
_ENDS = (
    "怎么办", "有多少", "怎么申请", "要什么材料", "去哪里办", "多久到账",
    "合法吗", "谁承担", "标准是多少", "可以吗", "怎么算", "有没有",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the entries that answer it (none: out of scope), its part of the set, and how far out it is."""

    text: str
    gold: frozenset[str]
    split: str = "test"
    kind: str = ""


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def entries(folder: Path, name: str) -> list[Entry]:
    """The store of a set."""
    rows = _lines(folder / "data" / f"{name}.entries.jsonl")
    return [Entry(row["id"], row["question"], tuple(row["aliases"])) for row in rows]


def questions(folder: Path, name: str) -> list[Question]:
    """Its questions, then those out of its scope."""
    found = []
    for part in ("queries", "oos"):
        for row in _lines(folder / "data" / f"{name}.{part}.jsonl"):
            found.append(Question(row["q"], frozenset(row["gold"]), row.get("split", "test"), row.get("kind", "")))
    return found


def own_questions() -> list[Question]:
    """Our own questions to the store of the labour set."""
    rows = yaml.safe_load(OWN.read_text(encoding="utf-8"))
    return [Question(text, frozenset({entry})) for entry, texts in rows.items() for text in texts]


def made_up(count: int, phrasings: int, seed: int = 7) -> list[Entry]:
    """A store of words of the lexicon and rare characters; every entry has a question and so many phrasings."""
    chance = random.Random(seed)
    words = sorted(word for word in DEFAULT.forms if 2 <= len(word) <= 4)
    characters = [chr(0x4E00 + number) for number in range(2500)]

    def text(start: str) -> str:
        middle = chance.choice(words) if chance.random() < 0.5 else "".join(chance.choices(characters, k=3))
        return start + middle + chance.choice(_ENDS)

    made = []
    for number in range(count):
        start = chance.choice(words) + chance.choice(words)
        others = tuple(
            f"{text(start[: chance.randint(2, len(start))])}{chance.choice(characters)}" for _ in range(phrasings)
        )
        made.append(Entry(f"made-{number}", f"{text(start)}{number % 97}", others))
    return made
