"""工会的日期: the end of a term of office and the like, which duties count from; one by one or from a list."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from bot.console.addresses import ID, row_id
from bot.console.knowledge import read_page
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.uploads import read_upload
from bot.console.visit import Visit
from bot.exchange import cadres as files
from bot.exchange.workbook import Unreadable
from bot.services import accounts, org_dates
from bot.services.binding_lists import Mistake
from bot.services.org_dates import Listing, NoDate
from storage.org_dates import FIELDS
from storage.work import Work

SHOWN = 200
UNSEEN = "-"
PATH = "/cadres/dates"


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Unions of the branch with their dates, and the form for a list."""
    return await _list(room, visit, request)


async def _list(
    room: Room, visit: Visit, request: web.Request, problem: str = "", wrong: list[Mistake] | None = None
) -> web.StreamResponse:
    unit, page = " ".join(request.query.get("unit", "").split())[:60], read_page(request.query)

    def look(work: Work) -> Listing:
        found = accounts.places(work, visit.actor, unit) if unit else []
        return org_dates.listing(work, visit.actor, found[0].path if len(found) == 1 else "", page)

    names = {"unit": "工会", **FIELDS}
    return room.render(
        visit,
        "org_dates.html",
        422 if problem else 200,
        listing=await room.database.read(look),
        fields=FIELDS,
        unit=unit,
        problem=problem,
        wrong=[(each.row, names[each.key], each.reason) for each in (wrong or [])[:SHOWN]],
        address=f"{PATH}?" + urlencode({"unit": unit} if unit else {}),
    )


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One union's dates to be changed."""
    return await _page(room, visit, row_id(request, "org"))


async def _page(
    room: Room, visit: Visit, org_id: int, problem: str = "", typed: Mapping[str, str] | None = None
) -> web.StreamResponse:
    org, dates = await room.database.read(lambda work: org_dates.one(work, visit.actor, org_id))
    shown = {field: f"{dates[field].day}" if field in dates else "" for field in FIELDS}
    return room.render(
        visit,
        "org_date.html",
        422 if problem else 200,
        org=org,
        dates=dates,
        fields=FIELDS,
        shown={**shown, **{key: value for key, value in (typed or {}).items() if key in FIELDS}},
        mark=org_dates.mark_of(dates),
        problem=problem,
    )


async def change(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Save them."""
    org_id, form, now = row_id(request, "org"), await read_form(request), room.clock.now()
    seen = form.get("seen", UNSEEN)
    try:
        await room.database.writer.write(
            lambda work: org_dates.change(work, visit.actor, org_id, form, now, room.house, seen)
        )
    except NoDate as refusal:
        return await _page(room, visit, org_id, refusal.words, form)
    return room.redirect(f"{PATH}/{org_id}", "dates_saved")


async def bring_in(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A list: all rows or none."""
    data, now = (await read_upload(request)).data, room.clock.now()
    try:
        rows, wrong = await asyncio.to_thread(files.read_dates, data, FIELDS)
        if not wrong:
            _, wrong = await room.database.writer.write(
                lambda work: org_dates.bring_in(work, visit.actor, rows, now, room.house)
            )
    except Unreadable as bad:
        return await _list(room, visit, request, bad.words)
    if wrong or not rows:
        words = f"有{len(wrong)}处错误，一个日期都没有改。" if wrong else "文件里没有日期。"
        return await _list(room, visit, request, words, wrong)
    return room.redirect(PATH, "dates_saved")


_ONE = f"{PATH}/{{org:{ID}}}"
ROUTES = (
    Route("GET", PATH, "cadres", show_list),
    Route("POST", PATH, "appoint", bring_in, upload=True),
    Route("GET", _ONE, "cadres", show),
    Route("POST", _ONE, "appoint", change),
)
