"""Being a member: how a membership begins, changes and ends. Every change is an event in the same transaction.

Nothing here asks who may: `member_requests` and `member_deeds` do. Sources: charter of the unions art. 5-8, membership
rules art. 12-23. A day of an event is the calendar day in China.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from bot import member_texts as texts
from bot.clock import local
from bot.errors import Refusal
from storage import applications, members, orgs, people
from storage.applications import Application
from storage.members import HERE, ID_PURPOSE, MOBILE_PURPOSE, Member
from storage.orgs import Organisation
from storage.people import Person
from storage.work import Work


class AlreadyMember(Refusal):
    """This person, or somebody with this ID number, is a member already."""


class NotNow(Refusal):
    """The state of the membership does not allow it, or something is missing."""


def mark_of(member: Member) -> str:
    """How a member stands, as a form carries it: equal while nobody changed anything."""
    return f"{member.state}.{member.org_id}.{member.updated_at.astimezone(UTC):%Y%m%d%H%M%S%f}"


def enrol(work: Work, application: Application, actor: str, now: datetime, joined_on: date | None = None) -> Member:
    """The member of an application that was approved, in the caller's transaction. Raises AlreadyMember, NotNow.

    Somebody whom a list brought into the same union before, and who did not chat yet, is that member. `joined_on` is
    when somebody joined who comes from a union outside this database (None: not known, today).
    """
    org = orgs.get(work, application.org_id) if application.org_id else None
    if org is None:
        raise NotNow(texts.NO_UNIT)
    if application.id_number is None or not application.id_hash:
        raise NotNow(texts.NO_NUMBER)
    members.alone(work)
    person = people.get(work, application.person_id)
    mine = members.of_person(work, application.person_id)
    known = members.by_id_hash(work, application.id_hash)
    if mine is not None and mine.state in HERE:
        raise AlreadyMember(_already(work, mine))
    if known is not None:
        return _adopted(work, known, application, person, actor, now)
    member = _made(work, application, org, now, joined_on)
    work.session.add(member)
    work.session.flush()
    kind = "transfer_in" if application.kind == "transfer" else "join"
    members.note(work, member, kind, member.since_on, actor, now, to_org=org.id)
    _belongs(work, person, member, org, now)
    return member


def _already(work: Work, member: Member) -> str:
    org = orgs.get(work, member.org_id)
    return texts.MEMBER_ALREADY.format(unit=org.name if org else "", number=member.number)


def _adopted(
    work: Work, known: Member, application: Application, person: Person | None, actor: str, now: datetime
) -> Member:
    """The member that a list brought in, now with the person who chats; raises AlreadyMember for anybody else's."""
    member = members.held(work, known.id)
    if member is None or member.person_id is not None or member.org_id != application.org_id:
        here = member is not None and member.org_id == application.org_id
        raise AlreadyMember(texts.MEMBER_OTHER if here else texts.MEMBER_ELSEWHERE)
    _verified(work, member, application, person, actor, now)
    return member


def _verified(
    work: Work, member: Member, application: Application, person: Person | None, actor: str, now: datetime
) -> None:
    member.person_id = application.person_id
    member.mobile, member.mobile_hash = _mobile(work, application)
    member.updated_at = now
    work.session.add(member)
    members.note(work, member, "correct", local(now).date(), actor, now, to_org=member.org_id, reason="本人在线核实")
    _belongs(work, person, member, orgs.get(work, member.org_id), now)


def hang_on(work: Work, member: Member, application: Application, actor: str, now: datetime) -> None:
    """A held member is who handed in this application from now on, with what they wrote; who it was before is none."""
    before = people.get(work, member.person_id) if member.person_id not in (None, application.person_id) else None
    _belongs(work, before, member, None, now)
    member.employer, member.work_status = application.employer, application.work_status
    member.migrant = application.migrant
    _verified(work, member, application, people.get(work, application.person_id), actor, now)


def _mobile(work: Work, application: Application) -> tuple[bytes | None, str]:
    clear = work.seal.open_or("", application.mobile, applications.MOBILE_PURPOSE)
    if not clear:
        return None, ""
    return work.seal.seal(clear, MOBILE_PURPOSE), application.mobile_hash


def _made(work: Work, application: Application, org: Organisation, now: datetime, joined_on: date | None) -> Member:
    today = local(now).date()
    clear = work.seal.open_or("", application.id_number, applications.ID_PURPOSE)
    if not clear:
        raise NotNow(texts.NUMBER_LOST)
    mobile, mobile_hash = _mobile(work, application)
    return Member(
        id=work.new_id(),
        number=members.next_number(work, org.code, today.year),
        person_id=application.person_id,
        org_id=org.id,
        name=application.name,
        id_number=work.seal.seal(clear, ID_PURPOSE),
        id_hash=application.id_hash,
        mobile=mobile,
        mobile_hash=mobile_hash,
        employer=application.employer,
        work_status=application.work_status,
        migrant=application.migrant,
        joined_on=joined_on or today,
        since_on=today,
        source="transfer" if application.kind == "transfer" else "chat",
        created_at=now,
        updated_at=now,
    )


def _belongs(work: Work, person: Person | None, member: Member, org: Organisation | None, now: datetime) -> None:
    """The person who chats is a member from now on, or is none any more (org None)."""
    if person is not None:
        person.member_since = now if org else None
        person.org_id = org.id if org else person.org_id
        person.name = member.name
        work.session.add(person)


def _changes(work: Work, member: Member, state: str, reason: str, now: datetime) -> None:
    member.state, member.reason = state, reason[:100]
    member.since_on, member.updated_at = local(now).date(), now
    work.session.add(member)
    work.session.flush()


def _demand(member: Member, kind: str, *states: str) -> None:
    if member.state not in states:
        raise NotNow(texts.NOT_NOW.format(state=texts.STATES[member.state], kind=texts.EVENTS[kind]))


def keep(work: Work, member: Member, reason: str, actor: str, now: datetime) -> None:
    """保留会籍 of a held member: no dues, no vote, not counted. Raises NotNow."""
    _demand(member, "keep", "active")
    _changes(work, member, "kept", reason, now)
    members.note(work, member, "keep", local(now).date(), actor, now, from_org=member.org_id, reason=reason)


def resume(work: Work, member: Member, reason: str, actor: str, now: datetime) -> None:
    """Back from 保留会籍. Raises NotNow."""
    _demand(member, "resume", "kept")
    _changes(work, member, "active", "", now)
    members.note(work, member, "resume", local(now).date(), actor, now, to_org=member.org_id, reason=reason)


def leave(work: Work, member: Member, reason: str, actor: str, now: datetime) -> None:
    """退会; the card is to be given back. The person may apply again. Raises NotNow."""
    _end(work, member, "leave", "left", reason, actor, now)


def expel(work: Work, member: Member, reason: str, actor: str, now: datetime) -> None:
    """除名, decided by the committee. Raises NotNow."""
    _end(work, member, "expel", "expelled", reason, actor, now)


def move_out(work: Work, member: Member, reason: str, actor: str, now: datetime) -> None:
    """转出 to a union that is not in this database. Raises NotNow."""
    _end(work, member, "transfer_out", "moved", reason, actor, now)


def _end(work: Work, member: Member, kind: str, state: str, reason: str, actor: str, now: datetime) -> None:
    _demand(member, kind, *HERE)
    _changes(work, member, state, reason, now)
    members.note(work, member, kind, local(now).date(), actor, now, from_org=member.org_id, reason=reason)
    person = people.get(work, member.person_id) if member.person_id else None
    _belongs(work, person, member, None, now)


def transfer(
    work: Work, member: Member, to: Organisation, reason: str, actor: str, now: datetime, employer: str = ""
) -> None:
    """To another union of this database, which stays one membership; two events, one for each union. Raises NotNow.

    `employer` is what the member says; the name that a union of one employer has comes first.
    """
    _demand(member, "transfer_in", *HERE)
    if member.org_id == to.id:
        raise NotNow(texts.SAME_UNIT.format(unit=to.name))
    day, places = local(now).date(), {"from_org": member.org_id, "to_org": to.id, "reason": reason}
    members.note(work, member, "transfer_out", day, actor, now, **places)
    members.note(work, member, "transfer_in", day, actor, now, **places)
    member.org_id, member.employer = to.id, (to.employer or employer or member.employer)[:80]
    _changes(work, member, "active", "", now)
    person = people.get(work, member.person_id) if member.person_id else None
    if person is not None:
        person.org_id = to.id
        work.session.add(person)


def correct(work: Work, member: Member, changes: Mapping[str, str], reason: str, actor: str, now: datetime) -> None:
    """Other facts of a held member, checked by the caller: `mobile`, `id_number`, `employer`, `name`, `work_status`,
    `migrant` (是 or 否). Raises NotNow, AlreadyMember."""
    _demand(member, "correct", *HERE)
    if not changes:
        raise NotNow(texts.NOTHING_NEW)
    _numbers(work, member, changes)
    member.employer = changes.get("employer", member.employer)[:80]
    member.name = changes.get("name", member.name)[:40]
    member.work_status = changes.get("work_status", member.work_status)[:16]
    member.migrant = changes["migrant"] == "是" if "migrant" in changes else member.migrant
    member.updated_at = now
    work.session.add(member)
    members.note(work, member, "correct", local(now).date(), actor, now, to_org=member.org_id, reason=reason)
    person = people.get(work, member.person_id) if member.person_id and "name" in changes else None
    if person is not None:
        person.name = member.name
        work.session.add(person)


def _numbers(work: Work, member: Member, changes: Mapping[str, str]) -> None:
    """Seal other numbers. An ID number belongs to one member: whoever has it keeps it. Raises AlreadyMember."""
    if mobile := changes.get("mobile"):
        member.mobile = work.seal.seal(mobile, MOBILE_PURPOSE)
        member.mobile_hash = work.seal.fingerprint(mobile, members.HASH_OF_MOBILE)
    if id_number := changes.get("id_number"):
        members.alone(work)
        id_hash = work.seal.fingerprint(id_number, members.HASH_OF_ID)
        known = members.by_id_hash(work, id_hash)
        if known is not None and known.id != member.id:
            raise AlreadyMember(texts.NUMBER_OF_ANOTHER)
        member.id_number, member.id_hash = work.seal.seal(id_number, ID_PURPOSE), id_hash


def relieve(work: Work, member: Member, reason: str, actor: str, now: datetime) -> None:
    """减免会费 of somebody in need: written down, nothing else changes. Raises NotNow."""
    _demand(member, "relieve", "active")
    member.updated_at = now
    work.session.add(member)
    members.note(work, member, "relieve", local(now).date(), actor, now, to_org=member.org_id, reason=reason)
