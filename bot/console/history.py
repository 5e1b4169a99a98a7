"""历史: the versions of an entry, what each changed, and an old one again as a draft."""

from aiohttp import web

from bot.console.addresses import ENTRY, ID, is_id, row_id
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import catalogue, drafts, reviewing
from bot.services.catalogue import NoEntry
from storage.revisions import CITY
from storage.work import Work


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """All versions, newest first, each with what it changed."""
    entry_id, branch = request.match_info["id"], request.query.get("branch", "")
    org_id = int(branch) if is_id(branch) else CITY

    def look(work: Work) -> tuple[str, str, list[reviewing.Version], dict[str, str]]:
        versions = reviewing.history(work, visit.actor, entry_id, org_id)
        if not versions:
            raise NoEntry("这一条还没有历史版本。")
        known = catalogue.questions_of(work, [entry_id]).get(entry_id, "")
        question = known or versions[0].revision.content.get("question", "")
        return question, catalogue.place_name(work, org_id), versions, catalogue.names(work)

    question, place, versions, names = await room.database.read(look)
    open_ = any(each.revision.state in ("draft", "pending") for each in versions)
    return room.render(
        visit,
        "knowledge_history.html",
        entry_id=entry_id,
        org_id=org_id,
        question=question,
        place=place,
        versions=versions,
        names=names,
        may_restore=visit.actor.may("draft") and not open_,
    )


async def restore(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """An old version becomes a new draft."""
    revision_id, now = row_id(request, "revision"), room.clock.now()
    index = room.house.knowledge.base.index
    made = await room.database.writer.write(lambda work: drafts.restore(work, visit.actor, revision_id, now, index))
    branch = f"?branch={made.org_id}" if made.org_id != CITY else ""
    return room.redirect(f"/knowledge/{made.entry_id}/edit{branch}", "draft_restored")


ROUTES = (
    Route("GET", f"/knowledge/{{id:{ENTRY}}}/history", "see", show),
    Route("POST", f"/drafts/{{revision:{ID}}}/restore", "draft", restore),
)
