"""Turns of a dialogue in which staff send notices, and what becomes of them on the way."""

from datetime import timedelta
from typing import Any

from bot.services import broadcast_expected, broadcast_states, staff_phones
from bot.services.broadcasts import CLI, Draft
from bot.testing import Talk
from storage import people, staff
from storage.broadcasts import Broadcast, newest
from storage.notice_items import NoticeItem
from storage.recipients import Recipient
from storage.staff import Staff
from storage.work import Work


def notify(talk: Talk, user: str, deed: dict[str, Any]) -> None:
    """`{send: {title: …, text: …, receipt: true}}` to all followers, `{keep: …}` one that no route could carry to the
    speaker, `{cancel: TITLE}`, `{phone: ROLE}` makes the speaker's phone that of an account.
    """
    talk.database.writer.run(lambda work: _do(work, talk, user, deed))


def _do(work: Work, talk: Talk, user: str, deed: dict[str, Any]) -> None:
    now = talk.clock.now()
    if "send" in deed:
        _send(work, talk, _draft(deed["send"]))
    elif "keep" in deed:
        _keep(work, talk, _person(work, user), _draft(deed["keep"]))
    elif "cancel" in deed:
        made = next(each for each in newest(work) if each.title == deed["cancel"])
        broadcast_states.cancel(work, CLI, made.id, now, talk.house)
    else:
        made_id = work.new_id()
        values = {"id": made_id, "name": "li", "display": "李", "password": "x", "created_at": now}
        staff.save(work, Staff(**values, role=deed["phone"]))
        staff_phones.bind(work, _person(work, user), staff_phones.begin(work, made_id, now), now)


def _draft(given: dict[str, Any]) -> Draft:
    return Draft(
        given["title"], given["text"], given.get("topic", "activity"), wants_receipt=bool(given.get("receipt"))
    )


def _send(work: Work, talk: Talk, draft: Draft) -> Broadcast:
    now = talk.clock.now()
    counted = broadcast_expected.of_draft(work, CLI, draft, now, talk.house)
    return broadcast_states.send(work, CLI, draft, now, talk.house, counted)


def _keep(work: Work, talk: Talk, person_id: int, draft: Draft) -> None:
    """As the sender leaves it when every route is closed."""
    now = talk.clock.now()
    made = _send(work, talk, draft)
    until = now + timedelta(hours=draft.hours)
    made.state, made.started_at, made.valid_until = "sending", now, until
    work.session.add(made)
    kept = {"broadcast_id": made.id, "person_id": person_id, "state": "kept", "reason": "no_route"}
    recipient = Recipient(id=work.new_id(), **kept)
    work.session.add(recipient)
    about = {"broadcast_id": made.id, "person_id": person_id, "recipient_id": recipient.id}
    work.session.add(NoticeItem(id=work.new_id(), valid_until=until, created_at=now, **about))


def _person(work: Work, user: str) -> int:
    address = people.find(work, "talk", user)
    assert address is not None
    return address.person_id
