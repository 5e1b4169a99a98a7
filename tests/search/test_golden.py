"""The golden questions against the FAQ of this repository, with the floors below which nothing may fall."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from bot.search import Decision, Entry, Index, Result

GOLDEN = Path(__file__).with_name("golden.yaml")
PRECISION, RESOLVED, DECLINED = 0.97, 0.80, 0.80


class Case(NamedTuple):
    kind: str
    ask: str
    expect: frozenset[str]  # empty: nothing in the FAQ answers this


def cases() -> Iterator[Case]:
    for kind, rows in yaml.load(GOLDEN.read_text(encoding="utf-8"), yaml.CSafeLoader).items():
        for row in rows:
            wanted = [row["expect"]] if isinstance(row["expect"], str) else row["expect"]
            yield Case(kind, row["ask"], frozenset(wanted) - {"decline"})


@pytest.fixture(scope="module")
def results(index: Index) -> list[tuple[Case, Result]]:
    return [(case, index.ask(case.ask)) for case in cases()]


def test_expected_entries_exist(faq: list[Entry]) -> None:
    assert {wanted for case in cases() for wanted in case.expect} <= {entry.id for entry in faq}


def test_answers_are_right(results: list[tuple[Case, Result]]) -> None:
    answered = [(case, result) for case, result in results if result.decision is Decision.ANSWER]
    wrong = [(case.ask, result.hits[0].id) for case, result in answered if result.hits[0].id not in case.expect]
    assert len(answered) >= 40
    assert len(wrong) <= (1 - PRECISION) * len(answered), wrong


def test_questions_are_resolved(results: list[tuple[Case, Result]]) -> None:
    ours = [(case, result) for case, result in results if case.expect]
    lost = [(case.ask, result) for case, result in ours if not resolved(case, result)]
    assert len(lost) <= (1 - RESOLVED) * len(ours), lost


@pytest.mark.parametrize("kind", ["typos", "traditional", "full_width", "chatty", "near_misses"])
def test_every_way_of_writing_is_resolved(results: list[tuple[Case, Result]], kind: str) -> None:
    ours = [(case, result) for case, result in results if case.kind == kind]
    lost = [(case.ask, result) for case, result in ours if not resolved(case, result)]
    assert ours
    assert len(lost) <= 1, lost


def test_foreign_questions_are_declined(results: list[tuple[Case, Result]]) -> None:
    foreign = [(case, result) for case, result in results if not case.expect]
    taken = [(case.ask, result) for case, result in foreign if result.decision is not Decision.DECLINE]
    assert not [ask for ask, result in taken if result.decision is Decision.ANSWER]
    assert len(taken) <= (1 - DECLINED) * len(foreign), taken


def test_every_known_question_answers_itself(index: Index, faq: list[Entry]) -> None:
    assert faq
    for entry in faq:
        result = index.ask(entry.question)
        assert entry.id in {hit.id for hit in result.hits}, entry.question


def resolved(case: Case, result: Result) -> bool:
    shown = result.hits[:1] if result.decision is Decision.ANSWER else result.hits
    return any(hit.id in case.expect for hit in shown)
