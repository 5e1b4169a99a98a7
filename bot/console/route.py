"""A page's address, and the right it takes to open it."""

from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple

from aiohttp import web

from bot.console.room import Room
from bot.console.visit import Visit

View = Callable[[Room, Visit, web.Request], Awaitable[web.StreamResponse]]


class Route(NamedTuple):
    """One line of `ROUTES`. `right` is a key of `bot.services.actors.RIGHTS`; `path` may hold `{name}` parts."""

    method: Literal["GET", "POST"]
    path: str
    right: str
    view: View
    upload: bool = False  # its form carries a file (`bot/console/uploads.py`)
