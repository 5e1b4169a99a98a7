"""What is forgotten by itself, and when. Sources: PIPL art. 19 and 47 (no longer than needed), and the notice.

- An application that ended without a membership (rejected, withdrawn, expired) loses everything about the person `DAYS`
  days after its end; number, union, state, steps and the notice agreed to stay as proof without content.
- The record of somebody who left the union, went to another one or was expelled loses numbers, employer and status
  `ENDED_YEARS` years after the end, with the application it came from. Name, number, union and dates stay as register.
- The name of somebody who is neither a member nor applying nor in office goes with it.
- Who leaves the account loses an application that was not handed in, and the open form, at once; the name after `DAYS`
  days. What the union has in hand is decided first.
"""

from datetime import datetime, timedelta

from bot.clock import local
from bot.services import event_privacy
from storage import applications, conversations, forgetting
from storage.work import Work

DAYS = 30
KEPT = timedelta(days=DAYS)
ENDED_YEARS = 3  # so long a former member may need the record: coming back, seniority, disputes
BATCH = 500


def lapse(work: Work, now: datetime) -> tuple[int, int]:
    """Empty a batch of applications whose time is over: how many applications, how many names went with them."""
    found = forgetting.lapsed_before(work, now - KEPT, BATCH)
    if not found:
        return 0, 0
    count = forgetting.blank_applications(work, [application_id for application_id, _ in found])
    return count, forgetting.forget_names(work, sorted({person_id for _, person_id in found}), local(now).date())


def ended(work: Work, now: datetime) -> int:
    """Empty a batch of memberships that ended long enough ago; how many."""
    today = local(now).date()
    found = forgetting.ended_before(work, today - timedelta(days=ENDED_YEARS * 366), BATCH)
    return forgetting.blank_members(work, found) if found else 0


def leave(work: Work, now: datetime) -> int:
    """Forget the names of a batch of people who left long enough ago; how many."""
    today = local(now).date()
    found = forgetting.gone_before(work, now - KEPT, BATCH, today)
    return forgetting.forget_names(work, found, today) if found else 0


def unfollowed(work: Work, person_id: int, address_id: int, now: datetime) -> None:
    """Somebody left the account: what was not handed in goes at once, and they wait for no event, unless they go on
    elsewhere."""
    if forgetting.elsewhere(work, person_id, address_id):
        return
    event_privacy.unfollowed(work, person_id, now)
    conversations.drop(work, person_id)
    application = applications.open_of(work, person_id)
    if application is not None and application.state in applications.UNSENT:
        applications.erase(work, application)
