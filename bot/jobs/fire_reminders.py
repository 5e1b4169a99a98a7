"""Fire every reminder that is due, many in one transaction."""

import logging
from collections import Counter
from datetime import timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.reminders.firing import RESULTS, fire
from bot.services.duty_memo import Memo
from bot.services.house import House
from storage import reminders
from storage.database import Database

log = logging.getLogger(__name__)
BATCH = 400  # about 0.15 s on SQLite, where replies wait for it
LOOK = 4000


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts by result. A batch that fails is done one by one; one that fails then is logged and tried again next
    time, the others do not wait for it."""
    counts: Counter[str] = Counter(dict.fromkeys((*RESULTS, "failed"), 0))
    failed: set[int] = set()
    deed = partial(fire, house=house, now=moment.now, memo=Memo())
    while due := _due(database, moment, failed):
        gone = counts["gone"]
        for start in range(0, len(due), BATCH):
            _batch(database, deed, due[start : start + BATCH], counts, failed)
        if counts["gone"] - gone == len(due):
            break  # another process is at all of it
    return dict(counts)


def _due(database: Database, moment: Moment, but: set[int]) -> list[int]:
    found = database.look(lambda work: reminders.due(work, moment.now, LOOK + len(but)))
    return [each for each in found if each not in but]


def _batch(
    database: Database, deed: partial[Counter[str]], ids: list[int], counts: Counter[str], failed: set[int]
) -> None:
    try:
        counts.update(database.writer.run(partial(deed, ids=ids)))
    except Exception:
        if len(ids) == 1:
            log.exception("reminder failed", extra={"reminder": ids[0]})
            failed.add(ids[0])
            counts["failed"] += 1
            return
        log.warning("batch of reminders repeated one by one", exc_info=True)
        for each in ids:
            _batch(database, deed, [each], counts, failed)


JOB = Job("fire_reminders", timedelta(minutes=1), run)
