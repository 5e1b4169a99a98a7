"""`serve`: run until told to stop; the event loop is uvloop where it is installed."""

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import Any

import uvloop

from bot.app import Application
from bot.config import Config


def serve(config: Config, given: argparse.Namespace) -> int:
    """Run bot, console and jobs until SIGINT or SIGTERM."""
    run_async(_serve(config))
    return 0


async def _serve(config: Config) -> None:
    stop = stop_signal()
    async with Application(config) as app:
        print(f"webhooks http://{config.server.public.host}:{app.public_port}  (health: /healthz, /readyz)", flush=True)
        print(f"console  http://{config.server.console.host}:{app.console_port}", flush=True)
        await stop.wait()


def run_async(main: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on a uvloop event loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


def stop_signal() -> asyncio.Event:
    """Set on SIGINT or SIGTERM. Ask for it first: what is told to stop while it starts stops cleanly, too."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    return stop
