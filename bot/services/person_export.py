"""One person's data as a copy for that person (PIPL art. 45): what the union keeps of a member, numbers in full."""

from datetime import date, datetime
from typing import Any

from bot import member_texts as words
from bot import privacy_texts as texts
from bot.clock import local
from bot.services import member_requests, reveal, roster
from bot.services.actors import Actor, require
from storage import applications, audit, consents, members, orgs
from storage.applications import Application
from storage.members import Member, MemberEvent, MemberRequest
from storage.work import Work


def export(work: Work, actor: Actor, member_id: int, reason: str, now: datetime) -> dict[str, Any]:
    """Everything as plain values that JSON can hold, times in Shanghai; the audit line commits with it.

    Raises NotAllowed (rights `export` and `reveal`, branch), NoRequest, BadReason.
    """
    require(actor, "export")
    require(actor, "reveal")
    member, org = roster.seen(work, actor, member_id)
    reason = reveal.checked_reason(reason, member.name)
    audit.write(work, f"staff:{actor.name}", "person_export", f"member:{member.id}", now, reason)
    person = member.person_id
    handed_in = [each for each in applications.of_person(work, person) if each.number] if person else []
    return {
        "导出时间": _time(now),
        "会员登记": _member(work, member, org.name),
        "会籍经过": [_event(work, each) for each in members.events(work, member.id)],
        "会籍申请": [_request(work, each) for each in members.requests(work, member.id)],
        "入会申请": [_application(work, each) for each in handed_in],
        "同意记录": [
            {
                "内容": texts.SUBJECTS.get(each.subject, each.subject),
                "版本": each.version,
                "同意": _time(each.at),
                "撤回": _time(each.ended_at),
            }
            for each in (consents.of_person(work, person) if person else ())
        ],
    }


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
    more = work.seal.open_or(roster.LOST, application.more, applications.MORE_PURPOSE)
    return {
        "编号": application.number,
        "状态": texts.STATES.get(application.state, application.state),
        "提交": _time(application.submitted_at),
        "原因": application.note,
        **_facts(work, application, applications.ID_PURPOSE, applications.MOBILE_PURPOSE),
        "其他回答": more,
    }


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
