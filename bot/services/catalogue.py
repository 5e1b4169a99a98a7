"""The knowledge base as staff look through it: lists with filters, and one entry with everything about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.errors import Refusal
from bot.services import answers
from bot.services.actors import Actor, sees_drafts
from bot.services.answers import Answer
from bot.services.knowledge import Knowledge
from storage import catalogue, knowledge, orgs, revisions, staff
from storage.catalogue import SOON, Wanted
from storage.knowledge import Entry, Override
from storage.revisions import CITY, Revision
from storage.work import Work

PAGE = 20  # entries a page
OPINION_DAYS = 90  # how far back 有帮助 is counted
STATUSES = {
    "published": "已发布",
    "draft": "草稿",
    "expired": "过期",
    "expiring": f"{SOON.days}天内到期",
    "own_expired": "本地版本过期",
    "retired": "停用",
}
SCOPES = {"national": "全国通用", "local": "地方性"}
AUDIENCES = {"worker": "职工", "cadre": "工会干部"}


class NoEntry(Refusal):
    """There is no such entry."""


@dataclass(frozen=True, slots=True)
class Badge:
    """One word about a thing; `tone` is good, warn, bad or quiet."""

    words: str
    tone: str = "quiet"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a list. `review_by` is a calendar day in China, None for what was never published."""

    id: str
    question: str
    category: str
    scope: str
    badges: tuple[Badge, ...]
    overrides: int = 0
    review_by: date | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. `page` starts at 1; `new` are drafts of entries that were never published."""

    lines: list[Line]
    new: list[Line]
    total: int
    page: int
    pages: int
    categories: list[str]
    branches: list[tuple[int, str]]


def listing(work: Work, base: Knowledge, wanted: Wanted, page: int, now: datetime) -> Listing:
    """What is wanted of the base. Words are searched for by the engine as well as letter by letter."""
    today = answers.day_of(now)
    if wanted.words:
        wanted = replace(wanted, ids=tuple(hit.id for hit in base.ask(wanted.words).hits))
    total = catalogue.count(work, wanted, today)
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    found = catalogue.page(work, wanted, today, (page - 1) * PAGE, PAGE)
    return Listing(
        lines=_lines(work, found, today),
        new=_new(work, wanted) if page == 1 else [],
        total=total,
        page=page,
        pages=pages,
        categories=catalogue.categories(work),
        branches=[(each.id, each.name) for each in catalogue.overriding(work)],
    )


def _lines(work: Work, found: Sequence[Entry], today: date) -> list[Line]:
    ids = [each.id for each in found]
    drafts, overrides = catalogue.open_states(work, ids), catalogue.override_counts(work, ids)
    lapsed = catalogue.lapsed_counts(work, ids, today)
    return [
        Line(
            id=each.id,
            question=each.question,
            category=each.category,
            scope=SCOPES[each.scope],
            badges=(
                status_of(each, today),
                *draft_badges(drafts.get(each.id, "")),
                *_lapsed_badge(lapsed.get(each.id, 0)),
            ),
            overrides=overrides.get(each.id, 0),
            review_by=each.review_by,
        )
        for each in found
    ]


def _new(work: Work, wanted: Wanted) -> list[Line]:
    """Drafts of new entries; they have no overrides and no review date yet."""
    if wanted.status not in ("", "draft") or wanted.branch:
        return []
    return [_new_line(each) for each in catalogue.new_drafts(work) if _fits(each, wanted)]


def _fits(draft: Revision, wanted: Wanted) -> bool:
    said = draft.content
    texts = (draft.entry_id, said["question"], said["answer"], *said["phrasings"])
    return (
        wanted.category in ("", said["category"])
        and wanted.scope in ("", said["scope"])
        and any(wanted.words.lower() in text.lower() for text in texts)
    )


def _new_line(draft: Revision) -> Line:
    said = draft.content
    badges = (Badge("新条目"), *draft_badges(draft.state))
    return Line(draft.entry_id, said["question"], said["category"], SCOPES[said["scope"]], badges)


def draft_badges(state: str) -> tuple[Badge, ...]:
    """What is under way: a draft, one that waits for its review, or nothing."""
    words = {"draft": "有草稿", "pending": "等待审核"}.get(state)
    return (Badge(words, "warn"),) if words else ()


def _lapsed_badge(count: int) -> tuple[Badge, ...]:
    return (Badge(f"{count}个本地版本过期", "bad"),) if count else ()


def status_of(entry: Entry, today: date) -> Badge:
    """In which state an entry is as of a day in China."""
    if entry.status == "draft":
        return Badge("草稿")
    if entry.status == "retired":
        return Badge("停用")
    if entry.review_by < today:
        return Badge("已过期", "bad")
    left = (entry.review_by - today).days
    if left <= SOON.days:
        return Badge("今天到期" if left == 0 else f"{left}天后到期", "warn")
    return Badge("已发布", "good")


@dataclass(frozen=True, slots=True)
class Own:
    """What one branch says of its own. `state` is its open revision's, if there is one."""

    org_id: int
    name: str
    override: Override
    answer: Answer
    mine: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One entry with everything about it. `helpful` and `unhelpful` are people within `OPINION_DAYS`."""

    entry: Entry | None
    answer: Answer | None
    badges: tuple[Badge, ...]
    owns: list[Own]
    drafts: list[Revision]
    related: list[tuple[str, str]]
    helpful: int = 0
    unhelpful: int = 0
    places: tuple[tuple[int, str], ...] = ()


def sheet(work: Work, actor: Actor, entry_id: str, now: datetime) -> Sheet:
    """An entry, or the draft of a new one. Raises NoEntry."""
    entry = knowledge.get(work, entry_id)
    drafts = [each for each in revisions.open_all(work, entry_id) if sees_drafts(work, actor, each.org_id)]
    if entry is None:
        if not drafts:
            raise NoEntry("没有这一条内容。")
        return Sheet(None, None, (Badge("新条目"), *draft_badges(drafts[0].state)), [], drafts, [])
    known = catalogue.questions(work, list(entry.related))
    helpful, unhelpful = catalogue.opinions(work, entry_id, now - timedelta(days=OPINION_DAYS), actor.path)
    return Sheet(
        entry=entry,
        answer=answers.of_entry(entry),
        badges=(status_of(entry, answers.day_of(now)),),
        owns=[_own(work, actor, entry, each) for each in knowledge.overrides_of(work, entry_id)],
        drafts=drafts,
        related=[(each, known[each]) for each in entry.related if each in known],
        helpful=helpful,
        unhelpful=unhelpful,
        places=tuple(places(work, actor)) if actor.may("draft") else (),
    )


def _own(work: Work, actor: Actor, entry: Entry, override: Override) -> Own:
    org = orgs.get(work, override.org_id)
    mine = org is not None and actor.within(org.path)
    return Own(override.org_id, org.name if org else "", override, answers.of_branch(entry, override), mine)


def places(work: Work, actor: Actor) -> list[tuple[int, str]]:
    """The branches for which an actor may write versions of their own: their branch and the larger ones below it."""
    found = orgs.branches(work, actor.path or "/")
    return [(each.id, each.name) for each in found]


def place_name(work: Work, org_id: int) -> str:
    """How a branch is called; 本市 for the city's own."""
    org = orgs.get(work, org_id) if org_id != CITY else None
    return org.name if org else "本市"


def names(work: Work) -> dict[str, str]:
    """How everybody with an account, now or earlier, is called."""
    return {each.name: each.display for each in staff.every(work)}


def categories(work: Work) -> tuple[str, ...]:
    """All categories in use, by name."""
    return tuple(catalogue.categories(work))


def questions_of(work: Work, entry_ids: Sequence[str]) -> dict[str, str]:
    """The standard questions of entries, published or not."""
    return catalogue.questions(work, entry_ids)
