"""What happens by itself: the table of jobs. `scheduler.py` ticks; all business state is in rows."""

from bot.embedding import Endpoint
from bot.jobs import (
    clean_rosters,
    clean_up,
    deliver_letters,
    embed_entries,
    escalate_applications,
    escalate_duties,
    expire_applications,
    fire_reminders,
    forget_applications,
    forget_duties,
    group_misses,
    import_rosters,
    issue_duties,
    move_duties,
    note_deliveries,
    nudge_applicants,
    refresh_knowledge,
    refresh_units,
    repeat_broadcasts,
    resolve_broadcasts,
    review_entries,
    settle_broadcasts,
    settle_outbox,
    tend_events,
)
from bot.jobs.job import Job

JOBS: tuple[Job, ...] = (
    issue_duties.JOB,
    move_duties.JOB,
    fire_reminders.JOB,
    note_deliveries.JOB,
    escalate_duties.JOB,
    refresh_knowledge.JOB,
    refresh_units.JOB,
    settle_outbox.JOB,
    tend_events.JOB,
    repeat_broadcasts.JOB,
    resolve_broadcasts.JOB,
    settle_broadcasts.JOB,
    group_misses.JOB,
    deliver_letters.JOB,
    review_entries.JOB,
    escalate_applications.JOB,
    nudge_applicants.JOB,
    clean_up.JOB,
    expire_applications.JOB,
    forget_applications.JOB,
    forget_duties.JOB,
    import_rosters.JOB,
    clean_rosters.JOB,
)


def table(endpoint: Endpoint | None) -> tuple[Job, ...]:
    """All jobs of an installation; `embed_entries` only where an embedding endpoint is switched on."""
    return (*JOBS, embed_entries.job(endpoint)) if endpoint else JOBS
