"""待审核: what one person wrote and a second one publishes, after the golden questions were asked."""

import asyncio

from aiohttp import web

from bot.console.addresses import ID, row_id
from bot.console.gate import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import catalogue, drafts, reviewing
from bot.services.drafts import BreaksGolden, Trial
from bot.services.golden import Broken
from storage.work import Work

SHOWN_BROKEN = 50


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """What waits, each with what it changes."""
    return await _page(room, visit)


async def _page(
    room: Room, visit: Visit, status: int = 200, broken: list[Broken] | None = None, about: int | None = None
) -> web.StreamResponse:
    wanted = [entry_id for each in broken or () for entry_id in each.expect]

    def look(work: Work) -> tuple[list[reviewing.Waiting], dict[str, str], dict[str, str]]:
        return reviewing.queue(work, visit.actor), catalogue.questions_of(work, wanted), catalogue.names(work)

    waiting, questions, names = await room.database.read(look)
    return room.render(
        visit,
        "queue.html",
        status,
        waiting=waiting,
        broken=(broken or [])[:SHOWN_BROKEN],
        broken_count=len(broken or ()),
        questions=questions,
        names=names,
        about=about,
        golden=sum(1 for _ in room.golden.every()),
    )


async def publish(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Ask the golden questions, then put it in force; or show which of them it would break."""
    revision_id, now = row_id(request, "revision"), room.clock.now()
    seen = (await read_form(request)).get("seen", "")

    def attempt(work: Work) -> Trial:
        drafts.decidable(work, visit.actor, revision_id, seen)
        return drafts.trial(work, revision_id)

    tried = await room.database.read(attempt)
    try:
        await asyncio.to_thread(drafts.examine, tried, room.golden)
    except BreaksGolden as error:
        return await _page(room, visit, 409, error.broken, revision_id)
    await room.database.writer.write(lambda work: drafts.publish(work, visit.actor, revision_id, tried, now))
    await room.database.read(room.house.knowledge.refresh)
    return room.redirect("/queue", "published")


async def reject(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Back to the author, with the reason."""
    revision_id, now = row_id(request, "revision"), room.clock.now()
    form = await read_form(request)
    note, seen = form.get("note", ""), form.get("seen", "")
    await room.database.writer.write(lambda work: drafts.reject(work, visit.actor, revision_id, note, now, seen))
    return room.redirect("/queue", "rejected")


ROUTES = (
    Route("GET", "/queue", "approve", show),
    Route("POST", f"/queue/{{revision:{ID}}}/publish", "approve", publish),
    Route("POST", f"/queue/{{revision:{ID}}}/reject", "approve", reject),
)
