"""Forget what must not be kept: abandoned forms, and what was said longer ago than the retention."""

from datetime import timedelta

from bot.jobs.job import Job, Moment
from bot.services.accounts import IDLE_MINUTES
from bot.services.house import House
from storage import conversations, evidence, inbox, letters, misses, outbox, resume_codes, staff, staff_phones
from storage.database import Database


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of forms, letters and sessions dropped, of evidence given up, and of messages and misses blanked."""
    before = moment.now - timedelta(days=house.chat_days)
    forms = database.writer.run(lambda work: conversations.drop_expired(work, moment.now))
    texts = database.writer.run(lambda work: inbox.forget_before(work, before))
    summaries = database.writer.run(lambda work: inbox.forget_form_replies(work, moment.now - timedelta(hours=1)))
    replies = database.writer.run(lambda work: outbox.forget_before(work, before))
    asked = database.writer.run(lambda work: misses.forget_before(work, before))
    told = database.writer.run(lambda work: letters.forget_before(work, before))
    idle = moment.now - timedelta(minutes=IDLE_MINUTES)
    codes = database.writer.run(lambda work: resume_codes.drop_expired(work, moment.now))
    phones = database.writer.run(lambda work: staff_phones.drop_expired(work, moment.now))
    sessions = database.writer.run(lambda work: staff.drop_expired(work, moment.now, idle))
    lost = database.writer.run(lambda work: evidence.lose_old(work, moment.now))
    return {
        "evidence": lost,
        "misses": asked,
        "letters": told,
        "sessions": sessions,
        "codes": codes + phones,
        "forms": forms,
        "texts": texts,
        "replies": replies,
        "summaries": summaries,
    }


JOB = Job("clean_up", timedelta(hours=1), run)
