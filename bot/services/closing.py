"""Closing gaps: who waited for an answer hears of it, once, when somebody publishes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot import texts
from bot.calendar import say_day
from bot.clock import local
from bot.errors import Refusal
from bot.services import answers, letters
from bot.services.actors import Actor, NotAllowed, require
from storage import audit, misses, orgs, staff
from storage import knowledge as base
from storage import letters as planted
from storage.misses import Gap
from storage.revisions import CITY, Revision
from storage.work import Work

EVERYBODY = "/"  # the whole tree, and who is in none of it
RETIRED = "这条内容已停用"
QUOTE = 40  # characters of what was asked, as a letter repeats it


class NoGap(Refusal):
    """There is no such open gap."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an entry said before a change; `alive`: it was told to people, published and not overdue."""

    answer: answers.Answer
    alive: bool


def earlier(entry: base.Entry | None, now: datetime) -> Earlier | None:
    """What an entry says until it is changed; None where there is none yet."""
    if entry is None:
        return None
    return Earlier(answers.of_entry(entry), entry.status == "published" and not _overdue(entry, now))


def assign(work: Work, actor: Actor, gap_id: int, assignee: str, now: datetime) -> Gap:
    """Somebody with an account takes a gap up (or, with an empty name, nobody). Raises NoGap, NotAllowed."""
    gap = open_gap(work, actor, gap_id)
    if assignee and assignee not in staff.names(work):
        raise NoGap("没有这个可用的账号，请刷新页面看看。")
    gap.assignee = assignee
    work.session.add(gap)
    audit.write(work, f"staff:{actor.name}", "gap_assign", f"gap:{gap_id}", now, assignee)
    return gap


def dismiss(work: Work, actor: Actor, gap_id: int, reason: str, now: datetime) -> Gap:
    """Nothing needs to be said about it; a branch only when nobody else asked. Raises NoGap, NotAllowed."""
    if not reason.strip():
        raise NoGap("请写明不处理的原因。")
    gap = open_gap(work, actor, gap_id)
    if actor.path is not None and not all(each.path.startswith(actor.path) for each in misses.askers(work, gap_id)):
        raise NotAllowed("其他工会的职工也问了这组问题，请由上级工会处理。")
    if gap.kind == "review" and _overdue(base.get(work, gap.entry_id), now):
        raise NoGap("这条内容已过复核期限，不再回答职工，请复核后重新发布，或者停用它。")
    return _dismiss(work, actor, gap, reason.strip()[:200], now)


def _dismiss(work: Work, actor: Actor, gap: Gap, reason: str, now: datetime) -> Gap:
    gap.state, gap.reason, gap.closed_at = "dismissed", reason, now
    work.session.add(gap)
    audit.write(work, f"staff:{actor.name}", "gap_dismiss", f"gap:{gap.id}", now)
    return gap


def answer_with(work: Work, actor: Actor, gap_id: int, entry_id: str, now: datetime) -> int:
    """An entry that is published already answers it: tell everybody who asked; how many. Raises NoGap, NotAllowed.

    A branch tells its own people; the gap stays open for the others.
    """
    require(actor, "draft")
    gap = open_gap(work, actor, gap_id)
    entry = base.get(work, entry_id)
    if entry is None or entry.status != "published":
        raise NoGap("没有这一条已发布的内容。")
    if _overdue(entry, now):
        raise NoGap("这条内容已过复核期限，请先复核并重新发布。")
    return _answer(work, actor, gap, entry, now, actor.path or EVERYBODY)


def open_gap(work: Work, actor: Actor, gap_id: int) -> Gap:
    """An open gap that is this actor's to deal with; nobody joins or closes it meanwhile. Raises NoGap, NotAllowed."""
    require(actor, "gaps")
    gap = misses.held_gap(work, gap_id)
    if gap is None or gap.state != "open":
        raise NoGap("这一组问题已经处理过了，请刷新页面看看。")
    require_asked(work, actor, gap_id)
    return gap


def require_asked(work: Work, actor: Actor, gap_id: int) -> None:
    """Raises NotAllowed where nobody of the actor's branch asked it, open or not."""
    if actor.path is not None and not any(each.path.startswith(actor.path) for each in misses.askers(work, gap_id)):
        raise NotAllowed("这组问题不归您所在的工会处理。")


def published(work: Work, actor: Actor, revision: Revision, before: Earlier | None, now: datetime) -> None:
    """Close what a publication answers: the gap it was written for, and the open review of its entry.

    `before` is what the city's entry said; None where that is not what changed. Nobody is told that words they
    disliked are better now when they are the same.
    """
    _published(work, actor, revision.entry_id, now, revision.gap_id, _reach(work, revision), before)


def entry_loaded(work: Work, actor: Actor, entry_id: str, before: Earlier, now: datetime) -> None:
    """The same for an entry that a file has changed. Where people read what they read before, nobody has decided
    anything about what they asked: it stays open."""
    entry = base.get(work, entry_id)
    if before.alive and entry is not None and entry.status == "published" and _same(before, entry):
        return
    _published(work, actor, entry_id, now, None, EVERYBODY, before)


def _same(before: Earlier | None, entry: base.Entry) -> bool:
    return before is not None and before.answer.says(answers.of_entry(entry))


def _published(
    work: Work, actor: Actor, entry_id: str, now: datetime, gap_id: int | None, path: str, before: Earlier | None
) -> None:
    entry = base.get(work, entry_id)
    review = misses.review_gap(work, entry_id)
    if entry is None or entry.status != "published":
        if review is not None and entry is not None:
            _dismiss(work, actor, review, RETIRED, now)
        return
    wanted = {gap_id, review.id if review else None} - {None}
    for each in sorted(one for one in wanted if one is not None and path):
        gap = misses.held_gap(work, each)
        if gap is not None and gap.state == "open":
            _answer(work, actor, gap, entry, now, path, improved=not _same(before, entry))


def _reach(work: Work, revision: Revision) -> str:
    """The part of the tree a publication answers; empty when it takes a branch's own words back."""
    if revision.org_id == CITY:
        return EVERYBODY
    org = orgs.get(work, revision.org_id)
    return org.path if org and revision.content["active"] else ""


def _answer(
    work: Work, actor: Actor, gap: Gap, entry: base.Entry, now: datetime, path: str, improved: bool = True
) -> int:
    """Owe a letter to everybody below a path who asked; the gap stays open while others wait. How many letters.

    Whoever disliked this entry's own words is told only when they are `improved`.
    """
    before = sum(planted.states_of(work, f"gap:{gap.id}:").values())
    askers = misses.askers(work, gap.id)
    mine = [each for each in askers if path == EVERYBODY or each.path.startswith(path)]
    owed = _letters(work, gap, entry, [each for each in mine if improved or not _disliked(each, gap, entry)], now)
    told = letters.plant_all(work, owed, now)
    whole = path == EVERYBODY or (len(askers) > 0 and before + told >= len(askers))
    if whole and not (path != EVERYBODY and gap.kind == "review" and _overdue(base.get(work, gap.entry_id), now)):
        gap.state, gap.entry_id, gap.closed_at = "answered", entry.id, now
        work.session.add(gap)
        audit.write(work, f"staff:{actor.name}", "gap_answered", f"gap:{gap.id}", now, entry.id)
    return told


def catch_up(work: Work, gap: Gap, person_id: int, now: datetime) -> int:
    """Somebody asked before a gap was answered and was found only afterwards; how many letters that makes."""
    entry = base.get(work, gap.entry_id)
    if entry is None or entry.status != "published":
        return 0
    late = [each for each in misses.askers(work, gap.id) if each.person_id == person_id]
    return letters.plant_all(work, _letters(work, gap, entry, late, now), now)


def _letters(
    work: Work, gap: Gap, entry: base.Entry, askers: Iterable[misses.Asker], now: datetime
) -> dict[str, tuple[int, str]]:
    """What each of these is told, in the words of their branch; nobody is told what is out of date."""
    city, today = answers.of_entry(entry), answers.day_of(now)
    own = {each.org_id: answers.of_branch(entry, each) for each in base.overrides_of(work, entry.id)}
    owed: dict[str, tuple[int, str]] = {}
    for each in askers:
        answer = answers.nearest(city, own, each.path, now) or city
        if not answer.expired(today):
            owed[f"gap:{gap.id}:{each.person_id}"] = each.person_id, _letter(gap, entry, each, answer)
    return owed


def _letter(gap: Gap, entry: base.Entry, asker: misses.Asker, answer: answers.Answer) -> str:
    """One letter. It repeats nobody's words but the person's own."""
    day, said = say_day(local(asker.at).date()), answers.full(answer)
    if _disliked(asker, gap, entry):
        return texts.LETTER_IMPROVED.format(day=day, question=entry.question, answer=said)
    words = asker.words or entry.question
    quoted = words if len(words) <= QUOTE else words[:QUOTE] + "…"
    return texts.LETTER_GAP.format(day=day, words=quoted, answer=said)


def _disliked(asker: misses.Asker, gap: Gap, entry: base.Entry) -> bool:
    """Whether it is these very words that somebody found no help in."""
    return asker.decision == "disliked" and gap.entry_id == entry.id


def _overdue(entry: base.Entry | None, now: datetime) -> bool:
    return entry is not None and entry.status == "published" and answers.of_entry(entry).expired(answers.day_of(now))
