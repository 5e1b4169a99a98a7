"""The brake of the bulk sender: what the platform refuses for a fault of ours is paused, not failed to the last one.

A wrong template, a right that was taken away or a frozen account is refused for everybody alike. After `REFUSALS` such
answers in a row by one route, without a message that went through by it between them, the broadcast is `paused` with an
audit line that names the platform's code; those who were refused are `failed` and can be sent to again, the others wait
for 恢复.

Crash analysis: counted in memory only, by each sender for itself, so a restart counts anew; the pause is written in the
transaction of the outcomes that caused it.
"""

from datetime import datetime

from bot.contract import Outcome, Result
from storage import audit, broadcasts
from storage.work import Work

REFUSALS = 20


class Brake:
    """Counts refusals in a row, by broadcast and route: a wrong template is none the better for customer messages that
    go through beside it."""

    def __init__(self) -> None:
        self._refused: dict[tuple[int, str], int] = {}

    def heard(self, work: Work, broadcast_id: int, route: str, outcome: Outcome, now: datetime) -> None:
        """One outcome by a route; pauses the broadcast when it was one refusal too many."""
        where = broadcast_id, route
        if outcome.result in (Result.OK, Result.ACCEPTED):
            self._refused.pop(where, None)
        elif outcome.ours:
            count = self._refused.get(where, 0) + 1
            self._refused[where] = count
            if count >= REFUSALS:
                self._refused.pop(where)
                _pause(work, broadcast_id, outcome.code, now)


def _pause(work: Work, broadcast_id: int, code: str, now: datetime) -> None:
    if broadcasts.pause_one(work, broadcast_id, ("sending",), now):
        audit.write(
            work, "job:bulk_sender", "broadcast_pause", f"broadcast:{broadcast_id}", now, f"refused {code[:32]}"
        )
