"""Messages about duties that were queued and never left: finding them, and taking back what they stood for."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.absences import Absence
from storage.base import table
from storage.claims import OPEN_ROWS
from storage.duties import Duty
from storage.outbox import REMINDER, Outbox
from storage.people import Person
from storage.reminders import DUTIES, Firing, Reminder
from storage.work import Work

_out, _firing, _duty, _absence = table(Outbox), table(Firing), table(Duty), table(Absence)
_reminder, _person = table(Reminder), table(Person)
WITHIN = timedelta(days=9)  # a list is worth saying for a week
KEY = "r:%"


class Message(NamedTuple):
    """One reminder in the outbox, as it was queued. `key`: `r:<reminder>:<due moment>`, of a list `:<month>` too."""

    id: int
    person_id: int
    created_at: datetime
    key: str

    @property
    def listing(self) -> str:
        """The month whose list it is; empty for all others."""
        return self.key[-7:] if self.key.count(":") > 2 else ""


class Ended(NamedTuple):
    """A firing that a message stood for."""

    id: int
    reminder_id: int
    due_at: datetime
    parts: Any
    outbox_id: int


_MESSAGE: tuple[Any, ...] = (_out.c.id, _out.c.person_id, _out.c.created_at, _out.c.dedupe)


def queued(work: Work, person_ids: Collection[int], now: datetime) -> list[Message]:
    """Reminders of these people that may still leave and that no sender has claimed, held; what is claimed at this
    moment is left out."""
    query = sa.select(*_MESSAGE).where(OPEN_ROWS, _out.c.state == "queued", _out.c.lane == REMINDER)
    query = query.where(_out.c.person_id.in_(person_ids), _out.c.dedupe.like(KEY), _out.c.valid_until >= now)
    query = query.order_by(_out.c.id)
    if work.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return [Message(*row) for row in work.execute(query)]


def expired(work: Work, now: datetime) -> dict[int, int]:
    """Reminders that ended unsent and still stand for firings: whose they are, by message."""
    query = sa.select(_out.c.id, _out.c.person_id).join(_firing, _firing.c.outbox_id == _out.c.id)
    query = query.where(_firing.c.at >= now - WITHIN, _firing.c.result == "said", _out.c.state == "expired")
    found: Any = work.look(query).all()
    return {int(row[0]): int(row[1]) for row in found}


def hold(work: Work, found: dict[int, int]) -> list[Message]:
    """Those of these messages whose people can be held at once, with their reminders; the others wait their turn."""
    mine = sa.select(_person.c.id).join(_reminder, _reminder.c.person_id == _person.c.id)
    mine = mine.where(_reminder.c.kind == DUTIES, _person.c.id.in_(set(found.values()))).order_by(_person.c.id)
    if work.dialect == "postgresql":
        mine = mine.with_for_update(of=(_person, _reminder), skip_locked=True)
    held = set(work.execute(mine).scalars())
    query = sa.select(*_MESSAGE).where(_out.c.id.in_(found), _out.c.person_id.in_(held), _out.c.state == "expired")
    return [Message(*row) for row in work.execute(query.order_by(_out.c.id))]


def cancel(work: Work, ids: Collection[int], now: datetime) -> None:
    """They are not sent."""
    mine = sa.update(_out).where(_out.c.id.in_(ids), _out.c.state == "queued")
    work.execute(mine.values(state="cancelled", code="no longer true", settled_at=now))


def release_keys(work: Work, ids: Collection[int]) -> None:
    """Their due moments may be said by another message; the key still says what they were."""
    key = _out.c.dedupe.concat(":").concat(sa.cast(_out.c.id, sa.String))
    work.execute(sa.update(_out).where(_out.c.id.in_(ids)).values(dedupe=key))


def firings(work: Work, reminder_ids: Collection[int], outbox_ids: Collection[int]) -> list[Ended]:
    """What these messages stood for, by due moment."""
    query = sa.select(*(_firing.c[name] for name in Ended._fields))
    query = query.where(_firing.c.reminder_id.in_(reminder_ids), _firing.c.outbox_id.in_(outbox_ids))
    return [Ended(*row) for row in work.execute(query.order_by(_firing.c.due_at, _firing.c.id))]


def drop(work: Work, firing_id: int) -> None:
    """Nothing was said at this due moment."""
    work.execute(sa.delete(_firing).where(_firing.c.id == firing_id))


def spoil(work: Work, firing_id: int, parts: Sequence[Sequence[Any]]) -> None:
    """These parts need not be said any more; nothing else was said at this due moment."""
    mine = sa.update(_firing).where(_firing.c.id == firing_id)
    work.execute(mine.values(result="moot", parts=[list(each) for each in parts], outbox_id=None))


def said_last(work: Work, reminder_ids: Collection[int]) -> dict[int, datetime]:
    """When something was last said, by reminder."""
    query = sa.select(_firing.c.reminder_id, sa.func.max(_firing.c.at)).where(_firing.c.result == "said")
    query = query.where(_firing.c.reminder_id.in_(reminder_ids)).group_by(_firing.c.reminder_id)
    return {int(row[0]): row[1] for row in work.execute(query)}


def untold(work: Work, outbox_ids: Collection[int]) -> None:
    """Duties that these messages named first have not been named."""
    work.execute(sa.update(_duty).where(_duty.c.told_id.in_(outbox_ids)).values(told_id=None))


def stood_in_for(work: Work, person_ids: Collection[int], day: date) -> set[tuple[int, int]]:
    """Who has stood in for whom today, also where that has just ended: (substitute, absent)."""
    query = sa.select(_absence.c.substitute_id, _absence.c.person_id).where(_absence.c.substitute_id.in_(person_ids))
    query = query.where(_absence.c.from_on <= day, _absence.c.until_on >= day)
    return {(int(row[0]), int(row[1])) for row in work.execute(query)}
