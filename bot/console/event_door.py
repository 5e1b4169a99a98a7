"""At the door of an event: the desk that ticks people off by name, and the card with the code they scan themselves."""

from aiohttp import web

from bot.clock import local
from bot.console.addresses import ID, number, row_id
from bot.console.pictures import qr
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import event_people, event_words, events
from bot.services.attendance import BEFORE

SOUGHT_CHARS = 20
MOST_DAYS = 30  # of a code of the platform


async def show_desk(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Who came, and who is still to come."""
    return await _desk(room, visit, request, "")


async def _desk(room: Room, visit: Visit, request: web.Request, sought: str) -> web.StreamResponse:
    event_id, now = row_id(request, "event"), room.clock.now()
    desk = await room.database.read(lambda work: event_people.desk(work, visit.actor, event_id, sought, now))
    return room.render(
        visit, "event_desk.html", desk=desk, event=desk.event, sought=sought, opens=event_words.moment(desk.opens_at)
    )


async def at_desk(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Look for a name (it never stands in an address), tick somebody off, or take that back."""
    event_id, form, now = row_id(request, "event"), await read_form(request), room.clock.now()
    came, back = number(form.get("came", "")), number(form.get("back", ""))
    one = came or back
    if one is None:
        return await _desk(room, visit, request, " ".join(form.get("sought", "").split())[:SOUGHT_CHARS])
    await room.database.writer.write(
        lambda work: event_people.tick(work, visit.actor, event_id, one, came is not None, now)
    )
    return room.redirect(f"/events/{event_id}/desk", "event_came" if came is not None else "event_not_came")


async def show_card(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The code to be printed or shown on a screen."""
    event_id, now = row_id(request, "event"), room.clock.now()
    event = await room.database.read(lambda work: events.seen(work, visit.actor, event_id))
    days = min(max((local(event.ends_at).date() - local(now).date()).days + 1, 1), MOST_DAYS)
    ours = room.scene_link is not None and event.state not in ("draft", "cancelled", "over")
    link = await room.scene_link(f"checkin_{event.scene}", days) if ours and room.scene_link else ""
    words = f"签到 {event.code}"
    return room.render(
        visit,
        "event_card.html",
        event=event,
        when=event_words.when(event),
        picture=qr(link or words, "签到二维码"),
        scene=bool(link),
        words=words,
        opens=event_words.moment(event.starts_at - BEFORE),
        days=days,
    )


_ONE = f"/events/{{event:{ID}}}"
ROUTES = (
    Route("GET", f"{_ONE}/desk", "members", show_desk),
    Route("POST", f"{_ONE}/desk", "members", at_desk),
    Route("GET", f"{_ONE}/card", "see", show_card),
)
