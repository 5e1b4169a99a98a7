"""The member card: a short code, in chat as text and in the console as a QR code, that staff type or scan.

A code is ten characters: 30 random bits and 20 bits of a keyed signature, so that most of what is mistyped or made up
is refused without a look. It is valid for ten minutes, a new one ends the old one, and it says nothing about anybody.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot import member_texts as texts
from bot.errors import Refusal
from bot.services.actors import Actor, require
from bot.services.member_deeds import theirs
from storage import audit, cards, members, orgs
from storage.members import Member
from storage.work import Work

MINUTES = 10
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
_ALIKE = str.maketrans("OIL", "011")
_SIGNING = "member_card.signature"
_CODE = re.compile(f"[{_DIGITS}]{{10}}")


class BadCard(Refusal):
    """A code that is wrong or too old; nobody is told which."""

    words = texts.CARD_BAD


@dataclass(frozen=True, slots=True)
class Shown:
    """What staff see of a card."""

    name: str
    unit: str
    state: str
    joined_on: date
    valid: bool


def issue(work: Work, member: Member, now: datetime) -> tuple[str, datetime]:
    """A new code and until when it is valid; earlier ones of this member open nothing any more. Raises Refusal."""
    if member.state not in members.HERE:
        raise BadCard(texts.CARD_NOT.format(state=texts.STATES[member.state]))
    head = "".join(secrets.choice(_DIGITS) for _ in range(6))
    code, until = head + _signature(work, head), now + timedelta(minutes=MINUTES)
    cards.put(work, code, member.id, until)
    return f"{code[:5]}-{code[5:]}", until


def present(work: Work, actor: Actor, member_id: int, now: datetime) -> tuple[Shown, str, datetime]:
    """A card for a member at the window without a phone: what is on it, its code, until when. Audited.

    Raises NoRequest, NotAllowed (another branch), BadCard (not a member any more).
    """
    require(actor, "members")
    member, unit = theirs(work, actor, member_id)
    code, until = issue(work, member, now)
    audit.write(work, f"staff:{actor.name}", "card_show", f"member:{member.id}", now)
    return Shown(member.name, unit, texts.STATES[member.state], member.joined_on, True), code, until


def _signature(work: Work, head: str) -> str:
    number = int(work.seal.fingerprint(head, _SIGNING)[:5], 16)
    return "".join(_DIGITS[number >> shift & 31] for shift in (15, 10, 5, 0))


def look(work: Work, actor: Actor, typed: str, now: datetime) -> Shown:
    """Whose card this is; every look is in the audit trail. Any union's staff may ask: it was shown to them.

    Raises BadCard.
    """
    require(actor, "members")
    code = re.sub(r"[\s-]", "", typed.upper()[:40]).translate(_ALIKE)
    member_id = cards.member_of(work, code, now) if _fits(work, code) else None
    member = members.get(work, member_id) if member_id is not None else None
    org = orgs.get(work, member.org_id) if member else None
    if member is None or org is None:
        raise BadCard
    audit.write(work, f"staff:{actor.name}", "card_look", f"member:{member.id}", now)
    state = texts.STATES[member.state]
    return Shown(member.name, org.name, state, member.joined_on, member.state in members.HERE)


def _fits(work: Work, code: str) -> bool:
    return _CODE.fullmatch(code) is not None and secrets.compare_digest(_signature(work, code[:6]), code[6:])
