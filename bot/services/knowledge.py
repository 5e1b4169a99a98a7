"""Answering from the knowledge base: the index kept beside the database, the words of an answer, what is remembered."""

import logging
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.search import Entry as SearchEntry
from bot.search import Index, Result
from storage import inbox, knowledge
from storage.work import Work

log = logging.getLogger(__name__)
_LONG_DIGITS = re.compile(r"[0-9０-９][0-9０-９\sXx-]{6,}")


@dataclass(frozen=True, slots=True)
class Answer:
    """A published entry as it is said. Dates are calendar days in China."""

    id: str
    question: str
    text: str
    sources: str
    as_of: date
    review_by: date
    local: bool
    hand_over: bool
    related: tuple[str, ...]


class Knowledge:
    """The published entries of this process with their search index. `refresh` swaps both at once; reads never wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: tuple[int, int] | None = None
        self._index = Index(())
        self._answers: Mapping[str, Answer] = {}

    def refresh(self, work: Work) -> bool:
        """Rebuild when the base has changed since the last call; returns whether it did."""
        with self._lock:
            state = knowledge.state(work)
            if state == self._state:
                return False
            entries = knowledge.published(work)
            answers = {entry.id: _answer(entry) for entry in entries}
            index = Index(SearchEntry(each.id, each.question, tuple(each.phrasings)) for each in entries)
            self._answers, self._index, self._state = answers, index, state
            log.info("knowledge index rebuilt", extra={"entries": len(answers)})
            return True

    def ask(self, text: str) -> Result:
        """Search; never raises."""
        return self._index.ask(text)

    def get(self, entry_id: str) -> Answer | None:
        """A published entry."""
        return self._answers.get(entry_id)

    def questions(self, ids: Iterable[str]) -> list[tuple[str, str]]:
        """(id, question) of those ids that are published."""
        return [(each, self._answers[each].question) for each in ids if each in self._answers]

    def __len__(self) -> int:
        return len(self._answers)


def _answer(entry: knowledge.Entry) -> Answer:
    return Answer(
        id=entry.id,
        question=entry.question,
        text=entry.answer.strip(),
        sources=_sources(entry.citations),
        as_of=entry.as_of,
        review_by=entry.review_by,
        local=entry.scope == "local",
        hand_over=entry.hand_over,
        related=tuple(entry.related),
    )


def _sources(citations: Iterable[Mapping[str, str]]) -> str:
    """《law》article、article；《law》article – each law once."""
    articles: dict[str, list[str]] = {}
    for each in citations:
        where = articles.setdefault(each["law"], [])
        if each["article"] not in (*where, "全文"):
            where.append(each["article"])
    return "；".join(f"《{law.strip('《》')}》{'、'.join(where)}" for law, where in articles.items())


def masked(text: str) -> str:
    """The words of a miss as staff may read them: long numbers (ID, mobile, card) and control characters blanked."""
    return _LONG_DIGITS.sub("〔号码〕", "".join(each if each.isprintable() else " " for each in text))


def remember_miss(work: Work, inbound_id: int, person_id: int, text: str, result: Result, now: datetime) -> None:
    """Keep a question that got no direct answer, for the editors."""
    suggested = [hit.id for hit in result.hits]
    knowledge.record_miss(work, inbound_id, person_id, masked(text), result.decision.value, suggested, now)


def load_entries(work: Work, entries: Iterable[Mapping[str, Any]], now: datetime) -> dict[str, int]:
    """Bring entries (as `content/faq/*.yaml` has them, validated) into the base; idempotent. Counts by effect."""
    counts = {"new": 0, "changed": 0, "same": 0}
    for each in entries:
        values = {key: each[key] for key in _COLUMNS}
        counts[knowledge.put(work, each["id"], values, now)] += 1
    return counts


_COLUMNS = (
    "category",
    "question",
    "phrasings",
    "answer",
    "citations",
    "related",
    "audience",
    "scope",
    "as_of",
    "review_by",
    "hand_over",
    "status",
)


SUGGESTION_MINUTES = 30


def open_suggestions(work: Work, person_id: int, now: datetime) -> list[str]:
    """The entry ids last suggested to a person, if that was the last thing said to them lately."""
    return inbox.last_suggested(work, person_id, now - timedelta(minutes=SUGGESTION_MINUTES))


def keep_opinion(work: Work, person_id: int, helpful: bool, now: datetime) -> bool:
    """Keep what a person thinks of the last answer they got; false when there was none lately."""
    entry_id = inbox.last_entry(work, person_id, now - timedelta(days=2))
    if entry_id is None or knowledge.get(work, entry_id) is None:
        return False
    knowledge.put_opinion(work, person_id, entry_id, helpful, now)
    return True
