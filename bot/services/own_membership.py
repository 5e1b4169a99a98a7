"""A member's own record in words, for a private chat: numbers masked, what is under way, what can be done."""

from datetime import datetime

from bot import member_texts as texts
from bot.calendar import say_date, say_day
from bot.clock import local
from bot.services.member_requests import NotMember
from bot.services.roster import masked
from storage import members, orgs
from storage.members import HERE, OPEN_REQUESTS, Member, MemberRequest
from storage.work import Work

WAYS = {"active": ("会员卡", "更正", "转会"), "kept": ("会员卡", "更正", "恢复会籍")}


def record(work: Work, person_id: int, now: datetime) -> tuple[list[str], tuple[str, ...]]:
    """Paragraphs, also of a membership that ended, and what can be done next.

    Raises NotMember for somebody who never was one.
    """
    member = members.of_person(work, person_id)
    if member is None:
        raise NotMember
    said = [_facts(work, member, now)]
    if member.state in HERE:
        said.append(_numbers(work, member))
    under_way = [_line(each) for each in members.requests(work, member.id) if each.state in OPEN_REQUESTS]
    if under_way:
        said.append(texts.RECORD_OPEN.format(lines="\n".join(under_way)))
    if member.state == "kept":
        said.append(texts.RECORD_KEPT)
    return said, WAYS.get(member.state, ("入会",))


def _facts(work: Work, member: Member, now: datetime) -> str:
    org = orgs.get(work, member.org_id)
    since = "" if member.state == "active" else texts.SINCE.format(day=say_date(member.since_on))
    return texts.RECORD.format(
        today=say_date(local(now).date()),
        number=member.number,
        name=member.name,
        unit=org.name if org else "",
        state=texts.STATES[member.state],
        since=since,
        joined=say_date(member.joined_on),
    )


def _numbers(work: Work, member: Member) -> str:
    id_number, mobile = (each or texts.EMPTY for each in masked(work, member))
    employer = member.employer or texts.EMPTY
    return texts.RECORD_NUMBERS.format(id_number=id_number, mobile=mobile, employer=employer)


def _line(request: MemberRequest) -> str:
    day, state = say_day(local(request.created_at).date()), texts.REQUEST_STATES[request.state]
    return texts.RECORD_LINE.format(kind=texts.KINDS[request.kind], day=day, state=state)
