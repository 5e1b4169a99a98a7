"""For whom an event is: everybody, or a segment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.events import Event
from storage.work import Work


def invited(work: Work, event: Event, person_id: int, now: datetime) -> bool:
    """Whether a person may register."""
    return True


def checked(work: Work, raw: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A segment as it is kept; None for everybody."""
    return dict(raw) if raw else None
