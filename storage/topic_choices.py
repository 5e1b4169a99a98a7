"""What people do not want to hear of, and taking back what is still under way to them of such a topic.

The rows are `topic_choice` (`storage/segments.py`); who is asked for a notice honours them by
`storage/audience.opted_out`. Crash analysis: the choice and what it takes back are one transaction, that of the turn.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage import broadcast_reminders
from storage.base import table
from storage.broadcasts import Broadcast
from storage.notice_items import NoticeItem
from storage.recipients import Recipient
from storage.segments import TopicChoice
from storage.work import Work

UNDER_WAY = ("queued", "kept")  # what a sender has claimed goes out


def stopped(work: Work, person_id: int) -> dict[str, datetime]:
    """The topics a person does not want, and since when."""
    query = select(TopicChoice).where(TopicChoice.person_id == person_id).order_by(col(TopicChoice.at))
    return {each.topic: each.at for each in work.session.exec(query).all()}


def stop(work: Work, person_id: int, topics: Collection[str], now: datetime) -> None:
    """Nothing of these topics any more; what waits for the person is taken back. The caller holds the person."""
    have = stopped(work, person_id)
    for topic in topics:
        if topic not in have:
            work.session.add(TopicChoice(person_id=person_id, topic=topic, at=now))
    work.session.flush()
    _take_back(work, person_id, topics, now)


def resume(work: Work, person_id: int, topics: Collection[str]) -> None:
    """They want these topics again; notices that went out meanwhile are not caught up on."""
    rows = table(TopicChoice)
    work.execute(sa.delete(rows).where(rows.c.person_id == person_id, rows.c.topic.in_(topics)))


def _take_back(work: Work, person_id: int, topics: Collection[str], now: datetime) -> None:
    row, broadcast, item = table(Recipient), table(Broadcast), table(NoticeItem)
    of_topic = sa.select(broadcast.c.id).where(broadcast.c.topic.in_(topics), broadcast.c.kind == "notice")
    waiting = sa.and_(item.c.person_id == person_id, item.c.shown_at.is_(None), item.c.broadcast_id.in_(of_topic))
    work.execute(sa.delete(item).where(waiting))
    theirs = sa.and_(row.c.person_id == person_id, row.c.state.in_(UNDER_WAY), row.c.broadcast_id.in_(of_topic))
    values = {"state": "cancelled", "reason": "opted_out", "settled_at": now}
    work.execute(sa.update(row).where(theirs).values(**values))
    broadcast_reminders.take_back(work, person_id, topics, now)
