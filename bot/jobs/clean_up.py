"""Forget what must not be kept: abandoned forms, and what was said longer ago than the retention."""

from datetime import datetime, timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.services.accounts import IDLE_MINUTES
from bot.services.broadcast_results import totals
from bot.services.house import House
from storage import conversations, evidence, inbox, letters, misses, outbox, resume_codes, staff, staff_phones
from storage.broadcast_forgetting import drop_some, give_up_paused, keep_totals, over_before, uncounted
from storage.database import Database

PIECE, MOST_PIECES, NOTICES = 5_000, 200, 20  # rows in a transaction, transactions and notices in one run


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of forms, letters, sessions, recipients dropped, of evidence given up, of messages and misses blanked."""
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
    recipients = _recipients(database, before, moment.now)
    return {
        "recipients": recipients,
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


def _recipients(database: Database, before: datetime, now: datetime) -> int:
    """Count notices that are over, once; drop the recipients of those over before a moment. How many rows are gone.

    Counted beside the writer, dropped in pieces: replies need not wait. What somebody paused and nobody resumed is
    over, too, or its list would be kept for ever.
    """
    database.writer.run(partial(give_up_paused, moment=before, now=now))
    for broadcast_id in database.look(partial(uncounted, now=now, limit=NOTICES)):
        _count(database, broadcast_id, now, final=False)
    dropped, left = 0, MOST_PIECES
    for broadcast_id, known in database.look(partial(over_before, moment=before, limit=NOTICES)):
        final = (known or {}).get("final") or _count(database, broadcast_id, now, final=True)
        gone = PIECE if final else 0  # else somebody is just sending it again
        while gone and left:
            gone = database.writer.run(partial(drop_some, broadcast_id=broadcast_id, limit=PIECE))
            dropped, left = dropped + gone, left - 1
    return dropped


def _count(database: Database, broadcast_id: int, now: datetime, final: bool) -> bool:
    counted = database.look(partial(totals, broadcast_id=broadcast_id, now=now, final=final))
    return database.writer.run(partial(keep_totals, broadcast_id=broadcast_id, totals=counted))


JOB = Job("clean_up", timedelta(hours=1), run)
