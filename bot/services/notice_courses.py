"""When people of a notice were reached and when they said 收到, in steps of a length that suits how long it took."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import local
from storage import notice_courses
from storage.work import Work

BARS = 24  # at most, but for one at the edge
STEPS = ((60, "1分钟"), (300, "5分钟"), (900, "15分钟"), (3600, "1小时"), (3 * 3600, "3小时"), (86400, "1天"))


@dataclass(frozen=True, slots=True)
class Course:
    """People a step. `steps`: from when on, in words of Shanghai, and how many; `length` of a step in words."""

    steps: list[tuple[str, int]]
    length: str


def course(work: Work, broadcast_id: int, name: str) -> Course | None:
    """One of `storage.notice_courses.COURSES`; None when nothing has happened yet."""
    span = notice_courses.span(work, broadcast_id, name)
    if span is None:
        return None
    seconds, length = next((step for step in STEPS if (span[1] - span[0]).total_seconds() <= step[0] * BARS), STEPS[-1])
    start = _begin(span[0], seconds)
    found = notice_courses.steps(work, broadcast_id, name, start, seconds)
    last = min(int((span[1] - start).total_seconds()) // seconds, 60)
    sort = "%m-%d" if seconds == 86400 else "%H:%M" if local(start).date() == local(span[1]).date() else "%m-%d %H:%M"
    steps = [
        (local(start + timedelta(seconds=place * seconds)).strftime(sort), found.get(place, 0))
        for place in range(last + 1)
    ]
    return Course(steps, length)


def _begin(moment: datetime, seconds: int) -> datetime:
    """The last round moment of Shanghai before it: midnight plus some steps."""
    midnight = local(moment).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(seconds=int((moment - midnight).total_seconds()) // seconds * seconds)
