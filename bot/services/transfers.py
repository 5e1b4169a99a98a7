"""A transfer that begins with an application of somebody who is a member of another union of this database.

Two approve the application, then it waits (`releasing`) on a request of kind `transfer` that hangs on the member. The
union that has the member releases; when the member chats from another account than the applicant, two people do. The
union it goes to takes: in that transaction the membership moves, hangs on the applicant from then on, and the
application is approved. Number, history and day of joining stay. Refused or taken back, a reviewer has the application
again. Whoever holds more than one row holds application, request and member in this order.
"""

from datetime import datetime

from bot import member_texts as texts
from bot.calendar import add_workdays, say_date
from bot.clock import local
from bot.services import letters, members
from bot.services.actors import Actor
from bot.services.members import AlreadyMember, NotNow
from storage import applications, audit
from storage import members as rows
from storage.applications import Application
from storage.members import HERE, REQUEST_PURPOSE, Member, MemberRequest
from storage.orgs import Organisation
from storage.work import Work

REFUSED = "release_refused"  # the mark of an application that comes back


def member_of(work: Work, application: Application) -> Member | None:
    """The member of another union of this database whom a transfer application is about."""
    if application.kind != "transfer" or not application.id_hash:
        return None
    member = rows.by_id_hash(work, application.id_hash)
    return member if member is not None and member.org_id != application.org_id else None


def from_another(application: Application, member: Member) -> bool:
    """Whether the membership hangs on another person (WeChat account) than the applicant."""
    return member.person_id is not None and member.person_id != application.person_id


def begin(work: Work, actor: Actor, application: Application, known: Member, to: Organisation, now: datetime) -> None:
    """Ask the union that has the member to let go; the application, held and approved, waits. Raises NotNow."""
    member = rows.held(work, known.id)
    if member is None or member.state not in HERE or member.org_id == to.id:
        raise NotNow(texts.MOVED_ON)
    if rows.open_request(work, member.id, "transfer") is not None:
        raise NotNow(texts.TRANSFER_OPEN)
    request = MemberRequest(
        id=work.new_id(),
        member_id=member.id,
        kind="transfer",
        to_org=to.id,
        application_id=application.id,
        data=work.seal.seal_json({"employer": application.employer}, REQUEST_PURPOSE),
        created_at=now,
    )
    work.session.add(request)
    application.reviewer, application.due_on, application.escalated_at = actor.name, None, None
    applications.move(work, application, "releasing", f"staff:{actor.name}", now, texts.STEP_ASKED)
    audit.write(work, f"staff:{actor.name}", "application_releasing", f"application:{application.id}", now)
    _tell(work, application, "releasing", texts.LETTER_RELEASING.format(unit=to.name), now)
    if member.person_id is not None and from_another(application, member):
        words = texts.LETTER_ASKED_ELSEWHERE.format(unit=to.name)
        letters.plant(work, f"request:{request.id}:asked", member.person_id, words, now)


def held(work: Work, request_id: int) -> Application | None:
    """The application a request comes from, held before request and member are; None for one asked for by chat."""
    request = work.session.get(MemberRequest, request_id)
    if request is None or request.application_id is None:
        return None
    return applications.held(work, request.application_id)


def first_look(work: Work, actor: Actor, request: MemberRequest, application: Application, member: Member) -> bool:
    """Whether letting go takes a second person, and this is the first. Raises NotNow for the same person again."""
    if not from_another(application, member):
        return False
    if request.first_by == actor.name:
        raise NotNow(texts.RELEASED_FIRST)
    if request.first_by:
        return False
    request.first_by = actor.name
    work.session.add(request)
    return True


def released(work: Work, application: Application, here: Organisation, to: Organisation, now: datetime) -> None:
    """The applicant hears that the other union let go."""
    _tell(work, application, "released", texts.LETTER_RELEASED.format(unit=here.name, to=to.name), now)


def take(work: Work, actor: Actor, application: Application, member: Member, to: Organisation, now: datetime) -> None:
    """The membership comes over, to the applicant; the application is approved. Raises NotNow, AlreadyMember."""
    mine = rows.of_person(work, application.person_id)
    if mine is not None and mine.state in HERE and mine.id != member.id:
        raise AlreadyMember(texts.MEMBER_ALREADY.format(unit=to.name, number=mine.number))
    if application.state != "releasing":
        raise NotNow(texts.MOVED_ON)
    before, who = member.person_id, f"staff:{actor.name}"
    members.transfer(work, member, to, texts.BY_THEMSELVES, who, now, application.employer)
    members.hang_on(work, member, application, who, now)
    application.reviewer, application.decided_at, application.note = actor.name, now, ""
    applications.move(work, application, "approved", who, now, texts.STEP_TAKEN)
    audit.write(work, who, "application_approved", f"application:{application.id}", now)
    day = say_date(member.joined_on)
    words = texts.LETTER_TRANSFERRED.format(unit=to.name, number=member.number, day=day)
    _tell(work, application, "approved", words, now)
    if before is not None and before != application.person_id:
        key = f"application:{application.id}:hung"
        letters.plant(work, key, before, texts.LETTER_HUNG_ELSEWHERE.format(unit=to.name), now)


def given_up(
    work: Work, application: Application | None, actor: str, reason: str, now: datetime, workdays: int
) -> None:
    """The transfer does not come about: a reviewer has the held application again, marked, with the reason.

    An answer is due in so many working days.
    """
    if application is None or application.state != "releasing":
        return
    application.flags = sorted({*(application.flags or ()), REFUSED})
    application.reviewer = application.first_by = ""
    application.due_on = add_workdays(local(now).date(), workdays)
    applications.move(work, application, "submitted", actor, now, reason)


def drop(work: Work, application: Application, now: datetime) -> None:
    """The applicant took the held application back: nobody has to let go any more."""
    found = rows.request_of(work, application.id)
    request = rows.held_request(work, found.id) if found else None
    if request is not None and request.state in rows.OPEN_REQUESTS:
        rows.settle(work, request, "withdrawn", "", now)


def _tell(work: Work, application: Application, what: str, words: str, now: datetime) -> None:
    key = f"application:{application.id}:{application.round}:{what}"
    if what in ("releasing", "released"):  # perhaps more than once in a round
        key += f":{int(now.timestamp())}"
    letters.plant(work, key, application.person_id, words, now)
