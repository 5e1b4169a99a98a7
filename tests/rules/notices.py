"""A union whose staff send notices, and shorthands for what the tests of notices do all the time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.services import broadcast_again, broadcast_expected, broadcast_results, broadcast_states, broadcasts
from bot.services.actors import Actor
from bot.services.broadcast_results import Progress
from bot.services.broadcasts import Draft
from bot.services.house import House
from bot.services.reach_policy import ReachPolicy
from storage import orgs
from storage.audit import Audit
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.people import Known
from storage.recipients import Recipient
from storage.segments import PersonTag, Tag
from storage.work import Work
from tests.rules.union import Town
from tests.storage.kit import meet, rows

T = TypeVar("T")
ANN = Actor("ann", "editor")
BEA, EVE = Actor("bea", "approver"), Actor("eve", "approver")
TALK = Draft("法律讲座", "本周六上午九点，三楼会议室。", "law")


@dataclass(slots=True)
class Notices:
    """Staff of a union with a street and a shop, and some people who follow."""

    database: Database
    house: House
    now: datetime
    people: list[Known]

    def do(self, deed: Callable[..., T], actor: Actor, *given: Any, **more: Any) -> T:
        """A deed of staff: `deed(work, actor, …, now, house)`."""
        now = more.pop("at", self.now)
        return self.database.writer.run(lambda work: deed(work, actor, *given, now, self.house, **more))

    def see(self, query: Callable[..., T], *given: Any, **more: Any) -> T:
        return self.database.look(lambda work: query(work, *given, **more))

    def written(self, draft: Draft = TALK, actor: Actor = ANN, **change: Any) -> Broadcast:
        return self.do(broadcasts.create, actor, replace(draft, **change))

    def pending(self, actor: Actor = ANN, **change: Any) -> Broadcast:
        """Handed in, and waiting for a second person (because it may go out at night)."""
        return self.hand_in(actor, self.written(actor=actor, **{"urgent": True, **change}).id)

    def scheduled(self, actor: Actor = ANN, **change: Any) -> Broadcast:
        return self.hand_in(actor, self.written(actor=actor, **change).id)

    def hand_in(self, actor: Actor, broadcast_id: int, **more: Any) -> Broadcast:
        """Counted, then handed in, as the console does it."""
        counted = self.see(broadcast_expected.of_notice, actor, broadcast_id, more.get("at", self.now))
        return self.do(broadcast_states.submit, actor, broadcast_id, counted=counted, **more)

    def send(self, draft: Draft, at: datetime | None = None, key: str = "") -> Broadcast:
        """From the machine itself."""
        now = at or self.now
        counted = self.see(broadcast_expected.of_draft, broadcasts.CLI, draft, now, self.house)
        return self.do(broadcast_states.send, broadcasts.CLI, draft, counted=counted, key=key, at=now)

    def resend(self, actor: Actor, broadcast_id: int, unknown_too: bool = False, **more: Any) -> int:
        """Counted, then sent again to those not reached."""
        at = more.get("at", self.now)
        more["counted"] = self.see(broadcast_again.missed, actor, broadcast_id, at, unknown_too)
        return self.do(broadcast_again.resend_failed, actor, broadcast_id, unknown_too=unknown_too, **more)

    def nudge(self, actor: Actor, broadcast_id: int, **more: Any) -> int:
        """Counted, then asked for 收到 again."""
        counted = self.see(broadcast_again.silent, actor, broadcast_id, more.get("at", self.now))
        return self.do(broadcast_again.nudge_silent, actor, broadcast_id, counted=counted, **more)

    def get(self, broadcast_id: int) -> Broadcast:
        row = self.database.look(lambda work: broadcasts.broadcasts.get(work, broadcast_id))
        assert row is not None
        return row

    def state(self, broadcast_id: int) -> str:
        return self.get(broadcast_id).state

    def set(self, broadcast_id: int, **values: Any) -> None:
        """As jobs would leave it."""
        row = table(Broadcast)
        self.database.writer.run(
            lambda work: work.execute(sa.update(row).where(row.c.id == broadcast_id).values(**values))
        )

    def sent(self, *states: str, end: str = "sending", **change: Any) -> Broadcast:
        """A notice whose recipients are in these states, one person each."""
        made = self.scheduled(**change)
        self.set(made.id, state=end, started_at=self.now, recipients=len(states), ended_at=None)
        self.reach(made.id, *states)
        return self.get(made.id)

    def reach(self, broadcast_id: int, *states: str, attempt: int = 1, **more: Any) -> None:
        """Recipients as resolving and sending would leave them."""
        open_ = ("queued", "sending", "massed", "kept")

        def job(work: Work) -> None:
            for known, state in zip(self.people, states, strict=False):
                values = {"id": work.new_id(), "broadcast_id": broadcast_id, "attempt": attempt, "state": state}
                place = {"person_id": known.person_id, "address_id": known.address_id}
                when = {"due_at": self.now, "settled_at": None if state in open_ else self.now}
                work.append(Recipient, {**values, **place, **when, **more})

        self.database.writer.run(job)

    def states(self, broadcast_id: int, attempt: int | None = None) -> list[str]:
        """The states of the newest rows, or of an attempt, in the order of the people."""
        found = rows(self.database, Recipient, "broadcast_id", "person_id", "state", "latest", "attempt")
        mine = {
            row[1]: row[2]
            for row in found
            if row[0] == broadcast_id and (row[3] if attempt is None else row[4] == attempt)
        }
        return [mine[known.person_id] for known in self.people if known.person_id in mine]

    def progress(self, broadcast_id: int) -> Progress:
        return self.database.look(lambda work: broadcast_results.progress(work, broadcast_id, self.now))

    def trail(self, broadcast_id: int) -> list[tuple[str, str]]:
        """Who did what to a notice."""
        found = rows(self.database, Audit, "actor", "action", "subject")
        return sorted((row[0], row[1]) for row in found if row[2] == f"broadcast:{broadcast_id}")

    def tag(self, name: str, *people: Known) -> None:
        """Put a tag on people."""

        def put(work: Work) -> None:
            known = work.look(sa.select(table(Tag).c.id).where(table(Tag).c.name == name)).scalar()
            tag_id = known or work.new_id()
            if not known:
                work.session.add(Tag(id=tag_id, name=name, by="staff:ann", created_at=self.now))
                work.session.flush()
            work.session.add_all(PersonTag(tag_id=tag_id, person_id=each.person_id) for each in people)

        self.database.writer.run(put)

    def branch(self, code: str, role: str = "approver", name: str = "") -> Actor:
        """Staff of a branch."""
        org = self.database.look(lambda work: orgs.by_code(work, code))
        assert org is not None
        return Actor(name or f"of-{code}", role, org.id, org.path)


def build(database: Database, house: House, now: datetime, people: int = 6) -> Notices:
    """Six people who follow: the first belongs to the shop's union."""
    town = Town(database, house).build()
    first = town.cadre("u0", "shop", now)
    others = [meet(database, f"u{number}", now) for number in range(1, people)]
    return Notices(database, replace(house, reach=ReachPolicy(approve_above=100)), now, [first, *others])
