"""`python -m bot demo` as a process of its own on free ports, with a database and phones of its own."""

import asyncio
import os
import sys
from pathlib import Path

from tests.crash.house import ROOT, START_S, STOP_S, free_port


class Demonstration:
    """The demo as somebody starts it; `page` is what they open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sandbox, self._public, self._console = free_port(), free_port(), free_port()
        self.page = f"http://127.0.0.1:{self._sandbox}/"
        self.console = f"http://127.0.0.1:{self._console}/"
        self.log = folder / "demo.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it says what to open."""
        with self.log.open("ab") as log:
            self._process = await self._spawn("demo", stderr=log.fileno())
        assert self._process.stdout is not None
        async with asyncio.timeout(START_S):
            while self.page.encode() not in (line := await self._process.stdout.readline()):
                assert line, self.log.read_text("utf-8")

    def password(self, account: str) -> str:
        """What the demo prints for an account of the console."""
        lines = (self._folder / "demo-accounts.env").read_text("ascii").splitlines()
        return dict(line.split("=", 1) for line in lines)[account]

    async def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self._process is not None
        self._process.terminate()
        async with asyncio.timeout(STOP_S):
            await self._process.communicate()
        return int(self._process.returncode or 0)

    async def close(self) -> None:
        """End it, the sandbox with it, whatever happened."""
        if self._process is not None and self._process.returncode is None:
            await self.stop()

    async def command(self, *arguments: str) -> str:
        """Another command in the same place; must succeed."""
        status, said = await self.attempt(*arguments)
        assert status == 0, said
        return said

    async def attempt(self, *arguments: str) -> tuple[int, str]:
        """Another command in the same place: exit status and what it said."""
        process = await self._spawn(*arguments, stderr=asyncio.subprocess.STDOUT)
        async with asyncio.timeout(START_S):
            said, _ = await process.communicate()
        return int(process.returncode or 0), said.decode()

    async def _spawn(self, *arguments: str, stderr: int) -> asyncio.subprocess.Process:
        ports = {"SANDBOX": self._sandbox, "SERVER__PUBLIC": self._public, "SERVER__CONSOLE": self._console}
        settings = {
            "DATABASE__URL": f"sqlite:///{self._folder}/demo.db",
            "CONTENT__FOLDER": str(ROOT / "content"),
            **{f"{name}__PORT": str(port) for name, port in ports.items()},
        }
        env = {"PYTHONPATH": str(ROOT), "PATH": os.defpath, "PYTHONUNBUFFERED": "1"}
        env |= {f"UNIONBOT__{name}": value for name, value in settings.items()}
        command = (sys.executable, "-m", "bot", *arguments)
        out = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(*command, env=env, cwd=self._folder, stdout=out, stderr=stderr)
