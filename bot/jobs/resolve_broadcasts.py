"""Write the recipients of broadcasts whose time has come; then the sender may begin."""

import logging
from datetime import datetime, timedelta
from functools import partial

from bot.calendar import daytime
from bot.errors import Refusal
from bot.jobs.job import Job, Moment
from bot.services import broadcast_growth, broadcasts, reach
from bot.services.house import House
from storage import broadcasts as rows
from storage import resolving
from storage.database import Database
from storage.resolving import Piece, Resolving
from storage.work import Work

log = logging.getLogger(__name__)
MOST_PIECES = 400  # in one tick; the next one goes on


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of broadcasts begun and ready to send, of recipients written and of people left out."""
    counts = {"begun": _begin(database, house, moment), "people": 0, "left_out": 0, "ready": 0}
    left = MOST_PIECES
    for what in database.look(resolving.open_ones):
        while left and (piece := database.writer.run(partial(_write, what=what, house=house, moment=moment))).last:
            what, left = what._replace(cursor=piece.last), left - 1
            counts["people"] += piece.people
            counts["left_out"] += piece.left_out
        if left:
            counts["ready"] += database.writer.run(partial(_finish, what=what, moment=moment))
    return counts


def _begin(database: Database, house: House, moment: Moment) -> int:
    """Take up what is due: by day only, unless it is urgent or meant for any hour."""
    begun, now = 0, moment.now
    for each in database.look(partial(resolving.due, now=now)):
        if each.any_hour or each.topic == "urgent" or daytime(now, house.hours) == now:
            begun += _take_up(database, house, each.id, now)
    return begun


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
