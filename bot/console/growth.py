"""会员增减: what was gained and lost by year, for the branch and for the unions right below it."""

from aiohttp import web

from bot.console import charts
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import roster


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Chart and tables of the last five calendar years."""
    now = room.clock.now()
    name, strength, mine, below = await room.database.read(lambda work: roster.growth(work, visit.actor, now))
    chart = charts.balance(
        [(f"{each.year}年", each.net) for each in mine], "每年净增", "人", "入会加转入，减去退会除名和转出"
    )
    return room.render(visit, "growth.html", name=name, strength=strength, mine=mine, below=below, chart=chart)


ROUTES = (Route("GET", "/members/growth", "members", show),)
