"""Joining until it is handed in: who may, consent, the application that is still being filled in, minors, withdrawing.

An application exists from the moment of consent, without answers: those are only in the sealed form. A crash leaves row
and form as they were, because every turn is one transaction. Sources: trade union law art. 3 (who may join), PIPL
art. 14 and 28-31 (consent, ID number, under-age), 禁止使用童工规定 art. 2.
"""

from datetime import datetime, timedelta

from bot import joining_texts as texts
from bot.calendar import say_date
from bot.clock import local
from bot.errors import Refusal
from bot.forms.identity import age_on
from bot.services import cases, progress, transfers
from storage import applications, audit, consents, conversations, inbox, members, people
from storage.applications import Application
from storage.work import Work

NOTICE = "membership.notice"  # topic of a turn that showed the notice
MIN_AGE, CHILD = 16, 14
MINOR = "minor"  # topic of the case


class AlreadyApplied(Refusal):
    """An application of this person is with the union."""


class AlreadyMember(Refusal):
    """A member cannot join again."""


class NoConsent(Refusal):
    """Nothing may be stored without consent."""

    words = texts.NO_CONSENT


class UnderAge(Refusal):
    """Below 16: nothing is kept, a person looks into it."""

    words = texts.UNDER_AGE


class Stopped(UnderAge):
    """Below 14: not even that somebody was here is kept. The name tells nothing, because it is written down."""

    words = texts.TOO_YOUNG


class KeepInstead(Refusal):
    """Retired and a member before: the membership is kept, not begun again."""

    words = texts.KEEP_INSTEAD


def may_apply(work: Work, person_id: int, member_since: datetime | None) -> None:
    """Raises AlreadyMember or AlreadyApplied when there is nothing to start. One not handed in is no obstacle."""
    member = members.of_person(work, person_id)
    joined = member.joined_on if member and member.state in members.HERE else None
    if joined is None and member_since is not None and member is None:
        joined = local(member_since).date()
    if joined is not None:
        raise AlreadyMember(texts.ALREADY_MEMBER.format(day=say_date(joined)))
    application = applications.open_of(work, person_id)
    if application is not None and application.state in applications.IN_HAND:
        told = progress.words_of(work, application, None)
        raise AlreadyApplied(texts.ALREADY_APPLIED.format(progress=told))


def notice_shown(work: Work, person_id: int, now: datetime) -> bool:
    """Whether the notice was said to this person within a day: consent to something unseen is none (PIPL art. 14)."""
    return said_lately(work, person_id, NOTICE, now)


def said_lately(work: Work, person_id: int, topic: str, now: datetime) -> bool:
    """Whether a turn of the last day was about a topic."""
    return inbox.has_topic(work, person_id, topic, now - timedelta(days=1))


def agreed(work: Work, person_id: int, version: str) -> bool:
    """Whether this version of the notice was agreed to and the consent stands."""
    standing = consents.standing(work, person_id, "notice")
    return standing is not None and standing.version == version


def begin(work: Work, person_id: int, consent_version: str, now: datetime) -> Application:
    """Consent was given: note it, and the application is there, `collecting`. One that is open goes on with it."""
    note_consent(work, person_id, consent_version, now)
    application = applications.open_of(work, person_id)
    if application is None:
        application = Application(
            id=work.new_id(),
            person_id=person_id,
            state="",
            consent=consent_version,
            consent_at=now,
            created_at=now,
            updated_at=now,
        )
        applications.add(work, application)
        applications.move(work, application, "collecting", "person", now, "consent")
        return application
    application.consent, application.consent_at, application.updated_at = consent_version, now, now
    work.session.add(application)
    return application


def note_consent(work: Work, person_id: int, version: str, now: datetime) -> None:
    """Remember which version of the notice was agreed to, and when (PIPL art. 14)."""
    consents.give(work, person_id, "notice", version, now)
    person = people.get(work, person_id)
    if person is not None:
        person.consent, person.consent_at = version, now
        work.session.add(person)
    audit.write(work, f"person:{person_id}", "consent", f"notice:{version}", now)


def consent_to_id(work: Work, person_id: int, version: str, now: datetime) -> None:
    """The separate consent for the ID number (PIPL art. 29); twice is once."""
    consents.give(work, person_id, "id_number", version, now)


def confirming(work: Work, person_id: int, now: datetime) -> None:
    """The summary is shown."""
    application = applications.open_of(work, person_id)
    if application is not None and application.state == "collecting":
        applications.move(work, application, "confirming", "person", now)


def give_up(work: Work, person_id: int, now: datetime, reason: str, state: str = "withdrawn") -> None:
    """What was not handed in ends; one that the union has is left alone."""
    application = applications.open_of(work, person_id)
    if application is not None and application.state in applications.UNSENT:
        applications.move(work, application, state, "person", now, reason)


def refuse_consent(work: Work, person_id: int, now: datetime, reason: str) -> None:
    """No consent (any more) to what is being filled in: nothing of it stays, and earlier consent ends."""
    give_up(work, person_id, now, reason)
    conversations.drop(work, person_id)
    consents.end(work, person_id, now)


def withdraw(work: Work, person_id: int, now: datetime) -> Application | None:
    """Take back what is open, in whatever state; None when there is nothing. The form goes with it."""
    found = applications.open_of(work, person_id)
    application = applications.held(work, found.id) if found else None
    if application is None or application.state not in applications.OPEN:
        return None
    conversations.drop(work, person_id)
    transfers.drop(work, application, now)
    applications.move(work, application, "withdrawn", "person", now, "asked")
    audit.write(work, f"person:{person_id}", "withdraw", f"application:{application.id}", now)
    return application


def expire(work: Work, application_id: int, now: datetime) -> bool:
    """End an application whose form is gone or too old, or that was given back too long ago; whether it was so.

    Nothing is said: the second reminder said it. What a returned one holds is emptied by retention.
    """
    application = applications.held(work, application_id)
    if application is not None and application.state == "returned":
        return _expire_returned(work, application, now)
    if application is None or application.state not in applications.UNSENT:
        return False
    form = conversations.of_person(work, application.person_id)
    if form is not None and form.expires_at > now:
        return False
    conversations.drop(work, application.person_id)
    applications.move(work, application, "expired", "job:expire_applications", now, "not handed in")
    return True


def _expire_returned(work: Work, application: Application, now: datetime) -> bool:
    form = conversations.of_person(work, application.person_id)
    if applications.waits_since(application, form) + applications.RETURNED_DAYS > now:
        return False
    if form is not None and form.form == applications.AGAIN:
        conversations.drop(work, application.person_id)
    applications.move(work, application, "expired", "job:expire_applications", now)
    return True


def old_enough(id_number: str, now: datetime) -> None:
    """Raises UnderAge for somebody below 16 on this day, Stopped below 14."""
    age = age_on(id_number, local(now).date())
    if age < CHILD:
        raise Stopped
    if age < MIN_AGE:
        raise UnderAge


def stop_minor(work: Work, person_id: int, id_number: str, now: datetime) -> None:
    """As `old_enough`; before it raises, what there is ends: below 16 a person is called, below 14 nothing stays."""
    try:
        old_enough(id_number, now)
    except Stopped:
        _forget(work, person_id)
        raise
    except UnderAge:
        _blank(work, person_id, now)
        consents.end(work, person_id, now)
        cases.hand_over(work, person_id, MINOR, now, urgent=True)
        raise


def _blank(work: Work, person_id: int, now: datetime) -> None:
    """End what is open, also when the union has it, and keep no personal data of it."""
    application = applications.open_of(work, person_id)
    if application is None:
        return
    application.name = application.id_hash = application.mobile_hash = application.employer = ""
    application.id_number = application.mobile = application.more = None
    applications.move(work, application, "withdrawn", "person", now, "under age")


def _forget(work: Work, person_id: int) -> None:
    """As if it had never been (PIPL art. 31): application, consents, the open form."""
    application = applications.open_of(work, person_id)
    if application is not None:
        applications.erase(work, application)
    consents.forget(work, person_id)
    conversations.drop(work, person_id)
    person = people.get(work, person_id)
    if person is not None:
        person.consent, person.consent_at, person.name = "", None, ""
        work.session.add(person)
