"""Sensitive matters: what must get a person at once does, what is an ordinary question does not."""

import re
import unicodedata

import pytest
from pydantic import Field

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
HOTLINES = {"110", "120", "12333", "12348", "12351", "12356"}  # those that the reference confirms
# Entries that are about such a matter themselves: the person comes first, their answer is offered afterwards.
ABOUT = {
    "wm-harass", "wi-death", "wi-48h", "wi-home", "wi-scope", "join-minor", "dp-group", "ac-psy", "wage-crime",
    "sf-child", "sf-minor", "wi-illegal", "lc-resign-now", "si-third",
}  # fmt: skip


def fired(text: str) -> list[str]:
    """The matters that a text fires, in the order of the file."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return [matter.id for matter in MATTERS if _fires(matter, plain)]


def _fires(matter: Matter, plain: str) -> bool:
    for pattern in matter.cancelled_by:
        plain = re.sub(pattern, "\n", plain)
    return any(re.search(pattern, plain) for pattern in matter.signs)


SAID = [(matter, text) for matter, texts in EXAMPLES.fires.items() for text in texts]


@pytest.mark.parametrize(("matter", "text"), SAID, ids=[text for _, text in SAID])
def test_a_person_is_called(matter: str, text: str) -> None:
    assert fired(text)[:1] == [matter]


@pytest.mark.parametrize("text", EXAMPLES.ordinary)
def test_an_ordinary_question_is_answered(text: str) -> None:
    assert fired(text) == []


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
    plain = [unicodedata.normalize("NFKC", text).lower() for text in EXAMPLES.ordinary]
    for pattern in matter.cancelled_by:
        kept = [each for each in matter.cancelled_by if each != pattern]
        without = matter.model_copy(update={"cancelled_by": kept})
        assert any(_fires(without, text) for text in plain), pattern


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.id)
def test_gaps_are_bounded(matter: Matter) -> None:
    """A gap without a bound joins words that have nothing to do with each other, and can make a search slow."""
    unbounded = re.compile(r"(?<!\\)[.)\]][*+]")
    assert [pattern for pattern in (*matter.signs, *matter.cancelled_by) if unbounded.search(pattern)] == []
