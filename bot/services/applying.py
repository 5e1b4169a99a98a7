"""What an application comes to: the special procedure it needs, the union it goes to, what a second person looks at."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.forms.identity import age_on
from bot.services import receiving as receiving_rules
from bot.services.joining import MINOR
from bot.services.receiving import Receiving, receiving, union_of
from bot.services.unit_book import UnitBook
from storage import applications, cases, members, people
from storage.applications import Application
from storage.work import Work

ADULT, SIXTY = 18, 60
PATHWAYS = {"劳务派遣": "dispatched", "平台就业": "platform", "灵活就业": "flexible"}  # by the status in the form
MORE = ("pay", "agency", "area", "fixed", "district", "from_unit", "before")  # answers kept sealed together
PERMITS = ("81", "82", "83", "9")  # residence permits and foreigners' cards begin so


def pathway(answers: Mapping[str, Any], age: int, place: Receiving) -> str:
    """The special procedure by what was answered; without any, a worker under 18 or an employer without a union."""
    special = PATHWAYS.get(str(answers.get("work_status", "")))
    if special:
        return special
    if age < ADULT:
        return "young"
    return "ordinary" if _own(place) else "no_union"


def _own(place: Receiving) -> bool:
    """Whether the employer's own union takes it."""
    return place.how in ("employer", "user_employer") or bool(place.org and place.org.employer)


def place(work: Work, book: UnitBook, person_id: int, answers: Mapping[str, Any]) -> Receiving:
    """The union that takes it: one picked from the list or whose code was scanned counts as given.

    Dispatched workers whose agency has a union choose between it and the union where they work: the agency first.
    Who has no fixed employer has named where they usually are, and that is no employer.
    """
    person = people.get(work, person_id)
    return receiving(work, book, **_asked(answers, person.org_id if person else None))


def is_placed(book: UnitBook, scanned: int | None, answers: Mapping[str, Any]) -> bool:
    """Whether these answers lead to a union, with that of a scanned code; else the place is left to ask for.

    What was already said to that question (`district`) does not count.
    """
    known = {key: value for key, value in answers.items() if key != "district"}
    return union_of(book, **_asked(known, scanned))[0] is not None


def _asked(answers: Mapping[str, Any], scanned: int | None) -> dict[str, Any]:
    """What `receiving` asks for."""
    employer, chosen = str(answers.get("employer", "")), str(answers.get("unit", ""))
    return {
        "employer_words": _joins_at(answers),
        "place_words": str(answers.get("area") or answers.get("district") or employer),
        "pathway": PATHWAYS.get(str(answers.get("work_status", "")), "ordinary"),
        "given": int(chosen) if chosen.isdigit() else scanned,
        "user_employer": employer,
    }


def _joins_at(answers: Mapping[str, Any]) -> str:
    if answers.get("fixed") is False:
        return ""
    return str(answers.get("agency") or answers.get("employer", ""))


def note_lead(work: Work, answers: Mapping[str, Any], place: Receiving, now: datetime) -> None:
    """An employer without a union is a lead for those who organise (建会线索); a platform is none of a city's."""
    if answers.get("work_status") != "平台就业":
        receiving_rules.note_lead(work, _joins_at(answers), place, now)


def flags(work: Work, application: Application, id_number: str, today: date) -> list[str]:
    """What a second person has to look at. Nothing of it refuses anybody."""
    age = age_on(id_number, today)
    same_mobile = applications.by_mobile_hash(work, application.mobile_hash)
    found = {
        "young": age < ADULT,
        "over_60": age >= SIXTY,
        "unit_unknown": application.org_id is None,
        "id_resident_permit": id_number.startswith(PERMITS),
        "mobile_twice": any(each.id != application.id for each in same_mobile),
        "second_of_person": applications.was_handed_in(work, application.person_id, application.id),
        "retired": application.work_status == "退休",
        "member_here": members.by_id_hash(work, application.id_hash) is not None,
        "minor_before": cases.had(work, application.person_id, MINOR),
        "id_tried_again": "id_tried_again" in (application.flags or ()),
    }
    return [name for name, holds in found.items() if holds]
