"""What one union reported for an indicator, and putting a number right with a reason."""

from typing import Any

from aiohttp import web
from multidict import MultiDict

from bot.console import targets
from bot.console.addresses import ID, row_id
from bot.console.duties import say_month
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.errors import Refusal
from bot.services import corrections
from bot.services.corrections import Report
from bot.services.duty_course import state_words
from bot.services.duty_deeds import BadDeed, Page, ShownBefore
from bot.services.reveal import REASON_CHARS, BadReason

MARK_CHARS = 40
ONE = f"{targets.PATH}/numbers/{{id:{ID}}}"


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The reports of one union in a year."""
    asked = targets.read(request.query, room.clock.now())
    if asked.org is None:
        raise web.HTTPNotFound
    org_id = asked.org
    indicator, org, reports = await room.database.read(
        lambda work: corrections.reports(work, visit.actor, asked.indicator, asked.year, org_id)
    )
    return room.render(
        visit,
        "target_numbers.html",
        view="progress",
        asked=asked,
        indicator=indicator,
        org=org,
        reports=reports,
        up=asked.link(org=org.parent_id if org.parent_id and visit.actor.org_id != org.id else org.id),
        say_month=say_month,
        state=lambda each: _state(room, each),
    )


def _state(room: Room, report: Report) -> str:
    duty = report.held.duty
    return state_words(duty.state, duty.deadline, duty.done_at, targets.today(room))


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The numbers of one duty, how they came to be, and the form."""
    return await _page(room, visit, row_id(request, "id"), request.query)


async def _page(
    room: Room,
    visit: Visit,
    duty_id: int,
    query: Any,
    refusal: Refusal | None = None,
    typed: MultiDict[str] | None = None,
) -> web.StreamResponse:
    asked = targets.read(query, room.clock.now())
    report = await room.database.read(lambda work: corrections.one(work, visit.actor, duty_id))
    wrong: dict[str, str] = {}
    if refusal is not None:
        place = refusal.field if isinstance(refusal, BadDeed) else "reason" if isinstance(refusal, BadReason) else ""
        wrong[place] = refusal.words
    return room.render(
        visit,
        "target_number.html",
        422 if refusal else 200,
        view="progress",
        asked=asked,
        report=report,
        typed=typed if typed is not None else MultiDict[str](),
        wrong=wrong,
        chars=REASON_CHARS,
        month=say_month(report.held.duty.period),
        state=_state(room, report),
        may_correct=visit.actor.may("decide") and report.held.duty.state != "excused",
    )


async def correct(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Keep what was typed."""
    form, duty_id, now = await read_form(request), row_id(request, "id"), room.clock.now()
    page = Page(duty_id, form.get("seen", "")[:MARK_CHARS])
    typed = {name[2:]: value for name, value in form.items() if name.startswith("n-")}
    if not page.seen:
        raise web.HTTPBadRequest
    try:
        await room.database.writer.write(
            lambda work: corrections.correct(work, visit.actor, page, typed, form.get("reason", ""), now)
        )
    except (BadDeed, BadReason, ShownBefore) as refusal:
        return await _page(room, visit, duty_id, form, refusal, form)
    return room.redirect(targets.read(form, now).link(f"{targets.PATH}/numbers/{duty_id}"), "number_corrected")


ROUTES = (
    Route("GET", f"{targets.PATH}/numbers", "duties", show_list),
    Route("GET", ONE, "duties", show),
    Route("POST", ONE, "decide", correct),
)
