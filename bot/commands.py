"""The one-shot commands. Each opens the database, does one thing in the unit of work, and reports in plain words."""

import argparse
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from bot import content
from bot.app import duty_policy, embedding_endpoint, make_house, open_database
from bot.calendar import say_date, unpublished
from bot.clock import FrozenClock, SystemClock, local
from bot.config import Config
from bot.jobs import table
from bot.jobs.job import Moment, run_job
from bot.services import duty_calendar, duty_year, forecast
from bot.services.bindings import OFFICES
from storage import duty_course, jobs, migrate, orgs
from storage.database import Database
from storage.work import Work


class Failed(Exception):
    """A command could not do its work; the message (English) says why."""


@contextmanager
def opened(config: Config) -> Iterator[Database]:
    """The database with the newest schema and a running writer."""
    database = open_database(config)
    migrate.upgrade(database.engine)
    database.start()
    try:
        yield database
    finally:
        database.close()


def duties_preview(config: Config, given: argparse.Namespace) -> int:
    """A month's reminders as they would go out, without writing anything."""
    house, now = make_house(config), SystemClock().now()
    with opened(config) as database:
        planned = database.look(lambda work: forecast.month(work, given.month, house, now))
    for each in planned:
        when = local(each.at)
        print(f"{say_date(when.date())} {when:%H:%M}  {each.unit} {each.office}  {each.what}")
    print(f"{len(planned)} reminders for {given.month}; nothing was sent")
    return 0


def jobs_list(config: Config, given: argparse.Namespace) -> int:
    """All jobs, how often they tick, and what their last run did."""
    with opened(config) as database:
        last = {run.name: run for run in database.look(jobs.all_runs)}
    for job in table(embedding_endpoint(config)):
        run = last.get(job.name)
        finished = f"{local(run.finished_at):%Y-%m-%d %H:%M:%S}" if run and run.finished_at else "never"
        print(f"{job.name:20} every {job.every}  last {finished}  {run.error or run.counts if run else ''}")
    return 0


def jobs_run(config: Config, given: argparse.Namespace) -> int:
    """Run one job now, or as of a time."""
    all_jobs = table(embedding_endpoint(config))
    job = next((each for each in all_jobs if each.name == given.name), None)
    if job is None:
        raise Failed(f"no job named {given.name}; there are: {', '.join(each.name for each in all_jobs)}")
    now = (FrozenClock(given.at) if given.at else SystemClock()).now()
    house = make_house(config)
    with opened(config) as database:
        counts = run_job(job, database, house, Moment(now, now))
    if counts is None:
        raise Failed("the job is running in another process")
    print(json.dumps(counts))
    return 0


def db_upgrade(config: Config, given: argparse.Namespace) -> int:
    """Bring the schema to the newest version."""
    database = open_database(config)
    before = migrate.current(database.engine)
    migrate.upgrade(database.engine)
    print(f"schema {before or 'empty'} -> {migrate.current(database.engine)}")
    database.close()
    return 0


def db_backup(config: Config, given: argparse.Namespace) -> int:
    """Copy a SQLite database while it is in use; refuses to overwrite."""
    database = open_database(config)
    if not database.is_sqlite:
        raise Failed("for PostgreSQL use pg_dump")
    if given.file.exists():
        raise Failed(f"{given.file} exists already")
    source = Path(str(database.engine.url.database))
    if not source.is_file():
        raise Failed(f"{source} does not exist")
    os.close(os.open(given.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(given.file)) as copy:
        live.backup(copy)
    print(f"{given.file}: {given.file.stat().st_size} bytes")
    return 0


def duties_import(config: Config, given: argparse.Namespace) -> int:
    """Bring a yearly calendar (YAML as content/calendar.yaml) into the database; idempotent."""
    read = content.read_calendar(given.file)
    now = SystemClock().now()
    with opened(config) as database:
        done = database.writer.run(lambda work: duty_calendar.load_calendar(work, read, now))
    print(f"{done.new} new, {done.changed} changed, {done.same} unchanged, {done.kept} left as staff wrote them")
    return 0


def duties_year(config: Config, given: argparse.Namespace) -> int:
    """What a whole year brings an office, month by month; nothing is written."""
    year, policy = given.year or local(SystemClock().now()).year, duty_policy(config)

    def look(work: Work) -> tuple[str, list[duty_year.Month]]:
        org = orgs.by_code(work, given.union)
        if org is None:
            raise Failed(f"no union with the code {given.union}")
        known = dict.fromkeys((*OFFICES, *duty_course.offices(work)))
        if given.office not in known:
            raise Failed(f"no office {given.office}; there are: {'、'.join(known)}")
        return org.name, duty_year.year_of_office(work, org, given.office, year, policy, given.drafts)

    with opened(config) as database:
        name, months = database.look(look)
    for month in months:
        for line in duty_year.say_month(month):
            print(line)
    count = sum(len(month.duties) for month in months)
    print(f"{count} duties in {year} for {name} {given.office}{_unsure(duty_year.days_of(year, months))}")
    return 0


def _unsure(days: Iterable[date]) -> str:
    years = " and ".join(map(str, unpublished(days)))
    words = "are not published yet: the law's own holidays and weekends count, make-up workdays are not known"
    return f"; the holidays of {years} {words}" if years else ""
