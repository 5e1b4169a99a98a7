"""Embeddings are one more sign: they add candidates and move confidence a little; without them nothing changes."""

import math

import pytest

from bot.search import Decision, Index
from tests.search.small import SMALL

VECTORS = {
    entry.question: [1.0 if place == number else 0.0 for place in range(len(SMALL))]
    for number, entry in enumerate(SMALL)
}
INDEX = Index(SMALL, vectors=VECTORS)
PLAIN = Index(SMALL)
ASKED = ["生完娃歇多长", "怎么入会", "老板不给钱", "今天天气怎么样", "带薪假一年给几天", "？？"]


def towards(number: int, by: float = 1.0) -> list[float]:
    rest = math.sqrt((1 - by * by) / (len(SMALL) - 1))
    return [by if place == number else rest for place in range(len(SMALL))]


@pytest.mark.parametrize("text", ASKED)
def test_without_a_vector_nothing_changes(text: str) -> None:
    assert INDEX.ask(text) == PLAIN.ask(text)
    assert PLAIN.ask(text, vector=towards(0)) == PLAIN.ask(text)


@pytest.mark.parametrize("vector", [[], [1.0], [0.0] * len(SMALL)])
def test_a_vector_of_another_length_or_without_direction_is_not_looked_at(vector: list[float]) -> None:
    assert [hit.id for hit in INDEX.ask("带薪假一年给几天", vector=vector).hits][:1] == ["annual"]


def test_a_vector_that_agrees_makes_surer_and_one_that_does_not_less_sure() -> None:
    text = "带薪假一年给几天"
    plain = INDEX.ask(text).hits[0]
    agreeing, doubting = INDEX.ask(text, vector=towards(0)), INDEX.ask(text, vector=towards(5))
    assert plain.id == agreeing.hits[0].id == "annual"
    assert agreeing.hits[0].score > plain.score
    assert doubting.hits[0].score < plain.score


def test_a_vector_alone_never_answers() -> None:
    result = INDEX.ask("嘿呦嘿呦拉大锯", vector=towards(3))
    assert result.decision is not Decision.ANSWER


def test_known_words_go_before_any_vector() -> None:
    assert INDEX.ask("产假多少天", vector=towards(0)) == PLAIN.ask("产假多少天")


def test_vectors_of_unknown_texts_or_odd_length_are_left_out() -> None:
    odd = Index(SMALL, vectors={**VECTORS, SMALL[0].phrasings[0]: [1.0], "谁也没问过": towards(1)})
    assert odd.ask("怎么入会", vector=towards(5)) == INDEX.ask("怎么入会", vector=towards(5))
