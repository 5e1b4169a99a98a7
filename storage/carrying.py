"""What of notices and events goes along when the address of one person becomes another's (`storage/resume_codes.py`).

Where both have the same thing (the same notice, tag or topic), the one who stays keeps theirs. Two registrations for
one event cannot become one: somebody's place would be lost without a word, so `both_at_event` is asked before.
"""

import sqlalchemy as sa

from storage.base import table
from storage.events import Registration
from storage.notice_items import NoticeItem
from storage.recipients import Recipient
from storage.segments import PersonTag, TopicChoice
from storage.work import Work

_ONCE = (
    (Recipient, ("broadcast_id", "attempt")),
    (NoticeItem, ("broadcast_id",)),
    (PersonTag, ("tag_id",)),
    (TopicChoice, ("topic",)),
)


def both_at_event(work: Work, one: int, other: int) -> bool:
    """Whether two persons have a registration for the same event."""
    mine, theirs = table(Registration).alias(), table(Registration).alias()
    same = (mine.c.event_id == theirs.c.event_id, mine.c.person_id == one, theirs.c.person_id == other)
    return work.execute(sa.select(mine.c.id).where(*same).limit(1)).first() is not None


def carry(work: Work, gone: int, stays: int) -> None:
    """Give everything of one person to another; ask `both_at_event` before."""
    for model, keys in _ONCE:
        rows, theirs = table(model), table(model).alias()
        same = sa.and_(*(theirs.c[key] == rows.c[key] for key in keys))
        has = sa.exists().where(theirs.c.person_id == stays, same)
        work.execute(sa.delete(rows).where(rows.c.person_id == gone, has))
        work.execute(sa.update(rows).where(rows.c.person_id == gone).values(person_id=stays))
    registrations = table(Registration)
    work.execute(sa.update(registrations).where(registrations.c.person_id == gone).values(person_id=stays))
