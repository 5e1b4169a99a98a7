"""Handing in an application for membership, once or again. A person decides about it; the machine never does.

Sources: PIPL art. 28-31 (ID number), GB 11643 (the number itself). What comes before is in `joining.py`, what is said
about it afterwards in `progress.py`; both are reached from here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import joining_texts as texts
from bot.calendar import add_workdays, say_date
from bot.clock import local
from bot.errors import Refusal
from bot.forms.identity import age_on
from bot.services import applying, duplicates
from bot.services.joining import (
    MINOR,
    NOTICE,
    AlreadyApplied,
    AlreadyMember,
    KeepInstead,
    NoConsent,
    Stopped,
    UnderAge,
    agreed,
    begin,
    confirming,
    consent_to_id,
    decline,
    expire,
    give_up,
    may_apply,
    note_consent,
    notice_shown,
    old_enough,
    refuse_consent,
    said_lately,
    stop_minor,
    withdraw,
)
from bot.services.progress import FIELDS, field_names, progress_words, returned_words, unit_name
from bot.services.receiving import Receiving
from bot.services.unit_book import UnitBook
from storage import applications, audit, consents, orgs, people
from storage.applications import ID_PURPOSE, IN_HAND, MOBILE_PURPOSE, MORE_PURPOSE, Application
from storage.seal import Sealer, Unsealable
from storage.work import Work

__all__ = [
    "FIELDS",
    "ID_PURPOSE",
    "MINOR",
    "MOBILE_PURPOSE",
    "NOTICE",
    "AlreadyApplied",
    "AlreadyKnown",
    "AlreadyMember",
    "KeepInstead",
    "NoConsent",
    "NothingReturned",
    "Stopped",
    "Submitted",
    "UnderAge",
    "agreed",
    "begin",
    "confirming",
    "consent_to_id",
    "decline",
    "expire",
    "field_names",
    "give_up",
    "may_apply",
    "note_consent",
    "notice_shown",
    "old_enough",
    "opened",
    "progress_words",
    "refuse_consent",
    "refused",
    "resubmit",
    "returned_answers",
    "returned_of",
    "returned_words",
    "said_lately",
    "stop_minor",
    "submit",
    "taken",
    "unit_name",
    "withdraw",
    "withdrawable",
]
DEPENDS = {  # asked again with their field
    "employer": ("unit", "district"),
    "work_status": ("pay", "agency", "area", "fixed", "district"),
}
MOVES = frozenset({"employer", "work_status"})  # what the union hangs on


class AlreadyKnown(Refusal):
    """An application or membership with this ID number exists, maybe somebody else's."""

    words = texts.ALREADY_KNOWN


class NothingReturned(Refusal):
    """There is no application that waits for changes."""

    words = texts.NOTHING_RETURNED


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the applicant is told. `due` is the last working day for an answer, in words."""

    number: str
    unit: str
    due: str = ""
    kind: str = "join"
    young: bool = False


def submit(
    work: Work,
    book: UnitBook,
    person_id: int,
    answers: Mapping[str, Any],
    now: datetime,
    workdays: int = 5,
    form_version: int = 1,
) -> Submitted:
    """Hand in a confirmed application with sealed numbers; an answer is due in so many working days.

    `book` knows the unions. Raises UnderAge, NoConsent, AlreadyApplied, AlreadyKnown. Without `begin` before it the row
    is made here, on the consent that stands.
    """
    old_enough(str(answers["id_number"]), now)
    may_apply(work, person_id, None)
    application = applications.open_of(work, person_id) or begin(work, person_id, _consent(work, person_id), now)
    consent_to_id(work, person_id, application.consent, now)
    application.number = applications.next_number(work, local(now).date())  # from here on alone: no race for an ID
    if taken(work, answers, application.id):
        raise AlreadyKnown
    application.form_version, application.submitted_at = form_version, now
    place = applying.place(work, book, person_id, answers)
    applying.note_lead(work, answers, place, now)
    return _hand_in(work, application, answers, place, now, workdays)


def resubmit(
    work: Work, book: UnitBook, person_id: int, answers: Mapping[str, Any], now: datetime, workdays: int = 5
) -> Submitted:
    """Hand a returned application in again, one round later. Raises UnderAge, NothingReturned, AlreadyKnown.

    Staff may have chosen its union meanwhile: it stays there, unless what the choice hangs on was given back.
    """
    old_enough(str(answers["id_number"]), now)
    found = returned_of(work, person_id)
    application = applications.held(work, found.id) if found else None
    if application is None or application.state != "returned":
        raise NothingReturned
    if taken(work, answers, application.id):
        raise AlreadyKnown
    place = applying.place(work, book, person_id, answers)
    chosen = orgs.get(work, application.org_id) if application.org_id is not None else None
    if chosen is not None and not MOVES & set(application.returned or MOVES):
        place = Receiving(chosen, "scanned")
    elif str(answers["employer"]) != application.employer:
        applying.note_lead(work, answers, place, now)
    return _hand_in(work, application, answers, place, now, workdays)


def _consent(work: Work, person_id: int) -> str:
    standing, person = consents.standing(work, person_id, "notice"), people.get(work, person_id)
    if standing is not None:
        return standing.version
    if person is None or person.consent_at is None:
        raise NoConsent
    return person.consent


def _hand_in(
    work: Work,
    application: Application,
    answers: Mapping[str, Any],
    place: Receiving,
    now: datetime,
    workdays: int,
) -> Submitted:
    """Fill the columns, judge nothing, move to `submitted`: row, step and audit line in one transaction."""
    today, id_number = local(now).date(), str(answers["id_number"])
    _fill(work, application, answers)
    application.org_id = place.org.id if place.org else None
    application.pathway = applying.pathway(answers, age_on(id_number, today), place)
    application.flags = applying.flags(work, application, id_number, today) or None
    application.round, application.due_on = application.round + 1, add_workdays(today, workdays)
    application.returned, application.note, application.escalated_at = None, "", None
    application.reviewer, application.first_by = "", ""
    applications.move(work, application, "submitted", "person", now, f"round {application.round}")
    person = people.get(work, application.person_id)
    if person is not None:
        person.name = application.name
        work.session.add(person)
    audit.write(work, f"person:{application.person_id}", "submit", f"application:{application.id}", now)
    return Submitted(
        application.number or "",
        place.org.name if place.org else texts.UNIT_UNKNOWN,
        say_date(application.due_on),
        application.kind,
        "young" in (application.flags or ()),
    )


def _fill(work: Work, application: Application, answers: Mapping[str, Any]) -> None:
    id_number, mobile, seal = str(answers["id_number"]), str(answers["mobile"]), work.seal
    application.name, application.employer = str(answers["name"]), str(answers["employer"])
    application.id_number, application.id_hash = (
        seal.seal(id_number, ID_PURPOSE),
        seal.fingerprint(id_number, ID_PURPOSE),
    )
    application.mobile, application.mobile_hash = (
        seal.seal(mobile, MOBILE_PURPOSE),
        seal.fingerprint(mobile, MOBILE_PURPOSE),
    )
    more = {key: answers[key] for key in applying.MORE if key in answers}
    application.more = seal.seal_json(more, MORE_PURPOSE) if more else None
    application.kind = "transfer" if answers.get("before") else "join"
    application.work_status, application.migrant = str(answers["work_status"]), bool(answers["migrant"])


def taken(work: Work, answers: Mapping[str, Any], but: int | None) -> bool:
    """Whether an application or a member has this ID number, see `duplicates.known`."""
    return bool(duplicates.known(work, answers, but))


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a number is not taken, in words, and the topic that the turn is noted under."""

    topic: str
    words: str


def refused(work: Work, person_id: int, answers: Mapping[str, Any], now: datetime) -> Refused | None:
    """Why the ID number cannot be handed in: known already, or tried too often; staff are told, the own form ends."""
    mine = applications.open_of(work, person_id)
    if duplicates.stopped(work, person_id, now):
        give_up(work, person_id, now, "tried often")
        return Refused(duplicates.STOPPED, texts.TRIED_OFTEN)
    but = mine.id if mine else None
    found = duplicates.known(work, answers, but)
    if not found:
        return None
    for each in duplicates.rivals(work, answers, but):
        each.flags = sorted({*(each.flags or ()), "id_tried_again"})
        work.session.add(each)
    give_up(work, person_id, now, "duplicate")
    audit.write(work, f"person:{person_id}", "duplicate", f"application:{mine.id if mine else 0}", now)
    duplicates.report(work, person_id, found, now)
    return Refused(duplicates.REFUSED, AlreadyKnown.words)


def returned_of(work: Work, person_id: int) -> Application | None:
    """The application of a person that was given back."""
    application = applications.open_of(work, person_id)
    return application if application and application.state == "returned" else None


def withdrawable(work: Work, person_id: int) -> str | None:
    """The number of the application that the union has and the person can take back; None when there is none."""
    application = applications.open_of(work, person_id)
    return application.number if application and application.state in IN_HAND else None


def opened(application: Application) -> frozenset[str]:
    """The questions that may be answered anew: the fields given back (none named: all), and what hangs on those."""
    fields = set(application.returned or FIELDS)
    return frozenset(fields | {key for each in fields for key in DEPENDS.get(each, ())})


def returned_answers(work: Work, application: Application, seal: Sealer) -> dict[str, Any]:
    """The answers of a returned application that stay: all but the fields given back, and what hangs on those.

    What cannot be opened any more (its key is gone) is asked again.
    """
    answers: dict[str, Any] = {
        "name": application.name,
        "id_consent": True,
        "employer": application.employer,
        "work_status": application.work_status,
        "migrant": application.migrant,
        "before": application.kind == "transfer",
        **_opened(application, seal),
    }
    gone = opened(application)
    return {key: value for key, value in answers.items() if key not in gone and value is not None}


def _opened(application: Application, seal: Sealer) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, sealed, purpose in (
        ("id_number", application.id_number, ID_PURPOSE),
        ("mobile", application.mobile, MOBILE_PURPOSE),
        ("more", application.more, MORE_PURPOSE),
    ):
        try:
            found[key] = seal.open(sealed, purpose) if sealed else None
        except Unsealable:
            found[key] = None
    more = found.pop("more")
    return {**found, **(json.loads(more) if more else {})}
