"""What happens by itself: the table of jobs. `scheduler.py` ticks; all business state is in rows."""

from bot.jobs import clean_up, fire_reminders, issue_duties, refresh_knowledge, settle_outbox
from bot.jobs.job import Job

JOBS: tuple[Job, ...] = (
    issue_duties.JOB,
    fire_reminders.JOB,
    refresh_knowledge.JOB,
    settle_outbox.JOB,
    clean_up.JOB,
)
