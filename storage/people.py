"""People and the addresses they are reached at.

A person has one row however many channels they use; an address is one platform id on one channel. The contact ledger
(the platform's windows for pushing) lives on the address because the platform counts per account and follower.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, default, table
from storage.work import Work


class Person(Row, table=True):
    """Somebody who has met the bot. `name` is what they told us; `consent` the notice version agreed to, and when."""

    __tablename__ = "person"
    id: int = Field(primary_key=True, sa_type=BigId)
    name: str = Field(default="", sa_column_kwargs=default(""))
    org_id: int | None = Field(default=None, foreign_key="organisation.id", index=True, sa_type=BigId)
    member_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    consent: str = Field(default="", max_length=16, sa_column_kwargs=default(""))
    consent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Address(Row, table=True):
    """Where a person is reached. Unique: (channel, user).

    `windows` is the contact ledger: window name -> [until (ISO, UTC), messages left]. `following` is false after an
    unfollow; `refused` names a reason why nothing may be pushed (blacklist, opt-out).
    """

    __tablename__ = "address"
    __table_args__ = (sa.UniqueConstraint("channel", "user"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigId)
    channel: str = Field(max_length=16)
    user: str = Field(max_length=64)
    account: str = Field(default="", max_length=64, sa_column_kwargs=default(""))
    following: bool = Field(default=True, sa_column_kwargs={"default": None, "server_default": sa.true()})
    refused: str = Field(default="", sa_column_kwargs=default(""))
    window: str = Field(default="", max_length=16, sa_column_kwargs=default(""))
    window_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    window_left: int = Field(default=0, sa_column_kwargs=default(0))
    seen_at: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Known(NamedTuple):
    """What a turn needs to know of its speaker, loaded with one statement for a whole batch."""

    address_id: int
    person_id: int
    user: str
    name: str
    org_id: int | None
    member_since: datetime | None
    following: bool
    conversation: bytes | None
    window: str
    window_until: datetime | None
    window_left: int
    letters: bool = False  # something is kept for this person's next contact
    notices: bool = False  # notices wait for it, perhaps out of date


def get(work: Work, person_id: int) -> Person | None:
    """One person by id."""
    return work.session.get(Person, person_id)


def addresses_of(work: Work, person_id: int) -> Sequence[Address]:
    """All addresses of a person, the most recently seen first."""
    query = select(Address).where(Address.person_id == person_id).order_by(col(Address.seen_at).desc(), col(Address.id))
    return work.session.exec(query).all()


def address(work: Work, address_id: int) -> Address | None:
    """One address by id."""
    return work.session.get(Address, address_id)


def find(work: Work, channel: str, user: str) -> Address | None:
    """The address of a platform id."""
    return work.session.exec(select(Address).where(Address.channel == channel, Address.user == user)).first()


Opened = tuple[str, int, int]  # a window that an action opens: its name, how many messages, for how many seconds


def create(
    work: Work, channel: str, user: str, account: str, now: datetime, window: Opened | None = None, follows: bool = True
) -> Known:
    """A new person with one address, seen now, and the window this opens; written at the end of the group.

    The unit of work repeats the turn if another process was faster. What is returned is how it was before this turn.
    """
    person_id, address_id = work.new_id(), work.new_id()
    name, count, seconds = window or ("", 0, 0)
    until = now + timedelta(seconds=seconds) if window else None
    work.append(Person, {"id": person_id, "created_at": now})
    work.append(
        Address,
        {
            "id": address_id,
            "person_id": person_id,
            "channel": channel,
            "user": user,
            "account": account,
            "following": follows,
            "window": name,
            "window_until": until,
            "window_left": count,
            "seen_at": now,
            "created_at": now,
        },
    )
    return Known(address_id, person_id, user, "", None, None, True, None, "", None, 0)


_SEEN = (
    sa.update(table(Address))
    .where(table(Address).c.id == sa.bindparam("address_id"))
    .values(seen_at=sa.bindparam("at"), following=sa.bindparam("follows"), refused="")
)
_SEEN_WINDOW = (
    sa.update(table(Address))
    .where(table(Address).c.id == sa.bindparam("address_id"))
    .values(
        seen_at=sa.bindparam("at"),
        following=sa.bindparam("follows"),
        refused="",
        window=sa.bindparam("name"),
        window_until=sa.bindparam("until"),
        window_left=sa.bindparam("left"),
    )
)


def seen(work: Work, known: Known, at: datetime, window: Opened | None, follows: bool = True) -> None:
    """Note a contact and the window it opens: (name, count, seconds). Written at the end of the group.

    Windows do not add up: whether they do is not documented (platform reference 1.5, 12), so the one that lets more
    messages through is kept while it is open.
    """
    values: dict[str, Any] = {"address_id": known.address_id, "at": at, "follows": follows}
    if window is None or not _better(known, at, window):
        work.defer(_SEEN, values)
    else:
        name, count, seconds = window
        work.defer(_SEEN_WINDOW, {**values, "name": name, "until": at + timedelta(seconds=seconds), "left": count})


def _better(known: Known, at: datetime, window: Opened) -> bool:
    """Whether a new window is worth more than the open one."""
    if known.window_until is None or known.window_until <= at or known.window == window[0]:
        return True
    return window[1] >= known.window_left


_SPEND = (
    sa.update(table(Address))
    .where(table(Address).c.id == sa.bindparam("address_id"), table(Address).c.window_left > 0)
    .values(window_left=table(Address).c.window_left - 1)
)


def spend(work: Work, address_id: int) -> None:
    """One message of the open window is used. Written at the end of the group."""
    work.defer(_SPEND, {"address_id": address_id})


def close_window(work: Work, address_id: int) -> None:
    """The platform said the window is closed or used up."""
    addresses = table(Address)
    work.execute(sa.update(addresses).where(addresses.c.id == address_id).values(window_left=0))


def mark_unfollowed(work: Work, address_id: int) -> None:
    """The person left the account; nothing is pushed there until they come back."""
    addresses = table(Address)
    work.execute(
        sa.update(addresses)
        .where(addresses.c.id == address_id)
        .values(following=False, window="", window_until=None, window_left=0)
    )


def refuse(work: Work, address_id: int, reason: str) -> None:
    """The platform or the person refuses pushes to this address. `reason` is a code, not words."""
    addresses = table(Address)
    work.execute(sa.update(addresses).where(addresses.c.id == address_id).values(refused=reason[:64]))
