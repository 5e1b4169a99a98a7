"""Forget what must not be kept: abandoned forms, and what was said longer ago than the retention."""

from datetime import timedelta

from bot.jobs.job import Job, Moment
from bot.services.house import House
from storage import conversations, inbox, outbox
from storage.database import Database


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of forms dropped and messages blanked."""
    before = moment.now - timedelta(days=house.chat_days)
    forms = database.writer.run(lambda work: conversations.drop_expired(work, moment.now))
    texts = database.writer.run(lambda work: inbox.forget_before(work, before))
    summaries = database.writer.run(lambda work: inbox.forget_form_replies(work, moment.now - timedelta(hours=1)))
    replies = database.writer.run(lambda work: outbox.forget_before(work, before))
    return {"forms": forms, "texts": texts, "replies": replies, "summaries": summaries}


JOB = Job("clean_up", timedelta(hours=1), run)
