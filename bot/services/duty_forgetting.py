"""What is forgotten of cadres by itself, and when. Sources: PIPL art. 6, 19 and 47 (no more and no longer than needed).

That a duty was given and done, when, and the numbers told are the union's records and stay. What goes:

- photos, files and words given as evidence `EVIDENCE` after they came: this year's and last year's can be looked at;
- why a later deadline was asked for, `house.chat_days` after the decision (or a year after it was asked);
- leave a year after its last day;
- the name in a code nobody used, when the code has run out;
- a former cadre's name a year after the last office ended, unless they are a member or applying.
"""

from datetime import datetime, timedelta

from bot.clock import local
from bot.services.house import House
from storage import duty_forgetting as rows
from storage import forgetting
from storage.work import Work

YEAR = timedelta(days=366)
EVIDENCE = 2 * YEAR
BATCH = 100  # evidence is large


def lapse(work: Work, now: datetime, house: House) -> dict[str, int]:
    """Forget a batch of what is over: counts by what it is."""
    today = local(now).date()
    left = rows.left_before(work, today - YEAR, BATCH)
    return {
        "evidence": rows.evidence_before(work, now - EVIDENCE, BATCH),
        "reasons": rows.reasons_before(work, now - timedelta(days=house.chat_days), now - YEAR, BATCH),
        "leave": rows.leave_before(work, today - YEAR, BATCH),
        "codes": rows.codes_before(work, now, BATCH),
        "names": forgetting.forget_names(work, left, today) if left else 0,
    }
