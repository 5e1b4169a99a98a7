"""Letters: telling people what they asked for, by a route that is open, or at their next visit.

The sender chooses the route (window, template) when the letter's outbox row is due; a row that cannot be delivered
brings the letter back as `kept`. A template only says that there is news: the letter itself waits for the visit.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bot import texts
from bot.calendar import Hours, daytime
from bot.clock import local
from bot.services import delivery
from storage import letters, outbox, people
from storage.letters import Letter
from storage.seal import Unsealable
from storage.work import Work

log = logging.getLogger(__name__)
WORTH = timedelta(days=180)  # how long a letter is kept for a visit
TRY = timedelta(days=2)  # how long its outbox row is worth sending
AT_ONCE = 3  # letters told in one visit


def plant(work: Work, key: str, person_id: int, text: str, now: datetime) -> bool:
    """Owe a person these words; false when this key was planted before."""
    return letters.plant(work, key, person_id, text, now, now + WORTH)


def plant_all(work: Work, owed: Mapping[str, tuple[int, str]], now: datetime, until: datetime | None = None) -> int:
    """Owe many people words, worth telling `until` then: key to (person, text); how many were not planted before."""
    return letters.plant_all(work, owed, now, until or now + WORTH)


def planted(work: Work, keys: Collection[str]) -> bool:
    """Whether one of these letters was planted before."""
    return letters.planted(work, keys)


def overtake(work: Work, *keys: str) -> None:
    """Letters that wait are not told any more: what comes now says more."""
    letters.drop_waiting(work, keys)


def take_back(work: Work, *keys: str) -> None:
    """What these letters say is not so any more: nobody is told it who was not yet."""
    letters.take_back(work, keys)


def reword(work: Work, keys: Sequence[str], text: str, until: datetime) -> int:
    """What these letters say has changed: who was not told yet is told this, while it is worth it; how many."""
    return letters.reword(work, keys, text, until)


def send(work: Work, letter_id: int, now: datetime, hours: Hours) -> str:
    """Put a waiting letter on its way, in daytime; at once where the morning would be too late.

    Returns `sent`, `kept` (nobody to send to) or `gone`.
    """
    letter = letters.get(work, letter_id)
    if letter is None or letter.state != "waiting":
        return "gone"
    words = _words(work, letter)
    if not words:
        return "gone"
    address = next((a for a in people.addresses_of(work, letter.person_id) if a.following and not a.refused), None)
    work.session.add(letter)
    if address is None:
        letter.state = "kept"
        return "kept"
    morning = daytime(now, hours)
    due = morning if morning < letter.valid_until else now
    letter.state = "sending"
    letter.outbox_id = outbox.put(
        work,
        person_id=letter.person_id,
        address_id=address.id,
        text=words,
        state="queued",
        now=now,
        lane=outbox.REMINDER,
        template="notice",
        fields=_notice(words, due),
        dedupe=f"l:{letter.id}",
        due_at=due,
        valid_until=min(due + TRY, letter.valid_until),
    )
    return "sent"


def _notice(words: str, due: datetime) -> dict[str, str]:
    """What a template says: that there is news and how to hear it; nothing of what was asked."""
    title = words.partition("\n")[0]
    return delivery.template_fields(f"{title}\n{texts.LETTER_HOW}", local(due))


def tell(work: Work, person_id: int, now: datetime) -> list[str]:
    """What was kept for this person, as paragraphs; it is told now. At most three letters, the oldest first."""
    said: list[str] = []
    for each in letters.kept_for(work, person_id, now, AT_ONCE):
        words = _words(work, each)
        if words:
            each.state, each.told_at = "told", now
            work.session.add(each)
            said.append(words)
    return [texts.LETTERS.format(count=len(said)), *said] if said else []


def _words(work: Work, letter: Letter) -> str:
    """What it says; a letter whose key is gone lapses, so that it is not in anybody's way."""
    try:
        return letters.words(work, letter)
    except Unsealable:
        log.error("a letter cannot be opened", extra={"letter": letter.id})
        letter.state = "lapsed"
        work.session.add(letter)
        return ""
