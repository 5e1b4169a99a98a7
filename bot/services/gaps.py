"""Gaps as staff work on them: lists and details of one's own branch, merging two, splitting a wording out.

Nobody who asked is named or numbered here. Assigning, dismissing and answering are in `closing`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from bot.clock import local
from bot.search.grouping import likely
from bot.services.actors import Actor, NotAllowed, require, sees_drafts
from bot.services.closing import NoGap, open_gap
from bot.services.knowledge import Knowledge
from bot.services.misses import NONE
from storage import audit, catalogue, letters, misses, orgs, people, revisions, staff
from storage.misses import Gap, Miss, Sought
from storage.revisions import Revision
from storage.work import Work

STATES = {"open": "待处理", "answered": "已回答", "dismissed": "不处理"}
KINDS = {"unknown": "没有答案", "review": "待改进"}
DECISIONS = {"decline": "没答上来", "suggest": "给了选项", "disliked": "看了说没帮助", "expired": "内容已过期"}
PHRASING = 20  # characters of a wording as it is proposed for an entry
MERGED = "已并入另一组问题"


@dataclass(frozen=True, slots=True)
class GapLine:
    """One gap of a list. `people` asked it; `days` it waits, in calendar days in China."""

    id: int
    title: str
    kind: str
    state: str
    people: int
    days: int
    assignee: str
    last_at: datetime
    drafted: bool


def listing(work: Work, actor: Actor, sought: Sought, now: datetime) -> list[GapLine]:
    """The gaps of the actor's branch, most people first. Raises NotAllowed."""
    require(actor, "gaps")
    found = misses.gaps_within(work, replace(sought, path=actor.path))
    ids = [gap.id for gap, _ in found]
    titles = misses.first_words(work, ids, actor.path) if actor.path is not None else {}
    drafted = revisions.drafted(work, ids)
    return [_line(gap, count, titles, gap.id in drafted, now) for gap, count in found]


def _line(gap: Gap, count: int, titles: dict[int, str], drafted: bool, now: datetime) -> GapLine:
    title = gap.words if gap.kind == "review" else titles.get(gap.id, gap.words)
    return GapLine(
        id=gap.id,
        title=title or "（原话已按期限删除）",
        kind=gap.kind,
        state=gap.state,
        people=count,
        days=days_between(gap.first_at, gap.closed_at or now),
        assignee=gap.assignee,
        last_at=gap.last_at,
        drafted=drafted,
    )


def days_between(since: datetime, until: datetime) -> int:
    """Calendar days in China from one moment to another."""
    return (local(until).date() - local(since).date()).days


@dataclass(frozen=True, slots=True)
class Wording:
    """How somebody put it; `id` is the miss. `reason` is why an answer was disliked."""

    id: int
    words: str
    how: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Offered:
    """An entry that was suggested to those who asked: how often, and how often it was picked."""

    id: str
    question: str
    times: int
    picked: int


class Other(NamedTuple):
    """Another open gap; `likely`: it may well be the same matter."""

    id: int
    title: str
    likely: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """One gap with everything staff may know. `letters` counts people by how far the answer has come to them."""

    gap: Gap
    line: GapLine
    wordings: list[Wording]
    offered: list[Offered]
    none_picked: int
    reasons: list[tuple[str, int]]
    drafts: list[Revision]
    letters: dict[str, int]
    entry: str
    others: list[Other]
    near: list[tuple[str, str]]


def detail(work: Work, actor: Actor, gap_id: int, base: Knowledge, now: datetime) -> Detail:
    """A gap, whatever its state, as far as it is the actor's branch's. Raises NoGap, NotAllowed."""
    require(actor, "gaps")
    gap = misses.gap(work, gap_id)
    if gap is None:
        raise NoGap("没有这一组问题。")
    found = misses.of_gap_within(work, gap_id, actor.path)
    if actor.path is not None and not found:
        raise NotAllowed("这组问题不归您所在的工会处理。")
    written = [each for each in revisions.of_gap(work, gap_id) if each.state in revisions.OPEN]
    drafts = [each for each in written if sees_drafts(work, actor, each.org_id)]
    own = {gap_id: next((each.words for each in found if each.words), "")} if actor.path is not None else {}
    line = _line(gap, len({each.person_id for each in found}), own, bool(written), now)
    return Detail(
        gap=gap,
        line=line,
        wordings=[_wording(each) for each in found],
        offered=_offered(work, found),
        none_picked=sum(each.picked == NONE for each in found),
        reasons=Counter(each.reason for each in found if each.reason).most_common(),
        drafts=drafts,
        letters=letters.states_of(work, f"gap:{gap_id}:"),
        entry=catalogue.questions(work, [gap.entry_id]).get(gap.entry_id, "") if gap.entry_id else "",
        others=_others(work, actor, gap, line.title, now),
        near=[(hit.id, hit.question) for hit in base.ask(line.title).hits] if gap.kind == "unknown" else [],
    )


def _wording(miss: Miss) -> Wording:
    return Wording(miss.id, miss.words, DECISIONS.get(miss.decision, miss.decision), miss.reason, miss.at)


def _offered(work: Work, found: Sequence[Miss]) -> list[Offered]:
    times = Counter(each for miss in found for each in miss.suggested or ())
    picked = Counter(miss.picked for miss in found if miss.picked not in ("", NONE))
    known = catalogue.questions(work, list(times))
    return [Offered(each, known.get(each, each), count, picked[each]) for each, count in times.most_common(10)]


def _others(work: Work, actor: Actor, gap: Gap, title: str, now: datetime) -> list[Other]:
    """Open gaps that this one may be merged into, those that may mean the same first."""
    if gap.kind != "unknown" or gap.state != "open":
        return []
    lines = {each.id: each for each in listing(work, actor, Sought(kind="unknown"), now) if each.id != gap.id}
    near = likely(title, {number: [line.title] for number, line in lines.items()})
    order = [*near, *(number for number in lines if number not in near)]
    return [Other(number, lines[number].title, number in near) for number in order]


def phrasings(detail_: Detail) -> list[str]:
    """The wordings as phrasings of an entry: distinct, at most `PHRASING` characters, none with a blanked number."""
    cut = (each.words.strip(" 　。？?！!，,")[:PHRASING] for each in detail_.wordings)
    return list(dict.fromkeys(each for each in cut if len(each) >= 2 and "〔" not in each))


def assignees(work: Work) -> list[tuple[str, str]]:
    """(name, how they are called) of everybody who may take a gap or a case up."""
    return [(each.name, each.display) for each in staff.every(work) if each.active]


def merge(work: Work, actor: Actor, gap_id: int, into_id: int, now: datetime) -> Gap:
    """Two gaps mean the same: the people of one belong to the other, its drafts too. Raises NoGap, NotAllowed."""
    work.alone("gaps")  # nothing is grouped meanwhile
    source, into = open_gap(work, actor, gap_id), open_gap(work, actor, into_id)
    if source.id == into.id or source.kind != "unknown" or into.kind != "unknown":
        raise NoGap("只能把两组“没有答案”的问题合并。")
    _require_whole(work, actor, source)
    misses.pour(work, source, into)
    revisions.redirect(work, source.id, into.id)
    source.state, source.reason, source.closed_at = "dismissed", MERGED, now
    work.session.add(source)
    audit.write(work, f"staff:{actor.name}", "gap_merge", f"gap:{source.id}", now, f"into gap:{into.id}")
    return into


def _require_whole(work: Work, actor: Actor, gap: Gap) -> None:
    """Raises NotAllowed when people of other branches asked it too."""
    if actor.path is None:
        return
    mine = len(misses.of_gap_within(work, gap.id, actor.path, limit=gap.asked + 1))
    if mine < gap.asked:
        raise NotAllowed("这组问题还有其他工会的职工问过，请上级工会来合并。")


def split(work: Work, actor: Actor, gap_id: int, miss_id: int, now: datetime) -> Gap:
    """One wording means something else: it becomes a gap of its own. Raises NoGap, NotAllowed."""
    work.alone("gaps")
    gap = open_gap(work, actor, gap_id)
    miss = misses.get(work, miss_id)
    if miss is None or miss.gap_id != gap.id or not miss.words:
        raise NoGap("这句话已经不在这一组里了，请刷新页面看看。")
    if not _mine(work, actor, miss.person_id):
        raise NotAllowed("这句话不是您所在工会的职工问的。")
    if gap.kind == "unknown" and gap.asked < 2:
        raise NoGap("这一组只有一句话，不用拆分。")
    made = misses.add_gap(work, "unknown", miss.words, "", miss.at)
    misses.join(work, miss, made)
    gap.asked -= 1
    work.session.add(gap)
    audit.write(work, f"staff:{actor.name}", "gap_split", f"gap:{gap.id}", now, f"gap:{made.id}")
    return made


def _mine(work: Work, actor: Actor, person_id: int) -> bool:
    if actor.path is None:
        return True
    person = people.get(work, person_id)
    org = orgs.get(work, person.org_id) if person and person.org_id else None
    return org is not None and actor.within(org.path)
