"""Putting the public routes on a port."""

from aiohttp import web

from bot.web.health import Health
from bot.web.webhook import MAX_BODY, Handler


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
    runner = web.AppRunner(app, access_log=None, handler_cancellation=False, keepalive_timeout=75)
    await runner.setup()
    site = web.TCPSite(runner, host, port, backlog=1024)
    try:
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    return runner, int(runner.addresses[0][1])
