"""Settle passive replies whose lease is over, and messages that were never worth saying late."""

from datetime import timedelta

from bot.jobs.job import Job, Moment
from bot.services.house import House
from storage import claims, outbox
from storage.database import Database


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of replies taken as heard or unknown, and of messages that went out of date."""
    lapsed = database.writer.run(lambda work: outbox.settle_lapsed(work, moment.now, moment.up_since))
    expired = database.writer.run(lambda work: claims.expire(work, moment.now))
    return {"heard": lapsed.heard, "unknown": lapsed.unknown, "expired": expired}


JOB = Job("settle_outbox", timedelta(seconds=10), run)
