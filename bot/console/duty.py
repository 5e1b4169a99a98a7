"""One duty: what happened to it so far, and what staff can do with it."""

import base64
import binascii
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote

from aiohttp import web
from multidict import MultiDict

from bot.console.addresses import ID, number, row_id
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.errors import Refusal
from bot.services import catalogue, duty_course, duty_deeds
from bot.services.actors import NotAllowed
from bot.services.duty_course import KEPT, KINDS, Course
from bot.services.duty_deeds import BadDeed, NoDuty, Page, ShownBefore
from bot.services.reveal import REASON_CHARS, BadReason
from storage.evidence import Evidence
from storage.work import Work

Form = MultiDict[str]
MARK_CHARS = 200
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The page."""
    return await _page(room, visit, row_id(request, "id"))


async def _page(
    room: Room,
    visit: Visit,
    duty_id: int,
    status: int = 200,
    refusal: Refusal | None = None,
    typed: Form | None = None,
    place: str = "",
) -> web.StreamResponse:
    now = room.clock.now()

    def look(work: Work) -> tuple[Course, dict[str, str]]:
        return duty_course.course(work, visit.actor, duty_id, room.house, now), catalogue.names(work)

    course, names = await room.database.read(look)
    return room.render(
        visit,
        "duty.html",
        status,
        course=course,
        held=course.held,
        duty=course.held.duty,
        names=names,
        typed=typed if typed is not None else Form(),
        problem=refusal.words if refusal and not place else "",
        wrong={place: refusal.words} if refusal and place else {},
        may_decide=visit.actor.may("decide"),
        may_reveal=visit.actor.may("reveal"),
        kinds=KINDS,
        kept=KEPT,
        chars=REASON_CHARS,
    )


Deed = Callable[[Work, Page, Form], None]


async def _do(room: Room, visit: Visit, request: web.Request, flash: str, name: str, deed: Deed) -> web.StreamResponse:
    """Do something with it as the page showed it; what was typed is kept when it cannot be taken."""
    form, duty_id = await read_form(request), row_id(request, "id")
    page = Page(duty_id, form.get("seen", "")[:MARK_CHARS])
    try:
        if not page.seen:
            raise web.HTTPBadRequest
        await room.database.writer.write(lambda work: deed(work, page, form))
    except BadDeed as refusal:
        return await _page(room, visit, duty_id, 422, refusal, form, refusal.field)
    except BadReason as refusal:
        return await _page(room, visit, duty_id, 422, refusal, form, name)
    except (NotAllowed, NoDuty):
        raise
    except Refusal as refusal:
        return await _page(room, visit, duty_id, 409, refusal)
    return room.redirect(f"/duties/{duty_id}", flash)


async def excuse(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """It need not be done."""

    def deed(work: Work, page: Page, form: Form) -> None:
        duty_deeds.excuse(work, visit.actor, page, form.get("reason", ""), room.clock.now(), room.house)

    return await _do(room, visit, request, "duty_excused", "reason", deed)


async def move(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Another deadline."""

    def deed(work: Work, page: Page, form: Form) -> None:
        duty_deeds.move(work, visit.actor, page, read_day(form.get("day", "")), room.clock.now(), room.house)

    return await _do(room, visit, request, "duty_moved", "day", deed)


def read_day(typed: str) -> date | None:
    """A day as browsers send it; None for what is none."""
    try:
        return date.fromisoformat(typed.strip()[:10])
    except ValueError:
        return None


async def reassign(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A colleague does it."""

    def deed(work: Work, page: Page, form: Form) -> None:
        to_person = number(form.get("to", ""))
        duty_deeds.reassign(work, visit.actor, page, to_person, room.clock.now(), room.house)

    return await _do(room, visit, request, "duty_reassigned", "to", deed)


async def grant(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """What was asked for happens."""

    def deed(work: Work, page: Page, form: Form) -> None:
        duty_deeds.grant(work, visit.actor, page, _request(form), room.clock.now(), room.house)

    return await _do(room, visit, request, "duty_granted", "request", deed)


async def refuse(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """It stays as it is."""

    def deed(work: Work, page: Page, form: Form) -> None:
        duty_deeds.refuse(work, visit.actor, page, _request(form), form.get("why", ""), room.clock.now())

    return await _do(room, visit, request, "duty_refused", "why", deed)


def _request(form: Form) -> int:
    found = number(form.get("request", ""))
    if found is None:
        raise ShownBefore
    return found


async def look(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A kept piece of evidence, when the reason holds; a file is sent as one. Opening it again asks again."""
    duty_id, piece_id, now = row_id(request, "id"), row_id(request, "piece"), room.clock.now()
    reason = (await read_form(request)).get("reason", "")
    values: dict[str, Any] = {"duty_id": duty_id, "piece_id": piece_id, "chars": REASON_CHARS, "kinds": KINDS}
    try:
        piece, body = await room.database.writer.write(
            lambda work: duty_course.open_evidence(work, visit.actor, duty_id, piece_id, reason, now)
        )
    except BadReason as refusal:
        return room.render(visit, "duty_evidence.html", 422, piece=None, problem=refusal.words, **values)
    if piece.kind == "text":
        return room.render(visit, "duty_evidence.html", piece=piece, words=body, picture="", problem="", **values)
    if piece.kind == "photo" and piece.mime in PICTURES:
        picture = f"data:{piece.mime};base64,{body}"
        return room.render(visit, "duty_evidence.html", piece=piece, words="", picture=picture, problem="", **values)
    return _file(piece, body)


def _file(piece: Evidence, body: str) -> web.Response:
    """Never shown by the browser itself, whatever it says it is."""
    try:
        content = base64.b64decode(body, validate=True)
    except binascii.Error:
        content = body.encode()
    name = quote(piece.name or f"evidence-{piece.id}", safe="")
    kept = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return web.Response(body=content, content_type="application/octet-stream", headers=kept)


_ONE = f"/duties/{{id:{ID}}}"
ROUTES = (
    Route("GET", _ONE, "duties", show),
    Route("POST", f"{_ONE}/excuse", "decide", excuse),
    Route("POST", f"{_ONE}/move", "decide", move),
    Route("POST", f"{_ONE}/reassign", "decide", reassign),
    Route("POST", f"{_ONE}/grant", "decide", grant),
    Route("POST", f"{_ONE}/refuse", "decide", refuse),
    Route("POST", f"{_ONE}/evidence/{{piece:{ID}}}", "reveal", look),
)
