"""验会员卡: the code a member shows, and whose it is."""

from aiohttp import web

from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import cards
from bot.services.cards import BadCard


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The form."""
    return room.render(visit, "member_card.html", card=None, problem="")


async def look(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Name, union and state; never a number."""
    typed, now = (await read_form(request)).get("code", ""), room.clock.now()
    try:
        card = await room.database.writer.write(lambda work: cards.look(work, visit.actor, typed, now))
    except BadCard as refusal:
        return room.render(visit, "member_card.html", 422, card=None, problem=refusal.words)
    return room.render(visit, "member_card.html", card=card, problem="")


ROUTES = (
    Route("GET", "/card", "members", show),
    Route("POST", "/card", "members", look),
)
