"""What an entry says to a person: words, what a union filled in, sources with their date, a branch's own version."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bot import texts
from bot.calendar import say_date
from bot.clock import local
from storage import knowledge, orgs, people
from storage.knowledge import Entry, Override
from storage.work import Work

SHORT = 110  # characters of an answer in a group
# A sentence that promises that somebody will come: only said where the case is opened that keeps the promise.
_PROMISE = re.compile(r"[^。！？；]*(?:联系[您你]|回访|回电|跟进|派人|专人)[^。！？；]*[。！？；]?")


@dataclass(frozen=True, slots=True)
class Answer:
    """A published entry as it is said. Dates are calendar days in China; `figures` are (label, value) filled in."""

    id: str
    question: str
    text: str
    sources: str
    as_of: date
    review_by: date
    local: bool
    hand_over: bool
    related: tuple[str, ...]
    figures: tuple[tuple[str, str], ...] = ()

    def expired(self, today: date) -> bool:
        """Whether it waits for its review: then it is not promised to anybody."""
        return today > self.review_by

    def says(self, other: "Answer") -> bool:
        """Whether people read the same in both, dates aside."""
        return (self.text, self.figures, self.sources) == (other.text, other.figures, other.sources)


def of_entry(entry: Entry) -> Answer:
    """The city's answer."""
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
        figures=_figures(entry.fields or (), {}),
    )


def of_branch(entry: Entry, override: Override) -> Answer:
    """The city's answer with what a branch says differently; what the branch left empty is inherited."""
    city = of_entry(entry)
    return replace(
        city,
        text=override.answer.strip() or city.text,
        sources=_sources([*override.citations, *entry.citations]),
        as_of=override.as_of,
        review_by=override.review_by if override.answer else min(override.review_by, city.review_by),
        figures=_figures(entry.fields or (), override.values),
    )


def _figures(fields: Iterable[Mapping[str, Any]], values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    filled = ((each["label"], values.get(each["key"]) or each.get("value") or "") for each in fields)
    return tuple((label, value) for label, value in filled if value)


def _sources(citations: Iterable[Mapping[str, str]]) -> str:
    """《law》article、article；《law》article – each law once."""
    articles: dict[str, list[str]] = {}
    for each in citations:
        where = articles.setdefault(each["law"], [])
        if each["article"] not in (*where, "全文"):
            where.append(each["article"])
    return "；".join(f"《{law.strip('《》')}》{'、'.join(where)}" for law, where in articles.items())


def full(answer: Answer) -> str:
    """The whole answer: words, local figures, reservation, sources with the date they were checked."""
    local_note = f"\n{texts.LOCAL}" if answer.local and "以当地规定为准" not in answer.text else ""
    figures = "".join(f"\n· {label}：{value}" for label, value in answer.figures)
    here = f"\n{texts.HERE}{figures}" if figures else ""
    source = texts.SOURCE.format(sources=answer.sources, as_of=say_date(answer.as_of))
    return f"{answer.text}{here}{local_note}\n\n{source}"


def short(answer: Answer) -> str:
    """For a group: the first sentences, at most `SHORT` characters, cut at a sentence's end, with the date.

    Nobody is promised to be contacted: in a group no case is opened.
    """
    text = answer.text.replace("\n", "")
    if answer.hand_over:
        text = re.sub("；$", "。", _PROMISE.sub("", text))
    if len(text) > SHORT:
        cut = max(text.rfind(mark, 0, SHORT) for mark in "。！？；")
        text = text[: cut + 1] if cut > 0 else f"{text[: SHORT - 1]}…"
    if answer.local and "以当地规定为准" not in text:
        text += texts.LOCAL
    return texts.IN_SHORT.format(question=answer.question, text=text, as_of=say_date(answer.as_of))


def day_of(now: datetime) -> date:
    """The calendar day in China."""
    return local(now).date()


def nearest(city: Answer | None, own: Mapping[int, Answer], path: str, now: datetime) -> Answer | None:
    """Of the city's answer and the branches' own the one for a place in the tree (`/1/4/9/`), as of today."""
    if city is None:
        return None
    today = day_of(now)
    for org_id in reversed([int(part) for part in path.split("/") if part]):
        if org_id in own and not own[org_id].expired(today):
            return own[org_id]
    return city


def for_person(work: Work, entry: Entry, person_id: int, now: datetime) -> Answer:
    """What an entry says to one person, straight from the database."""
    person = people.get(work, person_id)
    org = orgs.get(work, person.org_id) if person and person.org_id else None
    own = {each.org_id: of_branch(entry, each) for each in knowledge.overrides_of(work, entry.id)}
    city = of_entry(entry)
    return nearest(city, own, org.path if org else "", now) or city
