"""The book of mass sends: jobs, clientmsgid, and the monthly counters (platform.md 5.2)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sandbox.answers import ApiError, Json
from sandbox.clock import day_of, month_of

PER_USER_AND_MONTH: Final = 4
TO_ALL_PER_MONTH: Final = 4
CLIENT_ID_KEPT_S: Final = 86_400


@dataclass(slots=True)
class MassJob:
    """One mass send. ``status`` as mass/get shows it."""

    msg_id: int
    msg_data_id: int
    at: float
    status: str = "SENDING"


class MassBook:
    """Counts per Beijing calendar month."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._jobs: dict[int, MassJob] = {}
        self._clients: dict[str, MassJob] = {}
        self._month = ""
        self.received: Counter[str] = Counter()
        self._to_all_month = 0
        self._to_all_day = -1

    def job(self, msg_id: object) -> MassJob | None:
        """A job by its msg_id."""
        return self._jobs.get(msg_id) if isinstance(msg_id, int) else None

    def refuse_repeat(self, client_id: str, now: float) -> None:
        """45065 with the first msg_id when this clientmsgid was used in the last 24 hours."""
        old = self._clients.get(client_id)
        if old is not None and now - old.at < CLIENT_ID_KEPT_S:
            raise ApiError(45065, extra={"msg_id": old.msg_id, "msg_data_id": old.msg_data_id})

    def count_to_all(self, now: float) -> None:
        """45028 when everybody was already addressed today, or four times this month."""
        self._turn(now)
        if self._to_all_day == day_of(now) or self._to_all_month >= TO_ALL_PER_MONTH:
            raise ApiError(45028)
        self._to_all_day = day_of(now)
        self._to_all_month += 1

    def open(self, client_id: str, msg_id: int, msg_data_id: int, now: float) -> MassJob:
        """Start a job."""
        job = MassJob(msg_id, msg_data_id, now)
        self._jobs[msg_id] = self._clients[client_id] = job
        return job

    def may_receive(self, user: str, now: float) -> bool:
        """Whether this person may get one more this month."""
        self._turn(now)
        return self.received[user] < PER_USER_AND_MONTH

    def view(self, users: Iterable[str], now: float) -> Json:
        """Counters of these people."""
        self._turn(now)
        return {user: self.received[user] for user in users if user in self.received}

    def dump(self) -> Json:
        """For the state file."""
        return {"month": self._month, "received": dict(self.received), "to_all": [self._to_all_month, self._to_all_day]}

    def load(self, saved: Json) -> None:
        """From the state file."""
        self._month = str(saved["month"])
        self.received = Counter(saved["received"])
        self._to_all_month, self._to_all_day = saved["to_all"]

    def _turn(self, now: float) -> None:
        month = month_of(now)
        if month != self._month:
            self._month, self._to_all_month = month, 0
            self.received.clear()
