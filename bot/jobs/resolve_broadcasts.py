"""Write the recipients of broadcasts whose time has come; then the sender may begin. Go on with what is sent again.

One broadcast that raises holds up no other: it is logged and tried again by the next tick.
"""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.calendar import daytime
from bot.errors import Refusal
from bot.jobs.job import Job, Moment
from bot.services import broadcast_growth, broadcasts, reach
from bot.services.house import House
from storage import broadcast_again, resolving
from storage import broadcasts as rows
from storage.database import Database
from storage.resolving import Piece, Resolving
from storage.work import Work

log = logging.getLogger(__name__)
MOST_PIECES = 400  # in one tick; the next one goes on


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of broadcasts begun and ready to send, of recipients written and of people left out, of rows and messages
    written once more, and of broadcasts that raised."""
    counts: Counter[str] = Counter()
    for each in database.look(partial(resolving.due, now=moment.now)):
        _alone(each.id, counts, partial(_begin, database, house, moment.now, each, counts))
    left = MOST_PIECES
    for what in database.look(resolving.open_ones):
        left -= _alone(what.id, counts, partial(_fill, database, house, moment, what, counts, left))
    for broadcast_id in database.look(broadcast_again.open_ones):
        left -= _alone(broadcast_id, counts, partial(_again, database, moment.now, broadcast_id, counts, left))
    return {name: counts[name] for name in ("begun", "people", "left_out", "ready", "again", "failed")}


def _alone(broadcast_id: int, counts: Counter[str], step: Callable[[], int]) -> int:
    """What a step of one broadcast gives; 0 when it raised."""
    try:
        return step()
    except Exception as error:
        about = {"broadcast": broadcast_id, "error": type(error).__name__}
        log.exception("the recipients of a broadcast were not written", extra=about)
        counts["failed"] += 1
        return 0


def _begin(database: Database, house: House, now: datetime, each: Any, counts: Counter[str]) -> int:
    """Take up what is due: by day only, unless it is urgent or meant for any hour."""
    if each.any_hour or each.topic == "urgent" or daytime(now, house.hours) == now:
        counts["begun"] += _take_up(database, house, each.id, now)
    return 0


def _fill(database: Database, house: House, moment: Moment, what: Resolving, counts: Counter[str], most: int) -> int:
    """Write at most so many pieces of a broadcast; how many they were."""
    for done in range(most):
        piece = database.writer.run(partial(_write, what=what, house=house, moment=moment))
        if not piece.last:
            counts["ready"] += database.writer.run(partial(_finish, what=what, moment=moment))
            return done
        what = what._replace(cursor=piece.last)
        counts["people"] += piece.people
        counts["left_out"] += piece.left_out
    return most


def _again(database: Database, now: datetime, broadcast_id: int, counts: Counter[str], most: int) -> int:
    """Do at most so many pieces of what is sent or asked once more; how many they were."""
    step = partial(broadcast_again.carry_on, broadcast_id=broadcast_id, now=now)
    for done in range(most):
        piece = database.writer.run(step)
        counts["again"] += piece.people
        if not piece.more:
            return done + 1
    return most


def _take_up(database: Database, house: House, broadcast_id: int, now: datetime) -> bool:
    """Begin one; what was handed in for few and has many by now waits for a second person instead."""
    many = database.look(partial(broadcast_growth.outgrown, broadcast_id=broadcast_id, now=now, house=house))
    if not many:
        return database.writer.run(partial(resolving.begin, broadcast_id=broadcast_id, now=now))
    database.writer.run(partial(broadcast_growth.hold_back, broadcast_id=broadcast_id, expected=many, now=now))
    return False


def _write(work: Work, what: Resolving, house: House, moment: Moment) -> Piece:
    broadcast = rows.get(work, what.id)
    if broadcast is None:
        return Piece()
    try:
        rule = broadcasts.rule_of(work, broadcast)
    except Refusal as refusal:  # it was checked when it was handed in; what it names is gone
        log.error("the rule of a broadcast is not understood any more", extra={"broadcast": what.id})
        resolving.give_up(work, what.id, refusal.words, moment.now)
        return Piece()
    means = reach.means(work, house.reach, what.kind, what.routes, moment.now, what.valid_until)
    return resolving.write(work, what, rule, means, moment.now)


def _finish(work: Work, what: Resolving, moment: Moment) -> bool:
    """All are written. Mass jobs are formed in the transaction that lets the sender begin."""
    return resolving.finish(work, what, moment.now)


JOB = Job("resolve_broadcasts", timedelta(seconds=5), run)
