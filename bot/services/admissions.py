"""Deciding on applications: taking one up, approving, giving back, rejecting. Only people decide, never the machine.

Everybody holds the row and looks again: what changed since the page was shown (`seen`, a mark of `mark_of`) is told as
a conflict. A flagged application takes two approvals by different people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot import member_texts, texts
from bot.calendar import say_date
from bot.clock import local
from bot.errors import Refusal
from bot.services import letters, members, transfers
from bot.services.actors import Actor, NotAllowed, require
from bot.services.admission_rules import (
    RETURN_CHARS,
    SETTLED_BY_UNIT,
    Unfit,
    plain_reason,
    rejection,
)
from bot.services.house import House
from bot.services.progress import FIELDS, field_names, returned_words
from storage import admissions, applications, audit, orgs, staff
from storage.admissions import WAITING
from storage.applications import Application
from storage.database import Database
from storage.orgs import Organisation
from storage.work import Work

AT_ONCE = admissions.PAGE  # applications one approval may name
FIRST_YEAR = 1925  # nobody joined before the unions of China had a federation


class NoApplication(Refusal):
    """There is no such application, or it is not handed in."""

    words = "没有这份申请。"


class Conflict(Refusal):
    """Somebody was faster, or has it."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of several approvals: how many, and for those that were not approved number and reason."""

    approved: int
    left: list[tuple[str, str]]


def mark_of(application: Application) -> str:
    """How an application stands, as a form carries it: equal while nobody did anything to it."""
    at = application.updated_at.astimezone(UTC).strftime("%Y%m%d%H%M%S%f")
    parts = (application.state, application.round, application.reviewer, application.first_by, application.org_id, at)
    return ".".join(map(str, parts))


def find(work: Work, actor: Actor, application_id: int) -> Application:
    """An application that was handed in and is this actor's to see. Raises NoApplication, NotAllowed."""
    require(actor, "review")
    return _mine(work, actor, applications.get(work, application_id))


def flags_of(work: Work, application: Application) -> list[str]:
    """Codes of what a second person must look at: those it was handed in with, and what the same numbers show now."""
    found = list(application.flags or ())
    there = admissions.members_with(work, application)
    same = applications.by_mobile_hash(work, application.mobile_hash) if application.mobile_hash else ()
    mobile = [each for each in there if each.mobile_hash == application.mobile_hash != ""]
    live = {
        "member_here": any(each.id_hash == application.id_hash != "" for each in there),
        "member_other": any(
            each.id_hash == application.id_hash != "" and transfers.from_another(application, each) for each in there
        ),
        "mobile_twice": bool(mobile) or any(each.person_id != application.person_id for each in same),
        "second_of_person": any(each.state == "rejected" for each in admissions.earlier_of(work, application)),
    }
    return [*found, *(code for code, holds in live.items() if holds and code not in found)]


def claim(work: Work, actor: Actor, application_id: int, now: datetime, seen: str = "") -> Application:
    """The actor takes it up; from a colleague only when the page showed that (`seen`). Raises Conflict …"""
    application = _waiting(work, actor, application_id, seen)
    if application.reviewer == actor.name and application.state == "in_review":
        return application
    if application.state == "in_review" and not seen:
        raise Conflict(f"{_name(work, application.reviewer)}正在审核这份申请。")
    _take_up(work, actor, application, now, "从同事处接手" if application.state == "in_review" else "")
    audit.write(work, f"staff:{actor.name}", "application_claim", f"application:{application.id}", now)
    return application


def release(work: Work, actor: Actor, application_id: int, now: datetime, seen: str = "") -> Application:
    """The actor puts it back for others. Raises Conflict …"""
    application = _free(work, actor, application_id, seen)
    if application.state != "in_review":
        raise Conflict("这份申请现在没有人在审核。")
    application.reviewer = ""
    applications.move(work, application, "submitted", f"staff:{actor.name}", now, "放回待审核")
    audit.write(work, f"staff:{actor.name}", "application_release", f"application:{application.id}", now)
    return application


def assign(work: Work, actor: Actor, application_id: int, org_id: int, now: datetime, seen: str = "") -> Organisation:
    """Say which union it belongs to: one of the actor's branch, or the one above it. Raises Unfit, Conflict …"""
    application = _free(work, actor, application_id, seen)
    org = orgs.get(work, org_id)
    if org is None:
        raise Unfit("没有这个工会，请重新查找。")
    if not (actor.within(org.path) or org.id == _above(work, actor)):
        raise NotAllowed("只能选本级、下级或直接上级的工会。")
    if application.org_id == org.id:
        raise Unfit(f"这份申请已经在{org.name}了。")
    application.org_id = org.id
    application.flags = [each for each in application.flags or () if each != SETTLED_BY_UNIT] or None
    state = application.state
    if not actor.within(org.path):
        state, application.reviewer = "submitted", ""
    applications.move(work, application, state, f"staff:{actor.name}", now, f"交给{org.name}")
    note = f"organisation:{org.id}"
    audit.write(work, f"staff:{actor.name}", "application_assign", f"application:{application.id}", now, note)
    return org


def _above(work: Work, actor: Actor) -> int | None:
    own = orgs.get(work, actor.org_id) if actor.org_id is not None else None
    return own.parent_id if own else None


def approve(
    work: Work,
    actor: Actor,
    application_id: int,
    now: datetime,
    seen: str = "",
    unflagged: bool = False,
    joined_on: date | None = None,
) -> Application:
    """Admit the applicant, in this transaction; with flags the first approval only asks for a second person.

    A transfer of a member of another union of this database is asked of that union: it waits (`transfers.py`).
    `unflagged` refuses what has flags. `joined_on` is when somebody joined who comes from outside. Raises Unfit,
    Conflict, NotAllowed, NoApplication, AlreadyMember, NotNow.
    """
    require(actor, "decide")
    application = _free(work, actor, application_id, seen)
    org = orgs.get(work, application.org_id) if application.org_id is not None else None
    if org is None:
        raise Unfit("还没有确定由哪个工会接收，请先选定工会。")
    application.flags = flags_of(work, application) or None
    if application.flags and unflagged:
        raise Unfit("有需要核对的地方，请打开逐份审核。")
    if application.flags and application.first_by in ("", actor.name):
        return _first_look(work, actor, application, now)
    _check_joined(application, joined_on, local(now).date())
    _take_up(work, actor, application, now)
    known = transfers.member_of(work, application)
    if known is not None:
        transfers.begin(work, actor, application, known, org, now)
        return application
    member = members.enrol(work, application, f"staff:{actor.name}", now, joined_on)
    application.reviewer, application.decided_at, application.returned = actor.name, now, None
    said = member_texts.LETTER_TRANSFERRED if application.kind == "transfer" else texts.LETTER_APPROVED
    words = said.format(unit=org.name, number=member.number, day=say_date(member.joined_on))
    _decide(work, actor, application, "approved", "", words, now)
    return application


def _check_joined(application: Application, joined_on: date | None, today: date) -> None:
    """A day of joining that can be true, and only of a transfer. Raises Unfit."""
    if joined_on is None:
        return
    if application.kind != "transfer":
        raise Unfit("只有转会籍的申请可以填原入会时间。")
    if not date(FIRST_YEAR, 1, 1) <= joined_on <= today:
        raise Unfit(f"原入会时间要在{FIRST_YEAR}年1月1日到今天之间，请核对；不清楚的可以不填。")


def _first_look(work: Work, actor: Actor, application: Application, now: datetime) -> Application:
    """The first of two approvals: it waits for somebody else. Raises Conflict when that was this actor too."""
    if application.first_by:
        raise Conflict("您已经初审同意，要由另一位审核人复核批准。")
    _take_up(work, actor, application, now)
    application.first_by, application.reviewer = actor.name, ""
    applications.move(work, application, "submitted", f"staff:{actor.name}", now, "初审同意，等另一位审核人复核")
    audit.write(work, f"staff:{actor.name}", "application_first", f"application:{application.id}", now)
    return application


def give_back(
    work: Work,
    actor: Actor,
    application_id: int,
    fields: Sequence[str],
    reason: str,
    now: datetime,
    seen: str = "",
) -> Application:
    """Ask the applicant to change some fields. Raises Unfit, Conflict …"""
    application = _free(work, actor, application_id, seen)
    wanted = [key for key in FIELDS if key in fields]
    if not wanted or len(wanted) != len(set(fields)):
        raise Unfit("请勾选要修改的内容，至少一项。")
    reason = plain_reason(application, reason, *RETURN_CHARS)
    _take_up(work, actor, application, now)
    application.returned, application.first_by, application.reviewer = wanted, "", ""
    application.due_on = application.escalated_at = None  # the clock stands while the applicant has it
    application.note, application.nudges, application.nudged_at = reason, 0, None
    words = returned_words(work, application, now)
    _decide(work, actor, application, "returned", reason, words, now, f"{field_names(wanted)}。{reason}")
    return application


def reject(
    work: Work,
    actor: Actor,
    application_id: int,
    key: str,
    own: str,
    house: House,
    now: datetime,
    seen: str = "",
    confirmed: bool = False,
) -> Application:
    """Refuse, with a reason that holds and how to object. Raises Unfit, Doubtful, Conflict …"""
    require(actor, "decide")
    application = _free(work, actor, application_id, seen)
    reason = rejection(application, key, own, confirmed)
    _take_up(work, actor, application, now)
    application.reviewer, application.decided_at, application.returned = actor.name, now, None
    words = texts.LETTER_REJECTED.format(
        number=application.number, reason=reason, hotline=house.hotline, office=house.office
    )
    _decide(work, actor, application, "rejected", reason, words, now)
    return application


def approve_all(database: Database, actor: Actor, asked: Sequence[tuple[int, str]], now: datetime) -> Bulk:
    """Approve unflagged applications, each in its own transaction. `asked`: ids with the marks they were shown with.

    Raises NotAllowed, Unfit. One that cannot be approved does not hold up the others.
    """
    require(actor, "decide")
    if not 1 <= len(asked) <= AT_ONCE:
        raise Unfit(f"请勾选要批准的申请，一次最多{AT_ONCE}份。")
    approved, left = 0, []
    for application_id, seen in dict(asked).items():
        try:
            _approve_one(database, actor, application_id, seen, now)
            approved += 1
        except Refusal as refusal:
            left.append((_number(database, actor, application_id), refusal.words))
    return Bulk(approved, left)


def _approve_one(database: Database, actor: Actor, application_id: int, seen: str, now: datetime) -> None:
    database.writer.run(lambda work: approve(work, actor, application_id, now, seen, unflagged=True))


def _number(database: Database, actor: Actor, application_id: int) -> str:
    """How an application is called; nothing of one that is not the actor's to see."""
    try:
        return database.look(lambda work: find(work, actor, application_id).number) or ""
    except Refusal:
        return "（看不到的申请）"


def _decide(
    work: Work,
    actor: Actor,
    application: Application,
    state: str,
    note: str,
    words: str,
    now: datetime,
    why: str = "",
) -> None:
    """Write the outcome down, and let the applicant hear of it."""
    application.note = note
    applications.move(work, application, state, f"staff:{actor.name}", now, why or note)
    letters.plant(work, f"application:{application.id}:{application.round}:{state}", application.person_id, words, now)
    note = ",".join(application.returned or ())
    audit.write(work, f"staff:{actor.name}", f"application_{state}", f"application:{application.id}", now, note)


def _take_up(work: Work, actor: Actor, application: Application, now: datetime, why: str = "") -> None:
    """Whoever acts on an application has it from then on, as the journal shows."""
    if application.state == "in_review" and application.reviewer == actor.name:
        return
    application.reviewer = actor.name
    applications.move(work, application, "in_review", f"staff:{actor.name}", now, why)


def _free(work: Work, actor: Actor, application_id: int, seen: str) -> Application:
    """A waiting application that nobody else has."""
    application = _waiting(work, actor, application_id, seen)
    if application.state == "in_review" and application.reviewer != actor.name:
        raise Conflict(f"{_name(work, application.reviewer)}正在审核这份申请。要由您来办，请先接手。")
    return application


def _waiting(work: Work, actor: Actor, application_id: int, seen: str) -> Application:
    """A held application as the page showed it, still to be decided. Raises Conflict, NotAllowed, NoApplication."""
    require(actor, "review")
    application = _mine(work, actor, admissions.hold(work, application_id))
    if application.state not in WAITING:
        who = _name(work, application.reviewer)
        said = {"approved": f"已经由{who}批准", "rejected": f"已经由{who}审核为不通过", "withdrawn": "已经由本人撤回"}
        said["expired"] = "退回以后没有改好，已经过期结束"
        said["releasing"] = f"已经由{who}同意接收，在等原工会转出"
        raise Conflict(f"这份申请{said.get(application.state, '已经退回，在等申请人修改')}，不用再办。")
    if seen and seen != mark_of(application):
        raise Conflict("您打开页面以后，这份申请有了变化，没有办成。请看过现在的内容再决定。")
    return application


def _mine(work: Work, actor: Actor, application: Application | None) -> Application:
    if application is None or application.number is None or application.state not in admissions.SHOWN:
        raise NoApplication
    if actor.path is not None:
        org = orgs.get(work, application.org_id) if application.org_id is not None else None
        if org is None or not actor.within(org.path):
            raise NotAllowed("这份申请不归您所在的工会审核。")
    return application


def _name(work: Work, name: str) -> str:
    found = staff.by_name(work, name) if name else None
    return found.display if found else "同事"
