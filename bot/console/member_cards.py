"""会员卡: the code a member shows and whose it is; and a card with a QR code for a member without a phone."""

from aiohttp import web

from bot.clock import local
from bot.console.addresses import ID, row_id
from bot.console.pictures import qr
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


async def present(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A fresh code of a member as a QR code; opening the page again asks again."""
    member_id, now = row_id(request, "member"), room.clock.now()
    card, code, until = await room.database.writer.write(lambda work: cards.present(work, visit.actor, member_id, now))
    return room.render(
        visit,
        "member_card_shown.html",
        card=card,
        code=code,
        member_id=member_id,
        picture=qr(code, "会员卡校验码二维码"),
        until=f"{local(until):%H:%M}",
        minutes=cards.MINUTES,
    )


ROUTES = (
    Route("GET", "/card", "members", show),
    Route("POST", "/card", "members", look),
    Route("POST", f"/members/{{member:{ID}}}/card", "members", present),
)
