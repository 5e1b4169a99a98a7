"""What members ask to have done, and what staff decide about it. A person decides; the machine never does.

A transfer inside the database takes two: the union that has the member releases, the one it goes to takes.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot import member_texts as texts
from bot.calendar import say_date, say_day
from bot.clock import local
from bot.errors import Refusal
from bot.forms.personal import telling
from bot.services import letters, members, transfers
from bot.services.actors import Actor, NotAllowed, require
from bot.services.members import NotNow
from storage import audit, orgs
from storage import members as rows
from storage.applications import Application
from storage.members import HERE, OPEN_REQUESTS, REQUEST_PURPOSE, Member, MemberRequest
from storage.orgs import Organisation
from storage.work import Work

REASON_CHARS = (2, 100)
WHEN = {"transfer": HERE, "keep": ("active",), "resume": ("kept",), "leave": HERE, "correct": HERE}


class NotMember(Refusal):
    """Only a member can ask for that."""

    words = texts.NOT_MEMBER


class AskedAlready(Refusal):
    """The same is being dealt with."""


class NoRequest(Refusal):
    """There is no such open request, or what was written for it cannot be taken."""


def mine(work: Work, person_id: int) -> Member:
    """The membership of somebody who chats. Raises NotMember."""
    member = rows.of_person(work, person_id)
    if member is None or member.state not in HERE:
        raise NotMember
    return member


def may_ask(work: Work, person_id: int, kind: str) -> Member:
    """Raises NotMember, NotNow or AskedAlready when there is nothing to ask for."""
    member = mine(work, person_id)
    if member.state not in WHEN[kind]:
        raise NotNow(texts.NOT_NOW.format(state=texts.STATES[member.state], kind=texts.KINDS[kind]))
    before = rows.open_request(work, member.id, kind)
    if before is not None:
        raise AskedAlready(texts.ASKED_ALREADY.format(kind=texts.KINDS[kind], **_facts(before)))
    return member


def _facts(request: MemberRequest) -> dict[str, str]:
    return {"day": say_date(local(request.created_at).date()), "state": texts.REQUEST_STATES[request.state]}


def ask(
    work: Work, person_id: int, kind: str, data: Mapping[str, Any], now: datetime, to: Organisation | None = None
) -> MemberRequest:
    """Note what a member wants. Raises what `may_ask` raises, and NotNow for a transfer to where they are."""
    member = may_ask(work, person_id, kind)
    if to is not None and to.id == member.org_id:
        raise NotNow(texts.SAME_UNIT.format(unit=to.name))
    request = MemberRequest(
        id=work.new_id(),
        member_id=member.id,
        kind=kind,
        to_org=to.id if to else None,
        data=work.seal.seal_json(dict(data), REQUEST_PURPOSE),
        created_at=now,
    )
    work.session.add(request)
    work.session.flush()
    audit.write(work, f"person:{person_id}", "member_ask", f"request:{request.id}", now, kind)
    return request


def withdraw(work: Work, person_id: int, kind: str, now: datetime, workdays: int = 5) -> None:
    """Take it back; an application behind it is answered in so many working days. Raises NotMember, NoRequest."""
    request = rows.open_request(work, mine(work, person_id).id, kind)
    application = transfers.held(work, request.id) if request else None
    held = rows.held_request(work, request.id) if request else None
    if held is None or held.state not in OPEN_REQUESTS:
        raise NoRequest(texts.NOTHING_ASKED.format(kind=texts.KINDS[kind]))
    rows.settle(work, held, "withdrawn", "", now)
    transfers.given_up(work, application, f"member:{held.member_id}", texts.STEP_WITHDRAWN, now, workdays)
    audit.write(work, f"person:{person_id}", "member_withdraw", f"request:{held.id}", now, kind)


def held_open(work: Work, member_id: int) -> list[tuple[MemberRequest, Application | None]]:
    """Open requests of a member with the application behind each, both held; call it before the member is held."""
    found = []
    for each in rows.requests(work, member_id):
        application = transfers.held(work, each.id) if each.state in OPEN_REQUESTS else None
        held = rows.held_request(work, each.id)
        if held is not None and held.state in OPEN_REQUESTS:
            found.append((held, application))
    return found


def end_with_membership(
    work: Work, found: Sequence[tuple[MemberRequest, Application | None]], who: str, now: datetime, workdays: int
) -> None:
    """What `held_open` found comes to nothing, because the membership has ended."""
    for request, application in found:
        rows.settle(work, request, "withdrawn", "", now, texts.STEP_ENDED)
        transfers.given_up(work, application, who, texts.STEP_ENDED, now, workdays)


def content(work: Work, request: MemberRequest) -> dict[str, Any] | None:
    """What was asked for, in clear; empty when it is settled, None when its key is gone."""
    text = work.seal.open_or("null", request.data, REQUEST_PURPOSE)
    opened: dict[str, Any] | None = json.loads(text) if text else {}
    return opened


def mark_of(request: MemberRequest) -> str:
    """How a request stands, as a form carries it: equal while nobody decided anything or sent it elsewhere."""
    return f"{request.state}.{request.to_org or 0}.{request.first_by}"


def accept(work: Work, actor: Actor, request_id: int, now: datetime, seen: str = "") -> str:
    """Do the next step and tell the member; returns the new state, `pending` when a second person has to let go.

    `seen` is the mark of what the actor looked at; without one nothing is compared. Raises NoRequest (also when it
    changed meanwhile), NotAllowed, NotNow, AlreadyMember.
    """
    application = transfers.held(work, request_id)
    request, member, here, there = _open(work, actor, request_id)
    _as_shown(request, seen)
    who = f"staff:{actor.name}"
    if application is not None and there is not None:
        return _onward(work, actor, request, application, member, here, there, now)
    if request.kind == "transfer" and request.state == "pending" and there is not None:
        rows.settle(work, request, "released", actor.name, now)
        words = texts.LETTER_RELEASED.format(unit=here.name, to=there.name)
    else:
        _do(work, request, member, there, who, now)
        words = _done_words(request, here, there)
        rows.settle(work, request, "done", actor.name, now)
    deed = "request_released" if request.state == "released" else "request_done"
    audit.write(work, who, deed, f"request:{request.id}", now, request.kind)
    _tell(work, request, member, words, now)
    return request.state


def _as_shown(request: MemberRequest, seen: str) -> None:
    if seen and seen != mark_of(request):
        raise NoRequest(texts.REQUEST_SHOWN_BEFORE)


def _onward(
    work: Work,
    actor: Actor,
    request: MemberRequest,
    application: Application,
    member: Member,
    here: Organisation,
    there: Organisation,
    now: datetime,
) -> str:
    """The next step of a transfer that an application asks for; its applicant is told."""
    deed = "request_released" if request.state == "pending" else "request_done"
    if request.state == "released":
        transfers.take(work, actor, application, member, there, now)
        rows.settle(work, request, "done", actor.name, now)
    elif transfers.first_look(work, actor, request, application, member):
        deed = "request_first"
    else:
        rows.settle(work, request, "released", actor.name, now)
        transfers.released(work, application, here, there, now)
    audit.write(work, f"staff:{actor.name}", deed, f"request:{request.id}", now, request.kind)
    return request.state


def _done_words(request: MemberRequest, here: Organisation, there: Organisation | None) -> str:
    more = texts.MORE_MOVED if request.kind == "transfer" and there is None else texts.MORE[request.kind]
    day, unit = say_day(local(request.created_at).date()), (there or here).name
    return texts.LETTER_DONE.format(kind=texts.KINDS[request.kind], day=day, unit=unit, more=more.format(unit=unit))


def _do(work: Work, request: MemberRequest, member: Member, to: Organisation | None, who: str, now: datetime) -> None:
    data = content(work, request)
    if data is None:
        raise NoRequest(texts.LOST)
    reason = str(data.get("reason", ""))
    if request.kind == "transfer" and to is not None:
        members.transfer(work, member, to, "本人申请", who, now, str(data.get("employer", "")))
    elif request.kind == "transfer":
        members.move_out(work, member, "本人申请", who, now)
    elif request.kind == "correct":
        changes = {key: str(data[key]) for key in ("mobile", "employer") if data.get(key)}
        members.correct(work, member, changes, "本人申请", who, now)
    else:
        {"keep": members.keep, "resume": members.resume, "leave": members.leave}[request.kind](
            work, member, reason, who, now
        )


def refuse(
    work: Work, actor: Actor, request_id: int, reason: str, now: datetime, workdays: int = 5, seen: str = ""
) -> None:
    """Say no, with a reason the member reads; `workdays` as in `withdraw`, `seen` as in `accept`.

    Raises NoRequest, NotAllowed.
    """
    application = transfers.held(work, request_id)
    request, member, here, there = _open(work, actor, request_id)
    _as_shown(request, seen)
    reason = checked_reason(reason, member.name)
    unit = there if request.state == "released" and there is not None else here
    rows.settle(work, request, "refused", actor.name, now, reason)
    why = texts.STEP_REFUSED.format(unit=unit.name, reason=reason)
    transfers.given_up(work, application, f"staff:{actor.name}", why, now, workdays)
    audit.write(work, f"staff:{actor.name}", "request_refused", f"request:{request.id}", now, request.kind)
    words = texts.LETTER_REFUSED.format(kind=texts.KINDS[request.kind], unit=unit.name, reason=reason)
    _tell(work, request, member, words, now)


def checked_reason(reason: str, name: str) -> str:
    """One line of 2 to 100 characters without numbers, accounts or the member's name. Raises NoRequest."""
    reason = " ".join("".join(each if each.isprintable() else " " for each in reason).split())
    if not REASON_CHARS[0] <= len(reason) <= REASON_CHARS[1]:
        raise NoRequest(texts.REASON)
    if telling(reason, name):
        raise NoRequest(texts.REASON_TELLS)
    return reason


def direct(work: Work, actor: Actor, request_id: int, org: Organisation, now: datetime) -> None:
    """Say which union a transfer goes to, before it is released. Raises NoRequest, NotAllowed, NotNow."""
    request, member, _, _ = _open(work, actor, request_id)
    if request.kind != "transfer" or request.state != "pending":
        raise NoRequest(texts.MOVED_ON)
    if request.application_id is not None:
        raise NoRequest(texts.DIRECTED)
    if org.id == member.org_id:
        raise NotNow(texts.SAME_UNIT.format(unit=org.name))
    request.to_org = org.id
    work.session.add(request)
    audit.write(work, f"staff:{actor.name}", "request_direct", f"request:{request.id}", now)


def _open(work: Work, actor: Actor, request_id: int) -> tuple[MemberRequest, Member, Organisation, Organisation | None]:
    """An open request that is the actor's to decide now, with everything about it held."""
    require(actor, "decide")
    request = rows.held_request(work, request_id)
    member = rows.held(work, request.member_id) if request else None
    here = orgs.get(work, member.org_id) if member else None
    if request is None or member is None or here is None:
        raise NoRequest(texts.NO_REQUEST)
    if request.state not in OPEN_REQUESTS:
        raise NoRequest(texts.MOVED_ON)
    there = orgs.get(work, request.to_org) if request.to_org else None
    place = there if request.state == "released" and there is not None else here
    if not actor.within(place.path):
        raise NotAllowed(texts.NOT_YOURS)
    return request, member, here, there


def _tell(work: Work, request: MemberRequest, member: Member, words: str, now: datetime) -> None:
    if member.person_id is not None:
        letters.plant(work, f"request:{request.id}:{request.state}", member.person_id, words, now)
