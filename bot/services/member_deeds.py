"""What staff do to a membership without being asked by chat: on paper, at the window, by decision of a committee."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot import member_texts as texts
from bot.calendar import say_date
from bot.clock import local
from bot.errors import Refusal
from bot.services import letters, member_requests, members
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
ENDS = ("leave", "move_out", "expel")


class ShownBefore(Refusal):
    """The member was changed after the page was shown."""

    words = texts.SHOWN_BEFORE


def act(
    work: Work, actor: Actor, member_id: int, deed: str, reason: str, now: datetime, seen: str = "", workdays: int = 5
) -> None:
    """Do it, write it down, tell the member. Whatever else they asked for ends with the membership.

    `seen` is the mark of the member as shown (`members.mark_of`); without one nothing is compared. An application that
    wanted the member over is due in `workdays`. Raises NoRequest, NotAllowed, NotNow, ShownBefore.
    """
    require(actor, "decide")
    waiting = member_requests.held_open(work, member_id) if deed in ENDS else []
    member, unit = theirs(work, actor, member_id)
    if seen and seen != members.mark_of(member):
        raise ShownBefore
    reason = checked_reason(reason, member.name)
    if deed not in DEEDS:
        raise NoRequest(texts.MOVED_ON)
    label, do = DEEDS[deed]
    do(work, member, reason, f"staff:{actor.name}", now)
    member_requests.end_with_membership(work, waiting, f"staff:{actor.name}", now, workdays)
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
