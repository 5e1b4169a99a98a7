"""How an event went: opinions with a chart, and the roster as a file."""

import asyncio

from aiohttp import web

from bot.clock import local
from bot.console import charts, sheets
from bot.console.addresses import ID, row_id
from bot.console.room import Room
from bot.console.route import Route
from bot.console.sheets import Table
from bot.console.visit import Visit
from bot.services import event_results
from bot.services.event_results import Opinions
from storage.work import Work


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Stars and words, without names."""
    event_id = row_id(request, "event")
    found = await room.database.read(lambda work: event_results.opinions(work, visit.actor, event_id))
    chart = charts.shares([(f"{stars}分", count) for stars, count in found.counts], "打分的分布", "人")
    return room.render(visit, "event_opinions.html", found=found, event=found.event, chart=chart)


async def download(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Everybody with what they answered, and the opinions apart from them. It is written down before it is sent."""
    event_id, now = row_id(request, "event"), room.clock.now()
    await room.database.writer.write(lambda work: event_results.note_export(work, visit.actor, event_id, now))

    def look(work: Work) -> tuple[Table, Opinions]:
        return Table("名单", *event_results.roster(work, visit.actor, event_id)), event_results.opinions(
            work, visit.actor, event_id
        )

    people, found = await room.database.read(look)
    said = Table("评价", ["分数", "说的话"], [list(each) for each in found.words])
    counts = Table("打分", ["分数", "人数"], [list(each) for each in found.counts])
    body = await asyncio.to_thread(sheets.workbook, [people, counts, said])
    name = f"event-{found.event.number}-{local(now):%Y%m%d-%H%M}.xlsx"
    kept = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=sheets.TYPE, headers=kept)


_ONE = f"/events/{{event:{ID}}}"
ROUTES = (
    Route("GET", f"{_ONE}/opinions", "members", show),
    Route("POST", f"{_ONE}/roster.xlsx", "export", download),
)
