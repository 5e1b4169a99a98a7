"""写活动: the form of an event. Before those registered are told of a change, it says how many and of what."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.console import event_form as forms
from bot.console.addresses import ID, number, row_id
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.errors import Refusal
from bot.services import accounts, event_desk, event_questions, events
from bot.services.actors import NotAllowed
from bot.services.event_desk import Sheet
from bot.services.event_refusals import BadEvent, NoEvent
from bot.services.events import ABOUT_CHARS, PLACE_CHARS, TITLE_CHARS, Draft
from bot.services.topics import TOPICS
from storage import orgs
from storage.events import Event
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Editing:
    """A form: of which event (None: a new one), with these values, and what is wrong with them."""

    values: dict[str, Any]
    sheet: Sheet | None = None
    version: int = 0
    problem: str = ""


async def new(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """An empty form, or one filled like another event, its times left out."""
    like = number(request.query.get("like", ""))

    def look(work: Work) -> dict[str, Any]:
        begun = forms.blank(room.clock.now(), _own_unit(work, visit))
        if not like:
            return begun
        kept = forms.filled(events.seen(work, visit.actor, like), begun["unit"])
        return {**kept, **{key: begun[key] for key in begun if key.endswith(("_day", "_time"))}}

    return _page(room, visit, Editing(await room.database.read(look)))


def _own_unit(work: Work, visit: Visit) -> str:
    """The unit that an account of a branch writes events for; empty for accounts of the whole tree."""
    org = orgs.get(work, visit.actor.org_id) if visit.actor.path is not None and visit.actor.org_id else None
    return org.name if org else ""


async def edit(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The form of an event."""
    event_id = row_id(request, "event")
    sheet = await _sheet(room, visit, event_id)
    unit = sheet.unit if sheet.event.org_id else ""
    return _page(room, visit, Editing(forms.filled(sheet.event, unit), sheet, sheet.event.version))


async def _sheet(room: Room, visit: Visit, event_id: int) -> Sheet:
    return await room.database.read(lambda work: event_desk.sheet(work, visit.actor, event_id, room.clock.now()))


def _page(room: Room, visit: Visit, editing: Editing, status: int = 200) -> web.Response:
    values, kept = editing.values, editing.values["who"] == forms.KEPT
    audiences = [*forms.AUDIENCES.items(), *([(forms.KEPT, "保持现在的范围")] if kept else [])]
    return room.render(
        visit,
        "event_edit.html",
        status,
        editing=editing,
        values=values,
        problems=forms.problems(values) if status == 422 else {},
        rows=forms.shown_rows(values["questions"], editing.version),
        most=event_questions.MOST,
        kinds=forms.QUESTION_KINDS,
        audiences=audiences,
        moments=forms.MOMENTS,
        topics=[(key, topic.label) for key, topic in TOPICS.items()],
        lengths={"title": TITLE_CHARS, "place": PLACE_CHARS, "about": ABOUT_CHARS},
        whole=visit.actor.path is None,
    )


async def save(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Keep it. A change that people are told of is shown first; nothing that was typed is lost by a mistake."""
    form = await read_form(request)
    event_id = row_id(request, "event") if "event" in request.match_info else None
    version = number(form.get("version", "")) or 0
    sheet = await _sheet(room, visit, event_id) if event_id else None
    editing = Editing(forms.read(form), sheet, version)
    if form.get("action") != "save" or forms.problems(editing.values):
        return _page(room, visit, editing, 422 if form.get("action") == "save" else 200)
    try:
        draft = await room.database.read(lambda work: _draft(work, visit, editing))
        told = event_desk.differences(sheet.event, draft) if sheet else ()
        if sheet and told and form.get("told") != _mark(told):
            return room.render(visit, "event_change.html", form=_fields(form), sheet=sheet, told=told, mark=_mark(told))
        kept = await room.database.writer.write(lambda work: _kept(work, room, visit, draft, sheet, version))
    except (NotAllowed, NoEvent):
        raise
    except Refusal as refusal:
        editing = Editing(editing.values, sheet, version, refusal.words)
        return _page(room, visit, editing, 422)
    return room.redirect(f"/events/{kept[0]}", kept[1])


def _kept(work: Work, room: Room, visit: Visit, draft: Draft, sheet: Sheet | None, version: int) -> tuple[int, str]:
    """The id, and what is said: also whether people can register now that registration ends later."""
    now = room.clock.now()
    if sheet is None:
        return events.create(work, visit.actor, draft, now).id, "event_saved"
    was, before = sheet.event.state, sheet.event.closes_at
    event, _ = events.change(work, visit.actor, sheet.event.id, draft, version, now, room.house)
    if was == "closed" and event.state == "open":
        return event.id, "event_saved_open"
    later = event.state == "closed" and event.closes_at > max(before, now)
    return event.id, "event_saved_closed" if later else "event_saved"


def _draft(work: Work, visit: Visit, editing: Editing) -> Draft:
    values, event = editing.values, editing.sheet.event if editing.sheet else None
    unit, below = (
        _place(work, visit, values["unit"], "主办的工会"),
        _place(work, visit, values["below"], "能报名的工会"),
    )
    return forms.draft(values, unit.id if unit else 0, below.code if below else "", _rule(event))


def _rule(event: Event | None) -> dict[str, Any] | None:
    return dict(event.segment) if event is not None and event.segment else None


def _place(work: Work, visit: Visit, words: str, what: str) -> orgs.Organisation | None:
    """The union that was written by name or code; None for an empty field. Raises BadEvent."""
    if not words:
        return None
    found = accounts.places(work, visit.actor, words)
    if len(found) != 1:
        raise BadEvent(f"{what}：没有找到“{words[:20]}”，或者不止一个，请写全称或代号。")
    return found[0]


def _mark(told: Any) -> str:
    """What a confirmation was shown for: another change needs another one."""
    return "|".join(f"{what}={will}" for what, _, will in told)


def _fields(form: forms.Form) -> list[tuple[str, str]]:
    """Everything that was sent, to be sent again by the page that asks."""
    return [(key, value) for key, value in form.items() if key not in ("csrf", "told")]


_ONE = f"/events/{{event:{ID}}}"
ROUTES = (
    Route("GET", "/events/new", "draft", new),
    Route("POST", "/events/new", "draft", save),
    Route("GET", f"{_ONE}/edit", "draft", edit),
    Route("POST", f"{_ONE}/edit", "draft", save),
)
