"""Applications as reviewers see them: the queue of a branch, and one application with masked facts and its journal."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.calendar import say_date, working_time
from bot.clock import local
from bot.forms import identity
from bot.services import escalation, transfers
from bot.services.actors import Actor, require
from bot.services.admission_rules import ASKED, PATHWAYS, STATES, explain
from bot.services.admissions import find, flags_of, mark_of
from bot.services.house import House
from storage import admissions, applications, letters, orgs
from storage.admissions import Sought
from storage.applications import ID_PURPOSE, MOBILE_PURPOSE, MORE_PURPOSE, Application, ApplicationStep
from storage.members import Member
from storage.orgs import Organisation
from storage.seal import Unsealable
from storage.work import Work

NOT_KEPT = "（没有保存）"
NO_UNIT = "还没有确定"
FOUND = 5  # unions a search offers


@dataclass(frozen=True, slots=True)
class Line:
    """One application of a list. `waited` is working time since it was handed in; `mark` how it stands now."""

    id: int
    number: str
    name: str
    unit: str
    pathway: str
    state: str
    round: int
    flags: list[str]
    waited: timedelta
    due_on: date | None
    overdue: bool
    escalated: bool
    reviewer: str
    first_by: str
    decided_at: datetime | None
    mark: str
    placed: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of a view; `counts` has the number of applications of every view."""

    lines: list[Line]
    counts: dict[str, int]
    pages: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the journal shows it. `who` is `person`, `staff:name` or `job:name`."""

    at: datetime
    who: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Twin:
    """Another application or membership on the same numbers. Named only where it is the actor's to see."""

    same: str
    what: str
    words: str
    link: str


@dataclass(frozen=True, slots=True)
class Detail:
    """One application with everything a reviewer may see without revealing. `flags`: title and what to do.

    `inside`: a transfer of a member of another union of this database.
    """

    application: Application
    line: Line
    facts: list[tuple[str, str]]
    flags: list[tuple[str, str]]
    journal: list[Step]
    twins: list[Twin]
    letters: dict[str, int]
    inside: bool


def queue(work: Work, actor: Actor, sought: Sought, house: House, now: datetime, page: int = 1) -> Queue:
    """Applications of the actor's branch, or of a part of it (`sought.path`). Raises NotAllowed."""
    require(actor, "review")
    path = sought.path if sought.path is not None and actor.within(sought.path) else actor.path
    wanted = Sought(sought.view, path, sought.unplaced and actor.path is None, actor.name)
    today = local(now).date()
    counts = admissions.counts(work, wanted, today)
    pages = max(1, -(-counts[wanted.view] // admissions.PAGE))
    found = admissions.listed(work, wanted, today, max(1, min(page, pages)))
    since = admissions.handed_in(work, [each.id for each, _ in found])
    lines = [_line(each, org, since.get(each.id), house, now) for each, org in found]
    return Queue(lines, counts, pages)


def _line(
    application: Application, org: Organisation | None, since: datetime | None, house: House, now: datetime
) -> Line:
    begun = since or application.submitted_at or application.created_at
    waiting = application.state in admissions.WAITING
    due = application.due_on or (escalation.due_of(begun, house) if waiting else None)
    until = now if waiting else application.decided_at or application.updated_at
    return Line(
        id=application.id,
        number=application.number or "",
        name=application.name,
        unit=org.name if org else f"{NO_UNIT}工会",
        pathway=PATHWAYS.get(application.pathway, application.pathway) + _transfer(application),
        state=application.state,
        round=application.round,
        flags=[explain(code)[0] for code in application.flags or ()],
        waited=working_time(begun, until, house.hours),
        due_on=due,
        overdue=waiting and due is not None and due < local(now).date(),
        escalated=waiting and application.escalated_at is not None,
        reviewer=application.reviewer,
        first_by=application.first_by,
        decided_at=application.decided_at,
        mark=mark_of(application),
        placed=org is not None,
    )


def _transfer(application: Application) -> str:
    return "（转会籍）" if application.kind == "transfer" else ""


def detail(work: Work, actor: Actor, application_id: int, house: House, now: datetime) -> Detail:
    """One application. Raises NoApplication, NotAllowed."""
    application = find(work, actor, application_id)
    org = orgs.get(work, application.org_id) if application.org_id is not None else None
    since = admissions.handed_in(work, [application.id]).get(application.id)
    codes = flags_of(work, application) if application.state in admissions.WAITING else application.flags or []
    return Detail(
        application=application,
        line=_line(application, org, since, house, now),
        facts=_facts(work, application, org, now),
        flags=[explain(code) for code in codes],
        journal=[_step(each) for each in applications.steps(work, application.id)],
        twins=_twins(work, actor, application),
        letters=letters.states_of(work, f"application:{application.id}:"),
        inside=transfers.member_of(work, application) is not None,
    )


def _facts(work: Work, application: Application, org: Organisation | None, now: datetime) -> list[tuple[str, str]]:
    """What was filled in, numbers masked; sex and age come from the ID number, as of today."""
    idno = _opened(work, application.id_number, ID_PURPOSE)
    mobile = _opened(work, application.mobile, MOBILE_PURPOSE)
    today = local(now).date()
    aged = f"{identity.sex(idno)}，{identity.age_on(idno, today)}周岁（{say_date(today)}）" if idno else NOT_KEPT
    migrant = {True: "是", False: "不是", None: "没有填"}[application.migrant]
    return [
        ("姓名", application.name or NOT_KEPT),
        ("身份证号", identity.id_number().show(idno) if idno else NOT_KEPT),
        ("性别、年龄", aged),
        ("手机号", identity.mobile().show(mobile) if mobile else NOT_KEPT),
        ("工作单位", application.employer or "没有填"),
        ("接收的工会", org.name if org else NO_UNIT),
        ("就业状况", application.work_status or "没有填"),
        ("是否农民工", migrant),
        ("入会渠道", PATHWAYS.get(application.pathway, application.pathway) + _transfer(application)),
        *_more(work, application),
        ("同意告知书", f"{application.consent} 版，{say_date(local(application.consent_at).date())}"),
    ]


def _more(work: Work, application: Application) -> list[tuple[str, str]]:
    """What the special procedures asked."""
    opened = _opened(work, application.more, MORE_PURPOSE)
    given = json.loads(opened) if opened else {}
    shown = {key: {"True": "是", "False": "不是"}.get(str(value), str(value)) for key, value in given.items()}
    return [(words, shown[key]) for key, words in ASKED.items() if shown.get(key)]


def _opened(work: Work, sealed: bytes | None, purpose: str) -> str:
    """The value, empty when it is not kept or its key is gone."""
    try:
        return work.seal.open(sealed, purpose) if sealed else ""
    except Unsealable:
        return ""


def _step(step: ApplicationStep) -> Step:
    """A step in words; one without a change of state says what happened in its reason."""
    begun = {"collecting": "同意告知，开始填写", "confirming": "核对填写内容", "expired": "过期没有提交"}
    again = {"returned": "修改后再次提交", "in_review": "放回待审核", "releasing": "转会没有办成，回到审核"}
    what = {**STATES, **begun, "submitted": again.get(step.before, "提交申请"), "in_review": "开始审核"}
    what |= {"returned": "退回修改", "rejected": "审核不通过", "withdrawn": "本人撤回"}
    what["expired"] = "退回以后没有改好，过期结束" if step.before == "returned" else begun["expired"]
    if step.before == "in_review" and step.after == "releasing":
        return Step(step.at, step.actor, step.reason, "")
    if step.before == step.after:
        return Step(step.at, step.actor, step.reason, "")
    if step.before == "in_review" and step.after == "submitted":
        return Step(step.at, step.actor, step.reason or what["submitted"], "")
    return Step(step.at, step.actor, what.get(step.after, step.after), "" if step.actor == "person" else step.reason)


def _twins(work: Work, actor: Actor, application: Application) -> list[Twin]:
    """What else stands on the same numbers, and what this person handed in before."""
    same = [*applications.by_id_hash(work, application.id_hash)] if application.id_hash else []
    same += applications.by_mobile_hash(work, application.mobile_hash) if application.mobile_hash else []
    same += admissions.earlier_of(work, application)
    others = {each.id: each for each in same if each.id != application.id and each.number}
    places = orgs.by_ids(work, {each.org_id for each in others.values() if each.org_id is not None})
    members = [each for each in admissions.members_with(work, application) if each.person_id != application.person_id]
    places |= orgs.by_ids(work, {each.org_id for each in members})
    found = [_other(actor, application, each, places.get(each.org_id or 0)) for each in others.values()]
    return found + [_member(actor, application, each, places.get(each.org_id)) for each in members]


def _other(actor: Actor, application: Application, other: Application, org: Organisation | None) -> Twin:
    same = _same(application, other) or "同一个申请人"
    if actor.path is not None and (org is None or not actor.within(org.path)):
        return Twin(same, "入会申请", f"在别的工会，{STATES.get(other.state, other.state)}", "")
    state = STATES.get(other.state, other.state)
    words = f"{other.number} {other.name}，{org.name if org else NO_UNIT}，{state}"
    return Twin(same, "入会申请", words, f"/applications/{other.id}" if other.state in admissions.SHOWN else "")


def _member(actor: Actor, application: Application, member: Member, org: Organisation | None) -> Twin:
    same = _same(application, member)
    if org is None or not actor.within(org.path):
        return Twin(same, "会员", "在别的工会", "")
    return Twin(same, "会员", f"{member.number} {member.name}，{org.name}", f"/members/{member.id}")


def _same(application: Application, other: Application | Member) -> str:
    both = [("身份证号", "id_hash"), ("手机号", "mobile_hash")]
    named = [words for words, name in both if getattr(application, name) and _equal(application, other, name)]
    return "、".join(named) and "同一个" + "、".join(named)


def _equal(one: object, other: object, name: str) -> bool:
    return bool(getattr(one, name) == getattr(other, name))


def units(work: Work, actor: Actor, words: str) -> Sequence[Organisation]:
    """Unions that an application may be given to, by a part of their name or employer."""
    require(actor, "review")
    own = orgs.get(work, actor.org_id) if actor.org_id is not None and actor.path is not None else None
    above = own.parent_id if own else None
    found = [each for each in orgs.search(work, words, 50) if actor.within(each.path) or each.id == above]
    return found[: FOUND * 2]
