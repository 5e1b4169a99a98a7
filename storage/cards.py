"""Codes of member cards: who shows one is the member it was made for. Unique: the code's keyed hash.

A member has one code at a time (`put` drops the earlier one); after `expires_at` it opens nothing. The code itself is
not stored, and says nothing about anybody.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime, table
from storage.work import Work

PURPOSE = "member_card.code"


class MemberCard(Row, table=True):
    """One code."""

    __tablename__ = "member_card"
    code_hash: str = Field(primary_key=True, max_length=64)
    member_id: int = Field(foreign_key="member.id", index=True, sa_type=BigId)
    expires_at: datetime = Field(sa_type=UtcDateTime)


def put(work: Work, code: str, member_id: int, expires_at: datetime) -> None:
    """Make this the member's code."""
    cards = table(MemberCard)
    work.execute(sa.delete(cards).where(cards.c.member_id == member_id))
    code_hash = work.seal.fingerprint(code, PURPOSE)
    work.append(MemberCard, {"code_hash": code_hash, "member_id": member_id, "expires_at": expires_at})


def member_of(work: Work, code: str, now: datetime) -> int | None:
    """The id of the member whose code this is, while it is valid."""
    card = work.session.get(MemberCard, work.seal.fingerprint(code, PURPOSE))
    return card.member_id if card is not None and card.expires_at > now else None


def drop_expired(work: Work, now: datetime) -> int:
    """Forget what opens nothing any more; returns how many."""
    cards = table(MemberCard)
    return int(work.execute(sa.delete(cards).where(cards.c.expires_at <= now)).rowcount)
