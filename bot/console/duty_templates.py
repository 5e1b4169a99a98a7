"""年历模板: the lines of the yearly calendar, one of them with its dates, and the form with its preview."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from aiohttp import web

from bot.clock import local
from bot.console import duty_template_form as forms
from bot.console.duties import frame, read
from bot.console.duty import read_day
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.due_dates import say_rule
from bot.errors import Refusal
from bot.services import catalogue, duty_calendar
from bot.services import duty_templates_desk as desk
from bot.services.actors import NotAllowed
from bot.services.duty_calendar import BadDate, NoTemplate
from bot.services.duty_checks import EVIDENCE, LEVELS
from bot.services.duty_deeds import ShownBefore
from bot.services.duty_templates_desk import STATES, Preview, Sheet, deeds
from storage import duty_course
from storage.duty_templates import DutyTemplate
from storage.work import Work

MARK_CHARS = 120
KEPT = tuple(forms.blank())


def _may_write(visit: Visit, right: str) -> bool:
    return visit.actor.path is None and visit.actor.may(right)


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Lines by month and state."""
    month, state = request.query.get("month", ""), request.query.get("state", "")
    number = int(month) if month.isascii() and month.isdigit() and 0 < int(month[:3]) < 13 else 0
    state = state if state in STATES else ""
    found = await room.database.read(lambda work: desk.lines(work, visit.actor, number, state))
    return room.render(
        visit,
        "duty_templates.html",
        view="templates",
        lines=found,
        month_wanted=str(number or ""),
        state=state,
        states=STATES,
        months=[("", "全年"), *((str(each), f"{each}月") for each in range(1, 13))],
        say_rule=say_rule,
        say_months=say_months,
        may_draft=_may_write(visit, "draft"),
        **_frame(room),
    )


def _frame(room: Room) -> dict[str, Any]:
    now = room.clock.now()
    return frame(read({}, now), now)


def say_months(months: list[int]) -> str:
    """Months in words."""
    return "每月" if len(months) == 12 else "、".join(f"{each}月" for each in months)


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One line: what it says, this year's dates, the draft of its change."""
    return await _page(room, visit, request.match_info["id"], request.query)


def _year(query: Mapping[str, str], now: datetime) -> int:
    text, this = query.get("year", ""), local(now).year
    return int(text) if text in {str(each) for each in range(this - 1, this + 3)} else this


async def _page(
    room: Room,
    visit: Visit,
    template_id: str,
    query: Mapping[str, str],
    status: int = 200,
    problem: str = "",
    wrong: Mapping[str, str] | None = None,
) -> web.StreamResponse:
    now = room.clock.now()
    year = _year(query, now)

    def look(work: Work) -> tuple[Sheet, Preview, Preview | None, dict[str, str]]:
        found = desk.sheet(work, visit.actor, template_id)
        changed = found.draft if found.draft is not None and found.draft is not found.template else None
        tried = desk.preview(work, changed, year, now, room.house) if changed else None
        return found, desk.preview(work, found.template, year, now, room.house), tried, catalogue.names(work)

    found, shown, tried, names = await room.database.read(look)
    return room.render(
        visit,
        "duty_template.html",
        status,
        view="templates",
        found=found,
        shown=shown,
        tried=tried,
        names=names,
        year=year,
        ahead=desk.ahead(found.template, year, now),
        problem=problem,
        wrong=wrong or {},
        states=STATES,
        say_rule=say_rule,
        say_months=say_months,
        evidence=EVIDENCE,
        may_draft=_may_write(visit, "draft"),
        may_publish=_may_write(visit, "approve"),
        **_frame(room),
    )


async def act(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Publish the draft, retire or revive the line, as the page showed it."""
    return await _act(room, visit, request, request.match_info["deed"])


async def discard(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Throw the draft away, as the page showed it."""
    return await _act(room, visit, request, "discard")


async def _act(room: Room, visit: Visit, request: web.Request, name: str) -> web.StreamResponse:
    template_id, form = request.match_info["id"], await read_form(request)
    seen, now = form.get("seen", "")[:MARK_CHARS], room.clock.now()
    deed, flash = deeds(room.house)[name]

    def do(work: Work) -> bool:
        found = desk.fresh(work, visit.actor, template_id, seen)
        deed(work, visit.actor, template_id, now)
        return name == "discard" and found.draft is found.template

    try:
        gone = await room.database.writer.write(do)
    except ShownBefore as refusal:
        return await _page(room, visit, template_id, {}, 409, refusal.words)
    return room.redirect("/duties/templates" if gone else f"/duties/templates/{template_id}", flash)


async def set_date(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """This year's date of a month: another day, not at all, or what the rule gives."""
    template_id, form, now = request.match_info["id"], await read_form(request), room.clock.now()
    period, way = form.get("period", ""), form.get("way", "")
    if len(period) != 7 or not period[:4].isdigit() or way not in ("day", "skip", "rule"):
        raise web.HTTPBadRequest
    try:
        await room.database.writer.write(lambda work: _date(work, room, visit, template_id, form, now))
    except BadDate as refusal:
        wrong = {period: refusal.words}
        return await _page(room, visit, template_id, {"year": period[:4]}, 422, wrong=wrong)
    flash = {"day": "template_dated", "skip": "template_skipped", "rule": "template_by_rule"}[way]
    return room.redirect(f"/duties/templates/{template_id}?year={period[:4]}", flash)


def _date(work: Work, room: Room, visit: Visit, template_id: str, form: Mapping[str, str], now: datetime) -> None:
    period, way = form["period"], form["way"]
    if way == "rule":
        return desk.by_rule(work, visit.actor, template_id, period, now, room.house)
    day: date | None = read_day(form.get("day", "")) if way == "day" else None
    if way == "day" and day is None:
        raise BadDate("请选一天。")
    return desk.set_date(work, visit.actor, template_id, period, day, now, room.house)


@dataclass(frozen=True, slots=True)
class Editing:
    """A form: of which line (empty: a new one), as the page showed it, with these values."""

    id: str
    seen: str
    values: dict[str, Any]
    problems: Mapping[str, str]
    problem: str = ""


async def new(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """An empty form."""
    return await _form(room, visit, Editing("", "", forms.blank(), {}))


async def edit(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The form of a line, or of the draft of its change."""
    template_id = request.match_info["id"]
    found = await room.database.read(lambda work: desk.sheet(work, visit.actor, template_id))
    template = found.draft or found.template
    values = {key: getattr(template, key) for key in KEPT}
    return await _form(
        room, visit, Editing(template_id, found.mark, {**values, "numbers": values["numbers"] or []}, {})
    )


async def _form(room: Room, visit: Visit, editing: Editing, status: int = 200) -> web.StreamResponse:
    now, year = room.clock.now(), local(room.clock.now()).year
    sound = not desk.problems(editing.values)

    def look(work: Work) -> tuple[Preview | None, list[str]]:
        template = DutyTemplate(id=editing.id or "new", state="draft", **editing.values) if sound else None
        tried = desk.preview(work, template, year, now, room.house) if template else None
        return tried, list(duty_course.offices(work))

    tried, offices = await room.database.read(look)
    numbers = editing.values["numbers"] or []
    roles = dict.fromkeys(["", *offices, editing.values["role"]])
    return room.render(
        visit,
        "duty_template_edit.html",
        status,
        editing=editing,
        values={**editing.values, "numbers": numbers},
        rule=forms.filled(editing.values),
        forms=forms,
        problems=editing.problems,
        tried=tried,
        year=year,
        rows=numbers + [{}] * min(3, forms.MAX_ROWS - len(numbers)),
        roles=[(each, each or "在任的都要做") for each in roles],
        evidence=list(EVIDENCE.items()),
        levels=LEVELS,
        say_months=say_months,
    )


async def save(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Look at what was written, or keep it as a draft. Nothing that was typed is lost by a mistake."""
    form, template_id, now = await read_form(request), request.match_info.get("id", ""), room.clock.now()
    seen, values = form.get("seen", "")[:MARK_CHARS], forms.read(form)
    problems = desk.problems(values)
    if problems or form.get("action") != "save":
        status = 422 if problems and form.get("action") == "save" else 200
        return await _form(room, visit, Editing(template_id, seen, values, problems), status)

    def keep(work: Work) -> str:
        if template_id:
            desk.fresh(work, visit.actor, template_id, seen)
        kept_as = template_id or duty_calendar.fresh_id(work)
        duty_calendar.save(work, visit.actor, kept_as, values, now)
        return kept_as

    try:
        kept_as = await room.database.writer.write(keep)
    except (NotAllowed, NoTemplate):
        raise
    except Refusal as refusal:
        return await _form(room, visit, Editing(template_id, seen, values, {}, refusal.words), 409)
    return room.redirect(f"/duties/templates/{kept_as}", "template_saved")


_ALL = "/duties/templates"
_ONE = f"{_ALL}/{{id:[a-z0-9][a-z0-9-]{{1,62}}}}"
ROUTES = (
    Route("GET", _ALL, "duties", show_list),
    Route("GET", f"{_ALL}/new", "draft", new),
    Route("POST", f"{_ALL}/new", "draft", save),
    Route("GET", _ONE, "duties", show),
    Route("GET", f"{_ONE}/edit", "draft", edit),
    Route("POST", f"{_ONE}/edit", "draft", save),
    Route("POST", f"{_ONE}/date", "approve", set_date),
    Route("POST", f"{_ONE}/discard", "draft", discard),
    Route("POST", f"{_ONE}/{{deed:publish|retire|revive}}", "approve", act),
)
