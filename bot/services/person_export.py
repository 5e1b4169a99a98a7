"""One person's data as a copy for that person (PIPL art. 45): what the union keeps of them, numbers in full."""

from datetime import date, datetime
from typing import Any

from bot import member_texts as words
from bot import privacy_texts as texts
from bot.clock import local
from bot.errors import Refusal
from bot.services import (
    admission_queue,
    admissions,
    broadcast_forgetting,
    cadre_views,
    duty_export,
    event_privacy,
    member_requests,
    reveal,
    roster,
    staff_phones,
    tags,
    topic_choices,
)
from bot.services.actors import Actor, require
from bot.services.topics import TOPICS
from storage import applications, audit, consents, members, orgs
from storage.applications import Application, ApplicationStep
from storage.members import Member, MemberEvent, MemberRequest
from storage.orgs import Organisation
from storage.work import Work

ELSEWHERE = "在别的工会，请由那个工会导出"


class OfAnotherUnion(Refusal):
    """The applicant is a member of a union outside the actor's branch, which has the whole record."""

    words = "申请人已经是别的工会的会员，请由那个工会导出。"


def of_member(work: Work, actor: Actor, member_id: int, reason: str, now: datetime, who: str = "") -> dict[str, Any]:
    """Everything as plain values that JSON can hold, times in Shanghai; the audit line commits with it.

    `who` writes the audit trail (default: the actor's account). Raises NotAllowed (rights `export` and `reveal`,
    branch), NoRequest, BadReason.
    """
    _demand(actor)
    member, org = roster.seen(work, actor, member_id)
    _note(work, actor, who, f"member:{member.id}", reveal.checked_reason(reason, member.name), now)
    handed_in = _handed_in(work, member.person_id) if member.person_id else []
    applied = [_application(work, each) for each in handed_in]
    return {"导出时间": _time(now), **_record(work, member, org), **_rest(work, actor, member.person_id, applied)}


def of_applicant(
    work: Work, actor: Actor, application_id: int, reason: str, now: datetime, who: str = ""
) -> dict[str, Any]:
    """The same of somebody who applied, member or not; of applications outside the actor's branch only that they are.

    Raises NotAllowed, NoApplication, BadReason, OfAnotherUnion.
    """
    _demand(actor)
    application = admissions.find(work, actor, application_id)
    _note(work, actor, who, f"application:{application.id}", reveal.checked_reason(reason, application.name), now)
    applied = _applied(work, actor, application.person_id)
    record = _record_of(work, actor, application.person_id)
    return {"导出时间": _time(now), **record, **_rest(work, actor, application.person_id, applied)}


def of_cadre(
    work: Work, actor: Actor, appointment_id: int, reason: str, now: datetime, who: str = ""
) -> dict[str, Any]:
    """The same of somebody who holds or held an office of the actor's branch, member or not.

    A membership or an application outside the branch is only named. Raises NotAllowed, NoHandover, BadReason.
    """
    _demand(actor)
    sheet = cadre_views.one(work, actor, appointment_id, now)
    person_id = sheet.appointment.person_id
    _note(work, actor, who, f"appointment:{appointment_id}", reveal.checked_reason(reason, sheet.name), now)
    member = members.of_person(work, person_id)
    org = orgs.get(work, member.org_id) if member else None
    record: dict[str, Any] = {}
    if member is not None and org is not None:
        record = _record(work, member, org) if _sees(actor, org) else {"会员登记": {"说明": ELSEWHERE}}
    applied = _applied(work, actor, person_id)
    return {"导出时间": _time(now), "姓名": sheet.name, **record, **_rest(work, actor, person_id, applied)}


def _applied(work: Work, actor: Actor, person_id: int) -> list[dict[str, Any]]:
    handed_in = _handed_in(work, person_id)
    places = orgs.by_ids(work, {each.org_id for each in handed_in if each.org_id is not None})
    return [
        _application(work, each) if _sees(actor, places.get(each.org_id or 0)) else _elsewhere(each)
        for each in handed_in
    ]


def _demand(actor: Actor) -> None:
    require(actor, "export")
    require(actor, "reveal")


def _note(work: Work, actor: Actor, who: str, subject: str, reason: str, now: datetime) -> None:
    audit.write(work, who or f"staff:{actor.name}", "person_export", subject, now, reason)


def _handed_in(work: Work, person_id: int) -> list[Application]:
    return [each for each in applications.of_person(work, person_id) if each.number]


def _sees(actor: Actor, org: Organisation | None) -> bool:
    return actor.path is None or (org is not None and actor.within(org.path))


def _record_of(work: Work, actor: Actor, person_id: int) -> dict[str, Any]:
    """The membership of an applicant, nothing for who never was a member. Raises OfAnotherUnion."""
    member = members.of_person(work, person_id)
    org = orgs.get(work, member.org_id) if member else None
    if member is None or org is None:
        return {}
    if not _sees(actor, org):
        raise OfAnotherUnion
    return _record(work, member, org)


def _record(work: Work, member: Member, org: Organisation) -> dict[str, Any]:
    return {
        "会员登记": _member(work, member, org.name),
        "会籍经过": [_event(work, each) for each in members.events(work, member.id)],
        "会籍申请": [_request(work, each) for each in members.requests(work, member.id)],
    }


def _rest(work: Work, actor: Actor, person_id: int | None, applied: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        **(duty_export.record(work, actor, person_id) if person_id else {}),
        **(event_privacy.record(work, person_id) if person_id else {}),
        "入会申请": applied,
        "通知": broadcast_forgetting.record(work, person_id) if person_id else [],
        "同意记录": [
            {
                "内容": texts.SUBJECTS.get(each.subject, each.subject),
                "版本": each.version,
                "同意": _time(each.at),
                "撤回": _time(each.ended_at),
            }
            for each in (consents.of_person(work, person_id) if person_id else ())
        ],
        **(_notices(work, person_id) if person_id else {}),
    }


def _notices(work: Work, person_id: int) -> dict[str, Any]:
    off, account = topic_choices.stopped(work, person_id), staff_phones.name_of(work, person_id)
    return {
        **({"工作手机的账号": account} if account else {}),
        "不收的通知": [{"类别": TOPICS[key].label, "退订": _time(at)} for key, at in off.items()],
        "标签": tags.of_person(work, person_id),
    }


def _elsewhere(application: Application) -> dict[str, Any]:
    state = texts.STATES.get(application.state, application.state)
    return {"编号": application.number, "状态": state, "说明": ELSEWHERE}


def _time(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""


def _day(day: date) -> str:
    return day.isoformat()


def _member(work: Work, member: Member, unit: str) -> dict[str, Any]:
    return {
        "编号": member.number,
        "工会": unit,
        "状态": words.STATES[member.state],
        "状态起始": _day(member.since_on),
        "入会日期": _day(member.joined_on),
        "来源": words.SOURCES.get(member.source, member.source),
        **_facts(work, member, members.ID_PURPOSE, members.MOBILE_PURPOSE),
    }


def _application(work: Work, application: Application) -> dict[str, Any]:
    return {
        "编号": application.number,
        "状态": texts.STATES.get(application.state, application.state),
        "提交": _time(application.submitted_at),
        "原因": application.note,
        **_facts(work, application, applications.ID_PURPOSE, applications.MOBILE_PURPOSE),
        "其他回答": dict(admission_queue.more(work, application)),
        "经过": [_step(each) for each in applications.steps(work, application.id)],
    }


def _step(row: ApplicationStep) -> dict[str, str]:
    step = admission_queue.step(row)
    return {"时间": _time(step.at), "事项": step.what, "原因": step.reason}


def _facts(work: Work, row: Application | Member, id_purpose: str, mobile_purpose: str) -> dict[str, Any]:
    return {
        "姓名": row.name,
        "身份证号": work.seal.open_or(roster.LOST, row.id_number, id_purpose),
        "手机号": work.seal.open_or(roster.LOST, row.mobile, mobile_purpose),
        "工作单位": row.employer,
        "就业状况": row.work_status,
        "是否农民工": {True: "是", False: "否", None: ""}[row.migrant],
    }


def _event(work: Work, event: MemberEvent) -> dict[str, str]:
    places = orgs.by_ids(work, {each for each in (event.from_org, event.to_org) if each is not None})
    names = [places[each].name for each in (event.from_org, event.to_org) if each in places]
    return {
        "日期": _day(event.on_day),
        "事项": words.EVENTS[event.kind],
        "工会": " → ".join(names),
        "原因": event.reason,
    }


def _request(work: Work, request: MemberRequest) -> dict[str, Any]:
    content = member_requests.content(work, request)
    return {
        "提出": _time(request.created_at),
        "事项": words.KINDS[request.kind],
        "状态": words.REQUEST_STATES[request.state],
        "内容": roster.LOST if content is None else content,
        "答复": request.note,
    }
