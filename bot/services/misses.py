"""What did not get a good answer: kept, judged by readers, grouped into gaps for the editors."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import local
from bot.forms.personal import masked
from bot.search import Result
from bot.search.grouping import Subjects, nearest
from bot.services import closing
from storage import inbox, knowledge, misses
from storage.misses import Gap, Miss
from storage.work import Work

SUGGESTION_MINUTES = 30
OPINION_DAYS, TAPPED_DAYS = 2, 30  # so old an answer may be to be judged: the last one, or one whose button is tapped
OWN_WORDS_MINUTES, REASON_CHARS = 10, 40
NUMBER, UNEXPLAINED = "number", "unhelpful:"  # topics: a number that picked nothing, a dislike without a reason
REASONS = ("答非所问", "看不懂", "过时了", "和当地不一样", "其他")
NONE = "none"
GAPS, WORDINGS = 300, 5  # so many open gaps, and wordings of each, a new question is compared with


def remember(work: Work, inbound_id: int, person_id: int, text: str, result: Result, now: datetime) -> None:
    """Keep a question that got no direct answer, for the editors."""
    suggested = [hit.id for hit in result.hits]
    misses.record(
        work, inbound_id, person_id, masked(text), result.decision.value, now, suggested=suggested, entry_id=""
    )


def remember_expired(work: Work, inbound_id: int, person_id: int, text: str, entry_id: str, now: datetime) -> None:
    """Keep a question whose entry waits for its review."""
    misses.record(work, inbound_id, person_id, masked(text), "expired", now, suggested=None, entry_id=entry_id)


def open_suggestions(work: Work, person_id: int, now: datetime, chat: str = "") -> list[str]:
    """The entry ids last suggested to a person (in a group: there), if that was the last thing said to them lately."""
    return inbox.last_suggested(work, person_id, now - timedelta(minutes=SUGGESTION_MINUTES), chat)


def picked(work: Work, person_id: int, entry_id: str, now: datetime) -> bool:
    """Somebody chose one of their last suggestions (or `NONE`, also after a look at one); false when nothing was
    suggested lately, or when that is settled already."""
    miss = misses.latest_of(work, person_id, "suggest", now - timedelta(minutes=SUGGESTION_MINUTES))
    if miss is None or miss.picked == NONE:
        return False
    if entry_id != NONE and (miss.picked or entry_id not in (miss.suggested or ())):
        return False
    miss.picked = entry_id
    work.session.add(miss)
    return True


def keep_opinion(
    work: Work,
    inbound_id: int,
    person_id: int,
    helpful: bool,
    now: datetime,
    chat: str = "",
    entry_id: str = "",
    reason: str = "",
) -> str | None:
    """Keep what a person thinks of the last answer they got (in a group: there), or of the last one from `entry_id`;
    its entry, or None when there was none lately.

    A disliked answer is also a miss, once however often it is disliked: the question it was given to waits for the
    editors. `reason` may be in own words: contact details are masked, and it is cut to `REASON_CHARS` characters.
    """
    since = now - timedelta(days=TAPPED_DAYS if entry_id else OPINION_DAYS)
    last = inbox.last_answered(work, person_id, since, chat, entry_id)
    if last is None or knowledge.get(work, last.entry_id) is None:
        return None
    why = "" if helpful else _short(reason)
    misses.put_opinion(work, person_id, last.entry_id, helpful, now, why)
    if not helpful:
        _disliked(work, inbound_id, person_id, last, why, now)
    return last.entry_id


def _disliked(work: Work, inbound_id: int, person_id: int, last: inbox.Answered, reason: str, now: datetime) -> None:
    before = misses.latest_of(work, person_id, "disliked", last.at, last.entry_id)
    if before is not None:
        before.reason = reason or before.reason
        work.session.add(before)
        return
    why = {"suggested": None, "entry_id": last.entry_id, "reason": reason}
    misses.record(work, inbound_id, person_id, masked(last.words), "disliked", now, **why)


def _short(reason: str) -> str:
    return masked(reason).strip()[:REASON_CHARS]


def keep_reason(work: Work, person_id: int, reason: str, now: datetime, entry_id: str = "") -> bool:
    """Why the last answer (of `entry_id`, when given) was disliked; false when none was in the last half hour."""
    since = now - timedelta(minutes=SUGGESTION_MINUTES)
    miss = misses.latest_of(work, person_id, "disliked", since, entry_id)
    if miss is None:
        return False
    miss.reason = _short(reason)
    work.session.add(miss)
    misses.put_opinion(work, person_id, miss.entry_id, False, now, miss.reason)
    return True


def keep_own_words(work: Work, person_id: int, text: str, now: datetime) -> bool:
    """Take a message for the reason of a dislike, when it comes right after one without a reason; else false."""
    topic = inbox.last_topic(work, person_id, now - timedelta(minutes=OWN_WORDS_MINUTES))
    entry_id = topic.removeprefix(UNEXPLAINED) if topic.startswith(UNEXPLAINED) else ""
    return bool(entry_id) and keep_reason(work, person_id, text, now, entry_id)


def waiting(work: Work, now: datetime, limit: int = 500) -> list[int]:
    """Misses that belong to no gap yet; a list of suggestions gets half an hour to be picked from."""
    return misses.loose(work, now, now - timedelta(minutes=SUGGESTION_MINUTES), limit)


@dataclass(frozen=True, slots=True)
class Guess:
    """Which open gap means the same as a miss, and which gaps were looked at for that."""

    near: int | None = None
    seen: frozenset[int] = frozenset()


def guess(work: Work, miss_id: int, subjects: Subjects | None = None) -> Guess:
    """Look for the gap of a miss. Only reads, and may take a while: never inside a unit of work.

    `subjects` saves working out again what earlier calls with it have compared.
    """
    miss = misses.get(work, miss_id)
    if miss is None or miss.entry_id or not miss.words:
        return Guess()
    return _compare(work, miss.words, frozenset(), subjects)


def _compare(work: Work, words: str, known: frozenset[int], subjects: Subjects | None = None) -> Guess:
    """Compare words with the open gaps that are not known yet. The same words are the same question."""
    gaps = [each.id for each in misses.open_gaps(work, "unknown", GAPS) if each.id not in known]
    asked = misses.words_of_gaps(work, gaps, WORDINGS) if gaps else {}
    same = min((gap_id for gap_id, texts in asked.items() if words in texts), default=None)
    return Guess(same if same is not None else nearest(words, asked, subjects), frozenset(gaps))


def group(work: Work, miss_id: int, now: datetime, guessed: Guess | None = None) -> str:
    """Put one miss into the gap that means the same, or open one; returns `joined`, `opened` or `gone`.

    `guessed` saves looking while others wait: only gaps that were opened since are compared here. A gap that was
    answered after this question was asked takes it too, and the answer goes out to whoever asked.
    """
    work.alone("gaps")
    miss = misses.held(work, miss_id)
    if miss is None or miss.gap_id is not None or not (miss.words or miss.entry_id):
        return "gone"
    found = _gap_of(work, miss, guessed or Guess()) or _answered_gap(work, miss)
    if found is None:
        kind = "review" if miss.entry_id else "unknown"
        words = _question(work, miss.entry_id) if miss.entry_id else miss.words
        misses.join(work, miss, misses.add_gap(work, kind, words, miss.entry_id, miss.at))
        return "opened"
    misses.join(work, miss, found)
    if found.state == "answered":
        closing.catch_up(work, found, miss.person_id, now)
    return "joined"


def _gap_of(work: Work, miss: Miss, guessed: Guess) -> Gap | None:
    if miss.entry_id:
        review = misses.review_gap(work, miss.entry_id)
        return _still_open(work, review.id) if review else None
    found = _still_open(work, guessed.near) if guessed.near is not None else None
    if found is None:
        near = _compare(work, miss.words, guessed.seen).near
        found = _still_open(work, near) if near is not None else None
    return found


def _answered_gap(work: Work, miss: Miss) -> Gap | None:
    """The gap that was answered while this miss waited to be grouped."""
    answered = misses.answered_since(work, miss.at, miss.entry_id)
    if miss.entry_id:
        near = next(iter(answered), None)
    else:
        near = nearest(miss.words, misses.words_of_gaps(work, answered, WORDINGS)) if answered else None
    return misses.held_gap(work, near) if near is not None else None


def _still_open(work: Work, gap_id: int) -> Gap | None:
    """The gap, held; None when somebody has closed it meanwhile."""
    gap = misses.held_gap(work, gap_id)
    return gap if gap is not None and gap.state == "open" else None


def _question(work: Work, entry_id: str) -> str:
    entry = knowledge.get(work, entry_id)
    return entry.question if entry else entry_id


def ask_reviews(work: Work, now: datetime) -> int:
    """Open a gap for every published entry past its review date that has none; returns how many."""
    work.alone("gaps")
    overdue = knowledge.overdue(work, local(now).date())
    asked = [each for each in overdue if misses.review_gap(work, each.id) is None]
    for each in asked:
        misses.add_gap(work, "review", each.question, each.id, now)
    return len(asked)
