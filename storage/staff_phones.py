"""Which account's owner is who in the chat: a code shown in the console, spent in the chat (see `storage/staff.py`).

The code itself is not stored, only its keyed hash; it is spent by clearing it in the transaction that notes the person.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.base import table
from storage.staff import Staff
from storage.work import Work

PURPOSE = "staff.phone_code"
_staff = table(Staff)


def put(work: Work, staff_id: int, code: str, now: datetime, until: datetime) -> bool:
    """Store a code in place of the account's last one; false when it still means another account."""
    code_hash = work.seal.fingerprint(code, PURPOSE)
    old = sa.and_(_staff.c.phone_code == code_hash, _staff.c.phone_code_until <= now)
    work.execute(sa.update(_staff).where(old).values(phone_code=None, phone_code_until=None))
    if work.execute(sa.select(_staff.c.id).where(_staff.c.phone_code == code_hash)).first() is not None:
        return False
    new = sa.update(_staff).where(_staff.c.id == staff_id, _staff.c.active)
    return bool(work.execute(new.values(phone_code=code_hash, phone_code_until=until)).rowcount)


def spend(work: Work, code: str, now: datetime) -> Staff | None:
    """The account of a code that counts; it counts no more. None when there is none."""
    query = select(Staff).where(Staff.phone_code == work.seal.fingerprint(code, PURPOSE), col(Staff.active).is_(True))
    if work.dialect == "postgresql":
        query = query.with_for_update()
    found = work.session.exec(query.execution_options(populate_existing=True)).first()
    if found is None or found.phone_code_until is None or found.phone_code_until <= now:
        return None
    found.phone_code = found.phone_code_until = None
    work.session.add(found)
    work.session.flush()
    return found


def owner(work: Work, person_id: int) -> Staff | None:
    """The account whose owner this person is, active or not."""
    return work.session.exec(select(Staff).where(Staff.person_id == person_id)).first()


def drop_expired(work: Work, now: datetime) -> int:
    """Forget codes that count no more; returns how many."""
    old = sa.update(_staff).where(_staff.c.phone_code_until <= now)
    return int(work.execute(old.values(phone_code=None, phone_code_until=None)).rowcount)
