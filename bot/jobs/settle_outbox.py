"""Settle passive replies whose lease is over, messages that went out of date, and broadcasts that are through."""

from datetime import timedelta

from bot.jobs.job import Job, Moment
from bot.services.house import House
from storage import broadcasts, claims, outbox
from storage.database import Database


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of replies taken as heard or unknown, of messages out of date, and of broadcasts done."""
    lapsed = database.writer.run(lambda work: outbox.settle_lapsed(work, moment.now, moment.up_since))
    expired = database.writer.run(lambda work: claims.expire(work, moment.now))
    done = database.writer.run(broadcasts.finish_old)
    return {"heard": lapsed.heard, "unknown": lapsed.unknown, "expired": expired, "broadcasts": done}


JOB = Job("settle_outbox", timedelta(seconds=10), run)
