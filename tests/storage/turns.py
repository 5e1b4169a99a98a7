"""A turn with no conversation in it: what the dispatcher does with the inbox and the outbox, and nothing else."""

from datetime import datetime
from typing import NamedTuple

from storage import inbox, outbox, people
from storage.people import Known
from storage.work import Work

CHANNEL = "oa"


class Push(NamedTuple):
    """One push of a platform."""

    user: str
    dedupe: str
    text: str


class Turns:
    """A batch kind; its result is the id and the words of the reply."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def prepare(self, work: Work, items: list[Push]) -> list[tuple[Known | None, bool]]:
        known = inbox.speakers(work, CHANNEL, [push.user for push in items])
        repeats = inbox.known(work, CHANNEL, [push.dedupe for push in items])
        return [(known.get(push.user), push.dedupe in repeats) for push in items]

    def run(self, work: Work, item: Push, loaded: tuple[Known | None, bool]) -> tuple[int, str]:
        known, repeat = loaded
        if repeat:
            ready = inbox.stored_reply(work, CHANNEL, item.dedupe)
            assert ready is not None
            return ready.id, ready.text
        person = known or people.create(work, CHANNEL, item.user, "gh_1", self._now)
        people.seen(work, person, self._now, ("message", 5, 48 * 3600))
        inbound_id = work.new_id()
        values = {"channel": CHANNEL, "dedupe": item.dedupe, "person_id": person.person_id, "kind": "text"}
        inbox.record(work, text=item.text, id=inbound_id, topic="miss", received_at=self._now, **values)
        text = f"第{inbound_id}号：{item.text}"
        row = outbox.put(
            work,
            person_id=person.person_id,
            address_id=person.address_id,
            text=text,
            state="answering",
            now=self._now,
            inbound_id=inbound_id,
            due_at=self._now + outbox.ANSWER_LEASE,
        )
        return row, text
