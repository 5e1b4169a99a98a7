"""One application: what was filled in, what to look at, what happened so far, and what can be done with it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from aiohttp import web
from multidict import MultiDict

from bot.console.addresses import ID, number, row_id
from bot.console.applications import MARK_CHARS, spell_working
from bot.console.gate import read_form
from bot.console.knowledge import MAX_WORDS
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.errors import Refusal
from bot.services import admission_queue, admission_rules, admissions, catalogue
from bot.services.actors import NotAllowed
from bot.services.admission_queue import Detail
from bot.services.admission_rules import Doubtful, Unfit
from bot.services.admissions import NoApplication
from bot.services.progress import FIELDS
from storage.orgs import Organisation
from storage.work import Work

Form = MultiDict[str]
LETTERS = {"told": "已经告诉本人", "sending": "正在发送", "waiting": "等待发送", "kept": "等本人下次来访时告知"}


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The page; `unit` looks for a union to give it to."""
    return await _page(room, visit, row_id(request, "id"), unit=request.query.get("unit", ""))


async def _page(
    room: Room,
    visit: Visit,
    application_id: int,
    status: int = 200,
    refusal: Refusal | None = None,
    typed: Form | None = None,
    unit: str = "",
) -> web.StreamResponse:
    now, words = room.clock.now(), " ".join(unit.split())[:MAX_WORDS]

    def look(work: Work) -> tuple[Detail, dict[str, str], list[Organisation]]:
        found = admission_queue.detail(work, visit.actor, application_id, room.house, now)
        units = admission_queue.units(work, visit.actor, words) if words else ()
        return found, catalogue.names(work), list(units)

    detail, names, units = await room.database.read(look)
    return room.render(
        visit,
        "application.html",
        status,
        detail=detail,
        line=detail.line,
        names=names,
        units=units,
        words=words,
        problem=refusal.words if refusal else "",
        doubtful=isinstance(refusal, Doubtful),
        typed=typed if typed is not None else Form(),
        letters=[(LETTERS[key], detail.letters[key]) for key in LETTERS if key in detail.letters],
        rules=admission_rules,
        fields=FIELDS,
        spell=lambda time: spell_working(time, room.house.hours),
        may_decide=visit.actor.may("decide"),
        due_days=room.house.review_workdays,
    )


async def _do(
    room: Room, visit: Visit, request: web.Request, flash: str, deed: Callable[[Work, int, Form, str], Any]
) -> web.StreamResponse:
    """Do something with it as the page showed it; what was typed is kept when it cannot be taken."""
    form, application_id = await read_form(request), row_id(request, "id")
    seen = form.get("seen", "")[:MARK_CHARS]
    try:
        if not seen:
            raise web.HTTPBadRequest
        await room.database.writer.write(lambda work: deed(work, application_id, form, seen))
    except Unfit as refusal:
        return await _page(room, visit, application_id, 422, refusal, form)
    except (NotAllowed, NoApplication):
        raise
    except Refusal as refusal:
        return await _page(room, visit, application_id, 409, refusal)
    return room.redirect(f"/applications/{application_id}", flash)


async def claim(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The actor takes it up."""

    def deed(work: Work, application_id: int, form: Form, seen: str) -> None:
        admissions.claim(work, visit.actor, application_id, room.clock.now(), seen)

    return await _do(room, visit, request, "application_claimed", deed)


async def release(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Back to the queue."""

    def deed(work: Work, application_id: int, form: Form, seen: str) -> None:
        admissions.release(work, visit.actor, application_id, room.clock.now(), seen)

    return await _do(room, visit, request, "application_released", deed)


async def approve(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The applicant becomes a member; or the first of two says yes."""
    states: list[str] = []

    def deed(work: Work, application_id: int, form: Form, seen: str) -> None:
        joined_on, now = _day(form.get("joined_on", "")), room.clock.now()
        states.append(admissions.approve(work, visit.actor, application_id, now, seen, joined_on=joined_on).state)

    answer = await _do(room, visit, request, "application_approved", deed)
    if answer.status == 303 and states[-1] != "approved":
        flash = "application_releasing" if states[-1] == "releasing" else "application_first"
        return room.redirect(request.path.rpartition("/")[0], flash)
    return answer


def _day(typed: str) -> date | None:
    """A day as browsers send it; None for nothing. Raises Unfit."""
    try:
        return date.fromisoformat(typed.strip()[:10]) if typed.strip() else None
    except ValueError:
        raise Unfit("日期要写成 2019-03-05 这样。") from None


async def give_back(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Back to the applicant, with the fields to change and the reason."""

    def deed(work: Work, application_id: int, form: Form, seen: str) -> None:
        fields, reason = form.getall("field", []), form.get("reason", "")
        admissions.give_back(work, visit.actor, application_id, fields, reason, room.clock.now(), seen)

    return await _do(room, visit, request, "application_returned", deed)


async def reject(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Not admitted, with a reason."""

    def deed(work: Work, application_id: int, form: Form, seen: str) -> None:
        key, own, sure = form.get("key", ""), form.get("own", ""), form.get("sure") == "1"
        house, now = room.house, room.clock.now()
        admissions.reject(work, visit.actor, application_id, key, own, house, now, seen, sure)

    return await _do(room, visit, request, "application_rejected", deed)


async def assign(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Which union it belongs to."""
    places: list[Organisation] = []

    def deed(work: Work, application_id: int, form: Form, seen: str) -> None:
        org_id = number(form.get("org", ""))
        if org_id is None:
            raise Unfit("请选择一个工会。")
        places.append(admissions.assign(work, visit.actor, application_id, org_id, room.clock.now(), seen))

    answer = await _do(room, visit, request, "application_assigned", deed)
    if answer.status == 303 and not visit.actor.within(places[-1].path):
        return room.redirect("/applications", "application_assigned")
    return answer


_ONE = f"/applications/{{id:{ID}}}"
ROUTES = (
    Route("GET", _ONE, "review", show),
    Route("POST", f"{_ONE}/claim", "review", claim),
    Route("POST", f"{_ONE}/release", "review", release),
    Route("POST", f"{_ONE}/approve", "decide", approve),
    Route("POST", f"{_ONE}/return", "review", give_back),
    Route("POST", f"{_ONE}/reject", "decide", reject),
    Route("POST", f"{_ONE}/unit", "review", assign),
)
