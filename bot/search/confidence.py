"""How sure the search is of a match, and what it does with that: answer, offer a choice, or say it does not know."""

import math
from enum import StrEnum

from bot.search.ranking import Match

# Fitted once and rounded by hand: each phrasing of the FAQ asked of an index without it, colloquial questions written
# for the purpose, and questions for other counters. Answering outright is for the clear cases; a wrong policy answer
# is a broken promise, while a list of three costs one more tap.
_BIAS = -3.4
_COVERED, _ALIKE, _TOPICS, _MISSING, _LEAD = 2.5, 3.2, 0.8, -2.6, 2.8
_LEAD_LIMIT = 0.5

ANSWER_FROM = 0.88
ANSWER_LEAD = 0.1  # share of its score by which the first must lead the second to be answered
SUGGEST_FROM = 0.2


class Decision(StrEnum):
    """What to do with a question. ANSWER: give the first hit's answer. SUGGEST: ask which one. DECLINE: hand over."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    DECLINE = "decline"


def lead(match: Match, other: Match | None) -> float:
    """How far ahead of the other a match is, as a share of its own score; negative when behind, 1 when alone."""
    return 1.0 if other is None else 1.0 - other.score / match.score


def confidence(match: Match, ahead: float) -> float:
    """Probability, 0..1, that the match is what was meant, given its lead over the best other one."""
    evidence = _BIAS + _COVERED * match.covered + _ALIKE * match.alike + _TOPICS * match.topics
    evidence += _MISSING * match.missing + _LEAD * max(-_LEAD_LIMIT, min(_LEAD_LIMIT, ahead))
    return 1.0 / (1.0 + math.exp(-evidence))


def decide(best: Match, ahead: float) -> Decision:
    """The band of the best match. The rival of what was asked is never given as the answer."""
    sure = confidence(best, ahead)
    if sure >= ANSWER_FROM and ahead >= ANSWER_LEAD and not best.rival:
        return Decision.ANSWER
    return Decision.SUGGEST if sure >= SUGGEST_FROM else Decision.DECLINE
