"""What an application comes to: the special procedure it needs, the union it goes to, what a second person looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.forms.fold import fold
from bot.forms.identity import age_on
from bot.services import units
from storage import applications, leads, members, orgs, people
from storage.applications import Application
from storage.orgs import Organisation
from storage.work import Work

ADULT, SIXTY = 18, 60
PATHWAYS = {"劳务派遣": "dispatched", "平台就业": "platform", "灵活就业": "flexible"}  # by the status in the form
MORE = ("pay", "agency", "area", "fixed", "from_unit", "before")  # answers kept sealed together
PERMITS = ("81", "82", "83", "9")  # residence permits and foreigners' cards begin so
FLAGS = {
    "young": "未满18周岁，按未成年工登记保护",
    "over_60": "年满60周岁，请核对是否已退休",
    "unit_unknown": "没有找到对应的工会，请确定由谁受理",
    "id_resident_permit": "居住证或外国人永久居留证号码，请核对证件",
    "mobile_twice": "手机号在另一份申请里用过",
    "second_of_person": "同一个人以前交过申请",
    "retired": "已退休，请核对是否应当保留会籍",
    "member_here": "这个证件号已经是本库会员，请按接转办理",
    "id_tried_again": "有人用同一个证件号再次申请",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where it goes: the union, if one is known, and whether it is the employer's own."""

    org: Organisation | None
    own: bool


def pathway(answers: Mapping[str, Any], age: int, place: Place) -> str:
    """The special procedure by what was answered; without any, a worker under 18 or an employer without a union."""
    special = PATHWAYS.get(str(answers.get("work_status", "")))
    if special:
        return special
    if age < ADULT:
        return "young"
    return "ordinary" if place.own else "no_union"


def place(work: Work, person_id: int, answers: Mapping[str, Any]) -> Place:
    """The union of the employer (the agency's where it has one), else who takes in such workers, else whose code was
    scanned."""
    chosen = str(answers.get("unit", ""))
    org = orgs.get(work, int(chosen)) if chosen.isdigit() else None
    for words in filter(None, (answers.get("agency"), answers.get("employer"))):
        org = org or _surely(work, str(words))
    if org is not None:
        return Place(org, own=True)
    status, employer = str(answers.get("work_status", "")), str(answers.get("employer", ""))
    district = str(answers.get("area") or employer)
    taken = units.receiving(work, employer, district, PATHWAYS.get(status, "no_union"))
    person = people.get(work, person_id)
    return Place(taken or units.of_person(work, person.org_id if person else None), own=False)


def _surely(work: Work, words: str) -> Organisation | None:
    found = next((each for each in units.find(work, words) if each.sure), None)
    return orgs.get(work, found.org_id) if found else None


def note_lead(work: Work, application: Application, place: Place) -> None:
    """An employer without a union is a lead for those who organise (建会线索)."""
    if not place.own and application.pathway in ("no_union", "dispatched") and application.submitted_at:
        key = fold(application.employer)
        leads.note(work, key, application.employer, application.org_id, application.submitted_at)


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
        "id_tried_again": "id_tried_again" in (application.flags or ()),
    }
    return [name for name, holds in found.items() if holds]
