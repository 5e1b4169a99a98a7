"""Closing gaps: who waited for an answer hears of it, once, when somebody publishes it."""

from datetime import datetime

from bot import texts
from bot.calendar import say_day
from bot.clock import local
from bot.errors import Refusal
from bot.services import answers, letters
from bot.services.actors import Actor, NotAllowed, require
from storage import audit, misses, orgs, people
from storage import knowledge as base
from storage.misses import Gap
from storage.revisions import CITY, Revision
from storage.work import Work

QUOTE = 40  # characters of what was asked, as a letter repeats it


class NoGap(Refusal):
    """There is no such open gap."""


def assign(work: Work, actor: Actor, gap_id: int, assignee: str, now: datetime) -> Gap:
    """Somebody takes a gap up (or, with an empty name, nobody). Raises NoGap, NotAllowed."""
    gap = open_gap(work, actor, gap_id)
    gap.assignee = assignee
    work.session.add(gap)
    audit.write(work, f"staff:{actor.name}", "gap_assign", f"gap:{gap_id}", now, assignee)
    return gap


def dismiss(work: Work, actor: Actor, gap_id: int, reason: str, now: datetime) -> Gap:
    """Nothing needs to be said about it. Raises NoGap, NotAllowed."""
    if not reason.strip():
        raise NoGap("请写明不处理的原因。")
    gap = open_gap(work, actor, gap_id)
    gap.state, gap.reason, gap.closed_at = "dismissed", reason.strip()[:200], now
    work.session.add(gap)
    audit.write(work, f"staff:{actor.name}", "gap_dismiss", f"gap:{gap_id}", now)
    return gap


def answer_with(work: Work, actor: Actor, gap_id: int, entry_id: str, now: datetime) -> int:
    """An entry that is published already answers it: tell everybody who asked; how many. Raises NoGap, NotAllowed."""
    require(actor, "draft")
    gap = open_gap(work, actor, gap_id)
    entry = base.get(work, entry_id)
    if entry is None or entry.status != "published":
        raise NoGap("没有这一条已发布的内容。")
    told = _tell(work, gap, entry, now)
    _close(work, actor, gap, entry_id, now)
    return told


def open_gap(work: Work, actor: Actor, gap_id: int) -> Gap:
    """An open gap that is this actor's to deal with. Raises NoGap, NotAllowed."""
    require(actor, "gaps")
    gap = misses.gap(work, gap_id)
    if gap is None or gap.state != "open":
        raise NoGap("这一组问题已经处理过了，请刷新页面看看。")
    if actor.path is not None and not any(_below(work, each, actor.path) for each, _, _ in misses.askers(work, gap_id)):
        raise NotAllowed("这组问题不归您所在的工会处理。")
    return gap


def published(work: Work, actor: Actor, revision: Revision, now: datetime) -> None:
    """Close what a publication answers: the gap it was written for, and the open review of its entry."""
    entry = base.get(work, revision.entry_id)
    if entry is None or entry.status != "published":
        return
    gap = misses.gap(work, revision.gap_id) if revision.gap_id else None
    review = misses.review_gap(work, revision.entry_id)
    for each in {one.id: one for one in (gap, review) if one is not None and one.state == "open"}.values():
        if revision.org_id == CITY:
            _tell(work, each, entry, now)
            _close(work, actor, each, entry.id, now)
        else:
            _answer_branch(work, actor, each, entry, revision.org_id, now)


def _answer_branch(work: Work, actor: Actor, gap: Gap, entry: base.Entry, org_id: int, now: datetime) -> None:
    """A branch's own answer reaches its people; the gap stays open while others wait."""
    org = orgs.get(work, org_id)
    path = org.path if org else "/"
    _tell(work, gap, entry, now, path)
    if all(_below(work, person_id, path) for person_id, _, _ in misses.askers(work, gap.id)):
        _close(work, actor, gap, entry.id, now)


def _close(work: Work, actor: Actor, gap: Gap, entry_id: str, now: datetime) -> None:
    gap.state, gap.entry_id, gap.closed_at = "answered", entry_id, now
    work.session.add(gap)
    audit.write(work, f"staff:{actor.name}", "gap_answered", f"gap:{gap.id}", now, entry_id)


def _tell(work: Work, gap: Gap, entry: base.Entry, now: datetime, path: str = "/") -> int:
    """Owe a letter to everybody who asked and lives below a path; planting again changes nothing."""
    told = 0
    for person_id, words, asked_at in misses.askers(work, gap.id):
        if path == "/" or _below(work, person_id, path):
            text = _letter(work, gap, entry, person_id, words, asked_at, now)
            told += letters.plant(work, f"gap:{gap.id}:{person_id}", person_id, text, now)
    return told


def _letter(
    work: Work, gap: Gap, entry: base.Entry, person_id: int, words: str, asked_at: datetime, now: datetime
) -> str:
    answer = answers.full(answers.for_person(work, entry, person_id, now))
    day = say_day(local(asked_at).date())
    if gap.kind == "review":
        return texts.LETTER_IMPROVED.format(day=day, question=entry.question, answer=answer)
    words = words or gap.words
    quoted = words if len(words) <= QUOTE else words[:QUOTE] + "…"
    return texts.LETTER_GAP.format(day=day, words=quoted, answer=answer)


def _below(work: Work, person_id: int, path: str) -> bool:
    person = people.get(work, person_id)
    org = orgs.get(work, person.org_id) if person and person.org_id else None
    return org is not None and org.path.startswith(path)
