"""End what is over: recipients out of date or cancelled, notice items nobody saw, broadcasts with nothing left."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.services import bulk_delivery
from bot.services.house import House
from storage import broadcast_rows, bulk_ends
from storage.database import Database
from storage.work import Work

MOST_PIECES = 400  # of each kind in one tick; the next one goes on


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of recipients out of date and cancelled, of items forgotten and of broadcasts that ended."""
    now = moment.now
    late = database.look(partial(bulk_ends.late_ones, now=now))
    stopped = database.look(partial(bulk_ends.cancelled_ones, now=now))
    return {
        "expired": sum(_pieces(database, partial(bulk_ends.expire, broadcast_id=each, now=now)) for each in late),
        "cancelled": sum(_pieces(database, partial(_cancel, broadcast_id=each, now=now)) for each in stopped),
        "forgotten": _pieces(database, partial(bulk_ends.forget_items, now=now)),
        "ended": sum(_end(database, each, moment) for each in database.look(bulk_ends.through)),
    }


def _cancel(work: Work, broadcast_id: int, now: datetime) -> int:
    stopped = broadcast_rows.cancel_some(work, broadcast_id, now, bulk_ends.PIECE)
    return stopped + bulk_ends.bury(work, broadcast_id, now)


def _pieces(database: Database, step: Callable[[Work], int]) -> int:
    """Repeat a step until it finds nothing more."""
    total = 0
    for _ in range(MOST_PIECES):
        done = database.writer.run(step)
        total += done
        if not done:
            break
    return total


def _end(database: Database, broadcast_id: int, moment: Moment) -> bool:
    states = database.look(partial(bulk_ends.states, broadcast_id=broadcast_id))
    ended = bulk_delivery.ended_as(states)
    return database.writer.run(partial(bulk_ends.end, broadcast_id=broadcast_id, state=ended, now=moment.now))


JOB = Job("settle_broadcasts", timedelta(seconds=10), run)
