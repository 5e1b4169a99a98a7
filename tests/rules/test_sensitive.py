"""The table of sensitive matters: signs, exceptions, hidden letters, long messages, words that cannot be said."""

from pathlib import Path

import pytest

from bot import content
from bot.errors import Misconfigured
from bot.services.sensitive import MAX_CHARS, Sensitive

MATTERS = [
    {
        "id": "despair",
        "title": "轻生",
        "words": "",
        "entries": [],
        "urgent": True,
        "signs": ["不想活", "跳.{0,3}楼"],
        "not": ["不想活动", "跳价"],
    },
    {"id": "hit", "title": "被打", "words": "", "entries": [], "urgent": True, "signs": ["被打"], "not": []},
]
FILE = """
matters:
- id: despair
  title: 轻生念头
  signs: ['不想活']
  words: '{words}'
"""


def found(text: str) -> str:
    matter = Sensitive(MATTERS).find(text)
    return matter.id if matter else ""


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("我不想活了", "despair"),
        ("我被打了，不想活", "despair"),
        ("我被打了", "hit"),
        ("今天不想活动", ""),
        ("不想活动，也不想活", "despair"),
        ("我不\u200b想\u00ad活了", "despair"),
        ("跳跳价楼", ""),
        ("好" * (MAX_CHARS - 4) + "不想活了", "despair"),
        ("好" * 10_000, ""),
        ("", ""),
    ],
)
def test_a_sign_is_found(text: str, matter: str) -> None:
    assert found(text) == matter


def test_nothing_is_sensitive_without_a_table() -> None:
    assert Sensitive().find("我不想活了") is None
    assert Sensitive([{**MATTERS[0], "signs": []}]).find("好") is None
    assert (Sensitive(MATTERS).title("hit"), Sensitive(MATTERS).title("no")) == ("被打", "")


@pytest.mark.parametrize(
    "words", ["请拨打{hotline}或{phone}，现在就打。", "请拨打{hotline}，现在就打 {。", "请拨打{}，现在就打，别怕。"]
)
def test_words_that_could_not_be_said_are_refused_at_the_start(tmp_path: Path, words: str) -> None:
    path = tmp_path / "sensitive.yaml"
    path.write_text(FILE.replace("{words}", words), "utf-8")
    with pytest.raises(Misconfigured, match="hotline"):
        content.read_sensitive(path)


def test_every_matter_of_the_repository_can_be_said() -> None:
    matters = content.read_sensitive(Path(__file__).parents[2] / "content" / "sensitive.yaml")
    assert matters
    for matter in matters:
        said = matter["words"].format(hotline="12351", office="工作日")
        assert "{" not in said and len(matter["id"]) <= 32
