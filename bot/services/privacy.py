"""What people may ask about their own data: see it, have it deleted, take consent back (PIPL art. 15, 44-47).

What the law and the charter make the union keep (the record of members) is not deleted by the machine: a case asks a
person to decide and to answer.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.clock import local
from bot.services import cases, event_privacy, joining, staff_phones
from storage import (
    applications,
    audit,
    broadcast_forgetting,
    consents,
    conversations,
    duty_forgetting,
    duty_own,
    forgetting,
    members,
    orgs,
    people,
    tags,
)
from storage.work import Work

TOPIC = "privacy"  # of the case
GONE = ("left", "moved")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a request would meet: the number of an application in hand ("" while unsent, None: none is open).

    `member`: a record the union has to keep, of a member or of somebody who was expelled. `ended`: one of somebody who
    left or went to another union. `office`: held now; `served`: held now or once.
    """

    application: str | None
    member: bool
    ended: bool
    office: bool
    served: bool
    consents: int
    events: bool = False  # registered for something, or said something at it
    phone: bool = False  # the phone of an account of the console


def standing(work: Work, person_id: int, now: datetime) -> Standing:
    """How things are for this person now."""
    application, record = applications.open_of(work, person_id), members.of_person(work, person_id)
    return Standing(
        (application.number or "") if application else None,
        record is not None and record.state not in GONE,
        record is not None and record.state in GONE,
        bool(orgs.offices_of(work, person_id, local(now).date())),
        duty_own.served(work, person_id),
        sum(each.ended_at is None for each in consents.of_person(work, person_id)),
        event_privacy.kept(work, person_id),
        bool(staff_phones.name_of(work, person_id)),
    )


def delete(work: Work, person_id: int, now: datetime) -> Standing:
    """Delete what may go, at once; returns how things were. Where something has to stay, a case asks a person.

    An open application is withdrawn and emptied like every other one that came to nothing; the form, the words of the
    chat and what was answered are blanked, consents end; registrations for events ahead are cancelled, what was said at
    registrations is emptied; photos, files and words given with duties and reasons of requests are emptied; tags go and
    which notices they got; their phone is no account's any more. The record of members, events and consents stay; of
    former members name, number, union and dates; of cadres offices, which duties were done, and numbers; and which
    notices they do not want.
    """
    before = standing(work, person_id, now)
    _stop(work, person_id, now)
    emptied = forgetting.blank_applications_of(work, person_id)
    record = members.of_person(work, person_id)
    if before.ended and record is not None:
        forgetting.blank_members(work, [record.id])
    forgetting.forget_said(work, person_id, owed=not before.member)
    broadcast_forgetting.forget_person(work, person_id)
    today = local(now).date()
    pieces = duty_forgetting.of_person(work, person_id, today)
    event_privacy.delete(work, person_id, now)
    forgetting.forget_names(work, [person_id], today)
    tags.take_all(work, person_id)
    staff_phones.forget(work, person_id, now)
    note = f"applications={emptied} evidence={pieces}"
    audit.write(work, f"person:{person_id}", "erase", f"person:{person_id}", now, note)
    if before.member or before.office:
        cases.hand_over(work, person_id, TOPIC, now)
    return before


def take_back(work: Work, person_id: int, now: datetime) -> Standing:
    """End every consent and what rests on it: the form goes, an open application is withdrawn; returns how it was.

    What was filled in is emptied by retention. A membership goes on: it does not rest on this consent.
    """
    before = standing(work, person_id, now)
    _stop(work, person_id, now)
    audit.write(work, f"person:{person_id}", "consent_end", f"person:{person_id}", now)
    if before.member:
        cases.hand_over(work, person_id, TOPIC, now)
    return before


def _stop(work: Work, person_id: int, now: datetime) -> None:
    joining.withdraw(work, person_id, now)
    conversations.drop(work, person_id)
    consents.end(work, person_id, now)
    person = people.get(work, person_id)
    if person is not None:
        person.consent, person.consent_at = "", None
        work.session.add(person)
        work.session.flush()
