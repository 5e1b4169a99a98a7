"""What a union keeps of one person as a cadre, as plain values for a copy: offices, leave, duties, evidence, requests.

Words are in full. Photos and files are named only: staff open them on the page of the duty and give them out by hand.
"""

from datetime import datetime
from typing import Any

from bot.clock import local
from bot.services import duty_course, roster
from bot.services.actors import Actor
from bot.services.overview import DUTIES
from storage import absences, cadres, duty_own, duty_values, evidence, people
from storage.duties import Duty
from storage.duty_requests import REASON, DutyRequest
from storage.duty_templates import DutyTemplate
from storage.work import Work


def record(work: Work, actor: Actor, person_id: int) -> dict[str, Any]:
    """Nothing for who never had an office; of offices outside the actor's branch, and the duties there, only that."""
    offices = cadres.offices_ever(work, person_id)
    if not offices:
        return {}
    mine = {org.id for _, org in offices if actor.within(org.path)}
    said = [
        {"工会": org.name, "职务": held.office, "任职": held.since.isoformat(), "解除": f"{held.until or ''}"}
        if org.id in mine
        else {"职务": held.office, "说明": "在别的工会，请由那个工会导出"}
        for held, org in offices
    ]
    if not mine:
        return {"工会职务": said}
    return {
        "工会职务": said,
        "请假": [
            {"从": each.from_on.isoformat(), "到": each.until_on.isoformat(), "代办": _name(work, each.substitute_id)}
            for each in absences.of_person(work, person_id)
        ],
        "任务": _duties(work, person_id, mine),
        "佐证": [_piece(work, each) for each in duty_own.evidence_of(work, person_id) if each.org_id in mine],
        "任务的申请": [
            _request(work, row, line) for row, line, org_id in duty_own.requests_of(work, person_id) if org_id in mine
        ],
    }


def _duties(work: Work, person_id: int, mine: set[int]) -> list[dict[str, Any]]:
    found = [(duty, line) for duty, line in duty_own.duties_of(work, person_id) if duty.org_id in mine]
    values = duty_values.of_duties(work, [duty.id for duty, _ in found])
    return [_duty(duty, line, values) for duty, line in found]


def _duty(duty: Duty, line: DutyTemplate, values: dict[tuple[int, str], int]) -> dict[str, Any]:
    told = {
        each["label"]: f"{duty_course.say_number(values[duty.id, each['key']])} {each['unit']}"
        for each in line.numbers or ()
        if (duty.id, each["key"]) in values
    }
    return {
        "任务": line.title,
        "月份": duty.period,
        "期限": duty.deadline.isoformat(),
        "状态": DUTIES[duty.state],
        "完成": _time(duty.done_at),
        "数字": told,
    }


def _piece(work: Work, row: Any) -> dict[str, Any]:
    words = work.seal.open_or(roster.LOST, row.words, evidence.BODY)
    kind, state = duty_course.KINDS[row.kind], duty_course.KEPT.get(row.state, "还没有说是哪项任务的")
    return {"任务": row.title, "种类": kind, "状态": state, "时间": _time(row.at), "文字": words}


def _request(work: Work, row: DutyRequest, line: DutyTemplate) -> dict[str, Any]:
    return {
        "任务": line.title,
        "事项": duty_course.ASKS.get(row.kind, row.kind),
        "想延到": f"{row.wanted_on or ''}",
        "原因": work.seal.open_or(roster.LOST, row.reason, REASON),
        "状态": duty_course.ASK_STATES[row.state],
        "提出": _time(row.created_at),
    }


def _name(work: Work, person_id: int | None) -> str:
    person = people.get(work, person_id) if person_id is not None else None
    return person.name if person else ""


def _time(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""
