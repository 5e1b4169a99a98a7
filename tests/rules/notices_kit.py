"""Notices as the sender leaves them: a broadcast, a recipient per person, items for those it could not reach."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.contract import Kind
from bot.services.house import House
from bot.testing import Talk
from storage import broadcasts, people
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.notice_items import NoticeItem
from storage.recipients import Recipient
from storage.work import Work

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def talk(database: Database, now: datetime) -> Talk:
    """A union one can talk to."""
    return Talk(database, House(), now)


def met(speaker: Talk, user: str = "u1") -> int:
    """Somebody who follows; their id."""
    speaker.says(user=user, kind=Kind.FOLLOW)
    return person_of(speaker.database, user)


def person_of(database: Database, user: str) -> int:
    """Who is behind an address."""

    def look(work: Work) -> int:
        address = people.find(work, "talk", user)
        assert address is not None
        return address.person_id

    return database.look(look)


def broadcast(database: Database, now: datetime, title: str = "法律援助日", text: str = "", **more: Any) -> int:
    """A notice that is being sent; its id."""
    said = text or f"【{title}】\n本周六上午9点，职工服务中心。"
    values: dict[str, Any] = {"state": "sending", "valid_until": now + 2 * DAY, "started_at": now, **more}

    def add(work: Work) -> int:
        made_id = work.new_id()
        known = {"id": made_id, "key": f"k{made_id}", "author": "staff:li", "segment": {}, "created_at": now}
        broadcasts.add(work, Broadcast(**known, title=title, text=said, **values))
        return made_id

    return database.writer.run(add)


def sent(database: Database, broadcast_id: int, person_id: int, at: datetime | None, **more: Any) -> int:
    """The person was told of it at a moment; the recipient's id."""

    def add(work: Work) -> int:
        row = {"broadcast_id": broadcast_id, "person_id": person_id, "state": "sent", "settled_at": at, **more}
        made = Recipient(id=work.new_id(), **row)
        work.session.add(made)
        work.session.flush()
        return made.id

    return database.writer.run(add)


def kept(database: Database, broadcast_id: int, persons: Sequence[int], now: datetime) -> None:
    """No route to these people: items wait for them."""
    for person_id in persons:
        recipient_id = sent(database, broadcast_id, person_id, None, state="kept", reason="no_route")
        database.writer.run(lambda work, to=person_id, by=recipient_id: _wait(work, broadcast_id, to, by, now))


def _wait(work: Work, broadcast_id: int, person_id: int, recipient_id: int, now: datetime) -> None:
    made = broadcasts.get(work, broadcast_id)
    assert made is not None and made.valid_until is not None
    about = {"broadcast_id": broadcast_id, "person_id": person_id, "recipient_id": recipient_id}
    work.session.add(NoticeItem(id=work.new_id(), valid_until=made.valid_until, created_at=now, **about))


def turn(database: Database, broadcast_id: int, **values: Any) -> None:
    """Change a broadcast behind everybody's back."""
    rows = table(Broadcast)
    statement = sa.update(rows).where(rows.c.id == broadcast_id).values(**values)
    database.writer.run(lambda work: work.execute(statement))


def recipients(database: Database, *columns: str) -> list[tuple[Any, ...]]:
    """Committed recipients in the order of their ids."""
    rows = table(Recipient)
    query = sa.select(*(rows.c[name] for name in columns)).order_by(rows.c.id)
    return [tuple(row) for row in database.look(lambda work: work.look(query).all())]


def items(database: Database) -> list[tuple[Any, ...]]:
    """When each item was shown and opened."""
    rows = table(NoticeItem)
    query = sa.select(rows.c.shown_at, rows.c.opened_at).order_by(rows.c.id)
    return [tuple(row) for row in database.look(lambda work: work.look(query).all())]
