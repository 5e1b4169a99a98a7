"""What every page has at hand: the database, the union, the clock, the templates; and the two kinds of answers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import jinja2
from aiohttp import web

from bot.calendar import say_date
from bot.clock import Clock, local
from bot.console.assets import Assets
from bot.console.counting import Counting
from bot.console.flashes import FLASHES
from bot.console.navigation import is_current, links_for
from bot.console.tries import Tries
from bot.console.visit import Visit
from bot.services.actors import ROLE_NAMES
from bot.services.golden import Golden
from bot.services.house import House
from bot.services.passwords import Passwords
from storage.database import Database

FLASH = "flash"  # name of the cookie
FLASH_SECONDS = 60
HASHES_AT_ONCE = 2  # each takes 64 MiB and a core for a moment
T = TypeVar("T")


def make_jinja() -> jinja2.Environment:
    """Templates that escape everything and refuse names nobody gave them."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    made = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["moment"] = lambda moment: f"{local(moment):%Y-%m-%d %H:%M}"
    made.filters["day"] = say_date
    made.filters["many"] = lambda number: f"{number:,}"
    return made


@dataclass(frozen=True, slots=True)
class Room:
    """One console. Build it with its five parts; the rest has defaults."""

    database: Database
    house: House
    clock: Clock
    golden: Golden = field(default_factory=Golden)
    jinja: jinja2.Environment = field(default_factory=make_jinja)
    assets: Assets = field(default_factory=Assets)
    passwords: Passwords = field(default_factory=Passwords)
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHES_AT_ONCE))
    tries: Tries = field(default_factory=Tries)
    counting: Counting = field(default_factory=Counting)
    session_hours: int = 12
    scene_link: Callable[[str, int], Awaitable[str]] | None = None  # what a QR code of a scene says, for so many days

    def render(self, visit: Visit | None, template: str, status: int = 200, **values: Any) -> web.Response:
        """A page. Templates see `values` and what the layout needs; without a visit it has no menu."""
        now = local(self.clock.now())
        page: dict[str, Any] = {
            "union": self.house.union,
            "asset": self.assets.url,
            "visit": visit,
            "csrf": visit.csrf if visit else "",
            "role_names": ROLE_NAMES,
            "navigation": self._navigation(visit),
            "flash": FLASHES.get(visit.flash, "") if visit else "",
            "today": say_date(now.date()),
            "time": now.strftime("%H:%M"),
        }
        text = self.jinja.get_template(template).render(page | values)
        return web.Response(text=text, status=status, content_type="text/html")

    def _navigation(self, visit: Visit | None) -> list[tuple[str, str, bool]]:
        if visit is None or visit.must_change:
            return []
        return [(link.path, link.label, is_current(link, visit.path)) for link in links_for(visit.actor)]

    def redirect(self, path: str, flash_key: str = "") -> web.Response:
        """Go to a page of ours (after a POST), perhaps with a message of `FLASHES`. KeyError for an unknown one."""
        answer = web.Response(status=303, headers={"Location": path})
        if flash_key:
            if flash_key not in FLASHES:
                raise KeyError(flash_key)
            answer.set_cookie(FLASH, flash_key, max_age=FLASH_SECONDS, path="/", httponly=True, samesite="Strict")
        return answer

    async def hashed(self, job: Callable[[], T]) -> T:
        """Do something slow with a password: in a thread, two at a time, while the event loop goes on."""
        async with self.hashing:
            return await asyncio.to_thread(job)
