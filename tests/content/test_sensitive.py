"""Sensitive matters: what must get a person at once does, what is an ordinary question does not."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from pydantic import Field

from bot import search
from bot.services.sensitive import Sensitive
from tests.content.models import CONTENT, DATA, Slug, Strict, Text, load_entries, load_yaml


class Matter(Strict):
    """One matter of content/sensitive.yaml."""

    id: Slug
    title: Text
    signs: list[Text] = Field(min_length=1)
    cancelled_by: list[Text] = Field(alias="not")
    words: Text = Field(max_length=200)
    entries: list[Slug]
    urgent: bool


class SensitiveFile(Strict):
    """content/sensitive.yaml."""

    matters: list[Matter]


class Examples(Strict):
    """tests/data/sensitive_examples.yaml: what people write, by matter, and ordinary questions."""

    fires: dict[Slug, list[Text]]
    ordinary: list[Text]


MATTERS = SensitiveFile.model_validate(load_yaml(CONTENT / "sensitive.yaml")).matters
EXAMPLES = Examples.model_validate(load_yaml(DATA / "sensitive_examples.yaml"))
ENTRIES = load_entries()
# A simplified character and one traditional form of it; the rows of the search's table stand in pairs.
ROWS: list[tuple[str, str]] = yaml.load(
    Path(search.__file__).with_name("simplified.yaml").read_text("utf-8"), yaml.CSafeLoader
)
TRADITIONAL = {new: old for above, below in ROWS for old, new in zip(above, below, strict=True)}
HOTLINES = {"110", "120", "12333", "12348", "12351", "12356"}  # those that the reference confirms
# Entries that are about such a matter themselves: the person comes first, their answer is offered afterwards.
ABOUT = {
    "wm-harass", "wi-death", "wi-48h", "wi-home", "wi-scope", "join-minor", "dp-group", "ac-psy", "wage-crime",
    "sf-child", "sf-minor", "wi-illegal", "lc-resign-now", "si-third",
}  # fmt: skip


def sensitive(*matters: Matter) -> Sensitive:
    """The bot's own table with these matters."""
    return Sensitive({**matter.model_dump(exclude={"cancelled_by"}), "not": matter.cancelled_by} for matter in matters)


TABLE = sensitive(*MATTERS)


def fired(text: str) -> str:
    """The matter that a text fires first; empty when none."""
    matter = TABLE.find(text)
    return matter.id if matter else ""


SAID = [(matter, text) for matter, texts in EXAMPLES.fires.items() for text in texts]


@pytest.mark.parametrize(("matter", "text"), SAID, ids=[text for _, text in SAID])
def test_a_person_is_called(matter: str, text: str) -> None:
    assert fired(text) == matter


@pytest.mark.parametrize("text", EXAMPLES.ordinary)
def test_an_ordinary_question_is_answered(text: str) -> None:
    assert fired(text) == ""


def traditional(text: str) -> str:
    """As people write it who write traditional characters."""
    return "".join(TRADITIONAL.get(each, each) for each in text)


def apart(mark: str) -> Callable[[str], str]:
    """Something between all letters; a number stays one."""
    return lambda text: re.sub(r"(?<=\w)(?=\w)(?<!\d)|(?<=\d)(?=[^\W\d])", lambda found: mark, text)


WRITTEN = {
    "traditional": traditional,
    "blanks": apart(" "),
    "wide blanks": apart("\u3000"),
    "line ends": apart("\n"),
    "carriage returns": apart("\r\n"),
    "full stops": apart("."),
    "sentence ends": apart("。"),
    "slashes": apart("/"),
    "commas": apart("，"),
    "dashes": apart(" - "),
    "underscores": apart("_"),
    "stars": apart("**"),
    "pictures": apart("\N{BROKEN HEART}"),
    "hidden letters": apart("\u200b"),
    "traditional and apart": lambda text: apart(" / ")(traditional(text)),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_a_sign_is_seen_however_it_is_written(written: Callable[[str], str]) -> None:
    said = [(matter, written(text)) for matter, text in SAID]
    assert [(matter, text, fired(text)) for matter, text in said if fired(text) != matter] == []


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_an_ordinary_question_stays_one_however_it_is_written(written: Callable[[str], str]) -> None:
    asked = map(written, EXAMPLES.ordinary)
    assert [(text, fired(text)) for text in asked if fired(text)] == []


@pytest.mark.parametrize("mark", ["。", "？", "！ ", "，", "\n", " "])
def test_the_sentences_of_a_long_message_are_not_glued_into_a_sign(mark: str) -> None:
    """All ways to ask of one entry, as far as a message goes, and of every entry with the next one's."""
    asked = [[text for text in (e.question, *e.phrasings) if not fired(text)] for e in ENTRIES if e.id not in ABOUT]
    letters = [mark.join(texts) for texts in asked]
    pairs = [mark.join(pair) for one, other in pairwise(asked) for pair in zip(one, other, strict=False)]
    assert [(text, fired(text)) for text in (*letters, *pairs) if fired(text)] == []


def test_the_end_of_a_sentence_is_no_gap_in_a_word() -> None:
    assert fired("我天天都在想。死亡赔偿金怎么算") == fired("这是我们的自。杀虫剂放车间合规吗") == ""
    assert fired("我真的不想。活了") == fired("我要自。杀") == "despair"


def test_enough_examples() -> None:
    assert {matter.id for matter in MATTERS} == set(EXAMPLES.fires)
    assert min(len(texts) for texts in EXAMPLES.fires.values()) >= 15
    assert len(EXAMPLES.ordinary) >= 60
    assert len({text for _, text in SAID} | set(EXAMPLES.ordinary)) == len(SAID) + len(EXAMPLES.ordinary)


def test_the_ways_of_asking_an_entry_are_ordinary() -> None:
    asked = [(e.id, text) for e in ENTRIES if e.id not in ABOUT for text in (e.question, *e.phrasings)]
    assert [(entry_id, text, fired(text)) for entry_id, text in asked if fired(text)] == []


def test_entries_offered_afterwards_exist() -> None:
    offered = {entry_id for matter in MATTERS for entry_id in matter.entries}
    assert offered <= {entry.id for entry in ENTRIES}
    assert all(len(set(matter.entries)) == len(matter.entries) <= 3 for matter in MATTERS)


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.id)
def test_words_carry_the_hotline_and_confirmed_numbers(matter: Matter) -> None:
    assert matter.words.count("{hotline}") == 1
    numbers = set(re.findall(r"\d{3,}", matter.words))
    assert numbers <= HOTLINES
    assert not matter.urgent or numbers & {"110", "120"}


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.id)
def test_every_exception_is_needed(matter: Matter) -> None:
    """An exception that no example needs is either wrong or untried."""
    for pattern in matter.cancelled_by:
        kept = [each for each in matter.cancelled_by if each != pattern]
        without = sensitive(matter.model_copy(update={"cancelled_by": kept}))
        assert any(without.find(text) for text in EXAMPLES.ordinary), pattern


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.id)
def test_gaps_are_bounded(matter: Matter) -> None:
    """A gap without a bound joins words that have nothing to do with each other, and can make a search slow."""
    unbounded = re.compile(r"(?<!\\)[.)\]][*+]")
    assert [pattern for pattern in (*matter.signs, *matter.cancelled_by) if unbounded.search(pattern)] == []
