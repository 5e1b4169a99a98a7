"""Rebuild this process's index of unions when the organisation tree has changed."""

from datetime import timedelta

from bot.jobs.job import Job, Moment
from bot.services.house import House
from storage.database import Database


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Whether it was rebuilt."""
    return {"rebuilt": int(database.look(house.units.refresh))}


JOB = Job("refresh_units", timedelta(seconds=5), run, shared=False)
