"""The console's listener and its one page. It shows no personal data, so it has no login yet; keep it on loopback."""

from pathlib import Path

import jinja2
from aiohttp import web

from bot.calendar import period_of, say_date
from bot.clock import Clock, local
from bot.services import overview
from bot.services.house import House
from storage.database import Database

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Pages:
    """The console's pages."""

    def __init__(self, database: Database, house: House, clock: Clock) -> None:
        self._database, self._house, self._clock = database, house, clock
        loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
        self._jinja = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)

    async def today(self, request: web.Request) -> web.Response:
        """今日概览: what came in, what went out, what waits."""
        now = self._clock.now()
        midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
        numbers = await self._database.read(lambda work: overview.numbers(work, midnight, period_of(now)))
        page = self._jinja.get_template("today.html").render(
            union=self._house.union,
            day=say_date(local(now).date()),
            time=local(now).strftime("%H:%M"),
            numbers=numbers,
            entries=len(self._house.knowledge),
        )
        return web.Response(text=page, content_type="text/html", headers=HEADERS)


def console_app(database: Database, house: House, clock: Clock) -> web.Application:
    """The console's routes."""
    pages = Pages(database, house, clock)
    app = web.Application(client_max_size=64 * 1024)
    app.router.add_get("/", pages.today)
    return app
