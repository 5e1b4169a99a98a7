"""How notices to very many stood when they were last counted: kept on the notice, because counting takes seconds.

Counting reads every recipient (`storage/broadcast_counts.py`). Up to LIVE people every look counts; above, pages show
what was counted last with its time, and whoever looks has it counted anew when that is `stale`. A notice that is over
has its `totals`; nothing is counted then.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.services import broadcast_results, broadcasts, notice_courses
from bot.services.broadcast_results import MINUTE, Progress
from bot.services.notice_courses import Course
from storage import broadcast_counts
from storage import broadcasts as rows
from storage.broadcasts import ENDED, GONE, Broadcast
from storage.work import Work

LIVE = 20_000  # people
OVER_S = 300  # seconds a count is good for when a notice has ended: little changes any more
NOTHING: Mapping[str, Course] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Tally:
    """What a page shows. `progress` None: to very many, and never counted yet. `stale`: it should be counted anew."""

    progress: Progress | None
    courses: Mapping[str, Course] = field(default_factory=lambda: NOTHING)
    stale: bool = False


def is_large(row: Broadcast) -> bool:
    """Whether counting its people takes so long that it is not done by every look."""
    return row.recipients + row.left_out > LIVE


def latest(work: Work, broadcast_id: int, now: datetime, drawn: bool = True) -> Tally:
    """How a notice that has begun stands; `drawn`: with its courses. Whoever asks has asked `broadcasts.seen` before.

    Raises NoBroadcast.
    """
    row = rows.get(work, broadcast_id)
    if row is None:
        raise broadcasts.NoBroadcast
    if not is_large(row):
        progress = broadcast_results.progress(work, broadcast_id, now)
        return Tally(progress, _courses(work, row) if drawn and progress.total else NOTHING)
    return Tally(_kept(row), _kept_courses(row.tally), _is_stale(row, now))


def _is_stale(row: Broadcast, now: datetime) -> bool:
    if row.totals is not None or row.state not in GONE:
        return False
    kept = broadcast_results.of_totals(row.tally) if row.tally else None
    if kept is None or kept.at is None or (row.ended_at is not None and kept.at < row.ended_at):
        return True
    good_for = max(kept.again_in, OVER_S) if row.state in ENDED else kept.again_in
    return kept.at + timedelta(seconds=good_for) <= now


def _kept(row: Broadcast) -> Progress | None:
    found = row.totals if row.totals is not None else row.tally
    return broadcast_results.of_totals(found) if found else None


def of_several(work: Work, some: Collection[Broadcast], since: datetime) -> dict[int, Progress | None]:
    """The progress of several, read with one statement; of those long over, or to very many, as it was counted last.

    None: to very many, and never counted yet.
    """
    open_ = [each.id for each in some if each.totals is None and each.state in GONE and not is_large(each)]
    found = broadcast_counts.tallies(work, open_, since) if open_ else []
    counted = {each: [one for one in found if one.broadcast_id == each] for each in open_}
    return {
        each.id: _kept(each)
        if each.state in GONE and each.id not in counted
        else broadcast_results.of_rows(work, each, counted.get(each.id, []))
        for each in some
    }


def count(work: Work, broadcast_id: int, now: datetime) -> tuple[int, dict[str, Any]]:
    """Count a notice: its attempt, and what `storage.broadcasts.keep_tally` keeps. Raises NoBroadcast.

    Takes seconds for a million people; charts over time are only counted when it does not run any more.
    """
    row = rows.get(work, broadcast_id)
    if row is None:
        raise broadcasts.NoBroadcast
    progress = broadcast_results.of_rows(work, row, broadcast_counts.tallies(work, [broadcast_id], now - MINUTE))
    courses = _courses(work, row)
    drawn = {name: {"steps": each.steps, "length": each.length} for name, each in courses.items()}
    made = {**broadcast_results.as_totals(progress), "per_minute": progress.per_minute, "courses": drawn}
    return row.attempt, {**made, "at": now.isoformat()}


def _courses(work: Work, row: Broadcast) -> dict[str, Course]:
    if row.state in ("resolving", "sending"):
        return {}
    found = {name: notice_courses.course(work, row.id, name) for name in _wanted(row)}
    return {name: each for name, each in found.items() if each is not None}


def _wanted(row: Broadcast) -> tuple[str, ...]:
    return ("sent", "acked") if row.wants_receipt else ("sent",)


def _kept_courses(tally: Any) -> dict[str, Course]:
    kept = (tally or {}).get("courses") or {}
    return {
        name: Course([(step, people) for step, people in each["steps"]], each["length"]) for name, each in kept.items()
    }
