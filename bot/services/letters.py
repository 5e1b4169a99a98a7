"""Letters: telling people what they asked for, by a route that is open, or at their next visit.

The sender chooses the route (window, template) when the letter's outbox row is due; a row that cannot be delivered
brings the letter back as `kept`. A template only says that there is news: the letter itself waits for the visit.
"""

from datetime import datetime, timedelta

from bot import texts
from bot.calendar import Hours, daytime
from storage import letters, outbox, people
from storage.work import Work

WORTH = timedelta(days=180)  # how long a letter is kept for a visit
TRY = timedelta(days=2)  # how long its outbox row is worth sending
AT_ONCE = 3  # letters told in one visit


def plant(work: Work, key: str, person_id: int, text: str, now: datetime) -> bool:
    """Owe a person these words; false when this key was planted before."""
    return letters.plant(work, key, person_id, text, now, now + WORTH)


def send(work: Work, letter_id: int, now: datetime, hours: Hours) -> str:
    """Put a waiting letter on its way, in daytime; returns `sent`, `kept` (nobody to send to) or `gone`."""
    letter = letters.get(work, letter_id)
    if letter is None or letter.state != "waiting":
        return "gone"
    address = next((a for a in people.addresses_of(work, letter.person_id) if a.following and not a.refused), None)
    work.session.add(letter)
    if address is None:
        letter.state = "kept"
        return "kept"
    letter.state = "sending"
    letter.outbox_id = outbox.put(
        work,
        person_id=letter.person_id,
        address_id=address.id,
        text=letters.words(work, letter),
        state="queued",
        now=now,
        lane=outbox.REMINDER,
        template="notice",
        dedupe=f"l:{letter.id}",
        due_at=daytime(now, hours),
        valid_until=daytime(now, hours) + TRY,
    )
    return "sent"


def tell(work: Work, person_id: int, now: datetime) -> list[str]:
    """What was kept for this person, as paragraphs; it is told now. At most three letters, the oldest first."""
    kept = letters.kept_for(work, person_id, AT_ONCE)
    for each in kept:
        each.state, each.told_at = "told", now
        work.session.add(each)
    said = [letters.words(work, each) for each in kept]
    return [texts.LETTERS.format(count=len(said)), *said] if said else []
