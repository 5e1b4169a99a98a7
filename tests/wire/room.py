"""The whole house on the real wire: the sandbox and the bot on loopback ports, one clock for both."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from aiohttp import ClientSession, ClientTimeout, web

from bot import content
from bot.app import Application
from bot.clock import SHANGHAI, FrozenClock
from bot.config import Config, Listener, load
from bot.dispatcher import Conversation
from bot.jobs import JOBS, resolve_broadcasts, settle_broadcasts
from bot.jobs.job import Job, Moment, run_job
from bot.services import broadcast_expected, broadcast_states, duty_calendar, entries, units
from bot.services.broadcasts import CLI, Draft
from handlers import CONVERSATION
from sandbox.app import create_app
from sandbox.config import Mode, SandboxConfig
from storage import orgs
from storage.base import table
from storage.database import READ_ONLY, make_engine
from storage.outbox import Outbox
from storage.recipients import Recipient
from storage.work import Work

CONTENT = Path(__file__).parents[2] / "content"
APP_ID, APP_SECRET, TOKEN = "wxwire0000000001", "secret-of-the-wire", "tokenOfTheWire"
AES_KEY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
CHEN, WANG, LI = "oSandboxChen0000000000000001", "oSandboxWang0000000000000002", "oSandboxLi000000000000000003"
START = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)  # a Wednesday, the moment of the fixture `clock`
POLL_S = 0.01
PATIENCE_S = 12.0
T = TypeVar("T")
Rows = list[dict[str, Any]]


def fill(work: Work, now: datetime) -> None:
    """FAQ, calendar, demo organisation and one binding code, as the demo loads them."""
    entries.load(work, content.read_faq(sorted((CONTENT / "faq").glob("*.yaml"))), now)
    duty_calendar.load_calendar(work, content.read_calendar(CONTENT / "calendar.yaml"))
    demo = content.read_demo(CONTENT / "demo.yaml")
    units.load(work, (unit.model_dump() for unit in demo.units), now)
    factory = orgs.by_code(work, "jixie")
    assert factory is not None
    orgs.put_binding(work, "demo_wang", factory, "主席", now + timedelta(days=3650))


def configuration(url: str, platform: str, **more: Any) -> Config:
    """A configuration for tests. `more`: `mode`, `template`, `account`, `public_port`, `budget`,
    `embedding`; `account` is more of the Official Account's section.

    The budget is longer than in life, and the platform more patient: only the tests of the budget are about time.
    """
    account = {
        "enabled": True,
        "app_id": APP_ID,
        "app_secret": APP_SECRET,
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
        "api_base_url": platform,
        "mode": more.get("mode", "safe"),
        "notice_template": more.get("template", ""),
        **more.get("account", {}),
    }
    config = load(
        None,
        database={"url": url},
        server={"public": {"port": more.get("public_port", 0)}, "console": {"port": 0}},
        channels={"oa": account},
        timing={"reply_budget_seconds": more.get("budget", 4.0)},
        security={"seal_keys": "1:" + "A" * 43 + "=", "pepper": "pepper of the wire"},
        content={"folder": CONTENT},
        embedding=more.get("embedding", {}),
    )
    if "budget" in more:
        return config
    return config.model_copy(update={"timing": config.timing.model_copy(update={"reply_budget_seconds": PATIENCE_S})})


class Room:
    """A running platform and a running bot. `bot` is replaced by `restart`."""

    def __init__(self, bot: Application, control: ClientSession, web_: ClientSession, clock: FrozenClock) -> None:
        self.bot, self.control, self.web, self.clock = bot, control, web_, clock

    @property
    def callback(self) -> str:
        """The bot's webhook."""
        return f"http://127.0.0.1:{self.bot.public_port}/wechat/oa"

    async def act(self, path: str, /, **body: Any) -> Any:
        """POST to the control API; must succeed."""
        async with self.control.post(f"/sandbox/{path}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def see(self, path: str, /, **query: str) -> Any:
        """GET from the control API."""
        async with self.control.get(f"/sandbox/{path}", params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def phone(self, user: str, action: str, **body: Any) -> dict[str, Any]:
        """Something done on a phone; the push, which must have no failed check."""
        self.clock.move(timedelta(seconds=1))
        push: dict[str, Any] = (await self.act(f"phones/{user}/{action}", **body))["push"]
        assert [check for check in push["checks"] if not check["ok"]] == []
        return push

    async def reply(self, user: str, action: str, **body: Any) -> str:
        """The words of the passive reply to something done on a phone; it must have come at the first attempt."""
        push = await self.phone(user, action, **body)
        assert [attempt["verdict"] for attempt in push["attempts"]] == ["reply"]
        return str(push["reply"]["text"])

    async def says(self, user: str, text: str) -> str:
        """The passive reply to a text."""
        return await self.reply(user, "text", text=text)

    async def received(self, user: str, via: str = "") -> list[str]:
        """What reached a phone, oldest first; perhaps only by one way."""
        entries = await self.see("received", user=user)
        return [entry["text"] for entry in entries if via in ("", entry["via"])]

    def rows(self, statement: str, **values: Any) -> Rows:
        """A query on the bot's database."""
        engine = make_engine(self.bot.config.database.url)
        try:
            with engine.connect().execution_options(**{READ_ONLY: True}) as conn:
                return [dict(row) for row in conn.execute(sa.text(statement), values).mappings()]
        finally:
            engine.dispose()

    def count(self, what: str, **values: Any) -> int:
        """Rows of `table WHERE …`."""
        return int(self.rows(f"SELECT count(*) AS n FROM {what}", **values)[0]["n"])

    async def written(self, job: Callable[[Work], T]) -> T:
        """One unit of work of the running bot."""
        return await self.bot.database.writer.write(job)

    async def announced(self, title: str, text: str = "请准时参加", who: str = "followers", **more: Any) -> int:
        """A notice whose recipients are written; nothing is waited for. Returns its id."""
        draft = Draft(title, text, rule={"all": [{"who": who}]}, urgent=True, **more)
        now, house = self.clock.now(), self.bot.house
        count = partial(broadcast_expected.of_draft, actor=CLI, draft=draft, now=now, house=house)
        counted = await self.bot.database.read(count)
        sent = await self.written(
            lambda work: broadcast_states.send(work, CLI, draft, now, house, counted, f"k-{title}")
        )
        await self.tick(resolve_broadcasts.JOB)
        return sent.id

    async def broadcast(self, title: str, text: str = "请准时参加", who: str = "followers", **more: Any) -> int:
        """Send a notice and wait until its recipients are settled; returns the broadcast's id."""
        sent = await self.announced(title, text, who, **more)
        await self.settled()
        await self.tick(settle_broadcasts.JOB)
        return sent

    async def settled(self) -> None:
        """Wait until nothing that is due is waiting or under way."""
        for sender in (self.bot.sender, self.bot.bulk_sender):
            assert sender is not None
            sender.wake()
        await eventually(lambda: self.due() == 0)

    def due(self) -> int:
        """Messages that the senders should be working on."""
        total = 0
        for kind in (Outbox, Recipient):
            row = table(kind)
            waiting = sa.and_(row.c.state == "queued", row.c.due_at <= self.clock.now())
            query = sa.select(sa.func.count()).where(sa.or_(row.c.state == "sending", waiting))
            total += int(self.bot.database.look(lambda work, query=query: work.look(query).scalar_one()))
        return total

    async def receipts(self, broadcast_id: int, states: dict[str, int]) -> None:
        """Wait until the recipients of a broadcast are in these states: the platform tells a little later."""
        await eventually(lambda: not set(self.recipients(broadcast_id)) & {"accepted", "queued", "sending"})
        assert self.recipients(broadcast_id) == states

    def recipients(self, broadcast_id: int | None = None) -> dict[str, int]:
        """Recipients, perhaps of one broadcast only, by state."""
        where = "latest" if broadcast_id is None else f"latest AND broadcast_id = {broadcast_id}"
        rows = self.rows(f"SELECT state, count(*) AS n FROM recipient WHERE {where} GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    async def tick(self, job: Job) -> None:
        """One job, as of now, whoever else is at it."""
        moment = Moment(self.clock.now(), self.clock.now())
        await asyncio.to_thread(job.run, self.bot.database, self.bot.house, moment)

    async def marked(self) -> None:
        """Wait until every passive reply is marked as heard."""
        await eventually(lambda: self.count("outbox WHERE state = 'answering'") == 0)

    def states(self, where: str = "1=1") -> dict[str, int]:
        """Outbox rows by state."""
        rows = self.rows(f"SELECT state, count(*) AS n FROM outbox WHERE {where} GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    async def run_jobs(self) -> None:
        """Every job once, as of now."""
        for job in JOBS:
            await self.run(job)

    async def run(self, job: Job) -> None:
        """One job, as of now; while the bot itself is at it (every job runs when it starts), after that."""
        moment = Moment(self.clock.now(), self.clock.now())
        for _ in range(int(PATIENCE_S / POLL_S)):
            if await asyncio.to_thread(run_job, job, self.bot.database, self.bot.house, moment) is not None:
                return
            await asyncio.sleep(POLL_S)
        raise AssertionError("the bot is at it all the time")


async def eventually(true: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait for something that other tasks bring about."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not true():
        assert loop.time() < deadline, "it never came about"
        await asyncio.sleep(POLL_S)


@asynccontextmanager
async def open_room(url: str, clock: FrozenClock, **more: Any) -> AsyncIterator[Room]:
    """Start both and stop both. `more`: see `configuration`, and `conversation`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        platform = f"http://127.0.0.1:{listening.getsockname()[1]}"
        conversation: Conversation = more.pop("conversation", CONVERSATION)
        config = configuration(url, platform, **more)
        async with AsyncExitStack() as stack:
            bot = await stack.enter_async_context(Application(config, clock, conversation))
            callback = f"http://127.0.0.1:{bot.public_port}/wechat/oa"
            mode: Mode = more.get("mode", "safe")
            keys = (APP_ID, APP_SECRET, TOKEN, AES_KEY)
            account = SandboxConfig(callback, *keys, mode, now=lambda: clock.now().timestamp())
            runner = web.AppRunner(create_app(account), access_log=None, shutdown_timeout=1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.SockSite(runner, listening).start()
            limit = ClientTimeout(total=30)
            control = await stack.enter_async_context(ClientSession(platform, timeout=limit))
            outside = await stack.enter_async_context(ClientSession(timeout=limit))
            room = Room(bot, control, outside, clock)
            await room.act("faults", finish_delay_s=0.2, hang_s=20, slow_body_s=0.05, push_timeout_s=15)
            yield room


@asynccontextmanager
async def restarted(room: Room) -> AsyncIterator[Application]:
    """A new bot on the same database, ports and platform, after the first one was stopped."""
    ports = {"public": Listener(port=room.bot.public_port), "console": Listener(port=room.bot.console_port)}
    server = room.bot.config.server.model_copy(update=ports)
    config = room.bot.config.model_copy(update={"server": server})
    async with Application(config, room.clock) as bot:
        room.bot = bot
        yield bot
