"""For whom an event is: everybody, or the people a rule means (`bot/services/segments.py`), in its own branch."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.services import segments
from storage import registrations
from storage.events import Event
from storage.work import Work

log = logging.getLogger(__name__)


def checked(work: Work, raw: Mapping[str, Any] | None, org_id: int | None = None) -> dict[str, Any] | None:
    """A segment of an event of this branch as it is kept; None for everybody. Raises BadSegment."""
    if not raw:
        return None
    rule = segments.parse(raw)
    segments.check(work, segments.confine_to(work, rule, org_id))
    return segments.as_json(rule)


def invited(work: Work, event: Event, person_id: int, now: datetime) -> bool:
    """Whether a person may register. A rule that is not understood any more invites nobody, which is logged."""
    if not event.segment:
        return True
    try:
        rule = segments.confine_to(work, segments.parse(event.segment), event.org_id)
    except segments.BadSegment:
        log.error("the segment of an event is not understood", extra={"event": event.id})
        return False
    return registrations.meant(work, rule, person_id, now)
