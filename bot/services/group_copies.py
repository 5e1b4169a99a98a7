"""A notice in chat groups (群): words that staff copy and paste, and where they say that they did.

The Official Account can neither send into a group nor read in one, and no group is stored, so nothing is sent here
and nobody is counted as reached: staff paste the words by hand, and the trail keeps when, who and into how many groups.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from bot import notice_texts as texts
from bot.event_texts import INVITATION
from bot.forms.personal import blanked
from bot.services import broadcast_states, broadcasts, catalogue, notice_desk
from bot.services.actors import Actor
from bot.services.broadcasts import BadNotice, Moved
from bot.services.house import House
from storage import audit, events
from storage.work import Work

BYTES = 2048  # one message: the least of what group messages take (platform.md 6); a person may paste more
GROUPS_MOST = 500
_INVITES = re.compile(re.escape(INVITATION).replace(re.escape("{number}"), r"(\d+)"))
_GROUPS = re.compile(r"(\d+) groups")


@dataclass(frozen=True, slots=True)
class Mark:
    """When somebody pasted it, into how many groups."""

    at: datetime
    who: str
    groups: int


@dataclass(frozen=True, slots=True)
class Copy:
    """Words to be pasted; empty when it is not for others to read (yet, or any more). `blanked`: a mobile or ID number
    was left out, `cut`: the end was, for it was too long."""

    text: str
    blanked: bool
    cut: bool
    marks: tuple[Mark, ...]

    @property
    def size(self) -> int:
        """Bytes of the words."""
        return len(self.text.encode())

    @property
    def groups(self) -> int:
        """Groups in all, as staff said."""
        return sum(each.groups for each in self.marks)


def of(work: Work, actor: Actor, broadcast_id: int, house: House, now: datetime) -> Copy | None:
    """What staff paste of a notice; None for one that is not for groups. Raises NoBroadcast, NotAllowed."""
    row = broadcasts.seen(work, actor, broadcast_id)
    if row.kind != "notice" or row.repeat is not None:
        return None
    marks = marks_of(work, broadcast_id)
    late = row.valid_until is not None and row.valid_until <= now
    if row.state not in broadcast_states.DEEDS["group"].origins or late:
        return Copy("", False, False, marks)
    body = broadcasts.body(row)
    if (invites := _INVITES.search(body)) and not _open(work, int(invites[1])):
        return Copy("", False, False, marks)
    plain = _INVITES.sub("", body).strip()
    title, clean = blanked(row.title), blanked(plain)
    said, cut = _fitted(title, clean, _how(house, invites[1] if invites else ""))
    return Copy(said, (title, clean) != (row.title, plain), cut, marks)


def _open(work: Work, number: int) -> bool:
    """Whether one can still register for an event."""
    event = events.by_number(work, number)
    return event is not None and event.state == "open"


def _how(house: House, number: str) -> str:
    """Where to ask and register: not in the group, where nobody would read it."""
    link = texts.GROUP_LINK.format(link=house.private_link) if house.private_link else ""
    words = texts.GROUP_JOIN if number else texts.GROUP_ASK
    return words.format(union=house.union, number=number, link=link)


def _fitted(title: str, body: str, how: str) -> tuple[str, bool]:
    """All of it in one message, and whether the end of the body had to go (at the end of a line where there is one)."""
    whole = texts.GROUP_COPY.format(title=title, body=body, how=how)
    if len(whole.encode()) <= BYTES:
        return whole, False
    room = BYTES - len(texts.GROUP_COPY.format(title=title, body=texts.GROUP_CUT, how=how).encode())
    kept = body.encode()[: max(0, room)].decode(errors="ignore")
    short = (kept.rpartition("\n")[0] or kept) + texts.GROUP_CUT
    return texts.GROUP_COPY.format(title=title, body=short, how=how), True


def mark(work: Work, actor: Actor, broadcast_id: int, groups: int, now: datetime) -> None:
    """Staff have pasted it into so many groups. Raises NoBroadcast, NotAllowed, Moved, BadNotice."""
    broadcast = broadcast_states.begin(work, actor, broadcast_id, "group")
    if broadcast.kind != "notice" or broadcast.repeat is not None:
        raise Moved("这条通知不能贴到群里。")
    if not 1 <= groups <= GROUPS_MOST:
        raise BadNotice(f"请写贴到了几个群，1到{GROUPS_MOST}。")
    broadcast_states.note(work, actor, broadcast_id, "group", now, f"{groups} groups")


def marks_of(work: Work, broadcast_id: int) -> tuple[Mark, ...]:
    """When it was pasted, the earliest first."""
    called = catalogue.names(work)
    lines = audit.done_to(work, f"broadcast:{broadcast_id}", "broadcast_group")
    found = ((each, _GROUPS.fullmatch(each.note)) for each in lines)
    return tuple(Mark(line.at, notice_desk.who(line.actor, called), int(told[1])) for line, told in found if told)
