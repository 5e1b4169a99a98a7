"""Joining: what an application needs, who may apply, what becomes of it. A person decides; the machine never does.

Sources: trade union law art. 3 (who may join), PIPL art. 28-31 (ID number, under-age), GB 11643 (the number itself).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot import texts
from bot.calendar import say_date
from bot.clock import local
from bot.errors import Refusal
from bot.forms.identity import age_on
from bot.services import units
from storage import applications, audit, inbox, people
from storage.applications import Application
from storage.work import Work

ID_PURPOSE, MOBILE_PURPOSE = "application.id_number", "application.mobile"
NOTICE = "membership.notice"  # topic of a turn that showed the notice
MIN_AGE = 16  # 禁止使用童工规定 art. 2


class AlreadyApplied(Refusal):
    """An application of this person is open."""


class AlreadyKnown(Refusal):
    """An application or membership with this ID number exists, maybe somebody else's."""

    words = texts.ALREADY_KNOWN


class AlreadyMember(Refusal):
    """A member cannot join again."""


class NoConsent(Refusal):
    """Nothing may be stored without consent."""

    words = texts.NO_CONSENT


class UnderAge(Refusal):
    """Below 16: nothing is kept, a person looks into it."""

    words = texts.UNDER_AGE


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the applicant is told."""

    number: str
    unit: str


def may_apply(work: Work, person_id: int, member_since: datetime | None) -> None:
    """Raises AlreadyMember or AlreadyApplied when there is nothing to start."""
    if member_since is not None:
        raise AlreadyMember(texts.ALREADY_MEMBER.format(day=say_date(local(member_since).date())))
    application = applications.open_of(work, person_id)
    if application is not None:
        raise AlreadyApplied(texts.ALREADY_APPLIED.format(**_facts(application)))


def old_enough(id_number: str, now: datetime) -> None:
    """Raises UnderAge for somebody below 16 on this day."""
    if age_on(id_number, local(now).date()) < MIN_AGE:
        raise UnderAge


def notice_shown(work: Work, person_id: int, now: datetime) -> bool:
    """Whether the notice was said to this person within a day: consent to something unseen is none (PIPL art. 14)."""
    return inbox.has_topic(work, person_id, NOTICE, now - timedelta(days=1))


def note_consent(work: Work, person_id: int, version: str, now: datetime) -> None:
    """Remember which version of the notice was agreed to, and when (PIPL art. 14)."""
    person = people.get(work, person_id)
    if person is not None:
        person.consent, person.consent_at = version, now
        work.session.add(person)
    audit.write(work, f"person:{person_id}", "consent", f"notice:{version}", now)


def submit(work: Work, person_id: int, answers: Mapping[str, Any], now: datetime) -> Submitted:
    """Store a confirmed application with sealed numbers. Raises UnderAge, NoConsent, AlreadyApplied, AlreadyKnown."""
    id_number, mobile = str(answers["id_number"]), str(answers["mobile"])
    today = local(now).date()
    old_enough(id_number, now)
    may_apply(work, person_id, None)
    person = people.get(work, person_id)
    if person is None or person.consent_at is None:
        raise NoConsent
    id_hash = work.seal.fingerprint(id_number, ID_PURPOSE)
    if applications.by_id_hash(work, id_hash):
        raise AlreadyKnown
    org = units.named(work, str(answers["employer"]))
    application = Application(
        id=work.new_id(),
        number=_number(work, today),
        person_id=person_id,
        state="submitted",
        name=str(answers["name"]),
        id_number=work.seal.seal(id_number, ID_PURPOSE),
        id_hash=id_hash,
        mobile=work.seal.seal(mobile, MOBILE_PURPOSE),
        mobile_hash=work.seal.fingerprint(mobile, MOBILE_PURPOSE),
        employer=str(answers["employer"]),
        org_id=org.id if org else None,
        work_status=str(answers["work_status"]),
        migrant=bool(answers["migrant"]),
        consent=person.consent,
        consent_at=person.consent_at,
        round=1,
        created_at=now,
        updated_at=now,
        submitted_at=now,
    )
    applications.add(work, application)
    person.name = application.name
    work.session.add(person)
    audit.write(work, f"person:{person_id}", "submit", f"application:{application.id}", now)
    return Submitted(application.number or "", org.name if org else texts.UNIT_UNKNOWN)


def progress_words(work: Work, person_id: int) -> str:
    """Where the person's last application stands, as a sentence."""
    application = applications.latest_of(work, person_id)
    if application is None:
        return texts.NO_APPLICATION
    return texts.PROGRESS.format(**_facts(application))


def _facts(application: Application) -> dict[str, str]:
    return {
        "number": application.number or "",
        "day": say_date(local(application.submitted_at or application.created_at).date()),
        "state": texts.STATES[application.state],
    }


def _number(work: Work, day: date) -> str:
    """Application numbers count within a day: 20261121-0007."""
    prefix = day.strftime("%Y%m%d-")
    return f"{prefix}{applications.count_day(work, prefix) + 1:04d}"
