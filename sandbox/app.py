"""The sandbox as an aiohttp application: everything wired, started and stopped cleanly."""

from collections.abc import AsyncIterator

from aiohttp import web

from sandbox import controlphones, controltools, controlview, saving
from sandbox.config import SandboxConfig
from sandbox.gateway import WORLD, platform_call, show_qrcode
from sandbox.world import World

MAX_BODY = 12 * 2**20


def create_app(config: SandboxConfig) -> web.Application:
    """An application of its own; several may run in one process. ``app[WORLD]`` is its state."""
    app = web.Application(client_max_size=MAX_BODY)
    app[WORLD] = World(config)
    app.router.add_get("/cgi-bin/showqrcode", show_qrcode)
    app.router.add_route("*", "/cgi-bin/{path:.*}", platform_call)
    app.router.add_routes([*controlphones.routes(), *controltools.routes(), *controlview.routes()])
    app.cleanup_ctx.append(_running)
    app.on_shutdown.append(_end_streams)
    return app


async def _running(app: web.Application) -> AsyncIterator[None]:
    world = app[WORLD]
    await world.open()
    path = world.config.state
    if path is not None:
        saving.load(world, path)
        world.jobs.spawn(saving.autosave(world, path))
    yield
    await world.close()
    if path is not None:
        saving.save(world, path)


async def _end_streams(app: web.Application) -> None:
    world = app[WORLD]
    world.hub.close()
    world.jobs.closing.set()
