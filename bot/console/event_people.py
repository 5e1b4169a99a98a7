"""The people of an event: one registered by hand or cancelled, and a 接龙 list that is looked at before it is taken."""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.console.addresses import ID, row_id
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import event_desk, event_list_desk, event_people, jielong
from bot.services.event_list_desk import OUTCOMES, Plan
from bot.services.event_people import NOTE_CHARS, NoDeed
from storage.work import Work

YES_NO = [("", "请选择"), ("是", "是"), ("否", "否")]
PLAIN_INPUTS = {"number": {"inputmode": "numeric"}, "mobile": {"inputmode": "tel"}}


async def show_new(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The form for one person."""
    return await _new(room, visit, request, {})


async def _new(
    room: Room, visit: Visit, request: web.Request, typed: Mapping[str, str], wrong: NoDeed | None = None
) -> web.StreamResponse:
    event_id, now = row_id(request, "event"), room.clock.now()
    sheet = await room.database.read(lambda work: event_desk.sheet(work, visit.actor, event_id, now))
    return room.render(
        visit,
        "event_person.html",
        422 if wrong else 200,
        sheet=sheet,
        event=sheet.event,
        questions=[_asked(each) for each in sheet.event.questions or ()],
        typed=typed,
        at_door=event_people.is_desk_open(sheet.event, now),
        problem=wrong.words if wrong else "",
        field=wrong.field if wrong else "",
    )


def _asked(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A question as the form shows it: with `options` it is a choice, else an input with `more` attributes."""
    options = YES_NO if kept["kind"] == "yes_no" else []
    if kept["kind"] == "choice":
        options = [("", "请选择"), *((each, each) for each in kept["options"])]
    return {**kept, "options": options, "more": {"maxlength": 100, **PLAIN_INPUTS.get(kept["kind"], {})}}


async def register(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Register one by hand."""
    event_id, form, now = row_id(request, "event"), await read_form(request), room.clock.now()
    typed = {key.removeprefix("a-"): value[:200] for key, value in form.items() if key.startswith("a-")}
    name, came = form.get("name", "")[:60], form.get("came") == "1"
    try:
        made = await room.database.writer.write(
            lambda work: event_people.register(work, visit.actor, event_id, name, typed, now, came)
        )
    except NoDeed as wrong:
        return await _new(room, visit, request, {**typed, "name": name, "came": "1" if came else ""}, wrong)
    if made.attended_at is not None:
        return room.redirect(f"/events/{event_id}/desk", "event_came")
    flash = "event_registered" if made.state == "registered" else "event_waiting"
    return room.redirect(f"/events/{event_id}?view={made.state}", flash)


async def ask_remove(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Whose registration would be cancelled, and whether they are told."""
    return await _remove(room, visit, request)


async def _remove(
    room: Room, visit: Visit, request: web.Request, problem: str = "", note: str = ""
) -> web.StreamResponse:
    event_id, registration_id = row_id(request, "event"), row_id(request, "registration")
    event, who = await room.database.read(lambda work: event_people.one(work, visit.actor, event_id, registration_id))
    values = {"event": event, "who": who, "problem": problem, "note": note, "note_chars": NOTE_CHARS}
    return room.render(visit, "event_remove.html", 422 if problem else 200, views=event_desk.VIEWS, **values)


async def remove(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Cancel it."""
    event_id, registration_id = row_id(request, "event"), row_id(request, "registration")
    note, now = (await read_form(request)).get("note", ""), room.clock.now()
    try:
        promoted = await room.database.writer.write(
            lambda work: event_people.remove(work, visit.actor, event_id, registration_id, note, now)
        )
    except NoDeed as wrong:
        return await _remove(room, visit, request, wrong.words, note[:200])
    return room.redirect(f"/events/{event_id}", "event_removed_promoted" if promoted else "event_removed")


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The field for a list."""
    return await _list(room, visit, request)


async def _list(
    room: Room, visit: Visit, request: web.Request, text: str = "", problem: str = ""
) -> web.StreamResponse:
    """The page; where a problem is told, nothing is planned."""
    event_id, now = row_id(request, "event"), room.clock.now()
    parsed = await asyncio.to_thread(jielong.parse, text) if text and not problem else None

    def look(work: Work) -> tuple[event_desk.Sheet, Plan | None]:
        sheet = event_desk.sheet(work, visit.actor, event_id, now)
        return sheet, event_list_desk.plan(work, visit.actor, event_id, parsed, now) if parsed else None

    sheet, plan = await room.database.read(look)
    return room.render(
        visit,
        "event_list.html",
        422 if problem else 200,
        sheet=sheet,
        event=sheet.event,
        text=text,
        parsed=parsed,
        plan=plan,
        outcomes=OUTCOMES,
        problem=problem,
        most=jielong.MOST_ENTRIES,
    )


async def take_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Look at a list, or take it. What is taken is what is in the field, which may have been put right since."""
    event_id, form, now = row_id(request, "event"), await read_form(request), room.clock.now()
    text = form.get("text", "").replace("\r\n", "\n").strip()
    if not text:
        return await _list(room, visit, request, problem="请把接龙粘贴到下面的框里。")
    try:
        if form.get("action") != "take":
            return await _list(room, visit, request, text)
        parsed = await asyncio.to_thread(jielong.parse, text)
        await room.database.writer.write(lambda work: event_list_desk.take(work, visit.actor, event_id, parsed, now))
    except NoDeed as wrong:
        return await _list(room, visit, request, text, wrong.words)
    return room.redirect(f"/events/{event_id}", "event_listed")


_ONE = f"/events/{{event:{ID}}}"
_PERSON = f"{_ONE}/people/{{registration:{ID}}}"
ROUTES = (
    Route("GET", f"{_ONE}/people/new", "members", show_new),
    Route("POST", f"{_ONE}/people/new", "members", register),
    Route("GET", f"{_PERSON}/remove", "members", ask_remove),
    Route("POST", f"{_PERSON}/remove", "members", remove),
    Route("GET", f"{_ONE}/list", "members", show_list),
    Route("POST", f"{_ONE}/list", "members", take_list),
)
