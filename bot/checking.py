"""`check`: look at configuration, content and credentials; every finding says what to do."""

import argparse
import asyncio
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from bot import account, content, indicator_file
from bot.app import embedding_endpoint, oa_settings, open_database
from bot.clock import SystemClock, local
from bot.config import Config
from bot.embedding import Embedder, Endpoint
from bot.errors import Misconfigured
from bot.services import duty_calendar
from storage import catalogue, migrate

MANY_DUE = 0.1  # more of the published base than editors can review in the ordinary way


def check(config: Config, given: argparse.Namespace) -> int:
    """Look at configuration, content and credentials; every finding says what to do."""
    findings = list(_findings(config))
    for finding in findings:
        print(f"✗ {finding}")
    print("all good" if not findings else f"{len(findings)} findings")
    return 1 if findings else 0


def _findings(config: Config) -> Iterator[str]:
    folder = config.content.folder
    files = sorted((folder / "faq").glob("*.yaml"))
    if not files:
        yield f"content.folder: no files in {folder / 'faq'}; point it to the folder with your FAQ"
    for action in (
        lambda: content.read_faq(files),
        lambda: content.read_golden(folder / "golden"),
        lambda: content.read_calendar(folder / "calendar.yaml"),
        lambda: indicator_file.read_indicators(folder / "indicators.yaml"),
        lambda: oa_settings(config.channels.oa) if config.channels.oa.enabled else None,
        lambda: embedding_endpoint(config),
        lambda: migrate.current(open_database(config).engine),
    ):
        try:
            action()
        except Misconfigured as error:
            yield str(error)
        except SQLAlchemyError as error:
            yield f"database.url: the database does not answer ({type(error).__name__})"
            return
    yield from _early(config)
    yield from _reviews(config)
    yield from _platform(config)
    yield from _vectors(config)


def _early(config: Config) -> Iterator[str]:
    """Lines of the calendar file that are due before anybody is told of them, this year or next."""
    try:
        lines = content.read_calendar(config.content.folder / "calendar.yaml")
    except Misconfigured:
        return  # said above
    this = local(SystemClock().now()).year
    for line in lines:
        found = next(duty_calendar.early(line, (this, this + 1)), None)
        if found is not None:
            yield (
                f"calendar.yaml: {line['id']} is due {found}, before the first working day of its month, when people "
                "are first told; take a later day, or {workday: n}"
            )


def _reviews(config: Config) -> Iterator[str]:
    """Reads the published base of a database that has this version's schema."""
    try:
        database = open_database(config)
    except Misconfigured:
        return  # said above
    if migrate.current(database.engine) != migrate.head():
        return  # nothing is in it yet, or the next start brings it up to date
    published, falling = database.look(lambda work: catalogue.due(work, local(SystemClock().now()).date()))
    if falling > published * MANY_DUE:
        yield (
            f"knowledge base: {falling} of {published} published entries stop answering within {catalogue.SOON.days} "
            "days or have already; review them in the console (知识库, 30天内到期 and 过期)"
        )


def _platform(config: Config) -> Iterator[str]:
    """Asks the platform for a token, so it needs the network."""
    oa = config.channels.oa
    if not oa.enabled:
        yield "channels.oa.enabled is false; no platform is connected (docs/connect-official-account.md)"
        return
    if oa.mode != "safe":
        yield "channels.oa.mode: only safe mode authenticates what is pushed; switch the account to 安全模式"
    try:
        wrong = account.credentials(config)
    except Misconfigured:
        return  # said above
    if wrong:
        yield f"channels.oa: no access token to be had: {wrong}"


def _vectors(config: Config) -> Iterator[str]:
    """Asks the embedding endpoint for one vector, so it needs the network."""
    try:
        endpoint = embedding_endpoint(config)
    except Misconfigured:
        return  # said above
    if endpoint and asyncio.run(_vector(endpoint)) is None:
        yield (
            f"embedding.url: no usable vector within {endpoint.seconds:g} s, the log above says why; "
            "answers come without it"
        )


async def _vector(endpoint: Endpoint) -> object:
    embedder = Embedder(endpoint, SystemClock())
    try:
        return await embedder.vector("年休假有几天")
    finally:
        await embedder.close()
