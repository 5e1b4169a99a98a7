"""One-time codes by which a person goes on with a form on another phone or channel.

Unique: one code per person (a new one takes the place of the last), and the code's keyed hash, so that a code means one
person. The code itself is not stored. It is spent by deleting its row in the transaction that moves the address: two
who type the same code at the same time cannot both have it.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, select

from storage import consents, forgetting, notices_joined
from storage.applications import Application
from storage.base import BigId, Row, UtcDateTime, table
from storage.cases import Case
from storage.consents import Consent
from storage.conversations import Conversation
from storage.duties import Duty
from storage.inbox import Inbound
from storage.letters import Letter
from storage.members import Member
from storage.misses import Miss, Opinion
from storage.orgs import Appointment
from storage.outbox import Outbox
from storage.people import Address, Known, Person
from storage.reminders import Reminder
from storage.work import Work

PURPOSE = "resume_code.code"
OWN = (Conversation, Member, Appointment, Duty, Reminder)
ENDED = (Application, Case, Consent)  # what is over goes along; what is not is somebody's own
TRAIL = (Inbound, Outbox, Miss, Letter)


class ResumeCode(Row, table=True):
    """One code that somebody was given, at which address, and until when it counts."""

    __tablename__ = "resume_code"
    person_id: int = Field(primary_key=True, foreign_key="person.id", sa_type=BigId)
    address_id: int = Field(sa_type=BigId)
    code_hash: str = Field(max_length=64, unique=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)


def put(work: Work, person_id: int, address_id: int, code: str, now: datetime, expires_at: datetime) -> bool:
    """Store a code in place of the person's last one; false when it still means somebody else."""
    code_hash, codes = work.seal.fingerprint(code, PURPOSE), table(ResumeCode)
    mine = codes.c.person_id == person_id
    old = sa.and_(codes.c.code_hash == code_hash, codes.c.expires_at <= now)
    work.execute(sa.delete(codes).where(sa.or_(mine, old)))
    if work.session.exec(select(ResumeCode.person_id).where(ResumeCode.code_hash == code_hash)).first() is not None:
        return False
    work.session.add(ResumeCode(person_id=person_id, address_id=address_id, code_hash=code_hash, expires_at=expires_at))
    return True


def spend(work: Work, code: str, now: datetime) -> ResumeCode | None:
    """Take a code that counts out of the world; None when there is none."""
    query = select(ResumeCode).where(ResumeCode.code_hash == work.seal.fingerprint(code, PURPOSE))
    if work.dialect == "postgresql":
        query = query.with_for_update()
    found = work.session.exec(query).first()
    if found is None or found.expires_at <= now:
        return None
    work.session.delete(found)
    work.session.flush()
    return found


def drop_expired(work: Work, now: datetime) -> int:
    """Forget codes that do not count any more; returns how many."""
    codes = table(ResumeCode)
    return int(work.execute(sa.delete(codes).where(codes.c.expires_at <= now)).rowcount)


def has_own(work: Work, person_id: int) -> bool:
    """Whether a person has anything that would be lost or mixed up by becoming somebody else.

    Applications that came to nothing and say nothing any more, closed cases and consents are nothing of that kind.
    """
    found = [
        sa.select(each.c.person_id).where(each.c.person_id == person_id) for each in (table(model) for model in OWN)
    ]
    cases = table(Case)
    found.append(sa.select(cases.c.person_id).where(cases.c.person_id == person_id, cases.c.state == "open"))
    if any(work.execute(each.limit(1)).first() is not None for each in found):
        return True
    return forgetting.holds_application(work, person_id)


def join(work: Work, stranger: Known, person_id: int, now: datetime) -> Known:
    """Give a stranger's address, with what was said and told there and what is over, to a person; the stranger is gone.

    See `has_own`. A consent of theirs ends: nothing hangs on it.
    """
    consents.end(work, stranger.person_id, now)
    for model in (*ENDED, *TRAIL, Address):
        rows = table(model)
        work.execute(sa.update(rows).where(rows.c.person_id == stranger.person_id).values(person_id=person_id))
    notices_joined.take_along(work, stranger.person_id, person_id)
    persons = table(Person)
    for gone in (table(Opinion), table(ResumeCode)):
        work.execute(sa.delete(gone).where(gone.c.person_id == stranger.person_id))
    work.execute(sa.delete(persons).where(persons.c.id == stranger.person_id))
    who = work.session.get(Person, person_id)
    form = work.session.get(Conversation, person_id)
    return stranger._replace(
        person_id=person_id,
        name=who.name if who else "",
        org_id=who.org_id if who else None,
        member_since=who.member_since if who else None,
        conversation=form.progress if form else None,
    )
