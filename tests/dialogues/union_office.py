"""What the union's office does between two turns of a dialogue about being a member.

A step is `union: WHAT`: `enrol` makes the speaker a member of 示例机械厂工会 without the way there, `accept` does the
next step of their open request, `release` has two people let the member go, `refuse` says no, `keep` (or another deed)
is done without being asked.
"""

from sqlmodel import select

from bot.services import member_deeds, member_requests, members
from bot.services.actors import Actor
from bot.testing import Talk
from storage import applications, orgs, people
from storage import members as rows
from storage.applications import Application
from storage.members import HASH_OF_ID, HASH_OF_MOBILE, OPEN_REQUESTS, MemberRequest
from storage.work import Work
from tests.members.people import id_number, mobile

OFFICE = Actor("office", "approver")
SECOND = Actor("second", "approver")


def decide(talk: Talk, user: str, what: str) -> None:
    """Do it."""
    talk.database.writer.run(lambda work: _decide(work, talk, user, what))


def _decide(work: Work, talk: Talk, user: str, what: str) -> None:
    now = talk.clock.now()
    address = people.find(work, "talk", user)
    assert address is not None
    member = rows.of_person(work, address.person_id)
    if what == "enrol":
        members.enrol(work, _application(work, address.person_id, talk), "staff:office", now)
        return
    assert member is not None
    request = work.session.exec(
        select(MemberRequest).where(MemberRequest.member_id == member.id).order_by("created_at")
    ).all()
    pending = [each for each in request if each.state in OPEN_REQUESTS]
    if what == "accept":
        member_requests.accept(work, OFFICE, pending[0].id, now)
    elif what == "release":
        for each in (OFFICE, SECOND):
            member_requests.accept(work, each, pending[0].id, now)
    elif what == "refuse":
        member_requests.refuse(work, OFFICE, pending[0].id, "请先把工具还给班组", now)
    else:
        member_deeds.act(work, OFFICE, member.id, what, "本人到窗口办理", now)


def _application(work: Work, person_id: int, talk: Talk) -> Application:
    seal, now, org = work.seal, talk.clock.now(), orgs.by_code(work, "jixie")
    assert org is not None
    made = Application(
        id=work.new_id(),
        person_id=person_id,
        state="approved",
        name="张三",
        id_number=seal.seal(id_number(1), applications.ID_PURPOSE),
        id_hash=seal.fingerprint(id_number(1), HASH_OF_ID),
        mobile=seal.seal(mobile(1), applications.MOBILE_PURPOSE),
        mobile_hash=seal.fingerprint(mobile(1), HASH_OF_MOBILE),
        employer="示例机械厂",
        org_id=org.id,
        work_status="在岗",
        migrant=True,
        consent="2026-11",
        consent_at=now,
        created_at=now,
        updated_at=now,
    )
    applications.add(work, made)
    return made
