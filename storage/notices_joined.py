"""Two people turn out to be one (`storage/resume_codes.py`): what they were told and chose about notices becomes one's.

Where both have the same (a notice that both got, a tag of both), that of the person who stays counts.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from storage.base import table
from storage.notice_items import NoticeItem
from storage.recipients import Recipient
from storage.segments import PersonTag, TopicChoice
from storage.staff import Staff
from storage.work import Work

_recipient, _staff = table(Recipient), table(Staff)
_KEYED: Sequence[tuple[sa.Table, tuple[str, ...]]] = (
    (table(NoticeItem), ("broadcast_id",)),
    (_recipient, ("broadcast_id", "attempt")),
    (table(PersonTag), ("tag_id",)),
    (table(TopicChoice), ("topic",)),
)


def take_along(work: Work, stranger_id: int, person_id: int) -> None:
    """Everything of the stranger becomes the person's; a phone of staff, too, unless the person has an account."""
    for rows, key in _KEYED:
        theirs = rows.alias()
        both = sa.exists().where(theirs.c.person_id == person_id, *(theirs.c[name] == rows.c[name] for name in key))
        work.execute(sa.delete(rows).where(rows.c.person_id == stranger_id, both))
        work.execute(sa.update(rows).where(rows.c.person_id == stranger_id).values(person_id=person_id))
    mine = sa.exists(sa.select(_staff.c.id).where(_staff.c.person_id == person_id))
    owner = None if work.execute(sa.select(mine)).scalar() else person_id
    work.execute(sa.update(_staff).where(_staff.c.person_id == stranger_id).values(person_id=owner))
