"""写通知: one form with phones, whom it reaches, the plan; kept as a draft or handed in. Works without a script."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from aiohttp import web

from bot.clock import local
from bot.console import notice_form as forms
from bot.console.addresses import ID, number, row_id
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.errors import Refusal
from bot.services import (
    broadcast_expected,
    broadcast_states,
    broadcasts,
    event_invitation,
    notice_desk,
    notice_phone,
    notice_trial,
    plan_words,
)
from bot.services.actors import Actor, NotAllowed
from bot.services.broadcast_expected import Expected
from bot.services.broadcasts import Draft, Moved, NoBroadcast
from bot.services.notice_trial import Choices, Trial
from bot.services.plans import Plan
from bot.services.reach_policy import ROUTE_NAMES
from bot.services.reasons import REASONS
from bot.services.repeat_rules import BadRepeat
from bot.services.segments import BadSegment
from bot.services.topics import TOPICS
from storage.broadcasts import Broadcast
from storage.work import Work

Begin = Callable[[Work, Actor, int, datetime], Draft]
ABOUT_EVENT: Mapping[str, Begin] = {"event": event_invitation.draft, "registered": event_invitation.to_registered}
PLACES: tuple[tuple[type[Refusal], str], ...] = ((BadSegment, "audience"), (BadRepeat, "repeat"))


@dataclass(frozen=True, slots=True)
class Editing:
    """A form: of which notice (0: a new one), the version it was opened at, its values, what is wrong."""

    id: int
    version: int
    values: Mapping[str, Any]
    again: bool = False
    problem: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)


async def new(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """An empty form, a copy of a notice (`?from=`), an invitation to an event (`?event=`), a word to those who are
    registered for it (`?registered=`); the audience may be a saved one (`?segment=`)."""
    usual, source = notice_desk.usual(room.house), number(request.query.get("from", ""))
    values = forms.blank(usual)
    if source:
        seen = await room.database.read(lambda work: broadcasts.seen(work, visit.actor, source))
        values = {**forms.filled(broadcasts.draft_of(seen), usual), "when": "now"}
    for key, begin in ABOUT_EVENT.items():
        if event := number(request.query.get(key, "")):
            values = forms.filled(
                await room.database.read(partial(_begun, begin, visit, event, room.clock.now())), usual
            )
    editing = await _with_segment(room, visit, Editing(0, 0, values), request.query)
    return await _page(room, visit, editing)


def _begun(begin: Begin, visit: Visit, event_id: int, now: datetime, work: Work) -> Draft:
    return begin(work, visit.actor, event_id, now)


async def edit(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The form of a notice as it is kept."""
    notice_id = row_id(request, "notice")

    def look(work: Work) -> Broadcast:
        seen = broadcasts.seen(work, visit.actor, notice_id)
        if "change" not in broadcast_states.allowed(work, visit.actor, seen):
            raise Moved("这条通知已经发出或取消了，不能再改。可以复制成一条新的。")
        return seen

    seen = await room.database.read(look)
    values = forms.filled(broadcasts.draft_of(seen), notice_desk.usual(room.house))
    return await _page(
        room, visit, Editing(notice_id, seen.version, values, again=seen.state not in ("draft", "rejected"))
    )


async def send(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The form came back: rows, preview, or keep it. Nothing that was typed is lost by a mistake."""
    form, notice_id = await read_form(request), row_id(request, "notice") if "notice" in request.match_info else 0
    action = form.get("action", "preview")
    editing = Editing(notice_id, number(form.get("version", "")) or 0, forms.read(form))
    if action in ("save", "submit"):
        return await _keep(room, visit, editing, action == "submit")
    if "fragment" in form:
        return await _fragment(room, visit, editing, form["fragment"])
    if action == "segment":
        editing = await _with_segment(room, visit, editing, form)
    sides = forms.changed(editing.values["sides"], action, form)
    editing = replace(editing, values={**editing.values, "sides": sides})
    if action != "preview":
        return await _page(room, visit, editing, look="" if action.startswith("add-") else "count")
    tried = await _tried(room, editing)
    return await _page(room, visit, tried, look="count" if tried.problem or tried.problems else "plan")


async def _with_segment(room: Room, visit: Visit, editing: Editing, form: Mapping[str, str]) -> Editing:
    """The conditions of a saved segment instead of those that stood there."""
    segment_id = number(form.get("segment", ""))
    if not segment_id:
        return editing
    try:
        rule = await room.database.read(lambda work: notice_trial.saved(work, visit.actor, segment_id))
    except BadSegment as refusal:
        return _refused(editing, refusal)
    return replace(editing, values={**editing.values, "sides": forms.of_rule(rule)})


async def _keep(room: Room, visit: Visit, editing: Editing, hand_in: bool) -> web.StreamResponse:
    """Keep it, and perhaps hand it in, in one transaction; to how many it goes is counted before."""
    problems, now = forms.problems(editing.values), room.clock.now()
    if problems:
        return await _page(room, visit, replace(editing, problems=problems), 422)
    draft = forms.draft(editing.values, notice_desk.usual(room.house))

    def count(work: Work) -> Expected:
        return broadcast_expected.of_draft(work, visit.actor, draft, now, room.house, editing.id or None)

    def keep(work: Work, counted: Expected | None) -> Broadcast:
        if editing.id:
            kept = broadcasts.change(work, visit.actor, editing.id, draft, editing.version, now, room.house)
        else:
            kept = broadcasts.create(work, visit.actor, draft, now, room.house)
        return broadcast_states.submit(work, visit.actor, kept.id, now, room.house, counted) if counted else kept

    try:
        counted = await room.counting.ask(room.database, count) if hand_in else None
        kept = await room.database.writer.write(partial(keep, counted=counted))
    except (NotAllowed, NoBroadcast):
        raise
    except Refusal as refusal:
        return await _page(room, visit, _refused(editing, refusal), 409 if isinstance(refusal, Moved) else 422)
    flash = ("notice_submitted" if kept.state == "pending" else "notice_going") if hand_in else "notice_saved"
    return room.redirect(f"/notices/{kept.id}", flash)


def _refused(editing: Editing, refusal: Refusal) -> Editing:
    """The words beside the field they are about, or on top."""
    for kind, name in PLACES:
        if isinstance(refusal, kind):
            return replace(editing, problems={name: refusal.words}, problem="有一处要改，写在下面。您写的内容都还在。")
    return replace(editing, problem=refusal.words)


async def _tried(room: Room, editing: Editing) -> Editing:
    """What would be said against it, without keeping anything; words may still be missing."""
    problems, now = forms.problems(editing.values), room.clock.now()
    if problems:
        return replace(editing, problems=problems)
    written = {name: editing.values[name] or "…" for name in ("title", "text")}
    draft = forms.draft({**editing.values, **written}, notice_desk.usual(room.house))
    refusal = await room.database.read(lambda work: notice_trial.problem(work, draft, now, room.house))
    return _refused(editing, refusal) if refusal else editing


async def _fragment(room: Room, visit: Visit, editing: Editing, part: str) -> web.StreamResponse:
    """What the script of the form asks for: people are only counted where their conditions were changed."""
    now = room.clock.now()
    if part != "counted":
        return room.render(visit, "notice_preview.html", **_preview(room, editing, now))
    trial = await room.counting.ask(room.database, lambda work: _trial(work, visit, editing, now))
    return room.render(visit, "notice_audience.html", trial=trial, reasons=REASONS)


def _trial(work: Work, visit: Visit, editing: Editing, now: datetime) -> Trial:
    return notice_trial.audience(work, visit.actor, editing.values["sides"].rule, editing.values["topic"], now)


def _preview(room: Room, editing: Editing, now: datetime) -> dict[str, Any]:
    title, text, receipt, topic = (editing.values[name] for name in ("title", "text", "receipt", "topic"))
    routes = [route for route in room.house.reach.routes if route in editing.values["routes"]]
    shown = notice_phone.shown(title, text, receipt, routes, local(now), topic) if title or text else []
    return {"shown": shown}


async def _page(room: Room, visit: Visit, editing: Editing, status: int = 200, look: str = "") -> web.StreamResponse:
    """The form. `look`: `count` people as far as it is quick, or `plan`, which takes seconds for a million."""
    now, reach = room.clock.now(), room.house.reach

    def read(work: Work) -> tuple[tuple[Trial, Plan | None], Choices]:
        choices = notice_trial.choices(work, visit.actor)
        if look != "plan":
            return (_trial(work, visit, editing, now) if look else Trial(), None), choices
        draft = forms.draft(editing.values, notice_desk.usual(room.house))
        return notice_trial.planned(work, visit.actor, draft, room.house, now), choices

    (trial, plan), choices = await (room.counting.ask(room.database, read) if look else room.database.read(read))
    hours = room.house.hours
    return room.render(
        visit,
        "notice_edit.html",
        status,
        editing=editing,
        values=editing.values,
        problems=editing.problems,
        forms=forms,
        topics=[(key, topic.label) for key, topic in TOPICS.items()],
        choices=choices,
        places=dict(choices.branches),
        routes=[(route, ROUTE_NAMES[route]) for route in reach.routes],
        daytime=f"{hours.start:%H:%M}–{hours.end:%H:%M}",
        approve_above=reach.approve_above,
        trial=trial,
        plan=plan,
        plans=plan_words,
        reasons=REASONS,
        **_preview(room, editing, now),
    )


ROUTES = (
    Route("GET", "/notices/new", "draft", new),
    Route("POST", "/notices/new", "draft", send),
    Route("GET", f"/notices/{{notice:{ID}}}/edit", "draft", edit),
    Route("POST", f"/notices/{{notice:{ID}}}/edit", "draft", send),
)
