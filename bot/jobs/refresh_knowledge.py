"""Rebuild this process's search index when the knowledge base has changed."""

from datetime import timedelta

from bot.jobs.job import Job, Moment
from bot.services.house import House
from storage.database import Database


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Whether it was rebuilt."""
    return {"rebuilt": int(database.look(house.knowledge.refresh))}


JOB = Job("refresh_knowledge", timedelta(seconds=3), run, shared=False)
