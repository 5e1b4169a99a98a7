"""Recorded conversations: tests, documentation and demo in one.

`tests/dialogues/*.yaml` hold what people say and what the bot answers, word for word, on the real database, content and
handlers with a clock that stands still. After a wanted change run `UPDATE_DIALOGUES=1 pytest tests/dialogues` and
review the diff.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dialogues.filled import Filled
from tests.dialogues.playing import play
from tests.engines import Stock

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.yaml"))


class Readable(yaml.SafeDumper):
    """Texts of several lines as blocks, the way people read them; nothing shared by reference."""

    def ignore_aliases(self, data: object) -> bool:
        """Write every turn out."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Readable.add_representer(str, _text)


@cache
def read(path: Path) -> list[dict[str, Any]]:
    """The dialogues of a file, read once."""
    dialogues: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return dialogues


CASES = [(path, each["name"]) for path in FILES for each in read(path)]


@pytest.mark.parametrize(("path", "name"), CASES, ids=[f"{path.stem}: {name}" for path, name in CASES])
def test_the_bot_says_what_was_recorded(
    path: Path, name: str, content_file: Filled, tmp_path: Path, engines: Stock
) -> None:
    dialogues = read(path)
    dialogue = next(each for each in dialogues if each["name"] == name)
    said = play(dialogue, content_file, tmp_path, engines)
    if os.environ.get("UPDATE_DIALOGUES"):
        for turn, replies in zip(dialogue["turns"], said, strict=True):
            turn["bot"] = replies
        text = yaml.dump(dialogues, Dumper=Readable, allow_unicode=True, sort_keys=False, width=1000)
        path.write_text(text, encoding="utf-8")
        return
    for number, (turn, replies) in enumerate(zip(dialogue["turns"], said, strict=True), start=1):
        assert replies == turn.get("bot", []), f"turn {number} of {name}"


def test_names_are_unique() -> None:
    assert len(set(CASES)) == len(CASES)


def test_there_are_enough_dialogues() -> None:
    assert len(CASES) >= 100
    assert sum(path.stem in ("joining", "membership", "district", "odd_input") for path, _ in CASES) >= 40
