"""Going on with an application on another phone or channel: a six-digit code, shown here, typed there.

The code counts for ten minutes and once. Who types it shows that they hold both phones; their new address becomes one
of the person's, unless something of its own hangs on it; what came to nothing there goes along. Guessing is capped:
five wrong codes an hour a person, two hundred in ten minutes all together (with a hundred codes in the world a
two-percent chance for all guessers together). The old address is told. All of it is one transaction with the turn: a
crash leaves the code unspent.
"""

from datetime import datetime, timedelta

from bot import joining_texts as texts
from bot.calendar import say_date
from bot.clock import local
from bot.errors import Refusal
from bot.services import event_privacy
from bot.services.house import House
from storage import applications, audit, conversations, inbox, outbox, people, resume_codes
from storage.people import Known
from storage.work import Work

LIFE = timedelta(minutes=10)
TRIES, TRIES_OF_ALL = 5, 200
DRAWS = 20
HOW = "resuming.how"  # topic of a turn that told how


class NothingToResume(Refusal):
    """There is nothing half-done here that could go elsewhere."""

    words = texts.CODE_NOTHING


class WrongCode(Refusal):
    """No such code, or not any more."""

    words = texts.CODE_WRONG


class TooManyCodes(Refusal):
    """Guessing is stopped for a while."""

    words = texts.CODE_TOO_OFTEN


class HasOwn(Refusal):
    """The address has something of its own."""

    words = texts.CODE_OWN


class HasForm(HasOwn):
    """It has an open form, which can be cancelled."""

    words = texts.CODE_FORM


def code_for(work: Work, known: Known, now: datetime) -> str:
    """A new code for this person. Raises NothingToResume.

    Drawn from the keyed hash of who asks and when, as one-time passwords are: nobody without the pepper can tell it.
    """
    form, application = conversations.of_person(work, known.person_id), applications.open_of(work, known.person_id)
    if form is None and application is None:
        raise NothingToResume
    for draw in range(DRAWS):
        drawn = work.seal.fingerprint(f"{known.user}|{now.isoformat()}|{draw}", resume_codes.PURPOSE)
        code = f"{int(drawn, 16) % 1_000_000:06d}"
        if resume_codes.put(work, known.person_id, known.address_id, code, now, now + LIFE):
            audit.write(work, f"person:{known.person_id}", "resume_code", f"person:{known.person_id}", now)
            return code
    raise NothingToResume


def awaited(work: Work, person_id: int, now: datetime) -> bool:
    """Whether bare digits may be a code: the bot has just told how, or refused one."""
    topics = (HOW, f"refused:{WrongCode.__name__}")
    return any(inbox.has_topic(work, person_id, each, now - LIFE) for each in topics)


def go_on(work: Work, stranger: Known, code: str, house: House, now: datetime) -> Known:
    """Spend a code: the speaker as who they are from now on. Raises WrongCode, TooManyCodes, HasOwn.

    A refusal leaves the code unspent.
    """
    wrong = f"refused:{WrongCode.__name__}"
    mine = inbox.count_topic(work, wrong, now - timedelta(hours=1), stranger.person_id)
    if mine >= TRIES or inbox.count_topic(work, wrong, now - LIFE) >= TRIES_OF_ALL:
        raise TooManyCodes
    found = resume_codes.spend(work, code, now)
    if found is None:
        raise WrongCode
    if found.person_id == stranger.person_id:
        raise WrongCode(texts.CODE_HERE)
    if conversations.of_person(work, stranger.person_id) is not None:
        raise HasForm
    if resume_codes.has_own(work, stranger.person_id):
        raise HasOwn
    event_privacy.take_along(work, stranger.person_id, found.person_id, now)
    joined = resume_codes.join(work, stranger, found.person_id, now)
    audit.write(work, f"person:{found.person_id}", "resume", f"person:{found.person_id}", now)
    _tell(work, found, house, now)
    return joined


def _tell(work: Work, code: resume_codes.ResumeCode, house: House, now: datetime) -> None:
    """Tell the address that the code came from: whoever did not do this must hear of it."""
    address = people.address(work, code.address_id)
    if address is None or not address.following or address.refused:
        return
    outbox.put(
        work,
        person_id=code.person_id,
        address_id=code.address_id,
        text=texts.MOVED_AWAY.format(day=say_date(local(now).date()), hotline=house.hotline),
        state="queued",
        now=now,
        valid_until=now + timedelta(days=1),
    )
