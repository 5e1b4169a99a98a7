"""Asking the knowledge base in a conversation: a short follow-up is understood with the answer before it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.search import Result, leans
from bot.services import answers
from bot.services.knowledge import Knowledge
from storage import inbox
from storage.work import Work

FOLLOW_UP = timedelta(minutes=15)  # after that nobody remembers what was said before


def ask(
    work: Work,
    knowledge: Knowledge,
    person_id: int,
    text: str,
    now: datetime,
    vector: Sequence[float] | None = None,
    chat: str = "",
) -> Result:
    """What the base says to these words of this person. The earlier answer is looked up only when they lean on it;
    in a group (`chat`) only an answer that was given there is leaned on."""
    after = last_entry(work, person_id, now, chat) if leans(text) else None
    return knowledge.ask(text, after=after, vector=vector)


def in_force(work: Work, knowledge: Knowledge, result: Result, org_id: int | None, now: datetime) -> Result:
    """The same decision with only those hits that answer somebody of a branch today: none where all are overdue."""
    today = answers.day_of(now)
    found = ((hit, knowledge.get_for(work, hit.id, org_id, now)) for hit in result.hits)
    return replace(result, hits=tuple(hit for hit, said in found if said is not None and not said.expired(today)))


def last_entry(work: Work, person_id: int, now: datetime, chat: str = "") -> str | None:
    """The entry a person was answered with in the last minutes."""
    last = inbox.last_answered(work, person_id, now - FOLLOW_UP, chat)
    return last.entry_id if last else None
