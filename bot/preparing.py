"""Preparing a place to work: local secrets for first steps, and the union's content in the database."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bot import content, indicator_file
from bot.clock import SystemClock
from bot.commands import opened
from bot.config import Config, new_secrets
from bot.services import demo_events, duty_calendar, indicators, shipped, units
from storage import orgs
from storage.work import Work


def data_folder(config: Config) -> Path:
    """Where the demo keeps its files: beside a SQLite database, else `data/`."""
    _, _, path = config.database.url.partition("sqlite:///")
    return Path(path).parent if path else Path("data")


def add_local_secrets(config: Config) -> None:
    """For demos and first steps: where no sealing key is set, use the one in `data/demo.env`, made when missing."""
    if config.security.seal_keys.get_secret_value():
        return
    file = data_folder(config) / "demo.env"
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.writelines(f"{key}={value}\n" for key, value in new_secrets().items())
    for line in file.read_text(encoding="ascii").splitlines():
        key, _, value = line.partition("=")
        os.environ.setdefault(key, value)


def load_content(config: Config) -> None:
    """Bring FAQ, calendar and demo organisation into the database; idempotent."""
    folder = config.content.folder
    faq = content.read_faq(sorted((folder / "faq").glob("*.yaml")))
    calendar = content.read_calendar(folder / "calendar.yaml")
    demo = content.read_demo(folder / "demo.yaml")
    now = SystemClock().now()

    def load(work: Work) -> None:
        shipped.load(work, faq, now)
        duty_calendar.load_calendar(work, calendar, now)
        indicators.load(work, indicator_file.read_indicators(folder / "indicators.yaml"))
        units.load(work, (unit.model_dump() for unit in demo.units), now)
        for person in demo.people:
            org = orgs.by_code(work, person.unit) if person.unit else None
            if org is not None and person.bind_scene:
                code = person.bind_scene.removeprefix("bind_")
                orgs.put_binding(work, code, org, person.role or "经办人", now + timedelta(days=3650))
        demo_events.load(work, demo.events, now)

    with opened(config) as database:
        database.writer.run(load)


@contextmanager
def quiet_logs() -> Iterator[None]:
    """Only warnings, for talking in a terminal."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.setLevel(before)
