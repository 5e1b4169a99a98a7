"""What somebody says in need is for a person: it never stands among the questions that all staff read."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from bot.clock import SHANGHAI
from bot.testing import Talk
from storage.cases import Case
from storage.misses import Gap, Miss
from tests.dialogues import filled
from tests.engines import Stock
from tests.storage.kit import rows

EXAMPLES = Path(__file__).parents[1] / "data" / "sensitive_examples.yaml"
FIRES: dict[str, list[str]] = yaml.load(EXAMPLES.read_text("utf-8"), yaml.CSafeLoader)["fires"]


@pytest.mark.parametrize("where", ["private", "group", "form"])
def test_sensitive_words_are_not_among_the_questions_without_an_answer(
    where: str, content_file: filled.Filled, tmp_path: Path, engines: Stock
) -> None:
    with filled.opened(filled.copied(content_file, tmp_path), engines) as database:
        talk = Talk(database, content_file.house(), datetime(2026, 11, 25, 10, tzinfo=SHANGHAI))
        group = {"chat": "工友群", "mentioned": True} if where == "group" else {}
        for words in ("入会", "同意") if where == "form" else ():
            talk.says(words)
        for text in (text for texts in FIRES.values() for text in texts[::5]):
            talk.says(text, **group)
        talk.says("没帮助", **group)
        talk.pass_time(hours=1)
        assert rows(database, Miss, "words") == [] == rows(database, Gap, "words")
        assert {topic for (topic,) in rows(database, Case, "topic")} == set(FIRES)
