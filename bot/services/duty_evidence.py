"""Proof that a duty was done: photos, files, a few words. Kept at once, fetched later, never guessed whose it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import duty_texts as texts
from bot.calendar import say_day
from bot.clock import local
from bot.services import letters
from bot.services.duty_answers import Entry, Listing, title
from storage import duties, evidence, inbox
from storage.work import Work

ASKED = "duties.proof:"
ASKED_FOR = timedelta(days=7)  # so long a second 完成 is taken without proof
PLACED_WITHIN = timedelta(hours=1)
WANTED = ("photo", "file")
LONGEST = 2000
WITHOUT_PROOF = "without proof"  # the note of a step "done"


def wants_proof(entry: Entry) -> bool:
    """Whether something is to be kept for this duty: a photo, a file, a few words."""
    return entry.template.evidence in texts.PROOFS


def to_ask_for(work: Work, person_id: int, entry: Entry, now: datetime) -> bool:
    """Whether proof is wanted, none has come, and it was not asked for yet."""
    if not wants_proof(entry) or evidence.counts(work, entry.duty.id):
        return False
    return not inbox.has_topic(work, person_id, f"{ASKED}{entry.duty.id}", now - ASKED_FOR)


def missing(work: Work, entry: Entry) -> str:
    """The note for a duty that is done now: that the proof it wants is not there, or nothing."""
    return WITHOUT_PROOF if wants_proof(entry) and not evidence.counts(work, entry.duty.id) else ""


def ask_words(entry: Entry) -> str:
    """Asking for it."""
    return texts.PROOFS[entry.template.evidence].format(number=entry.number, title=title(entry))


def candidates(lists: Listing) -> list[Entry]:
    """The open duties that want a picture or a file; when there are none, those of the list that are done."""
    wanting = [each for each in lists.entries if each.template.evidence in WANTED]
    return [each for each in wanting if each.open] or [each for each in wanting if each.duty.state == "done"]


def attach(
    work: Work, person_id: int, entries: Sequence[Entry], channel: str, media_id: str, now: datetime, kind: str
) -> bool:
    """Remember a photo or file for the only duty it can be for; for one of several until it is said which.

    False when the same one is there already.
    """
    placed, duty = len(entries) == 1, entries[0].duty
    fresh = evidence.add_media(work, duty.id, person_id, kind, channel, media_id, now, placed)
    if fresh and placed:
        duties.step(work, duty.id, f"person:{person_id}", "evidence", now, kind)
    return fresh


def waits(work: Work, person_id: int, now: datetime) -> bool:
    """Whether something was sent a short while ago and nobody said what for."""
    return bool(evidence.unplaced_of(work, person_id, now - PLACED_WITHIN))


def place(work: Work, person_id: int, entry: Entry, now: datetime) -> int:
    """What was sent lately is for this duty; how many pieces."""
    pieces = evidence.unplaced_of(work, person_id, now - PLACED_WITHIN)
    for piece in pieces:
        piece.duty_id, piece.state, piece.due_at = entry.duty.id, "waiting", now
        work.session.add(piece)
        duties.step(work, entry.duty.id, f"person:{person_id}", "evidence", now, piece.kind)
    return len(pieces)


def say(work: Work, person_id: int, entry: Entry, words: str, now: datetime, reason: bool = False) -> None:
    """Keep words for a duty: a summary, or why there is nothing to show."""
    name = "reason" if reason else ""
    evidence.add_text(work, entry.duty.id, person_id, words[:LONGEST], now, name)
    duties.step(work, entry.duty.id, f"person:{person_id}", "evidence", now, name or "text")


def kept_words(work: Work, entry: Entry) -> str:
    """What is held of a duty now."""
    counts = evidence.counts(work, entry.duty.id)
    return "、".join(texts.KINDS[kind].format(count=count) for kind, count in sorted(counts.items()))


def ended(work: Work, piece_id: int, state: str, now: datetime) -> None:
    """A piece cannot be kept: whoever sent it is told, so that they can send it again."""
    piece = evidence.end(work, piece_id, state)
    found = duties.get(work, piece.duty_id) if piece else None
    if piece is None or found is None:
        return
    words = texts.NOT_KEPT_LOST if state == "lost" else texts.NOT_KEPT
    day = say_day(local(piece.at).date())
    letters.plant(work, f"evidence:{piece.id}", piece.person_id, words.format(day=day, title=found[1].title), now)
