"""People and a broadcast whose recipients wait for a mass send; for the tests of mass jobs."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.mass_jobs import MassJob
from storage.people import Known
from storage.recipients import Recipient
from storage.work import Work
from tests.storage.kit import meet

recipient, job = table(Recipient), table(MassJob)


class Crowd:
    """Followers `u0`, `u1`, … and broadcasts to them. `at` is when everything was made."""

    def __init__(self, database: Database, at: datetime, count: int) -> None:
        self.database, self.at = database, at
        self.people = [meet(database, f"u{number}", at) for number in range(count)]

    def broadcast(self, whose: Sequence[Known] | None = None, going: str = "sending", **recipients: Any) -> int:
        """A broadcast of an hour whose recipients wait for a mass send, or are as `recipients` says; its id."""
        values = {"state": "queued", "route": "mass", "due_at": self.at, **recipients}
        until = self.at + timedelta(hours=1)

        def make(work: Work) -> int:
            number = work.new_id()
            what = {"key": f"k{number}", "title": "讲座", "text": "【讲座】\n周六", "segment": {}, "routes": ["mass"]}
            when = {"created_at": self.at, "started_at": self.at, "not_before": self.at, "valid_until": until}
            work.session.add(Broadcast(id=number, state=going, author="test", **what, **when))
            work.session.flush()
            for each in self.people if whose is None else whose:
                address = {"person_id": each.person_id, "address_id": each.address_id}
                work.append(Recipient, {"id": work.new_id(), "broadcast_id": number, **address, **values})
            return number

        return self.database.writer.run(make)

    def recipients(self, broadcast_id: int) -> Counter[tuple[str, str, str, str]]:
        """(state, reason, route, tried) of a broadcast's recipients."""
        columns = (recipient.c.state, recipient.c.reason, recipient.c.route, recipient.c.tried)
        query = sa.select(*columns).where(recipient.c.broadcast_id == broadcast_id)
        return Counter(tuple(row) for row in self.database.look(lambda work: work.look(query).all()))

    def states(self, broadcast_id: int) -> dict[tuple[str, str], int]:
        """(state, reason) of a broadcast's recipients."""
        counted = Counter[tuple[str, str]]()
        for (state, reason, _, _), count in self.recipients(broadcast_id).items():
            counted[state, reason] += count
        return dict(counted)

    def jobs(self, broadcast_id: int) -> list[tuple[int, str, str]]:
        """(people, state, code) of the jobs, in their order."""
        people = sa.select(sa.func.count()).where(recipient.c.mass_job_id == job.c.id).scalar_subquery()
        query = sa.select(people, job.c.state, job.c.code).where(job.c.broadcast_id == broadcast_id)
        rows = self.database.look(lambda work: work.look(query.order_by(job.c.number)).all())
        return [(int(row[0]), row[1], row[2]) for row in rows]

    def move(self, broadcast_id: int, state: str) -> None:
        """Change the state of a broadcast."""
        broadcasts = table(Broadcast)
        change = sa.update(broadcasts).where(broadcasts.c.id == broadcast_id).values(state=state)
        self.database.writer.run(lambda work: work.execute(change))
