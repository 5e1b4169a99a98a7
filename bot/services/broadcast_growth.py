"""A notice that nobody approved, because it went to few when it was handed in, and has many by the time it begins.

Tags are put on, people register, an hour or a year goes by: what takes a second person is asked again when it begins.
"""

from datetime import datetime
from typing import Any

from bot.errors import Refusal
from bot.services import broadcasts, segments
from bot.services.broadcast_states import needs_second
from bot.services.house import House
from storage import audit
from storage import broadcasts as rows
from storage.work import Work


def outgrown(work: Work, broadcast_id: int, now: datetime, house: House) -> int:
    """How many people it would go to now, where a second person must agree to that first; else 0."""
    found = rows.get(work, broadcast_id)
    if found is None or found.approver or not found.submitted_by.startswith("staff:"):
        return 0
    try:
        expected = segments.count(work, broadcasts.rule_of(work, found), found.topic, now).reachable
    except Refusal:  # told when its recipients are written
        return 0
    return expected if needs_second(found, expected, house) else 0


def hold_back(work: Work, broadcast_id: int, expected: int, now: datetime) -> bool:
    """It waits for a second person, and goes out as soon as allowed after that; false when it is not due any more."""
    anew: dict[str, Any] = {"expected": expected, "not_before": None, "valid_until": None}
    held = rows.move(work, broadcast_id, ("scheduled",), "pending", now, **anew)
    if held:
        words = f"{expected} people, pending"
        audit.write(work, "job:resolve_broadcasts", "broadcast_outgrown", f"broadcast:{broadcast_id}", now, words)
    return held
