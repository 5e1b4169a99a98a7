"""`demo`: sandbox, bot and console on loopback with a demo organisation; what `make run` starts.

The sandbox runs as a process of its own: it stands for the platform and shares nothing with the bot but the wire.
Secrets of the demo are drawn once and kept in `data/demo.env` (mode 600); real installations set theirs in the
environment.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

from bot import content
from bot.app import Application
from bot.channels.oa.menu import create_menu
from bot.channels.oa.qrcodes import create_qr
from bot.clock import SystemClock
from bot.commands import Failed, opened
from bot.config import Config, new_secrets
from bot.content import Demo
from bot.services import duties, knowledge, units
from bot.serving import run_async, told_to_stop
from storage import orgs
from storage.work import Work

log = logging.getLogger(__name__)
APP_ID = "wxdemo0000000000"
MENU = {
    "button": [
        {"type": "click", "name": "问政策", "key": "faq"},
        {
            "name": "入会",
            "sub_button": [
                {"type": "click", "name": "我要入会", "key": "join"},
                {"type": "click", "name": "办理进度", "key": "progress"},
            ],
        },
        {
            "name": "更多",
            "sub_button": [
                {"type": "click", "name": "本月任务", "key": "duties"},
                {"type": "click", "name": "转人工", "key": "human"},
                {"type": "click", "name": "帮助", "key": "help"},
            ],
        },
    ]
}


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


def run(config: Config, given: argparse.Namespace) -> int:
    """Start everything, say what to open, stop cleanly on Ctrl-C."""
    folder = data_folder(config)
    if given.fresh:
        _forget(folder, config)
    load_content(config)
    run_async(_run(_for_demo(config), folder))
    return 0


def _forget(folder: Path, config: Config) -> None:
    """Delete the demo's database and phones, nothing else."""
    name = Path(config.database.url.partition("sqlite:///")[2] or "unused").name
    for file in (folder / name, folder / f"{name}-wal", folder / f"{name}-shm", folder / "sandbox.json"):
        file.unlink(missing_ok=True)


def _for_demo(config: Config) -> Config:
    """The configuration with the sandbox as platform."""
    base = f"http://{config.sandbox.host}:{config.sandbox.port}"
    account = config.channels.oa.model_copy(
        update={"enabled": True, "app_id": config.channels.oa.app_id or APP_ID, "api_base_url": base, "mode": "safe"}
    )
    return config.model_copy(update={"channels": config.channels.model_copy(update={"oa": account})})


def load_content(config: Config) -> None:
    """Bring FAQ, calendar and demo organisation into the database; idempotent."""
    folder = config.content.folder
    faq = content.read_faq(sorted((folder / "faq").glob("*.yaml")))
    calendar = content.read_calendar(folder / "calendar.yaml")
    demo = content.read_demo(folder / "demo.yaml")
    now = SystemClock().now()

    def load(work: Work) -> None:
        knowledge.load_entries(work, faq, now)
        duties.load_calendar(work, calendar)
        units.load(work, (unit.model_dump() for unit in demo.units), now)
        for person in demo.people:
            org = orgs.by_code(work, person.unit) if person.unit else None
            if org is not None and person.bind_scene:
                code = person.bind_scene.removeprefix("bind_")
                orgs.put_binding(work, code, org, person.role or "经办人", now + timedelta(days=3650))

    with opened(config) as database:
        database.writer.run(load)


async def _run(config: Config, folder: Path) -> None:
    public = config.server.public
    callback = f"http://{public.host}:{public.port}/wechat/oa"
    async with _sandbox(config, callback, folder / "sandbox.json"), Application(config) as app:
        await _prepare_account(app, content.read_demo(config.content.folder / "demo.yaml"))
        print(_banner(config), flush=True)
        await told_to_stop()
        print("正在停止……", flush=True)


def _banner(config: Config) -> str:
    page = f"http://{config.sandbox.host}:{config.sandbox.port}/"
    console = f"http://{config.server.console.host}:{config.server.console.port}/"
    return (
        f"\n  手机和微信后台（沙箱） {page}\n  工会后台               {console}\n\n"
        "  在手机上点「关注」，然后直接提问，比如“年假有几天”；发“入会”开始申请。\n"
        "  王主席扫码 bind_demo_wang 绑定后发“我的任务”。按 Ctrl-C 停止。\n"
    )


@asynccontextmanager
async def _sandbox(config: Config, callback: str, state: Path) -> AsyncIterator[None]:
    """The platform as a child process; ended with us."""
    account = config.channels.oa
    environment = {
        **os.environ,
        "SANDBOX_APP_SECRET": account.app_secret.get_secret_value(),
        "SANDBOX_TOKEN": account.token.get_secret_value(),
        "SANDBOX_ENCODING_AES_KEY": account.encoding_aes_key.get_secret_value(),
    }
    arguments = ["--host", config.sandbox.host, "--port", str(config.sandbox.port), "--callback", callback]
    arguments += ["--app-id", account.app_id, "--mode", account.mode, "--state", str(state)]
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", *arguments, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await _reachable(config.sandbox.host, config.sandbox.port, child)
        yield
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
            await asyncio.wait_for(child.wait(), 10)


async def _reachable(host: str, port: int, child: asyncio.subprocess.Process) -> None:
    """Wait until the sandbox listens, at most ten seconds."""
    for _ in range(100):
        if child.returncode is not None:
            raise Failed(f"the sandbox ended with status {child.returncode}; is port {port} in use?")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise Failed("the sandbox did not start within 10 s")


async def _prepare_account(app: Application, demo: Demo) -> None:
    """Menu and QR codes of the demo account, as an operator would set them up."""
    oa = app.official_account
    if oa is None:
        return
    await create_menu(oa.api, MENU)
    scenes = [person.bind_scene for person in demo.people if person.bind_scene]
    scenes += [unit.scene for unit in demo.units if unit.level == "基层"]
    for scene in scenes:
        await create_qr(oa.api, scene, None)


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
