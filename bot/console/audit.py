"""操作记录: who did what, the newest first."""

from urllib.parse import urlencode

from aiohttp import web

from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import trail


async def index(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Lines of an action or an account, a page at a time."""
    asked = {key: request.query.get(key, "").strip()[:48] for key in ("action", "name", "before")}
    page = await room.database.read(lambda work: trail.page(work, visit.actor, **asked))
    kept = {key: value for key, value in asked.items() if value and key != "before"}
    older = f"/audit?{urlencode(kept | {'before': page.older})}" if page.older else ""
    newest = f"/audit?{urlencode(kept)}" if asked["before"] else ""
    actions = [("", "全部"), *trail.ACTIONS.items()]
    return room.render(visit, "audit.html", page=page, asked=asked, actions=actions, older=older, newest=newest)


ROUTES = (Route("GET", "/audit", "approve", index),)
