"""通知对象: saved segments; what a rule means in words and in numbers, before anything is saved."""

from typing import Any

from aiohttp import web

from bot.console import rule_form
from bot.console.addresses import ID, row_id
from bot.console.gate import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.rule_form import Fields
from bot.console.visit import Visit
from bot.services import segments
from bot.services.reasons import REASONS
from bot.services.segments import BadName, BadSegment, Counts, Saved
from bot.services.topics import TOPICS
from storage.work import Work

USUAL = "activity"


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """All that the actor may use."""
    lines = await room.database.read(lambda work: segments.listing(work, visit.actor))
    return room.render(visit, "segments.html", lines=lines)


async def start(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """An empty form."""
    return await _page(room, visit, None)


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One segment to be looked at or changed."""
    return await _page(room, visit, row_id(request, "segment"))


async def _page(
    room: Room,
    visit: Visit,
    segment_id: int | None,
    fields: Fields | None = None,
    counted: tuple[str, Counts] | None = None,
    **more: Any,
) -> web.StreamResponse:
    def look(work: Work) -> tuple[Saved | None, dict[str, Any]]:
        kept = segments.one(work, visit.actor, segment_id) if segment_id else None
        return kept, rule_form.choices(work, visit.actor)

    kept, choices = await room.database.read(look)
    shown = fields or rule_form.fields_of(kept.raw if kept else {})
    topic = more.get("topic", USUAL)
    values = {"name": kept.name if kept else "", "problem": "", "wrong_name": "", "topic": topic, **more}
    words, counts = counted or (kept.words if kept else "", None)
    return room.render(
        visit,
        "segment.html",
        422 if values["problem"] or values["wrong_name"] else 200,
        kept=kept,
        typed=shown,
        choices=choices,
        words=words,
        counts=counts,
        reasons=REASONS,
        topic_label=TOPICS[topic].label,
        **values,
    )


async def put(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Count or save what is typed, new or in place of what is kept."""
    segment_id = row_id(request, "segment") if "segment" in request.match_info else None
    form = await read_form(request)
    name, topic = form.get("name", ""), form.get("topic", USUAL)
    more: dict[str, Any] = {"name": name, "topic": topic if topic in TOPICS else USUAL}
    chosen = segment_id is None or any(key[:2] in ("a-", "n-") for key in form)
    fields = rule_form.typed(form) if chosen else None
    try:
        if form.get("do") == "save":
            await _save(room, visit, segment_id, fields, name)
            return room.redirect("/segments", "segment_saved")
        counted = await _count(room, visit, segment_id, fields, more["topic"])
    except BadSegment as refusal:
        more["wrong_name" if isinstance(refusal, BadName) else "problem"] = refusal.words
        return await _page(room, visit, segment_id, fields, **more)
    return await _page(room, visit, segment_id, fields, counted, **more)


async def _save(room: Room, visit: Visit, segment_id: int | None, fields: Fields | None, name: str) -> None:
    now, actor = room.clock.now(), visit.actor

    def job(work: Work) -> None:
        if fields is None:
            segments.rename(work, actor, segment_id or 0, name, now)
        else:
            segments.save(work, actor, name, rule_form.read(work, actor, fields), now, segment_id)

    await room.database.writer.write(job)


async def _count(
    room: Room, visit: Visit, segment_id: int | None, fields: Fields | None, topic: str
) -> tuple[str, Counts]:
    """The rule in words and how many it means for this actor. Raises BadSegment."""
    now, actor = room.clock.now(), visit.actor

    def look(work: Work) -> tuple[str, Counts]:
        kept = segments.one(work, actor, segment_id or 0).raw if fields is None else None
        rule = segments.parse(rule_form.read(work, actor, fields) if fields is not None else kept)
        segments.check(work, rule)
        rule = segments.confine(rule, actor)
        return segments.describe(work, rule), segments.count(work, rule, topic, now)

    return await room.counting.ask(room.database, look)


async def drop(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Forget one."""
    segment_id, now = row_id(request, "segment"), room.clock.now()
    await room.database.writer.write(lambda work: segments.drop(work, visit.actor, segment_id, now))
    return room.redirect("/segments", "segment_dropped")


_ONE = f"/segments/{{segment:{ID}}}"
ROUTES = (
    Route("GET", "/segments", "draft", show_list),
    Route("POST", "/segments", "draft", put),
    Route("GET", "/segments/new", "draft", start),
    Route("GET", _ONE, "draft", show),
    Route("POST", _ONE, "draft", put),
    Route("POST", f"{_ONE}/drop", "draft", drop),
)
