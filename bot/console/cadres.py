"""干部: who holds which office in the branch, one cadre with leave and duties, and handing everything over."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

from aiohttp import web
from multidict import MultiDict

from bot.calendar import unpublished
from bot.clock import local
from bot.console.addresses import ID, number, row_id
from bot.console.knowledge import read_page
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.due_dates import say_rule
from bot.services import absences, accounts, cadre_views, cadres, duty_year
from bot.services.absences import NoLeave
from bot.services.bindings import OFFICES
from bot.services.cadre_views import SIDES, Listing
from bot.services.cadres import NoHandover
from bot.services.reveal import REASON_CHARS, BadReason
from storage.cadres import Wanted
from storage.work import Work

OFFICE_CHOICES = (("", "全部"), *((each, each) for each in OFFICES))
UNSEEN = "-"  # no office looks like that: a form without its mark is refused


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One side of the branch's cadres, a page at a time. The address names unions and offices, never people."""
    query, now = request.query, room.clock.now()
    side = query.get("view", "bound")
    side = side if side in SIDES else "bound"
    office = query.get("office", "") if query.get("office", "") in OFFICES else ""
    unit, page = " ".join(query.get("unit", "").split())[:60], read_page(query)

    def look(work: Work) -> tuple[Listing, str]:
        found = accounts.places(work, visit.actor, unit) if unit else []
        problem = "" if not unit or len(found) == 1 else "没有找到这个工会，或者不止一个，请写全称。"
        wanted = Wanted(found[0].path if len(found) == 1 else "", office, side)
        return cadre_views.listing(work, visit.actor, wanted, page, now), problem

    listing, problem = await room.database.read(look)
    kept = {key: value for key, value in (("view", side), ("office", office), ("unit", unit)) if value}
    return room.render(
        visit,
        "cadres.html",
        listing=listing,
        problem=problem,
        side=side,
        sides=SIDES,
        office=office,
        offices=OFFICE_CHOICES,
        unit=unit,
        address="/cadres?" + urlencode(kept),
        filters=urlencode({key: value for key, value in kept.items() if key != "view"}),
    )


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One cadre, and what can be done."""
    return await _page(room, visit, row_id(request, "appointment"))


async def show_year(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """全年任务预览: what a whole year brings one cadre, with the drafts of the calendar, marked as such."""
    appointment_id, this = row_id(request, "appointment"), local(room.clock.now()).year
    year = next((each for each in range(this - 1, this + 3) if str(each) == request.query.get("year", "")), this)
    appointment, org, name, months = await room.database.read(
        lambda work: cadre_views.year(work, visit.actor, appointment_id, year, room.house.duties)
    )
    return room.render(
        visit,
        "cadre_year.html",
        appointment=appointment,
        org=org,
        name=name,
        months=months,
        year=year,
        years=[each for each in (year - 1, year + 1) if this - 1 <= each <= this + 2],
        unpublished=unpublished(duty_year.days_of(year, months)),
        early=duty_year.EARLY,
        say_rule=say_rule,
    )


async def _page(
    room: Room, visit: Visit, appointment_id: int, problem: str = "", form: MultiDict[str] | None = None
) -> web.StreamResponse:
    now = room.clock.now()
    sheet = await room.database.read(lambda work: cadre_views.one(work, visit.actor, appointment_id, now))
    people = [(str(each.person_id), each.label) for each in sheet.colleagues]
    return room.render(
        visit,
        "cadre.html",
        422 if problem else 200,
        sheet=sheet,
        over_from=cadre_views.last_day(sheet),
        problem=problem,
        typed=form or MultiDict(),
        takers=[("", "请选择"), ("vacancy", "先空着，等下一位绑定的同志"), *people],
        substitutes=[("", "没有人代"), *people],
        chars=REASON_CHARS,
    )


async def hand_over(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The office ends, its open duties go to somebody or wait."""
    appointment_id, form, now = row_id(request, "appointment"), await read_form(request), room.clock.now()
    taker, reason, seen = form.get("to", ""), form.get("reason", ""), form.get("seen") or UNSEEN
    to = None if taker == "vacancy" else number(taker)
    office = form.get("office") == "1" and to is not None

    def act(work: Work) -> int:
        if to is None and taker != "vacancy":
            raise NoHandover("请选择任务由谁接手。")
        return cadres.hand_over(
            work, visit.actor, appointment_id, to, now, room.house, reason=reason, seen=seen, with_office=office
        )

    try:
        await room.database.writer.write(act)
    except (NoHandover, BadReason) as refusal:
        return await _page(room, visit, appointment_id, refusal.words, form)
    return room.redirect(f"/cadres/{appointment_id}", "cadre_left")


async def note_leave(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Leave, with a substitute or without."""
    appointment_id, form, now = row_id(request, "appointment"), await read_form(request), room.clock.now()

    def act(work: Work) -> None:
        person_id = cadre_views.one(work, visit.actor, appointment_id, now).appointment.person_id
        first, last = _day(form.get("from", "")), _day(form.get("until", ""))
        absences.enter(work, visit.actor, person_id, first, last, number(form.get("substitute", "")), now, room.house)

    return await _done(room, visit, appointment_id, act, form, "leave_noted")


async def end_leave(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Somebody is back, or does not go."""
    appointment_id, form, now = row_id(request, "appointment"), await read_form(request), room.clock.now()
    absence_id = row_id(request, "absence")

    def act(work: Work) -> None:
        absences.cancel(work, visit.actor, absence_id, now, room.house)

    return await _done(room, visit, appointment_id, act, form, "leave_ended")


async def _done(
    room: Room, visit: Visit, appointment_id: int, act: Callable[[Work], None], form: MultiDict[str], flash: str
) -> web.StreamResponse:
    try:
        await room.database.writer.write(act)
    except NoLeave as refusal:
        return await _page(room, visit, appointment_id, refusal.words, form)
    return room.redirect(f"/cadres/{appointment_id}", flash)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise NoLeave("请写明请假的第一天和最后一天。") from None


_ONE = f"/cadres/{{appointment:{ID}}}"
ROUTES = (
    Route("GET", "/cadres", "cadres", show_list),
    Route("GET", _ONE, "cadres", show),
    Route("GET", f"{_ONE}/year", "cadres", show_year),
    Route("POST", f"{_ONE}/hand-over", "appoint", hand_over),
    Route("POST", f"{_ONE}/leave", "appoint", note_leave),
    Route("POST", f"{_ONE}/leave/{{absence:{ID}}}/end", "appoint", end_leave),
)
