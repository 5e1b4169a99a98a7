"""End what is over: recipients out of date or cancelled, notice items nobody saw, broadcasts with nothing left.

Reminders for 收到 follow their notice: held back while it is paused, cancelled with it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.calendar import daytime
from bot.jobs.job import Job, Moment
from bot.services import broadcast_tallies, bulk_delivery
from bot.services.house import House
from storage import broadcast_reminders, broadcast_rows, broadcasts, bulk_ends
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
        "reminders": _reminders(database, house, now),
        "forgotten": _forget_items(database, now),
        "ended": sum(_end(database, each, moment) for each in database.look(bulk_ends.through)),
    }


def _reminders(database: Database, house: House, now: datetime) -> int:
    """Reminders for 收到 held back, due again, or cancelled, as their notice is by now."""
    piece, first = bulk_ends.PIECE, daytime(now, house.hours)
    stopped = database.look(broadcast_reminders.stopped_ones)
    steps = (partial(broadcast_reminders.stop_some, broadcast_id=each, now=now, limit=piece) for each in stopped)
    done = sum(_pieces(database, step, piece) for step in steps)
    if not database.look(broadcast_reminders.any_stuck):
        return done
    if database.look(broadcast_reminders.any_to_hold):
        done += _pieces(database, partial(broadcast_reminders.hold, limit=piece), piece)
    gone = database.look(broadcast_reminders.of_cancelled)
    each_of = (partial(broadcast_reminders.cancel_some, broadcast_id=each, now=now, limit=piece) for each in gone)
    done += sum(_pieces(database, step, piece) for step in each_of)
    if database.look(broadcast_reminders.any_to_let_go):
        done += _pieces(database, partial(broadcast_reminders.let_go, due_at=first, limit=piece), piece)
    return done


def _forget_items(database: Database, now: datetime) -> int:
    """Items that nobody saw in time; first those are found whose notice was given fewer hours than they have."""
    for each in database.look(partial(bulk_ends.shortened_ones, now=now)):
        _pieces(database, partial(bulk_ends.shorten_items, broadcast_id=each, now=now))
    return _pieces(database, partial(bulk_ends.forget_items, now=now))


def _cancel(work: Work, broadcast_id: int, now: datetime) -> int:
    stopped = broadcast_rows.cancel_some(work, broadcast_id, now, bulk_ends.PIECE)
    return stopped + bulk_ends.bury(work, broadcast_id, now)


def _pieces(database: Database, step: Callable[[Work], int], full: int = 1) -> int:
    """Repeat a step until it finds nothing more, or less than is `full`: to find nothing takes longest."""
    total = 0
    for _ in range(MOST_PIECES):
        done = database.writer.run(step)
        total += done
        if done < full:
            break
    return total


def _end(database: Database, broadcast_id: int, moment: Moment) -> bool:
    states = database.look(partial(bulk_ends.states, broadcast_id=broadcast_id))
    state = bulk_delivery.ended_as(states)
    ended = database.writer.run(partial(bulk_ends.end, broadcast_id=broadcast_id, state=state, now=moment.now))
    if ended and sum(states.values()) > broadcast_tallies.LIVE:
        _tally(database, broadcast_id, moment.now)
    return ended


def _tally(database: Database, broadcast_id: int, now: datetime) -> None:
    """How a notice to very many ended, so that nobody who looks must wait for it."""
    attempt, tally = database.look(partial(broadcast_tallies.count, broadcast_id=broadcast_id, now=now))
    database.writer.run(partial(broadcasts.keep_tally, broadcast_id=broadcast_id, attempt=attempt, tally_=tally))


JOB = Job("settle_broadcasts", timedelta(seconds=10), run)
