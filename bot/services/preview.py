"""How a draft would be said and found, before anybody saves it. Takes what is written, complete or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot import texts
from bot.contract import Capabilities
from bot.search import Decision, Index, Result
from bot.search import Entry as SearchEntry
from bot.services import answers, knowledge
from bot.services.answers import Answer
from bot.services.house import House
from storage import catalogue
from storage import knowledge as base
from storage.knowledge import Entry, Override
from storage.work import Work

LIMIT = Capabilities().text_bytes  # UTF-8 bytes of one message of the platform
DECISIONS = {Decision.ANSWER: "直接回答", Decision.SUGGEST: "给出选项", Decision.DECLINE: "答不上来"}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One chat message. `size` is in UTF-8 bytes; `taps` are what may be tapped below it."""

    text: str
    size: int
    taps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What the search says to a question; `hits` are (entry, question, percent, whether it is the draft's)."""

    asked: str
    decision: str
    hits: list[tuple[str, str, int, bool]]
    good: bool


def bubble(work: Work, answer: Answer, house: House) -> Bubble:
    """The message with which an answer is given in a private chat."""
    text = answers.full(answer)
    if answer.hand_over:
        offered = texts.HAND_OVER.format(office=house.office, hotline=house.hotline)
        text = f"{text}\n\n{texts.HAND_OVER_CASE}{offered}"
        return Bubble(text, len(text.encode()), ())
    known = catalogue.questions(work, answer.related[:2])
    related = [known[each] for each in answer.related[:2] if each in known]
    return Bubble(text, len(text.encode()), (*related, texts.DID_HELP, texts.NO_HELP))


def city(entry_id: str, content: Mapping[str, Any], now: datetime) -> Answer:
    """The answer that a city's draft would give; dates that are none yet count as today."""
    today = answers.day_of(now)
    return answers.of_entry(
        Entry(
            id=entry_id,
            question=str(content.get("question", "")),
            phrasings=[],
            answer=str(content.get("answer", "")),
            category="",
            audience=[],
            citations=_cited(content),
            as_of=_day(content.get("as_of"), today),
            review_by=_day(content.get("review_by"), today),
            scope=str(content.get("scope", "national")),
            hand_over=bool(content.get("hand_over")),
            related=list(content.get("related", ())),
            fields=list(content.get("fields", ())),
            version=0,
            updated_at=now,
        )
    )


def branch(entry: Entry, content: Mapping[str, Any], now: datetime) -> Answer:
    """The answer that a branch's draft would give."""
    today = answers.day_of(now)
    return answers.of_branch(
        entry,
        Override(
            id=0,
            entry_id=entry.id,
            org_id=0,
            updated_at=now,
            answer=str(content.get("answer", "")),
            values=dict(content.get("values", {})),
            citations=_cited(content),
            as_of=_day(content.get("as_of"), today),
            review_by=_day(content.get("review_by"), today),
        ),
    )


def _cited(content: Mapping[str, Any]) -> list[Mapping[str, str]]:
    return [each for each in content.get("citations", ()) if each.get("law") and each.get("article")]


def _day(value: Any, today: date) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return today


def try_city(work: Work, house: House, entry_id: str, content: Mapping[str, Any], asked: str) -> Found:
    """What the search would say if this draft were published. Reads the base: some milliseconds a thousand entries."""
    others = [knowledge.searched(each) for each in base.published(work) if each.id != entry_id]
    mine = SearchEntry(entry_id, str(content.get("question", "")), tuple(content.get("phrasings", ())))
    index = Index([*others, mine], previous=house.knowledge.base.index)
    return _found(asked, index.ask(asked), entry_id)


def try_branch(house: House, entry_id: str, asked: str) -> Found:
    """What the search says; a branch's own version does not change it."""
    return _found(asked, house.knowledge.ask(asked), entry_id)


def _found(asked: str, result: Result, entry_id: str) -> Found:
    hits = [(hit.id, hit.question, round(hit.score * 100), hit.id == entry_id) for hit in result.hits]
    shown = hits[:1] if result.decision is Decision.ANSWER else hits
    return Found(asked, DECISIONS[result.decision], shown, any(mine for *_, mine in shown))
