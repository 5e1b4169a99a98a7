"""活动: the list, one event with who is in; opening, closing, cancelling, each asked back with how many it tells."""

from aiohttp import web

from bot.console.addresses import ID, row_id
from bot.console.knowledge import read_page
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import event_desk, event_people, event_words, events
from bot.services.event_desk import SIDES, TONES, VIEWS, Listing, Sheet, Who
from bot.services.event_refusals import BadEvent
from bot.services.events import NOTE_CHARS, STATES
from storage.work import Work

DEEDS = {"open": "开放报名", "close": "截止报名", "cancel": "取消活动"}
FLASHES = {"open": "event_opened", "close": "event_closed", "cancel": "event_cancelled"}


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Events that are not over, or those that are."""
    side, page = request.query.get("side", "coming"), read_page(request.query)
    side = side if side in SIDES else "coming"
    now = room.clock.now()
    found: Listing = await room.database.read(lambda work: event_desk.listing(work, visit.actor, side, page))
    return room.render(
        visit,
        "events.html",
        found=found,
        side=side,
        sides=SIDES,
        states=STATES,
        tones=TONES,
        when=event_words.when,
        seats=lambda line: event_words.seats(line.event, line.counts, now),
    )


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One event, and one view of its people."""
    event_id, view, page = row_id(request, "event"), request.query.get("view", ""), read_page(request.query)
    view, now = view if view in VIEWS else "registered", room.clock.now()

    def look(work: Work) -> tuple[Sheet, list[Who], int]:
        return event_desk.sheet(work, visit.actor, event_id, now), *event_desk.people(
            work, visit.actor, event_id, view, page
        )

    sheet, people, pages = await room.database.read(look)
    counts = sheet.counts
    return room.render(
        visit,
        "event.html",
        sheet=sheet,
        event=sheet.event,
        people=people,
        page=page,
        pages=pages,
        view=view,
        views=_views(sheet, now >= sheet.event.ends_at),
        numbers={
            "registered": counts.registered,
            "waiting": counts.waiting,
            "cancelled": sheet.cancelled,
            "absent": sheet.absent,
        },
        states=STATES,
        tones=TONES,
        words=event_words,
        desk_open=event_people.is_desk_open(sheet.event, now),
        deeds=_deeds(sheet),
    )


def _views(sheet: Sheet, after: bool) -> dict[str, str]:
    """No-shows are only there when it is over and somebody was checked in."""
    absent = after and sheet.counts.attended > 0 and sheet.event.state != "cancelled"
    return {key: words for key, words in VIEWS.items() if key != "absent" or absent}


def _deeds(sheet: Sheet) -> list[tuple[str, str]]:
    """What can be done with it now."""
    if sheet.ended:
        return []
    possible = {"draft": ("open", "cancel"), "open": ("close", "cancel"), "closed": ("open", "cancel")}
    return [(key, DEEDS[key]) for key in possible.get(sheet.event.state, ())]


async def ask(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """What this would do, and to how many."""
    return await _ask(room, visit, request)


async def _ask(room: Room, visit: Visit, request: web.Request, problem: str = "", note: str = "") -> web.StreamResponse:
    event_id, deed, now = row_id(request, "event"), request.match_info["deed"], room.clock.now()

    def look(work: Work) -> tuple[Sheet, int | None]:
        found = event_desk.sheet(work, visit.actor, event_id, now)
        return found, event_desk.meant(work, found.event, now) if deed == "open" else None

    sheet, meant = await room.database.read(look)
    return room.render(
        visit,
        "event_deed.html",
        422 if problem else 200,
        sheet=sheet,
        event=sheet.event,
        deed=deed,
        meant=meant,
        label=DEEDS[deed],
        possible=deed in dict(_deeds(sheet)),
        when=event_words.when(sheet.event),
        begun=sheet.event.starts_at <= now,
        note=note,
        note_chars=NOTE_CHARS,
        problem=problem,
    )


async def act(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Do it."""
    event_id, deed, form = row_id(request, "event"), request.match_info["deed"], await read_form(request)
    note, now = form.get("note", ""), room.clock.now()

    def do(work: Work) -> object:
        if deed == "cancel":
            return events.cancel(work, visit.actor, event_id, note, now, room.house)
        return (events.publish if deed == "open" else events.close)(work, visit.actor, event_id, now)

    try:
        await room.database.writer.write(do)
    except BadEvent as refusal:
        return await _ask(room, visit, request, refusal.words, note[:200])
    return room.redirect(f"/events/{event_id}", FLASHES[deed])


_ONE = f"/events/{{event:{ID}}}"
ROUTES = (
    Route("GET", "/events", "see", show_list),
    Route("GET", _ONE, "see", show),
    Route("GET", f"{_ONE}/{{deed:open|close|cancel}}", "draft", ask),
    Route("POST", f"{_ONE}/{{deed:open|close|cancel}}", "draft", act),
)
