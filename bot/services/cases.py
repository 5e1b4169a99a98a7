"""Handing a person over to a person."""

from datetime import datetime

from storage import audit, cases
from storage.work import Work


def hand_over(work: Work, person_id: int, topic: str, now: datetime, urgent: bool = False) -> bool:
    """Open a case for the staff; returns whether it is new. One open case per person and topic."""
    case, fresh = cases.open_case(work, person_id, topic[:32], now, urgent)
    if fresh:
        audit.write(work, f"person:{person_id}", "hand_over", f"case:{case.id}", now, topic)
    return fresh
