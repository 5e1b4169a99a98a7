"""The console's addresses: which page is where, who may open it, and the headers every answer carries."""

import logging
import traceback
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.console import (
    accounts,
    application,
    applications,
    audit,
    cadre_codes,
    cadres,
    cases,
    duties,
    duty,
    duty_calendar,
    duty_files,
    duty_templates,
    editing,
    event_door,
    event_edit,
    event_people,
    event_results,
    events,
    gaps,
    growth,
    history,
    knowledge,
    leads,
    login,
    me,
    member_cards,
    member_corrections,
    members,
    my_phone,
    notice_edit,
    notice_quotas,
    notice_results,
    notice_tests,
    notices,
    org_dates,
    pages,
    person_export,
    queue,
    reveal,
    roster_exports,
    roster_imports,
    segments,
    statistics,
    tags,
    target_files,
    target_numbers,
    targets,
    today,
)
from bot.console.gate import guarded
from bot.console.reading import MAX_BODY
from bot.console.room import Room
from bot.console.route import Route

log = logging.getLogger(__name__)
ROUTES: tuple[Route, ...] = (
    *today.ROUTES,
    *gaps.ROUTES,
    *cases.ROUTES,
    *leads.ROUTES,
    *duties.ROUTES,
    *duty_files.ROUTES,
    *duty_calendar.ROUTES,
    *duty_templates.ROUTES,
    *duty.ROUTES,
    *targets.ROUTES,
    *target_files.ROUTES,
    *target_numbers.ROUTES,
    *notice_edit.ROUTES,  # before a notice: /notices/new is none
    *notice_quotas.ROUTES,
    *notices.ROUTES,
    *notice_tests.ROUTES,
    *notice_results.ROUTES,
    *event_edit.ROUTES,  # before an event: /events/new is none
    *events.ROUTES,
    *event_people.ROUTES,
    *event_door.ROUTES,
    *event_results.ROUTES,
    *applications.ROUTES,
    *application.ROUTES,
    *editing.ROUTES,  # before an entry: /knowledge/new is none
    *history.ROUTES,
    *knowledge.ROUTES,
    *queue.ROUTES,
    *statistics.ROUTES,
    *segments.ROUTES,
    *tags.ROUTES,
    *members.ROUTES,
    *roster_imports.ROUTES,
    *roster_exports.ROUTES,
    *growth.ROUTES,
    *reveal.ROUTES,
    *person_export.ROUTES,
    *member_cards.ROUTES,
    *member_corrections.ROUTES,
    *cadre_codes.ROUTES,
    *cadres.ROUTES,
    *org_dates.ROUTES,
    *login.ROUTES,
    *me.ROUTES,
    *my_phone.ROUTES,
    *accounts.ROUTES,
    *audit.ROUTES,
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers would send a form without its origin
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def console_app(room: Room) -> web.Application:
    """All pages of one console."""
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_caught(room)])
    app.on_response_prepare.append(_headers)
    app.router.add_get("/static/{name:.+}", room.assets.serve)
    for method, path, open_page in login.OPEN:
        app.router.add_route(method, path, open_page(room))
    for route in ROUTES:
        app.router.add_route(route.method, route.path, guarded(room, route.right, route.view, route.upload))
    return app


def _caught(room: Room) -> Middleware:
    """Every error is a page: those of HTTP with their status, ours as 500, logged without what was sent."""

    @web.middleware
    async def caught(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if "%00" in request.raw_path:
                raise web.HTTPBadRequest
            return await handler(request)
        except web.HTTPError as error:
            return pages.problem(room, None, error)
        except Exception as error:
            log.error("page failed", extra=_place(request, error))
            return pages.failure(room)

    return caught


def _place(request: web.Request, error: Exception) -> dict[str, str]:
    """Which page failed, how and where; nothing of what was sent."""
    resource = request.match_info.route.resource
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    page = resource.canonical if resource else ""
    return {"page": page, "method": request.method, "error": type(error).__name__, "where": where}


async def _headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
