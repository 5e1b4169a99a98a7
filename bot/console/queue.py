"""待审核: what one person wrote and a second one publishes, after the golden questions were asked."""

import asyncio

from aiohttp import web

from bot.console.addresses import ID, row_id
from bot.console.gate import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import catalogue, drafts, golden, reviewing
from bot.services.drafts import BreaksGolden, Trial
from storage.revisions import CITY, Revision
from storage.work import Work

SHOWN_BROKEN = 50


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """What waits, each with what it changes."""
    return await _page(room, visit)


async def _page(
    room: Room, visit: Visit, status: int = 200, refusal: BreaksGolden | None = None, about: int | None = None
) -> web.StreamResponse:
    broken = refusal.broken if refusal else []
    wanted = [entry_id for each in broken for entry_id in each.expect]

    def look(work: Work) -> tuple[list[reviewing.Waiting], dict[str, str], dict[str, str]]:
        return reviewing.queue(work, visit.actor), catalogue.questions_of(work, wanted), catalogue.names(work)

    waiting, questions, names = await room.database.read(look)
    return room.render(
        visit,
        "queue.html",
        status,
        waiting=waiting,
        broken=broken[:SHOWN_BROKEN],
        broken_count=len(broken),
        problem=refusal.problem if refusal else "",
        apart={each.revision.id: _apart(room, each.revision) for each in waiting},
        shown=SHOWN_BROKEN,
        reason=drafts.REASON,
        questions=questions,
        names=names,
        about=about,
        golden=sum(1 for _ in room.golden.every()),
    )


def _apart(room: Room, revision: Revision) -> list[str]:
    """Golden questions that nothing answers any more once this entry is taken back."""
    if revision.org_id != CITY or revision.content["status"] == "published":
        return []
    published = room.house.knowledge.base.answers.keys()
    return [each.ask for each in golden.apart(room.golden, published, published - {revision.entry_id})]


async def publish(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Ask the golden questions, then put it in force; or show which of them it would break, and ask for a reason."""
    revision_id, now = row_id(request, "revision"), room.clock.now()
    form = await read_form(request)
    seen, why = form.get("seen", ""), form.get("despite", "")

    def attempt(work: Work) -> Trial:
        drafts.decidable(work, visit.actor, revision_id, seen)
        return drafts.trial(work, revision_id)

    tried = await room.database.read(attempt)
    try:
        despite = await asyncio.to_thread(drafts.examine, tried, room.golden, why)
    except BreaksGolden as error:
        return await _page(room, visit, 409, error, revision_id)
    await room.database.writer.write(lambda work: drafts.publish(work, visit.actor, revision_id, tried, now, despite))
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
