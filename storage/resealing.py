"""Re-sealing every sealed column with the first key, a batch a transaction.

What is left to do is seen from the values themselves (their first byte names the key), so a run that was broken off
goes on where it was. A value is only replaced while it is still the one that was opened: nothing that changed
meanwhile is overwritten. Values that no known key opens stay as they are and are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from storage import (
    applications,
    conversations,
    duty_requests,
    events,
    evidence,
    imports,
    inbox,
    letters,
    members,
    orgs,
    staff,
    tokens,
)
from storage.applications import Application
from storage.base import table
from storage.conversations import Conversation
from storage.duty_requests import DutyRequest
from storage.events import Registration
from storage.evidence import Evidence
from storage.imports import RosterFile, RosterRow
from storage.inbox import Inbound
from storage.letters import Letter
from storage.members import Member, MemberRequest
from storage.orgs import Binding
from storage.seal import Unsealable
from storage.staff import Staff
from storage.tokens import Token
from storage.work import Work

BATCH = 500


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed column and the purpose its values are bound to."""

    model: type[SQLModel]
    column: str
    purpose: str

    @property
    def name(self) -> str:
        """`table.column`."""
        return f"{self.model.__tablename__}.{self.column}"


SEALED = (
    Sealed(Application, "id_number", applications.ID_PURPOSE),
    Sealed(Application, "mobile", applications.MOBILE_PURPOSE),
    Sealed(Application, "more", applications.MORE_PURPOSE),
    Sealed(Member, "id_number", members.ID_PURPOSE),
    Sealed(Member, "mobile", members.MOBILE_PURPOSE),
    Sealed(MemberRequest, "data", members.REQUEST_PURPOSE),
    Sealed(RosterRow, "id_number", members.ID_PURPOSE),
    Sealed(RosterRow, "mobile", members.MOBILE_PURPOSE),
    Sealed(RosterFile, "data", imports.FILE_PURPOSE),
    Sealed(Conversation, "progress", conversations.PURPOSE),
    Sealed(Inbound, "text", inbox.PURPOSE),
    Sealed(Letter, "text", letters.PURPOSE),
    Sealed(DutyRequest, "reason", duty_requests.REASON),
    Sealed(Evidence, "body", evidence.BODY),
    Sealed(Binding, "name", orgs.NAME),
    Sealed(Registration, "name", events.NAME),
    Sealed(Registration, "answers", events.ANSWERS),
    Sealed(Registration, "comment", events.COMMENT),
    Sealed(Staff, "totp", staff.TOTP_PURPOSE),
    Sealed(Token, "value", tokens.PURPOSE),
)


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch did. `last` is the key of its last row, None when nothing is left behind it."""

    done: int
    failed: int
    last: tuple[Any, ...] | None


def _old(work: Work, sealed: Sealed) -> tuple[sa.Table, sa.ColumnElement[bool]]:
    rows = table(sealed.model)
    column = rows.c[sealed.column]
    first = sa.func.substr(column, 1, 1, type_=sa.LargeBinary())
    return rows, sa.and_(column.is_not(None), first != sa.literal(bytes([work.seal.first]), sa.LargeBinary()))


def count(work: Work, sealed: Sealed) -> int:
    """How many values of a column are not sealed with the first key."""
    rows, old = _old(work, sealed)
    return int(work.look(sa.select(sa.func.count()).select_from(rows).where(old)).scalar_one())


def reseal(work: Work, sealed: Sealed, after: tuple[Any, ...] | None) -> Batch:
    """Re-seal the next batch of a column, in the order of its keys, behind `after`."""
    rows, old = _old(work, sealed)
    keys = list(rows.primary_key.columns)
    query = sa.select(*keys, rows.c[sealed.column]).where(old).order_by(*keys).limit(BATCH)
    if after is not None:
        query = query.where(sa.tuple_(*keys) > sa.tuple_(*map(sa.literal, after)))
    found = work.execute(query).all()
    done = sum(_one(work, sealed, rows, keys, tuple(row)) for row in found)
    return Batch(done, len(found) - done, tuple(found[-1])[:-1] if len(found) == BATCH else None)


def _one(work: Work, sealed: Sealed, rows: sa.Table, keys: Sequence[sa.Column[Any]], row: tuple[Any, ...]) -> bool:
    """Whether the value is fine now: re-sealed here, or changed by somebody else meanwhile."""
    try:
        fresh = work.seal.seal(work.seal.open(row[-1], sealed.purpose), sealed.purpose)
    except Unsealable:
        return False
    mine = sa.and_(*(key == value for key, value in zip(keys, row, strict=False)))
    same = sa.and_(mine, rows.c[sealed.column] == row[-1])
    work.execute(sa.update(rows).where(same).values({sealed.column: fresh}))
    return True
