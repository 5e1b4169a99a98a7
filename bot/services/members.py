"""Members: an approved application makes one."""

from datetime import datetime

from bot.clock import local
from bot.errors import Refusal
from storage import members, orgs, people
from storage.applications import ID_PURPOSE, MOBILE_PURPOSE, Application
from storage.members import Member
from storage.orgs import Organisation
from storage.work import Work


class AlreadyMember(Refusal):
    """The ID number belongs to a member already."""

    words = "系统里已经有这个身份证号的会员，不能再登记一次。请核对后退回申请人，或办理会籍接转。"


def enrol(work: Work, application: Application, actor: str, now: datetime) -> Member:
    """The member of an approved application, in the same transaction. Raises AlreadyMember."""
    org = orgs.get(work, application.org_id) if application.org_id is not None else None
    if org is None:
        raise ValueError("an application of no union")
    work.alone(f"member:{org.id}")
    if application.id_hash and members.by_id_hash(work, application.id_hash) is not None:
        raise AlreadyMember
    today = local(now).date()
    member = Member(
        id=work.new_id(),
        number=_number(work, org, today.year),
        person_id=application.person_id,
        org_id=org.id,
        name=application.name,
        id_number=_moved(work, application.id_number, ID_PURPOSE, members.ID_PURPOSE),
        id_hash=application.id_hash,
        mobile=_moved(work, application.mobile, MOBILE_PURPOSE, members.MOBILE_PURPOSE),
        mobile_hash=application.mobile_hash,
        employer=application.employer,
        work_status=application.work_status,
        migrant=application.migrant,
        joined_on=today,
        since_on=today,
        source="transfer" if application.kind == "transfer" else "chat",
        created_at=now,
        updated_at=now,
    )
    work.session.add(member)
    work.session.flush()
    kind = "transfer_in" if application.kind == "transfer" else "join"
    members.note(work, member, kind, today, actor, now, to_org=org.id)
    person = people.get(work, application.person_id)
    if person is not None:
        person.member_since, person.org_id = now, org.id
        work.session.add(person)
    return member


def _moved(work: Work, sealed: bytes | None, purpose: str, to: str) -> bytes | None:
    return work.seal.seal(work.seal.open(sealed, purpose), to) if sealed else None


def _number(work: Work, org: Organisation, year: int) -> str:
    prefix = f"{org.code[:12]}-{year}-"
    return f"{prefix}{members.count_numbers(work, prefix) + 1:06d}"
