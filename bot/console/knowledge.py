"""知识库: the list with search and filters, and each entry as workers see it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from bot.clock import local
from bot.console.addresses import ENTRY, is_id
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.dispatcher import fit
from bot.services import catalogue, preview, reviewing
from bot.services.catalogue import SCOPES, STATUSES, Sheet
from bot.services.preview import LIMIT, Bubble
from storage.catalogue import Wanted
from storage.work import Work

MAX_WORDS = 60
FILTERS = ("words", "category", "status", "scope", "branch")


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Entries as wanted, a page at a time."""
    wanted, now = read_wanted(request.query), room.clock.now()
    page = read_page(request.query)
    found = await room.database.read(lambda work: catalogue.listing(work, room.house.knowledge, wanted, page, now))
    return room.render(
        visit,
        "knowledge_list.html",
        wanted=wanted,
        listing=found,
        statuses=list(STATUSES.items()),
        scopes=list(SCOPES.items()),
        address=lambda number: _address(wanted, number),
    )


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """The filters of an address; what is no filter of ours asks for everything."""
    status, scope, branch = (query.get(name, "") for name in ("status", "scope", "branch"))
    return Wanted(
        words=" ".join(query.get("words", "").split())[:MAX_WORDS],
        category=query.get("category", "")[:32],
        status=status if status in STATUSES else "",
        scope=scope if scope in SCOPES else "",
        branch=branch if branch == "any" or is_id(branch) else "",
    )


def read_page(query: Mapping[str, str]) -> int:
    """The number of the page asked for; the first one when it is none."""
    text = query.get("page", "1")
    return int(text) if is_id(text) and len(text) < 6 else 1


def _address(wanted: Wanted, page: int) -> str:
    kept = {name: value for name in FILTERS if (value := getattr(wanted, name))}
    return "/knowledge?" + urlencode({**kept, "page": page})


async def show_entry(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One entry: the message workers get, where it is written, branches' own versions, drafts under way."""
    entry_id, now = request.match_info["id"], room.clock.now()

    def look(work: Work) -> tuple[Sheet, Bubble | None, dict[int, Bubble], dict[str, str]]:
        sheet = catalogue.sheet(work, visit.actor, entry_id, now)
        city = preview.bubble(work, sheet.answer, room.house) if sheet.answer else None
        owns = {own.org_id: preview.bubble(work, own.answer, room.house) for own in sheet.owns}
        return sheet, city, owns, catalogue.names(work)

    sheet, city, owns, names = await room.database.read(look)
    return room.render(
        visit,
        "knowledge_entry.html",
        entry_id=entry_id,
        sheet=sheet,
        bubble=city,
        bubbles=owns,
        names=names,
        limit=LIMIT,
        parts_of=parts_of,
        states=reviewing.STATES,
        scopes=SCOPES,
        audiences=catalogue.AUDIENCES,
        days=catalogue.OPINION_DAYS,
        now_day=local(now).date(),
        may_city=visit.actor.may("draft") and visit.actor.path is None,
    )


def parts_of(bubble: Bubble) -> int:
    """As how many messages it goes out: a channel cuts what does not fit into one."""
    return len(fit([bubble.text], LIMIT))


ROUTES = (
    Route("GET", "/knowledge", "see", show_list),
    Route("GET", f"/knowledge/{{id:{ENTRY}}}", "see", show_entry),
)
