"""`demo`: sandbox, bot and console on loopback with a demo organisation; what `make run` starts.

The sandbox runs as a process of its own: it stands for the platform and shares nothing with the bot but the wire.
Secrets and passwords of the demo are drawn once and kept in `data/demo.env` and `data/demo-accounts.env` (mode 600);
real installations set theirs in the environment.
"""

import argparse
import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

from bot import content, staffing
from bot.app import Application
from bot.channels.oa.menu import create_menu
from bot.channels.oa.qrcodes import create_qr
from bot.config import Config
from bot.content import Demo
from bot.errors import Misconfigured
from bot.preparing import data_folder, load_content
from bot.services import demo_events
from bot.services.actors import ROLE_NAMES
from bot.serving import run_async, stop_signal

APP_ID = "wxdemo0000000000"
CONSENTS = {"notice": "demo-consent-notice", "event": "demo-consent-event"}


def run(config: Config, given: argparse.Namespace) -> int:
    """Start everything, say what to open, stop cleanly on Ctrl-C."""
    folder = data_folder(config)
    if given.fresh:
        _forget(folder, config)
    load_content(config)
    passwords = staffing.demo_accounts(config, folder / "demo-accounts.env")
    run_async(_run(_for_demo(config), folder, passwords))
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
        update={
            "enabled": True,
            "app_id": config.channels.oa.app_id or APP_ID,
            "api_base_url": base,
            "mode": "safe",
            "notice_template": "demo-template-notice",
            "event_template": "demo-template-event",
            "notice_consent_template": CONSENTS["notice"],
            "event_consent_template": CONSENTS["event"],
            "consent_link": f"{base}/h5/subscribe?{urlencode(CONSENTS)}",
            "mass": True,
        }
    )
    return config.model_copy(update={"channels": config.channels.model_copy(update={"oa": account})})


async def _run(config: Config, folder: Path, passwords: Mapping[str, str]) -> None:
    public = config.server.public
    callback = f"http://{public.host}:{public.port}/wechat/oa"
    stop = stop_signal()
    async with _sandbox(config, callback, folder / "sandbox.json"), Application(config) as app:
        await _prepare_account(app, content.read_demo(config.content.folder / "demo.yaml"))
        print(_banner(config, passwords), flush=True)
        await stop.wait()
        print("正在停止……", flush=True)


def _banner(config: Config, passwords: Mapping[str, str]) -> str:
    page = f"http://{config.sandbox.host}:{config.sandbox.port}/"
    console = f"http://{config.server.console.host}:{config.server.console.port}/"
    accounts = "".join(
        f"      {each.name:8} {passwords[each.name]}   {ROLE_NAMES[each.role]}{'（东区）' if each.branch else ''}\n"
        for each in staffing.DEMO
    )
    return (
        f"\n  手机和微信后台（沙箱） {page}\n  工会后台               {console}\n\n"
        "  在手机上点「关注」，然后直接提问，比如“年假有几天”；发“入会”开始申请，发“活动”看怎么报名。\n"
        "  王主席扫码 bind_demo_wang 绑定后发“我的任务”。按 Ctrl-C 停止。\n\n"
        f"  工会后台的演示账号和密码（首次启动时生成，改过的以您改的为准）：\n{accounts}"
    )


@asynccontextmanager
async def _sandbox(config: Config, callback: str, state: Path) -> AsyncIterator[None]:
    """The platform as a child process; ended with us."""
    account = config.channels.oa
    environment = {
        **os.environ,
        "SANDBOX_PARENT": str(os.getpid()),
        "SANDBOX_APP_SECRET": account.app_secret.get_secret_value(),
        "SANDBOX_TOKEN": account.token.get_secret_value(),
        "SANDBOX_ENCODING_AES_KEY": account.encoding_aes_key.get_secret_value(),
    }
    arguments = ["--host", config.sandbox.host, "--port", str(config.sandbox.port), "--callback", callback]
    arguments += ["--app-id", account.app_id, "--mode", account.mode, "--state", str(state)]
    _free(config.sandbox.host, config.sandbox.port)
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


def _free(host: str, port: int) -> None:
    """Whoever answers on the sandbox's port must be our own child. Raises Misconfigured."""
    try:
        socket.create_server((host, port)).close()
    except OSError:
        raise Misconfigured(f"port {port} for the sandbox is in use; end that program or set sandbox.port") from None


async def _reachable(host: str, port: int, child: asyncio.subprocess.Process) -> None:
    """Wait until the sandbox listens, at most ten seconds."""
    for _ in range(100):
        if child.returncode is not None:
            raise Misconfigured(f"the sandbox ended with status {child.returncode}; is port {port} in use?")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise Misconfigured("the sandbox did not start within 10 s")


async def _prepare_account(app: Application, demo: Demo) -> None:
    """Menu and QR codes of the demo account, as an operator would set them up."""
    oa = app.official_account
    if oa is None:
        return
    await create_menu(oa.api, content.read_menu(app.config.content.folder / "menu.yaml"))
    scenes = [person.bind_scene for person in demo.people if person.bind_scene]
    scenes += [unit.scene for unit in demo.units if unit.level == "基层"]
    scenes += [f"checkin_{scene}" for scene in app.database.look(demo_events.scenes)]
    for scene in scenes:
        await create_qr(oa.api, scene, None)
