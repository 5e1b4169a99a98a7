"""A bot as a process of its own that can be killed, a platform that lives on, and people who keep asking."""

import asyncio
import os
import random
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web

from sandbox.app import create_app
from sandbox.config import SandboxConfig
from sandbox.gateway import WORLD
from sandbox.world import World
from tests.wire.room import AES_KEY, APP_ID, APP_SECRET, CONTENT, TOKEN

ROOT = CONTENT.parent
START_S, STOP_S = 240.0, 30.0
IN_FLIGHT = 8
POLL_S = 0.005
GIVE_UP = 40  # attempts of one push; the platform makes three, people ask again


def free_port() -> int:
    """A port that nobody listens on, from below those that systems give to outgoing connections meanwhile."""
    for port in random.sample(range(12_000, 32_000), 50):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no free port found")


def environment(url: str, platform: str, port: int, **more: str) -> dict[str, str]:
    """The whole configuration of the process; `more` is added."""
    values = {
        "DATABASE__URL": url,
        "SERVER__PUBLIC__PORT": str(port),
        "SERVER__CONSOLE__PORT": "0",
        "CHANNELS__OA__ENABLED": "true",
        "CHANNELS__OA__APP_ID": APP_ID,
        "CHANNELS__OA__APP_SECRET": APP_SECRET,
        "CHANNELS__OA__TOKEN": TOKEN,
        "CHANNELS__OA__ENCODING_AES_KEY": AES_KEY,
        "CHANNELS__OA__API_BASE_URL": platform,
        "CHANNELS__OA__IN_FLIGHT": str(IN_FLIGHT),
        "SECURITY__SEAL_KEYS": "1:" + "A" * 43 + "=",
        "SECURITY__PEPPER": "pepper of the wire",
        "CONTENT__FOLDER": str(CONTENT),
        **more,
    }
    path = {"PYTHONPATH": str(ROOT), "PATH": os.defpath, "PYTHONUNBUFFERED": "1"}
    return {**path, **{f"UNIONBOT__{name}": value for name, value in values.items()}}


class Bot:
    """`python -m bot serve`. `up` is set while it listens. All that it logs goes to one file."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self._env, self._folder = dict(env), folder
        self.log = folder / "bot.log"
        self.up = asyncio.Event()
        self.starts = 0
        self._process: asyncio.subprocess.Process | None = None

    @property
    def port(self) -> int:
        """Where the platform finds it, whenever it is up."""
        return int(self._env["UNIONBOT__SERVER__PUBLIC__PORT"])

    async def start(self) -> None:
        """Start it and wait until it listens."""
        with self.log.open("ab") as log:
            self._process = await self._spawn("--log-level", "DEBUG", "serve", stderr=log)
        self.starts += 1
        assert self._process.stdout is not None
        async with asyncio.timeout(START_S):
            while not (line := await self._process.stdout.readline()).startswith(b"webhooks"):
                assert line, f"the bot ended: {self.log.read_text()[-2000:]}"
        self.up.set()

    async def kill(self) -> None:
        """kill -9, in the middle of whatever it is doing."""
        assert self._process is not None
        self.up.clear()
        self._process.kill()
        await self._process.communicate()

    async def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self._process is not None
        self.up.clear()
        self._process.terminate()
        async with asyncio.timeout(STOP_S):
            await self._process.communicate()
        return int(self._process.returncode or 0)

    async def close(self) -> None:
        """End it whatever happened."""
        if self._process is not None and self._process.returncode is None:
            await self.kill()

    async def command(self, *arguments: str) -> str:
        """Another command of the same installation; must succeed."""
        process = await self._spawn(*arguments, stderr=asyncio.subprocess.STDOUT)
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        return said.decode()

    async def _spawn(self, *arguments: str, stderr: Any) -> asyncio.subprocess.Process:
        command = (sys.executable, "-m", "bot", *arguments)
        out = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            *command, env=self._env, cwd=self._folder, stdout=out, stderr=stderr
        )


@dataclass(slots=True)
class Load:
    """What people asked and what they got. `acked`: msg id -> user, for every push the platform saw answered."""

    acked: dict[int, str] = field(default_factory=dict)
    attempts: int = 0
    repeats: int = 0
    kills: int = 0


class City:
    """The platform and everybody on it."""

    def __init__(self, control: ClientSession, world: World, bot: Bot, platform: str, seed: int) -> None:
        self.control, self.world, self.bot, self.platform = control, world, bot, platform
        self.dice = random.Random(seed)
        self.load = Load()
        self.users: list[str] = []
        self.enough = asyncio.Event()
        self._number = 7_000_000
        self._progress = asyncio.Event()

    async def act(self, path: str, /, **body: Any) -> Any:
        """POST to the control API."""
        async with self.control.post(f"/sandbox/{path}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def see(self, path: str, /, **query: str) -> Any:
        """GET from the control API."""
        async with self.control.get(f"/sandbox/{path}", params=query) as response:
            return await response.json()

    async def settle_in(self, count: int) -> None:
        """People who follow, with an open window."""
        self.users = (await self.act("load", users=count, window=True))["users"]
        await self.act("faults", push_timeout_s=3, latency_ms=40, jitter_ms=40)

    async def greet(self, text: str) -> None:
        """Everybody says something, which allows five more customer messages on both sides."""
        for user in self.users:
            self.world.ledger.grant(user, "message", self.world.clock.now())
        await self.everybody({user: [text] for user in self.users})

    async def everybody(self, lines: Mapping[str, list[str]]) -> None:
        """All people talk at the same time, each one line after the other, and again until it is `enough`."""
        async with asyncio.TaskGroup() as tasks:
            for user, texts in lines.items():
                tasks.create_task(self._talk(user, texts))

    async def _talk(self, user: str, texts: list[str]) -> None:
        for text in texts:
            await self.ask(user, text)
        while not self.enough.is_set():
            await self.ask(user, texts[-1])

    async def ask(self, user: str, text: str, copies: int = 1) -> None:
        """One message, repeated until it is answered: the platform repeats what is not acknowledged.

        With several copies the same message comes so often at once.
        """
        self._number += 1
        number, more = self._number, {"count": copies, "concurrent": True} if copies > 1 else {}
        fields = {"Content": text}
        for _ in range(GIVE_UP):
            await self.bot.up.wait()
            attempts = await self.act("push", user=user, kind="text", fields=fields, msg_id=number, **more)
            self.load.attempts += copies
            self._progress.set()
            if all(attempt["status"] == 200 for attempt in attempts):
                assert [check for attempt in attempts for check in attempt["checks"] if not check["ok"]] == []
                self.load.acked[number] = user
                return
            self.load.repeats += copies
        raise AssertionError("never answered")

    async def kill_after(self, pushes: int) -> None:
        """kill -9 at a random moment after so many more attempts, and start again at once."""
        goal = self.load.attempts + pushes
        while self.load.attempts < goal:
            self._progress.clear()
            await self._progress.wait()
        await asyncio.sleep(self.dice.uniform(0, 0.06))
        await self._kill()

    async def kill_while_sending(self, *command: str) -> None:
        """Run a command that makes the bot send, and kill -9 the bot when the platform has taken some of it."""
        goal = self.world.calls.calls + self.dice.randrange(1, len(self.users))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + START_S
        running = asyncio.create_task(self.bot.command(*command))
        while self.world.calls.calls < goal:
            assert loop.time() < deadline, "nothing was sent"
            await asyncio.sleep(POLL_S)
        await self._kill()
        await running

    async def _kill(self) -> None:
        await self.bot.kill()
        self.load.kills += 1
        await self.bot.start()


@asynccontextmanager
async def open_city(url: str, folder: Path, seed: int, **more: str) -> AsyncIterator[City]:
    """The platform in this process, the bot in its own, on free ports; `more` is added to the bot's configuration."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        platform = f"http://127.0.0.1:{listening.getsockname()[1]}"
        port = free_port()
        config = SandboxConfig(f"http://127.0.0.1:{port}/wechat/oa", APP_ID, APP_SECRET, TOKEN, AES_KEY)
        app = create_app(config)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        bot = Bot(environment(url, platform, port, **more), folder)
        try:
            await web.SockSite(runner, listening).start()
            await bot.start()
            async with ClientSession(platform, timeout=ClientTimeout(total=60)) as control:
                yield City(control, app[WORLD], bot, platform, seed)
        finally:
            await bot.close()
            await runner.cleanup()
