"""The golden set is large, fair and sound, whatever the search makes of it."""

import re
import unicodedata
from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from tests.content.golden_models import (
    NearMiss,
    Question,
    load_floors,
    load_near_misses,
    load_questions,
    load_strangers,
    load_unseen,
)
from tests.content.laws import load_laws

QUESTIONS, STRANGERS, PAIRS = load_questions(), load_strangers(), load_near_misses()
UNSEEN = load_unseen()
SIDES = [side for pair in PAIRS for side in (pair.one, pair.other)]
EVERY_ASK = [each.ask for each in (*QUESTIONS, *UNSEEN, *STRANGERS, *SIDES)]
TOPICS = load_laws().topics
ANSWERABLE = {topic for topic, (_, confidence, _) in TOPICS.items() if confidence != "low"}
LONG_DIGITS = re.compile(r"\d{7,}")  # phones, identity and bank card numbers; hotlines and amounts are shorter


def bare(ask: str) -> str:
    """The letters and digits of a question: two that differ in nothing else are one."""
    return "".join(char for char in unicodedata.normalize("NFKC", ask).lower() if char.isalnum())


def test_there_are_enough_of_each() -> None:
    kinds = Counter(each.kind for each in STRANGERS)
    assert len(QUESTIONS) >= 600
    assert len(UNSEEN) >= 250
    assert kinds.total() >= 150
    assert kinds["far"] >= 90 and kinds["near"] >= 50
    assert len(PAIRS) >= 60


def test_expected_topics_are_known_and_sure_enough_to_be_published() -> None:
    expected = {topic for each in (*QUESTIONS, *UNSEEN) for topic in each.expect} | {side.expect for side in SIDES}
    assert expected - ANSWERABLE == set()


def test_every_publishable_topic_is_asked_often_enough() -> None:
    """A question counts for the topic it names first; what every worker needs is asked three times."""
    asked = Counter(each.expect[0] for each in QUESTIONS)
    needed = {topic: 3 if TOPICS[topic][0] == 1 else 2 for topic in ANSWERABLE}
    assert {topic: asked[topic] for topic, least in needed.items() if asked[topic] < least} == {}


def test_what_nobody_learns_from_asks_about_nearly_everything() -> None:
    assert len({topic for each in UNSEEN for topic in each.expect}) >= 0.9 * len(ANSWERABLE)


def test_no_topic_is_expected_twice_by_a_question() -> None:
    assert [each.ask for each in QUESTIONS if len(set(each.expect)) < len(each.expect)] == []


def test_no_question_stands_twice_in_the_whole_set() -> None:
    assert [ask for ask, times in Counter(map(bare, EVERY_ASK)).items() if times > 1] == []


def test_noise_has_its_share() -> None:
    noise = Counter(each.noise for each in QUESTIONS)
    shares = {kind: noise[kind] / len(QUESTIONS) for kind in ("typo", "traditional", "voice")}
    assert {kind: share for kind, share in shares.items() if share < 0.03} == {}


def test_noise_is_what_it_says() -> None:
    """Voice transcripts have no punctuation; full width means a full-width letter, digit or sign of counting."""
    punctuated = [each.ask for each in QUESTIONS if each.noise == "voice" and re.search("[,.?!，。？！、；]", each.ask)]
    narrow = [each.ask for each in QUESTIONS if each.noise == "wide" and not re.search("[０-９Ａ-Ｚａ-ｚ]", each.ask)]
    assert (punctuated, narrow) == ([], [])


def test_all_sorts_of_people_ask() -> None:
    asking = Counter(each.who for each in QUESTIONS)
    least = {who: asking[who] for who in ("rider", "migrant", "worker", "woman", "cadre", "retiree")}
    assert min(least.values()) >= 25, least


def test_few_questions_have_more_than_one_right_answer() -> None:
    assert sum(len(each.expect) > 1 for each in QUESTIONS) <= 0.1 * len(QUESTIONS)


def test_nobody_real_can_be_found_in_it() -> None:
    assert [ask for ask in EVERY_ASK if LONG_DIGITS.search(unicodedata.normalize("NFKC", ask))] == []


def test_floors_are_possible() -> None:
    floors = load_floors()
    assert 0.5 < floors.top1 <= floors.recall3 < 1
    assert 0 < floors.answered < 1 and 0.5 < floors.precision < 1 and 0.5 < floors.pairs < 1
    assert 0.7 < floors.unseen_top1 <= floors.unseen_recall3 < 1
    assert floors.far_answered <= floors.near_answered < 0.1


@pytest.mark.parametrize(
    "given",
    [
        {"ask": "年假几天"},
        {"ask": "年假几天", "expect": []},
        {"ask": "年假几天 ", "expect": "lv-annual"},
        {"ask": "年" * 121, "expect": "lv-annual"},
        {"ask": "年假几天", "expect": "lv-annual", "who": "robot"},
        {"ask": "年假几天", "expect": "lv-annual", "note": "unknown key"},
    ],
)
def test_a_bad_question_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Question.model_validate(given)


def test_a_single_topic_may_be_written_without_brackets() -> None:
    assert Question.model_validate({"ask": "年假几天", "expect": "lv-annual"}).expect == ["lv-annual"]


def test_a_near_miss_with_one_topic_is_refused() -> None:
    side = {"ask": "年假几天", "expect": "lv-annual"}
    with pytest.raises(ValidationError, match="must differ"):
        NearMiss.model_validate({"one": side, "other": {**side, "ask": "年休几天"}, "about": "年假 / 年休"})
