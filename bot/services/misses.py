"""What did not get a good answer: kept, judged by readers, grouped into gaps for the editors."""

import re
from datetime import datetime, timedelta

from bot.clock import local
from bot.search import Result
from bot.search.grouping import nearest
from storage import inbox, knowledge, misses
from storage.misses import Gap, Miss
from storage.work import Work

_LONG_DIGITS = re.compile(r"[0-9０-９][0-9０-９\sXx-]{6,}")
MASK = "〔号码〕"
SUGGESTION_MINUTES = 30
OPINION_DAYS = 2
REASONS = ("答非所问", "看不懂", "过时了", "和当地不一样", "其他")
NONE = "none"


def masked(text: str) -> str:
    """The words of a miss as staff may read them: long numbers (ID, mobile, card) and control characters blanked."""
    return _LONG_DIGITS.sub(MASK, "".join(each if each.isprintable() else " " for each in text))


def remember(work: Work, inbound_id: int, person_id: int, text: str, result: Result, now: datetime) -> None:
    """Keep a question that got no direct answer, for the editors."""
    suggested = [hit.id for hit in result.hits]
    misses.record(
        work, inbound_id, person_id, masked(text), result.decision.value, now, suggested=suggested, entry_id=""
    )


def remember_expired(work: Work, inbound_id: int, person_id: int, text: str, entry_id: str, now: datetime) -> None:
    """Keep a question whose entry waits for its review."""
    misses.record(work, inbound_id, person_id, masked(text), "expired", now, suggested=None, entry_id=entry_id)


def open_suggestions(work: Work, person_id: int, now: datetime) -> list[str]:
    """The entry ids last suggested to a person, if that was the last thing said to them lately."""
    return inbox.last_suggested(work, person_id, now - timedelta(minutes=SUGGESTION_MINUTES))


def picked(work: Work, person_id: int, entry_id: str, now: datetime) -> bool:
    """Somebody chose one of their last suggestions (or `NONE`); false when nothing was suggested lately."""
    miss = misses.latest_of(work, person_id, "suggest", now - timedelta(minutes=SUGGESTION_MINUTES))
    if miss is None or miss.picked or (entry_id != NONE and entry_id not in (miss.suggested or ())):
        return False
    miss.picked = entry_id
    work.session.add(miss)
    return True


def keep_opinion(work: Work, inbound_id: int, person_id: int, helpful: bool, now: datetime) -> str | None:
    """Keep what a person thinks of the last answer they got; its entry, or None when there was none lately.

    A disliked answer is also a miss: the question it was given to waits for the editors.
    """
    last = inbox.last_answered(work, person_id, now - timedelta(days=OPINION_DAYS))
    if last is None or knowledge.get(work, last.entry_id) is None:
        return None
    misses.put_opinion(work, person_id, last.entry_id, helpful, now)
    if not helpful:
        words = masked(last.words)
        misses.record(work, inbound_id, person_id, words, "disliked", now, suggested=None, entry_id=last.entry_id)
    return last.entry_id


def keep_reason(work: Work, person_id: int, reason: str, now: datetime) -> bool:
    """Why the last answer was disliked; false when none was lately. `reason` is one of `REASONS`."""
    miss = misses.latest_of(work, person_id, "disliked", now - timedelta(minutes=SUGGESTION_MINUTES))
    if miss is None:
        return False
    miss.reason = reason
    work.session.add(miss)
    misses.put_opinion(work, person_id, miss.entry_id, False, now, reason)
    return True


def waiting(work: Work, now: datetime, limit: int = 500) -> list[int]:
    """Misses that belong to no gap yet; a list of suggestions gets half an hour to be picked from."""
    return misses.loose(work, now, now - timedelta(minutes=SUGGESTION_MINUTES), limit)


def group(work: Work, miss_id: int) -> str:
    """Put one miss into the gap that means the same, or open one; returns `joined`, `opened` or `gone`."""
    miss = misses.get(work, miss_id)
    if miss is None or miss.gap_id is not None:
        return "gone"
    found = _gap_of(work, miss)
    if found is None:
        kind = "review" if miss.entry_id else "unknown"
        words = _question(work, miss.entry_id) if miss.entry_id else miss.words
        misses.join(work, miss, misses.add_gap(work, kind, words, miss.entry_id, miss.at))
        return "opened"
    misses.join(work, miss, found)
    return "joined"


def _gap_of(work: Work, miss: Miss) -> Gap | None:
    if miss.entry_id:
        return misses.review_gap(work, miss.entry_id)
    gaps = {each.id: each for each in misses.open_gaps(work, "unknown")}
    near = nearest(miss.words, misses.words_of_gaps(work, list(gaps)))
    return gaps[near] if near is not None else None


def _question(work: Work, entry_id: str) -> str:
    entry = knowledge.get(work, entry_id)
    return entry.question if entry else entry_id


def ask_reviews(work: Work, now: datetime) -> int:
    """Open a gap for every published entry past its review date that has none; returns how many."""
    overdue = knowledge.overdue(work, local(now).date())
    asked = [each for each in overdue if misses.review_gap(work, each.id) is None]
    for each in asked:
        misses.add_gap(work, "review", each.question, each.id, now)
    return len(asked)
