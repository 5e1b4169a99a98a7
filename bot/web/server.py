"""Putting the public routes on a port."""

import logging

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.web.health import Health
from bot.web.webhook import MAX_BODY, Handler

log = logging.getLogger(__name__)
STOP_SECONDS = 5.0  # a turn is over within the reply budget; who is still sending its request then is cut off


def public_app(webhooks: dict[str, Handler], health: Health) -> web.Application:
    """The public listener's routes: callback addresses by path, health, metrics."""
    app = web.Application(client_max_size=MAX_BODY)
    for path, handler in webhooks.items():
        app.router.add_get(path, handler, allow_head=False)
        app.router.add_post(path, handler)
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    app.router.add_get("/metrics", health.metrics)
    return app


async def listen(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Start serving; returns the runner to clean up and the port in use (also when 0 was asked for)."""
    log.addFilter(_ours)
    runner = web.AppRunner(
        app,
        logger=log,
        access_log=None,
        handler_cancellation=False,
        keepalive_timeout=75,
        auto_decompress=False,  # no platform compresses; a bomb stays small and is refused as what it is
        shutdown_timeout=STOP_SECONDS,
    )
    await runner.setup()
    site = web.TCPSite(runner, host, port, backlog=1024)
    try:
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    return runner, int(runner.addresses[0][1])


def _ours(record: logging.LogRecord) -> bool:
    """Broken HTTP is the caller's fault and answered with 4xx: not worth a traceback, which would quote it."""
    return record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError)
