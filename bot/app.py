"""The roof: who is connected to whom. Ordered start, reverse stop; a failure half-way unwinds what already runs."""

import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from bot import content
from bot.bulk_sender import BulkSender
from bot.calendar import Hours
from bot.channels.oa.channel import OaChannel
from bot.channels.oa.errors import Refused
from bot.channels.oa.qrcodes import create_qr
from bot.channels.oa.settings import OaSettings
from bot.clock import Clock, SystemClock
from bot.config import Config, OfficialAccount, seal_keys
from bot.console.room import Room
from bot.console.server import console_app
from bot.contract import Channel
from bot.dispatcher import Conversation, Dispatcher
from bot.door import Door
from bot.embedding import Embedder, Endpoint
from bot.errors import Misconfigured
from bot.fetcher import Fetcher
from bot.jobs import table
from bot.jobs.scheduler import Scheduler
from bot.lanes import Lane
from bot.mass_sender import MassSender
from bot.meaning import Meaning
from bot.sender import Sender
from bot.services import golden
from bot.services.duty_policy import DutyPolicy
from bot.services.house import House
from bot.services.knowledge import Knowledge
from bot.services.reach_policy import ReachPolicy
from bot.services.sensitive import Sensitive
from bot.token_store import DatabaseTokens
from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.server import listen, public_app
from bot.web.webhook import webhook
from handlers import CONVERSATION
from storage import jobs, migrate
from storage.database import Database
from storage.seal import Sealer, parse_key

log = logging.getLogger(__name__)
PATHS = {"oa": "/wechat/oa", "wecom": "/wecom/app", "aibot": "/wecom/aibot"}


def open_database(config: Config) -> Database:
    """The database of a configuration, not yet started. Raises Misconfigured when keys are missing or wrong."""
    try:
        keys = {kid: parse_key(text) for kid, text in seal_keys(config.security).items()}
    except ValueError as error:
        raise Misconfigured(f"security.seal_keys: {error}") from None
    pepper = config.security.pepper.get_secret_value().encode()
    return Database(config.database.url, Sealer(keys, pepper), config.database.threads)


def duty_policy(config: Config) -> DutyPolicy:
    """How cadres are reminded of duties, as configured."""
    return DutyPolicy(**config.duties.model_dump())


def reach_policy(config: Config) -> ReachPolicy:
    """By which routes people are reached unasked, as configured."""
    account = config.channels.oa
    return ReachPolicy(
        templates=_templates(account),
        notices=_purposes(account.notice_consent_template, account.event_consent_template),
        per_second=account.sends_per_second,
        mass=account.mass,
        approve_above=config.broadcasts.approve_above,
        consent_link=account.consent_link,
    )


def _templates(account: OfficialAccount) -> dict[str, str]:
    """Purpose to the platform's template; reminders of duties go by the one of notices."""
    made = _purposes(account.notice_template, account.event_template)
    return {**made, "reminder": made["notice"]} if "notice" in made else made


def _purposes(notice: str, event: str) -> dict[str, str]:
    """Purpose to an id of the platform. What is about an event goes by that of notices without one of its own."""
    return {purpose: each for purpose, each in (("notice", notice), ("event", event or notice)) if each}


def make_house(config: Config) -> House:
    """The union as the rules see it."""
    union, timing = config.union, config.timing
    return House(
        union=union.name,
        hotline=union.hotline,
        office=union.office,
        contact=union.contact,
        review_workdays=union.review_workdays,
        hours=Hours(timing.speak_from, timing.speak_until),
        catch_up_hours=timing.catch_up_hours,
        chat_days=timing.chat_days,
        private_link=union.private_link,
        duties=duty_policy(config),
        reach=reach_policy(config),
        sensitive=Sensitive(content.read_sensitive(config.content.folder / "sensitive.yaml")),
        knowledge=Knowledge(config.embedding.model if config.embedding.enabled else ""),
    )


def oa_settings(account: OfficialAccount) -> OaSettings:
    """The channel's own settings. Raises Misconfigured."""
    try:
        return OaSettings(
            app_id=account.app_id,
            app_secret=account.app_secret.get_secret_value(),
            token=account.token.get_secret_value(),
            encoding_aes_key=account.encoding_aes_key.get_secret_value(),
            api_base_url=account.api_base_url,
            mode=account.mode,
            sends_per_second=account.sends_per_second,
            in_flight=account.in_flight,
            templates=_templates(account),
            notices=_purposes(account.notice_consent_template, account.event_consent_template),
        )
    except ValueError as error:
        raise Misconfigured(f"channels.oa: {error}") from None


def embedding_endpoint(config: Config) -> Endpoint | None:
    """The endpoint that helps the search, None where it is switched off. Raises Misconfigured.

    What is asked before a turn, a form and a vector, takes at most half of the reply budget.
    """
    given = config.embedding
    if not given.enabled:
        return None
    seconds = min(given.timeout_seconds, config.timing.reply_budget_seconds / 4)
    try:
        return Endpoint(given.url, given.model, given.api_key.get_secret_value(), seconds, given.batch)
    except ValueError as error:
        raise Misconfigured(f"embedding: {error}") from None


class Application:
    """A running bot: `async with Application(config) as app`. `public_port` and `console_port` are the ports in use.

    `conversation` is what can be talked about; ordinarily everything in `handlers/`.
    """

    def __init__(self, config: Config, clock: Clock | None = None, conversation: Conversation = CONVERSATION) -> None:
        self.config = config
        self.clock = clock or SystemClock()
        self._conversation = conversation
        self._endpoint = embedding_endpoint(config)
        self.house = make_house(config)
        self.database = open_database(config)
        self.metrics = Metrics()
        self.public_port = self.console_port = 0
        self.official_account: OaChannel | None = None
        self.sender: Sender | None = None
        self.bulk_sender: BulkSender | None = None
        self.mass_sender: MassSender | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "Application":
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def _start(self, stack: AsyncExitStack) -> None:
        self.database.claim()
        stack.callback(self.database.close)
        migrate.upgrade(self.database.engine)
        self.database.start()
        if self.database.is_sqlite:  # claimed above, so whoever held a lease is gone
            self.database.writer.run(jobs.release_all)
        self.database.look(self.house.knowledge.refresh)
        self.database.look(self.house.units.refresh)
        channels = self._channels(stack)
        lanes = self._lanes(channels)
        self.sender = sender = Sender(self.database, lanes, self.clock, self.house.hours)
        stack.push_async_callback(sender.stop)
        self._send_bulk(stack, lanes)
        scheduler = Scheduler(table(self._endpoint), self.database, self.house, self.clock)
        await self._listen(stack, channels, sender)
        scheduler.start()
        stack.callback(scheduler.stop)
        sender.start()
        self._send_mass(stack)
        self._fetch(stack)

    def _send_bulk(self, stack: AsyncExitStack, lanes: Mapping[str, Lane]) -> None:
        """Deliver broadcasts beside the replies, on the channel that they go out by."""
        lane = lanes.get(self.house.reach.channel)
        if lane is not None:
            self.bulk_sender = BulkSender(self.database, lane, self.clock, self.house.reach, self.house.hours)
            stack.push_async_callback(self.bulk_sender.stop)
            self.bulk_sender.start()

    def _send_mass(self, stack: AsyncExitStack) -> None:
        """Send to many at once, where a channel is able to."""
        if self.official_account is not None:
            self.mass_sender = MassSender(self.database, self.official_account, self.house, self.clock)
            stack.push_async_callback(self.mass_sender.stop)
            self.mass_sender.start()

    def _fetch(self, stack: AsyncExitStack) -> None:
        """Bring home what people send, where a channel gives it out."""
        if self.official_account is not None:
            fetcher = Fetcher(self.database, {self.official_account.name: self.official_account}, self.clock)
            stack.push_async_callback(fetcher.stop)
            fetcher.start()

    def _channels(self, stack: AsyncExitStack) -> dict[str, Channel]:
        channels: dict[str, Channel] = {}
        if self.config.channels.oa.enabled:
            oa = OaChannel(oa_settings(self.config.channels.oa), DatabaseTokens(self.database), self.clock.now)
            stack.push_async_callback(oa.close)
            channels[oa.name] = self.official_account = oa
        for name in ("wecom", "aibot", "groupbot"):
            if getattr(self.config.channels, name).enabled:
                raise Misconfigured(f"channels.{name} is not available in this version; set enabled to false")
        return channels

    def _meaning(self, stack: AsyncExitStack) -> Meaning | None:
        if self._endpoint is None:
            return None
        embedder = Embedder(self._endpoint, self.clock)
        stack.push_async_callback(embedder.close)
        return Meaning(embedder, self.database, self.house, self._conversation.routers)

    def _lanes(self, channels: Mapping[str, Channel]) -> dict[str, Lane]:
        account = self.config.channels.oa
        templates = frozenset(_templates(account))
        return {
            name: Lane(channel, account.sends_per_second, account.in_flight, templates)
            for name, channel in channels.items()
            if channel.can.pushes
        }

    async def _listen(self, stack: AsyncExitStack, channels: Mapping[str, Channel], sender: Sender) -> None:
        can = {name: channel.can for name, channel in channels.items()}
        dispatcher = Dispatcher(self._conversation, self.house, self.clock, can)
        budget = self.config.timing.reply_budget_seconds
        door = Door(self.database, dispatcher, self.clock, budget, sender.wake, self._meaning(stack))
        hooks = {PATHS[name]: webhook(each, door, self.clock, self.metrics) for name, each in channels.items()}
        server = self.config.server
        health = Health(self.database, self.metrics, server.metrics_token.get_secret_value())
        public, self.public_port = await listen(public_app(hooks, health), server.public.host, server.public.port)
        stack.push_async_callback(public.cleanup)
        pages = console_app(self._room())
        console, self.console_port = await listen(pages, server.console.host, server.console.port)
        stack.push_async_callback(console.cleanup)

    def _room(self) -> Room:
        questions = golden.of_files(content.read_golden(self.config.content.folder / "golden"))
        hours = self.config.console.session_hours
        link = self._scene_link if self.config.channels.oa.enabled else None
        return Room(self.database, self.house, self.clock, questions, session_hours=hours, scene_link=link)

    async def _scene_link(self, scene: str, days: int) -> str:
        """What the platform's QR code of a scene says; empty when the platform gives none."""
        if self.official_account is None:
            return ""
        try:
            return (await create_qr(self.official_account.api, scene, days * 24 * 3600)).url
        except Refused as refusal:
            log.warning("no QR code from the platform", extra={"code": refusal.outcome.code})
            return ""


def content_files(config: Config) -> list[Path]:
    """The FAQ files of the configured content folder, sorted."""
    return sorted((config.content.folder / "faq").glob("*.yaml"))
