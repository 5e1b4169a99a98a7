"""The gate before every page: session, right, and for what changes something proof that our own page asked for it."""

import hmac
import logging
from datetime import timedelta
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import MultiDict

from bot.console import cookies, pages
from bot.console.origin import is_ours
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import View
from bot.console.uploads import read_upload
from bot.console.visit import Visit
from bot.errors import Refusal
from bot.services import sessions
from bot.services.actors import RIGHTS, NotAllowed, require
from bot.services.catalogue import NoEntry
from storage import audit, staff

__all__ = ["guarded", "read_form"]

log = logging.getLogger(__name__)
TOUCH_EVERY = timedelta(minutes=1)
WHILE_MUST_CHANGE = ("/password", "/logout")


def guarded(room: Room, right: str, view: View, upload: bool = False) -> Handler:
    """A view behind the gate. A refusal becomes a page, and where a right is missing, a line of the audit trail."""

    if right not in RIGHTS:
        raise KeyError(right)

    async def handler(request: web.Request) -> web.StreamResponse:
        visit = await _visit(room, request)
        if visit is None:
            return _to_login(room, request)
        if visit.must_change and request.path not in WHILE_MUST_CHANGE:
            return room.redirect("/password")
        answer = await _let_in(room, visit, right, view, request, upload)
        if visit.flash:
            cookies.drop_flash(answer)
        return answer

    return handler


async def _let_in(
    room: Room, visit: Visit, right: str, view: View, request: web.Request, upload: bool
) -> web.StreamResponse:
    try:
        if upload:
            require(visit.actor, right)  # before ten megabytes are read for somebody who may not
        if request.method == "POST":
            await _demand_own_form(visit, request, upload)
        require(visit.actor, right)
        return await view(room, visit, request)
    except NotAllowed as refusal:
        await _write_down(room, visit, request)
        return pages.refusal(room, visit, refusal.words, 403)
    except NoEntry as refusal:
        return pages.refusal(room, visit, refusal.words, 404)
    except Refusal as refusal:
        return pages.refusal(room, visit, refusal.words, 409)
    except web.HTTPError as error:
        return pages.problem(room, visit, error)


async def _visit(room: Room, request: web.Request) -> Visit | None:
    cookie, now = cookies.session_cookie(request), room.clock.now()
    found = await room.database.read(lambda work: sessions.find(work, cookie, now)) if cookie else None
    if found is None:
        return None
    session, account = found.session, found.account
    if now - session.seen_at >= TOUCH_EVERY:
        await room.database.writer.write(lambda work: staff.touch(work, session.id, now))
    return Visit(
        found.actor,
        account.id,
        account.display,
        session.csrf,
        session.id,
        account.must_change,
        cookies.flash_key(request),
        request.path,
    )


def _to_login(room: Room, request: web.Request) -> web.StreamResponse:
    """Off to the login, and after it back to where a link led; a form that was sent is not kept."""
    wanted = request.path_qs if request.method == "GET" and request.path != "/" else ""
    had = bool(cookies.session_cookie(request))
    answer = room.redirect(f"/login?next={quote(wanted, safe='')}" if wanted else "/login", "expired" if had else "")
    cookies.drop_session(answer, request)
    return answer


async def _demand_own_form(visit: Visit, request: web.Request, upload: bool) -> None:
    """Raises HTTPForbidden unless the form came from one of our pages and carries this session's token."""
    given = (await _fields(request, upload)).get("csrf", "") if is_ours(request) else ""
    if not hmac.compare_digest(given.encode(), visit.csrf.encode()):
        raise web.HTTPForbidden


async def _fields(request: web.Request, upload: bool) -> MultiDict[str]:
    return (await read_upload(request)).fields if upload else await read_form(request)


async def _write_down(room: Room, visit: Visit, request: web.Request) -> None:
    """Who was refused what: the page by its pattern, and as the note the ids in its address, which name no person."""
    resource = request.match_info.route.resource
    subject = f"{request.method} {resource.canonical if resource else ''}"[:80]
    actor, now = f"staff:{visit.actor.name}", room.clock.now()
    things = " ".join(f"{name}:{value}" for name, value in sorted(request.match_info.items()))
    await room.database.writer.write(lambda work: audit.write(work, actor, "refused", subject, now, things))
