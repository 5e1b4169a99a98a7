"""A union with people who follow the account, and a notice to them in any state, in front of the console."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import select

from bot.jobs import resolve_broadcasts, settle_broadcasts
from bot.jobs.job import Moment
from bot.services import broadcast_expected, broadcast_states, broadcasts
from bot.services.actors import Actor
from bot.services.broadcasts import Draft
from storage import broadcasts as rows
from storage.broadcasts import Broadcast
from storage.people import Address, Person
from storage.recipients import OPEN, Recipient
from storage.work import Work
from tests.console.desk import Desk

AUTHOR, APPROVER = Actor("liu", "editor"), Actor("chen", "approver")
TEXT = "12月5日（周六）9:00–11:30，市体育馆招聘会，60家单位到场。带身份证。咨询请打12351。"
NAMES = ("王建国", "孙小红", "李西来", "周小云", "欧阳明月", "", "赵一", "钱二")


@dataclass
class Crowd:
    """Ids of units by code and of people in the order of NAMES; the odd ones are of the west."""

    desk: Desk
    units: dict[str, int] = field(default_factory=dict)
    people: list[int] = field(default_factory=list)
    addresses: list[int] = field(default_factory=list)

    def get(self, notice_id: int) -> Broadcast:
        """A notice as it is in the database."""
        found = self.desk.database.look(lambda work: rows.get(work, notice_id))
        assert found is not None
        return found

    def newest(self) -> Broadcast:
        """The notice that was made last."""
        found = self.desk.database.look(lambda work: rows.listed(work, None, rows.STATES, 1, 0))
        return found[0]


async def crowd_of(desk: Desk) -> Crowd:
    """Eight people who follow the account, four in each district's plant; the last one has left."""
    made = Crowd(desk, await desk.tree())
    now = desk.clock.now()

    def fill(work: Work) -> None:
        for place, name in enumerate(NAMES):
            unit = made.units["west-plant" if place % 2 else "east-plant"]
            person = Person(id=work.new_id(), name=name, org_id=unit, member_since=now, created_at=now)
            address = Address(
                id=work.new_id(),
                person_id=person.id,
                channel="oa",
                user=f"user-{place}",
                following=place != len(NAMES) - 1,
                window="message",
                window_until=now + timedelta(hours=40),
                window_left=5,
                seen_at=now,
                created_at=now,
            )
            work.session.add(person)
            work.session.flush()
            work.session.add(address)
            work.session.flush()
            made.people.append(person.id)
            made.addresses.append(address.id)

    await desk.write(fill)
    return made


async def drafted(crowd: Crowd, actor: Actor = AUTHOR, **more: Any) -> int:
    """A draft to all who follow; its id."""
    desk, now = crowd.desk, crowd.desk.clock.now()
    draft = Draft(**{"title": "周六招聘会", "text": TEXT, **more})
    return await desk.write(lambda work: broadcasts.create(work, actor, draft, now, desk.room.house).id)


async def handed_in(crowd: Crowd, notice_id: int, actor: Actor = AUTHOR) -> None:
    """Counted, and handed in."""
    desk, now = crowd.desk, crowd.desk.clock.now()
    house, look = desk.room.house, partial(broadcast_expected.of_notice, actor=actor, broadcast_id=notice_id, now=now)
    counted = await desk.database.read(look)
    await desk.write(lambda work: broadcast_states.submit(work, actor, notice_id, now, house, counted))


async def pending(crowd: Crowd, actor: Actor = AUTHOR, **more: Any) -> int:
    """A notice that waits for a second person (it may go out at night); its id."""
    notice_id = await drafted(crowd, actor, **{"urgent": True, **more})
    await handed_in(crowd, notice_id, actor)
    assert crowd.get(notice_id).state == "pending"
    return notice_id


Row = tuple[str, Mapping[str, Any]]
SETTLED: tuple[Row, ...] = (
    ("sent", {"route": "custom"}),
    ("sent", {"route": "custom", "acked": True}),
    ("accepted", {"route": "template"}),
    ("kept", {"reason": "no_route"}),
    ("failed", {"reason": "content", "code": "47003", "route": "template"}),
    ("unreachable", {"reason": "blocked", "code": "43019", "route": "custom"}),
    ("unknown", {"reason": "no_answer", "route": "custom"}),
    ("left_out", {"reason": "not_following"}),
)


async def sent(crowd: Crowd, state: str = "partly_failed", rows_of: tuple[Row, ...] = SETTLED, **more: Any) -> int:
    """A notice whose recipients are in these states, one person each, in the order of NAMES; its id."""
    notice_id = await drafted(crowd, **{"wants_receipt": True, **more})
    await begun(crowd, notice_id, ("draft",), state, rows_of)
    return notice_id


async def begun(crowd: Crowd, notice_id: int, origins: tuple[str, ...], state: str, rows_of: tuple[Row, ...]) -> None:
    """Give a notice its recipients, as resolving and sending would."""
    now = crowd.desk.clock.now()

    def settle(work: Work) -> None:
        values = {"started_at": now, "recipients": len(rows_of), "not_before": now}
        ended = {} if state in ("resolving", "sending", "paused") else {"ended_at": now + timedelta(minutes=3)}
        valid = {"valid_until": now + timedelta(hours=48), "paused_from": "sending" if state == "paused" else ""}
        assert rows.move(work, notice_id, origins, state, now, **values, **ended, **valid)
        for place, (each, about) in enumerate(rows_of):
            work.session.add(_recipient(work, crowd, notice_id, place, each, about, now))

    await crowd.desk.write(settle)


async def resolved(crowd: Crowd) -> None:
    """The job that writes recipients runs once."""
    desk = crowd.desk
    await asyncio.to_thread(
        resolve_broadcasts.run, desk.database, desk.room.house, Moment(desk.clock.now(), desk.clock.now())
    )


async def ended(crowd: Crowd, notice_id: int, settled: tuple[Row, ...] = SETTLED) -> None:
    """What was open ends in these states, as a sender would write it; then the job that ends notices runs once."""
    desk, now = crowd.desk, crowd.desk.clock.now()

    def settle(work: Work) -> None:
        every = work.session.exec(select(Recipient).where(Recipient.broadcast_id == notice_id, Recipient.latest)).all()
        for row in every:
            if row.state not in OPEN:
                continue
            state, about = settled[crowd.people.index(row.person_id)]
            row.state, row.settled_at, row.due_at = state, now, None
            row.acked_at = now if about.get("acked") else None
            row.reason, row.code, row.route = (str(about.get(name, "")) for name in ("reason", "code", "route"))
            work.session.add(row)

    await desk.write(settle)
    await asyncio.to_thread(settle_broadcasts.run, desk.database, desk.room.house, Moment(now, now))


def _recipient(
    work: Work, crowd: Crowd, notice_id: int, place: int, state: str, about: Mapping[str, Any], now: datetime
) -> Recipient:
    told = {name: value for name, value in about.items() if name not in ("acked", "settled_at")}
    open_ = state in ("queued", "sending", "massed")
    at = now + timedelta(seconds=20 * place)
    return Recipient(
        id=work.new_id(),
        broadcast_id=notice_id,
        person_id=crowd.people[place],
        address_id=crowd.addresses[place],
        state=state,
        due_at=now if open_ else None,
        settled_at=None if open_ else about.get("settled_at", at),
        acked_at=at + timedelta(minutes=10) if about.get("acked") else None,
        **told,
    )
