"""What staff do to a membership without being asked by chat: on paper, at the window, by decision of a committee."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot import member_texts as texts
from bot.calendar import say_date
from bot.clock import local
from bot.services import letters, members
from bot.services.actors import Actor, NotAllowed, require
from bot.services.member_requests import NoRequest, checked_reason
from storage import audit, orgs
from storage import members as rows
from storage.members import Member
from storage.work import Work

Deed = Callable[[Work, Member, str, str, datetime], None]
DEEDS: Mapping[str, tuple[str, Deed]] = {
    "keep": ("保留会籍", members.keep),
    "resume": ("恢复会籍", members.resume),
    "relieve": ("减免会费", members.relieve),
    "leave": ("退会", members.leave),
    "move_out": ("转出本会", members.move_out),
    "expel": ("除名", members.expel),
}


def act(work: Work, actor: Actor, member_id: int, deed: str, reason: str, now: datetime) -> None:
    """Do it, write it down, tell the member. Raises NoRequest, NotAllowed, NotNow."""
    require(actor, "decide")
    member, unit = theirs(work, actor, member_id)
    reason = checked_reason(reason, member.name)
    if deed not in DEEDS:
        raise NoRequest(texts.MOVED_ON)
    label, do = DEEDS[deed]
    do(work, member, reason, f"staff:{actor.name}", now)
    audit.write(work, f"staff:{actor.name}", "member_deed", f"member:{member.id}", now, deed)
    if member.person_id is not None:
        day = say_date(local(now).date())
        words = texts.LETTER_DEED.format(unit=unit, day=day, kind=label, reason=reason)
        letters.plant(work, f"member:{member.id}:{deed}:{int(now.timestamp())}", member.person_id, words, now)


def theirs(work: Work, actor: Actor, member_id: int) -> tuple[Member, str]:
    """A member of the actor's branch, held, with the name of its union. Raises NoRequest, NotAllowed."""
    member = rows.held(work, member_id)
    org = orgs.get(work, member.org_id) if member else None
    if member is None or org is None:
        raise NoRequest(texts.NO_MEMBER)
    if not actor.within(org.path):
        raise NotAllowed(texts.NOT_YOURS)
    return member, org.name
