"""A notice that has many more people by the time it begins than when somebody decided about it.

Tags are put on, people register, an hour or a year goes by: what takes a second person is asked again when it begins.
Nobody approved it, and by now somebody must; or somebody approved it for `expected` people, and by now there are more
than `agreed` makes of them. Then it waits for an approval of the number it has now.
"""

from datetime import datetime
from typing import Any

from bot.errors import Refusal
from bot.services import broadcasts, segments
from bot.services.broadcast_states import needs_second
from bot.services.house import House
from storage import audit
from storage import broadcasts as rows
from storage.broadcasts import Broadcast
from storage.work import Work

GROWS, AND_MORE = 1.2, 50  # what an approval covers beyond the number that was approved


def outgrown(work: Work, broadcast_id: int, now: datetime, house: House) -> int:
    """How many people it would go to now, where a second person must agree to that first; else 0."""
    found = rows.get(work, broadcast_id)
    if found is None or not found.submitted_by.startswith("staff:"):
        return 0
    try:
        expected = segments.count(work, broadcasts.rule_of(work, found), found.topic, now).reachable
    except Refusal:  # told when its recipients are written
        return 0
    asks = expected > agreed(found.expected, house) if found.approver else needs_second(found, expected, house)
    return expected if asks else 0


def agreed(approved: int, house: House) -> int:
    """How many people an approval for so many is good for."""
    return max(house.reach.approve_above, int(approved * GROWS) + AND_MORE)


def hold_back(work: Work, broadcast_id: int, expected: int, now: datetime) -> bool:
    """It waits for a second person, and goes out as soon as allowed after that; false when it is not due any more."""
    found = rows.get(work, broadcast_id)
    if found is None:
        return False
    anew: dict[str, Any] = {"expected": expected, "note": _words(found, expected)}
    anew |= {"not_before": None, "valid_until": None, "approver": "", "decided_at": None}
    held = rows.move(work, broadcast_id, ("scheduled",), "pending", now, found.version, **anew)
    if held:
        words = f"{expected} people, pending"
        audit.write(work, "job:resolve_broadcasts", "broadcast_outgrown", f"broadcast:{broadcast_id}", now, words)
    return held


def _words(found: Broadcast, expected: int) -> str:
    """What staff read above it, why it waits."""
    if found.approver:
        return f"批准时预计{found.expected}人，到发送时变成{expected}人，多了很多，没有发出。请核对对象，再审核一次。"
    return f"提交时预计{found.expected}人，到发送时有{expected}人，没有发出，要另一位审核人批准。"
