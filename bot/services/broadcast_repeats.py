"""Notices that repeat: a pattern stays scheduled and makes a child for each occurrence.

Policy: never when it is approved, only at its next occurrence after that. After a time without the server at most one
is made up for, the last, and that only within `house.catch_up_hours` and while it is worth sending; earlier ones are
missed for good. A child belongs to (pattern, day), UNIQUE, and the pattern moves on in the same transaction, so two
processes make one; a pattern that is moved to a later time of a day that has its notice makes no second one that day.
One that is paused, taken back or changed makes none; it goes on with the next occurrence after it is resumed or
approved again. After its last one it is `done`.
"""

from datetime import datetime, timedelta
from typing import Any

from bot.clock import local
from bot.services import repeat_rules
from bot.services.house import House
from storage import audit, broadcasts
from storage.broadcasts import Broadcast
from storage.work import Work

COPIED = ("title", "text", "topic", "segment", "routes", "wants_receipt", "any_hour", "hours", "org_id", "author")
DECIDED = ("submitted_by", "submitted_at", "approver", "decided_at", "expected")


def step(work: Work, pattern_id: int, house: House, now: datetime) -> str:
    """What a due pattern does now: `made` a child, `missed` its occurrence, or `gone`: it is not due any more."""
    pattern = broadcasts.held(work, pattern_id)
    if pattern is None or not _due(pattern, now):
        return "gone"
    assert pattern.not_before is not None
    rule = repeat_rules.parse(pattern.repeat)
    latest, missed = repeat_rules.latest_until(rule, pattern.not_before, now)
    late = latest + timedelta(hours=min(house.catch_up_hours, pattern.hours)) < now
    made = not late and not broadcasts.has_child(work, pattern_id, local(latest).date())
    following = repeat_rules.next_after(rule, now)
    values: dict[str, Any] = {"not_before": following} if following else {"ended_at": now}
    state = "scheduled" if following else "done"
    if not broadcasts.move(work, pattern_id, ("scheduled",), state, now, pattern.version, **values):
        return "gone"
    if made:
        broadcasts.add(work, _child(work, pattern, latest, now))
    if missed or not made:
        words = f"{missed + (not made)} occurrences missed"
        audit.write(work, "job:repeat_broadcasts", "broadcast_missed", f"broadcast:{pattern_id}", now, words)
    return "made" if made else "missed"


def _due(pattern: Broadcast, now: datetime) -> bool:
    waiting = pattern.state == "scheduled" and pattern.repeat is not None
    return waiting and pattern.not_before is not None and pattern.not_before <= now


def _child(work: Work, pattern: Broadcast, moment: datetime, now: datetime) -> Broadcast:
    """The notice of an occurrence: worth sending from its moment on, however late it is made."""
    day = local(moment).date()
    return Broadcast(
        id=work.new_id(),
        key=f"r-{pattern.id}-{day:%Y%m%d}",
        state="scheduled",
        parent_id=pattern.id,
        occurrence=day,
        not_before=moment,
        valid_until=moment + timedelta(hours=pattern.hours),
        changed_at=now,
        created_at=now,
        **{name: getattr(pattern, name) for name in (*COPIED, *DECIDED)},
    )
