"""What came in, and the answer it got: one row per push, whatever the platform repeats.

UNIQUE(channel, dedupe) is the truth of "one push, one effect". The row, the effects and the reply row commit together;
a repeat finds the row and is given the stored reply. What was said is sealed: people type ID numbers into chats.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field

from storage import letters, outbox, people
from storage.base import BigId, Row, UtcDateTime, default, table
from storage.conversations import Conversation
from storage.letters import Letter
from storage.misses import Miss
from storage.notice_items import WAITS, NoticeItem
from storage.seal import Unsealable
from storage.work import Work

PURPOSE, CHAT_PURPOSE = "inbound.text", "inbound.chat"
KEY_LENGTH = 160


class Inbound(Row, table=True):
    """One push. `topic` tells what it was taken for (`faq:leave-annual-days`, `form:membership`, `miss` …).

    `chat` is a keyed hash of the group it was said in, empty in private: nothing said elsewhere is leaned on there.
    """

    __tablename__ = "inbound"
    __table_args__ = (
        sa.UniqueConstraint("channel", "dedupe"),
        sa.Index("ix_inbound_person_at", "person_id", "received_at"),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    channel: str = Field(max_length=16)
    dedupe: str = Field(max_length=160)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigId)
    kind: str = Field(max_length=16)
    text: bytes | None = None
    topic: str = Field(default="", max_length=80)
    received_at: datetime = Field(index=True, sa_type=UtcDateTime)
    chat: str = Field(default="", max_length=16, sa_column_kwargs=default(""))


# Built once: building a statement costs more than running it.
_in, _person, _address, _form = table(Inbound), table(people.Person), table(people.Address), table(Conversation)
_letter, _item = table(Letter), table(NoticeItem)
_joined = _person.join(_address, _address.c.person_id == _person.c.id)
_MINE = sa.and_(
    _address.c.channel == sa.bindparam("channel"), _address.c.user.in_(sa.bindparam("users", expanding=True))
)
_KNOWN = sa.select(_in.c.dedupe).where(
    _in.c.channel == sa.bindparam("channel"), _in.c.dedupe.in_(sa.bindparam("keys", expanding=True))
)
_LOCK = sa.select(_person.c.id).select_from(_joined).where(_MINE).order_by(_person.c.id).with_for_update(of=_person)
_SPEAKERS = (
    sa.select(
        _address.c.id,
        _person.c.id,
        _address.c.user,
        _person.c.name,
        _person.c.org_id,
        _person.c.member_since,
        _address.c.following,
        _form.c.progress,
        _address.c.window,
        _address.c.window_until,
        _address.c.window_left,
        sa.exists().where(_letter.c.person_id == _person.c.id, letters.KEPT).label("letters"),
        sa.exists().where(_item.c.person_id == _person.c.id, WAITS).label("notices"),
    )
    .select_from(_joined.outerjoin(_form, _form.c.person_id == _person.c.id))
    .where(_MINE)
)


def key(dedupe: str) -> str:
    """A push's key as it is stored: a very long one is hashed, so that it always fits its column."""
    return dedupe if len(dedupe) <= KEY_LENGTH else "h:" + hashlib.sha256(dedupe.encode("utf-8", "replace")).hexdigest()


def chat_key(work: Work, chat: str) -> str:
    """A group as its column holds it; empty in private."""
    return work.seal.fingerprint(chat, CHAT_PURPOSE)[:16] if chat else ""


def known(work: Work, channel: str, keys: Sequence[str]) -> set[str]:
    """Which of these pushes are already in. One statement for a batch."""
    return set(work.look(_KNOWN, {"channel": channel, "keys": keys}).scalars())


def speakers(work: Work, channel: str, users: Sequence[str]) -> dict[str, people.Known]:
    """Who is behind these platform ids, with their open form. One statement for a batch.

    On PostgreSQL the people are locked first, in the order of their ids, and loaded afterwards: two processes never
    work on one person at the same time and never deadlock.
    """
    mine = {"channel": channel, "users": users}
    if work.dialect == "postgresql":
        work.look(_LOCK, mine).all()
    return {each.user: each for each in map(people.Known._make, work.look(_SPEAKERS, mine))}


def record(work: Work, *, text: str, **values: Any) -> None:
    """Remember one push; written when the group commits. `values` are the other columns of Inbound."""
    work.append(Inbound, {**values, "text": work.seal.seal(text, PURPOSE) if text else None})


def keep_receipt(work: Work, channel: str, message_id: str, code: str, now: datetime) -> None:
    """Keep a receipt that overtook our own note of the message it is about; see `early_receipts`."""
    dedupe = key(f"r:{message_id}")
    if message_id and dedupe not in known(work, channel, [dedupe]):
        values = {"channel": channel, "dedupe": dedupe, "person_id": None, "kind": "receipt", "topic": code[:80]}
        record(work, text="", id=work.new_id(), received_at=now, **values)


def early_receipts(work: Work, channel: str, message_ids: Sequence[str]) -> dict[str, str]:
    """Receipts that came before their messages were noted: message id to code (empty: it arrived)."""
    ids = {key(f"r:{each}"): each for each in message_ids if each}
    if not ids:
        return {}
    rows = work.look(sa.select(_in.c.dedupe, _in.c.topic).where(_in.c.channel == channel, _in.c.dedupe.in_(ids)))
    return {ids[row.dedupe]: row.topic for row in rows}


def stored_reply(work: Work, channel: str, dedupe: str) -> "outbox.Ready | None":
    """The first reply row of a push that is already in; None when it had no reply."""
    inbound, out = table(Inbound), table(outbox.Outbox)
    row = work.look(
        sa.select(*outbox.READY_COLUMNS)
        .select_from(out.join(inbound, inbound.c.id == out.c.inbound_id))
        .where(inbound.c.channel == channel, inbound.c.dedupe == dedupe, out.c.seq == 0)
    ).first()
    return outbox.Ready._make(row) if row else None


class Answered(NamedTuple):
    """An answer from the knowledge base and the words it was given to."""

    entry_id: str
    words: str
    at: datetime


def last_answered(work: Work, person_id: int, since: datetime, chat: str = "", entry_id: str = "") -> Answered | None:
    """The knowledge entry a person was answered with last (or when it was `entry_id`); in a group (`chat`) only what
    was said there."""
    inbound = table(Inbound)
    topic = inbound.c.topic == f"faq:{entry_id}" if entry_id else inbound.c.topic.like("faq:%")
    said = [inbound.c.person_id == person_id, inbound.c.received_at >= since, topic]
    row = work.execute(
        sa.select(inbound.c.topic, inbound.c.text, inbound.c.received_at)
        .where(*said, *_there(work, chat))
        .order_by(inbound.c.received_at.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Answered(str(row.topic).removeprefix("faq:"), _words(work, row.text), row.received_at)


def _words(work: Work, sealed: bytes | None) -> str:
    """What was said; empty when it is blanked or its key is gone."""
    try:
        return work.seal.open(sealed, PURPOSE) if sealed else ""
    except Unsealable:
        return ""


def _there(work: Work, chat: str) -> list[sa.ColumnElement[bool]]:
    """In private everything counts, in a group only what was said in that group."""
    return [table(Inbound).c.chat == chat_key(work, chat)] if chat else []


def has_topic(work: Work, person_id: int, topic: str, since: datetime) -> bool:
    """Whether a push of this person was taken for a topic since a moment."""
    inbound = table(Inbound)
    query = sa.select(inbound.c.id).where(
        inbound.c.person_id == person_id, inbound.c.topic == topic, inbound.c.received_at >= since
    )
    return work.execute(query.limit(1)).first() is not None


def last_at(work: Work, person_id: int, topic: str, since: datetime) -> datetime | None:
    """When a push of this person was last taken for a topic since a moment."""
    mine = (_in.c.person_id == person_id, _in.c.topic == topic, _in.c.received_at >= since)
    found: datetime | None = work.execute(sa.select(sa.func.max(_in.c.received_at)).where(*mine)).scalar()
    return found


def count_topic(work: Work, topic: str, since: datetime, person_id: int | None = None) -> int:
    """How many pushes since a moment were taken for a topic, of everybody or of one person."""
    inbound = table(Inbound)
    whose = [inbound.c.person_id == person_id] if person_id is not None else []
    query = sa.select(sa.func.count()).where(inbound.c.topic == topic, inbound.c.received_at >= since, *whose)
    return int(work.execute(query).scalar_one())


def last_topic(work: Work, person_id: int, since: datetime) -> str:
    """What a person's last push was taken for, in private or not; empty when there was none since a moment."""
    inbound = table(Inbound)
    mine = sa.select(inbound.c.topic).where(inbound.c.person_id == person_id, inbound.c.received_at >= since)
    return str(work.execute(mine.order_by(inbound.c.received_at.desc()).limit(1)).scalar() or "")


def last_suggested(work: Work, person_id: int, since: datetime, chat: str = "") -> list[str]:
    """The entries suggested by the answer to a person's last push; empty when the last answer was something else.

    A number that picked none of them (topic `number`) leaves them open. In a group (`chat`) only
    what was said there counts.
    """
    inbound, miss = table(Inbound), table(Miss)
    row = work.execute(
        sa.select(miss.c.suggested, inbound.c.topic)
        .select_from(inbound.outerjoin(miss, miss.c.inbound_id == inbound.c.id))
        .where(inbound.c.person_id == person_id, inbound.c.received_at >= since, *_there(work, chat))
        .where(inbound.c.topic != "number")
        .order_by(inbound.c.received_at.desc())
        .limit(1)
    ).first()
    return list(row[0] or []) if row and row[1] == "suggest" else []


def forget_form_replies(work: Work, moment: datetime) -> int:
    """Blank what a form said (summaries hold names) once the platform's repeats are long over; returns how many."""
    inbound, out = table(Inbound), table(outbox.Outbox)
    forms = sa.select(inbound.c.id).where(inbound.c.topic.like("form:%"), inbound.c.received_at < moment)
    old = sa.and_(out.c.inbound_id.in_(forms), out.c.state.not_in(outbox.OPEN), out.c.text != "")
    return int(work.execute(sa.update(out).where(old).values(text="", choices=None)).rowcount)


def forget_before(work: Work, moment: datetime) -> int:
    """Blank what was said before a moment (retention); returns how many rows."""
    inbound = table(Inbound)
    statement = sa.update(inbound).where(inbound.c.received_at < moment, inbound.c.text.is_not(None)).values(text=None)
    return int(work.execute(statement).rowcount)
