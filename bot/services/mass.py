"""Mass sends: what an answer of the platform means for a job and its people, and what the finish event tells.

The event counts people and names nobody. Where it leaves open who got the message, everybody of the job is `unknown`
with the reason `mass_unknown`: nothing is guessed. The same key is never sent twice by the platform, so that a job
whose answer was lost is simply sent again, not sooner than the platform wants (45066) nor later than it may remember.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.clock import local
from bot.contract import Outcome, Receipt, Result
from bot.services import reach, reasons
from bot.services.delivery import MAX_ATTEMPTS, back_off
from bot.services.reach_policy import MASS_CALLS, MASS_LEAST, ReachPolicy
from storage import inbox, mass_forming, mass_jobs, quotas
from storage.broadcasts import Broadcast
from storage.mass_forming import Formed
from storage.mass_jobs import Job
from storage.work import Work

FINISH_WAIT = timedelta(minutes=40)  # a protected account waits up to 30 minutes for its administrator
ASK_AGAIN = timedelta(minutes=30)
ASKS_MOST = 6  # with doubling pauses a day and a half
REPEAT_AFTER = timedelta(seconds=61)  # not within a minute (45066)
KEY_LASTS = timedelta(hours=12)
COUNTED = "mass:"


def form(work: Work, policy: ReachPolicy, broadcast_id: int, now: datetime) -> Formed:
    """Make the next job of a broadcast's recipients who wait for a mass send."""
    broadcast = work.session.get(Broadcast, broadcast_id)
    if broadcast is None or broadcast.state != "sending":
        return Formed()
    until = broadcast.valid_until or now
    means = reach.means(work, policy, broadcast.kind, broadcast.routes, now, until)
    return mass_forming.form(work, broadcast.id, broadcast.attempt, means, now)


def begin(work: Work, job: Job, now: datetime) -> list[str]:
    """Whom a claimed job goes to; empty when it does not go any more, which is then written."""
    if job.was == "sending" and (now - job.since > KEY_LASTS or job.valid_until < now):
        _end(work, job.id, "unknown", "unknown", "sender_died", "", now)
        return []
    if job.valid_until < now:
        _end(work, job.id, "failed", "expired", "too_late", "too late", now)
        return []
    if job.was == "planned":
        mass_jobs.drop_gone(work, job.id, now)
        mass_jobs.drop_unwanted(work, job.id, now)
    users = mass_jobs.users(work, job.id)
    if len(users) < MASS_LEAST:
        mass_forming.release(work, job.id, now)
        mass_jobs.change(work, job.id, ("sending",), state="failed", code="too few", settled_at=now)
        return []
    return users


def settle(work: Work, job: Job, people: int, outcome: Outcome, now: datetime) -> None:
    """What an answer means for a job that was sent to so many people."""
    if outcome.result in (Result.OK, Result.ACCEPTED):
        _accept(work, job, people, outcome, now)
    elif outcome.result is Result.UNKNOWN:
        if job.tries >= MAX_ATTEMPTS:
            _end(work, job.id, "unknown", "unknown", "no_answer", outcome.code, now)
        else:  # perhaps it was taken: not planned, or it could be cancelled as if it had not been
            mass_jobs.change(work, job.id, ("sending",), due_at=now + REPEAT_AFTER, code=outcome.code[:32])
    elif outcome.result in (Result.THROTTLED, Result.QUOTA):
        _later(work, job, outcome, now)
    else:
        reason = reasons.of_code(outcome.code) or "account"
        _end(work, job.id, "failed", "failed", reason, outcome.code, now)


def _accept(work: Work, job: Job, people: int, outcome: Outcome, now: datetime) -> None:
    values = {"message_id": outcome.message_id[:64], "code": outcome.code[:32], "tries": 0, "due_at": now + FINISH_WAIT}
    if mass_jobs.change(work, job.id, ("sending",), state="accepted", **values):
        quotas.use(work, job.channel, "mass", local(now).date(), people)
        quotas.use(work, job.channel, MASS_CALLS, local(now).date(), 1)  # of these the platform allows 100 a day
        for code in inbox.early_receipts(work, job.channel, [outcome.message_id]).values():
            heard(work, _early(outcome.message_id, code), now)


def _later(work: Work, job: Job, outcome: Outcome, now: datetime) -> None:
    """The platform takes it later; when that is too late, other routes are tried."""
    due_at = outcome.until or now + back_off(job.tries, random.random)
    if outcome.result is Result.QUOTA:
        quotas.stop(work, job.channel, "mass", due_at, outcome.code)
    elif job.tries >= MAX_ATTEMPTS:
        _end(work, job.id, "failed", "failed", "busy", outcome.code, now)
        return
    if due_at < job.valid_until:
        mass_jobs.change(work, job.id, ("sending",), state="planned", due_at=due_at, code=outcome.code[:32])
    else:
        mass_forming.release(work, job.id, now)
        mass_jobs.change(work, job.id, ("sending",), state="failed", code=outcome.code[:32], settled_at=now)


def asked(work: Work, job: Job, outcome: Outcome, now: datetime) -> None:
    """What the platform said of a job that no finish event came for; counts it never tells this way."""
    if outcome.result is Result.OK:
        _end(work, job.id, "done", "unknown", "mass_unknown", outcome.code, now)
    elif outcome.result is Result.REJECTED and not outcome.ours:
        _end(work, job.id, "failed", "failed", "mass_failed", outcome.code, now)
    elif job.tries >= ASKS_MOST:
        _end(work, job.id, "unknown", "unknown", "mass_unknown", outcome.code, now)
    else:
        pause = ASK_AGAIN * 2 ** (job.tries - 1)
        mass_jobs.change(work, job.id, ("accepted",), due_at=now + pause, code=outcome.code[:32])


def heard(work: Work, receipt: Receipt, now: datetime) -> bool:
    """A finish event; false when it is about no mass send that we know of. Other receipts count nobody."""
    counts = receipt.counts
    job = mass_jobs.by_message(work, receipt.message_id) if counts else None
    if job is None:
        return False
    state, theirs, reason = judge(mass_jobs.people_of(work, job.id), receipt.ok, receipt.code, counts)
    told = {"total": counts.get("total", 0), "sent": counts.get("sent", 0), "errors": counts.get("error", 0)}
    filtered = max(0, told["total"] - counts.get("filtered", told["total"]))
    mass_jobs.change(work, job.id, ("accepted", "unknown", "done"), filtered=filtered, **told)
    _end(work, job.id, state, theirs, reason, receipt.code, now)
    return True


def judge(people: int, ok: bool, code: str, counts: Mapping[str, int]) -> tuple[str, str, str]:
    """State of the job, state and reason of each of its people, of what a finish event tells. Pure."""
    sent, errors = counts.get("sent"), counts.get("error", 0)
    if sent is None:
        return "done" if ok else "failed", "unknown", "mass_unknown"
    if sent >= people:
        return "done", "sent", ""
    if sent:
        return "done", "unknown", "mass_unknown"
    if not ok:
        return "failed", "failed", "content" if code.startswith("err(") else "mass_failed"
    return ("done", "failed", "mass_failed") if errors else ("done", "unreachable", "filtered")


def kept_code(receipt: Receipt) -> str:
    """A receipt that came before we knew of its message, as it is kept: the code, and the counts of a mass send."""
    if not receipt.counts:
        return receipt.code
    counts = ",".join(f"{name}={count}" for name, count in receipt.counts.items())
    return f"{COUNTED}{counts}:{receipt.code}"


def _early(message_id: str, kept: str) -> Receipt:
    """The receipt of what `kept_code` kept."""
    counts, _, code = kept.removeprefix(COUNTED).partition(":") if kept.startswith(COUNTED) else ("", "", kept)
    pairs = (each.partition("=") for each in counts.split(",") if each)
    return Receipt(message_id, not code, code, {name: int(count) for name, _, count in pairs})


def tidy(work: Work, now: datetime) -> int:
    """End the jobs of cancelled broadcasts that will never be sent; returns how many."""
    planned, dead = mass_jobs.cancelled(work), mass_jobs.died(work, now)
    for job_id in planned:
        _end(work, job_id, "failed", "cancelled", "cancelled", "cancelled", now)
    for job_id in dead:
        _end(work, job_id, "unknown", "unknown", "sender_died", "", now)
    return len(planned) + len(dead)


def _end(work: Work, job_id: int, state: str, theirs: str, reason: str, code: str, now: datetime) -> None:
    """A job ends as `state`, its people as `theirs`."""
    mass_jobs.end_people(work, job_id, theirs, reason, code, now)
    origins = (*mass_jobs.OPEN, "unknown", "done")
    mass_jobs.change(work, job_id, origins, state=state, code=code[:32], settled_at=now)
