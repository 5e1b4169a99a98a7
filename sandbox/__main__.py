"""Run the sandbox: ``python -m sandbox --callback http://… --app-id … --app-secret … --token …``."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator

from aiohttp import web

from sandbox.app import create_app
from sandbox.config import ConfigError, parse_config


async def _end_with_parent(app: web.Application) -> AsyncIterator[None]:
    """A sandbox started by a demo ends when the demo does, however it ends: an orphan would keep the port."""

    loop, parent = asyncio.get_running_loop(), os.getppid()

    def look() -> None:
        if os.getppid() == parent:
            loop.call_later(1, look)
        else:
            signal.raise_signal(signal.SIGTERM)

    look()
    yield


def main() -> int:
    """Serve until interrupted; exit status 2 on a bad configuration."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        config = parse_config(sys.argv[1:], os.environ)
    except (ConfigError, OSError, ValueError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    app = create_app(config)
    if os.environ.get("SANDBOX_PARENT"):
        app.cleanup_ctx.append(_end_with_parent)
    web.run_app(app, host=config.host, port=config.port, access_log=None, shutdown_timeout=3.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
