"""When a duty is due: a rule of the calendar and a period give a day. Pure functions."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.calendar import clamped


def deadline_in(period: str, rule: Mapping[str, Any]) -> date:
    """The last day for a duty of a period like `2026-11`. {"day": 31} is clamped to the month's end."""
    return clamped(period, int(rule["day"]))
