"""今日概览: what came in, what went out, what waits. Numbers only, nobody's name."""

from aiohttp import web

from bot.calendar import period_of
from bot.clock import local
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import notice_desk, overview
from bot.services.overview import Numbers
from storage.work import Work


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Counts of the visitor's branch since midnight in Shanghai."""
    now = room.clock.now()
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)

    def look(work: Work) -> tuple[Numbers, int]:
        numbers = overview.numbers(work, visit.actor, midnight, period_of(now))
        return numbers, notice_desk.waiting(work, visit.actor)

    numbers, approvals = await room.database.read(look)
    return room.render(visit, "today.html", numbers=numbers, entries=len(room.house.knowledge), approvals=approvals)


ROUTES = (Route("GET", "/", "see", show),)
