"""The brake of the bulk sender: what the platform refuses for a fault of ours is paused, not failed to the last one.

A wrong template, a right that was taken away or a frozen account is refused for everybody alike. After `REFUSALS` such
answers in a row, without a message that went through between them, the broadcast is `paused` with an audit line that
names the platform's code; those who were refused are `failed` and can be sent to again, the others wait for 恢复.

Crash analysis: counted in memory only, by each sender for itself, so a restart counts anew; the pause is written in the
transaction of the outcomes that caused it.
"""

from datetime import datetime

from bot.contract import Outcome, Result
from storage import audit, broadcasts
from storage.work import Work

REFUSALS = 20


class Brake:
    """Counts refusals in a row, by broadcast."""

    def __init__(self) -> None:
        self._refused: dict[int, int] = {}

    def heard(self, work: Work, broadcast_id: int, outcome: Outcome, now: datetime) -> None:
        """One outcome; pauses the broadcast when it was one refusal too many."""
        if outcome.result in (Result.OK, Result.ACCEPTED):
            self._refused.pop(broadcast_id, None)
        elif outcome.ours:
            count = self._refused.get(broadcast_id, 0) + 1
            self._refused[broadcast_id] = count
            if count >= REFUSALS:
                self._refused.pop(broadcast_id)
                _pause(work, broadcast_id, outcome.code, now)


def _pause(work: Work, broadcast_id: int, code: str, now: datetime) -> None:
    if broadcasts.pause_one(work, broadcast_id, ("sending",), now):
        audit.write(
            work, "job:bulk_sender", "broadcast_pause", f"broadcast:{broadcast_id}", now, f"refused {code[:32]}"
        )
