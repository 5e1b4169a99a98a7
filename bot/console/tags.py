"""标签: words on people by which notices find them; put on by member number or by a saved segment."""

from typing import Any

from aiohttp import web

from bot.console.addresses import ID, number, row_id
from bot.console.gate import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import segments, tags
from bot.services.segments import BadSegment
from bot.services.tags import NUMBERS_MOST, BadTag, Put, TagLine
from storage.work import Work


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """All tags and how many people of the branch have them."""
    return await _list(room, visit)


async def _list(room: Room, visit: Visit, problem: str = "", name: str = "") -> web.StreamResponse:
    lines = await room.database.read(lambda work: tags.listing(work, visit.actor))
    return room.render(visit, "tags.html", 422 if problem else 200, lines=lines, problem=problem, name=name)


async def create(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A new tag."""
    name, now = (await read_form(request)).get("name", ""), room.clock.now()
    try:
        tag_id = await room.database.writer.write(lambda work: tags.create(work, visit.actor, name, now))
    except BadTag as refusal:
        return await _list(room, visit, refusal.words, name)
    return room.redirect(f"/tags/{tag_id}", "saved")


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One tag, and what can be done with it."""
    return await _page(room, visit, row_id(request, "tag"))


async def _page(
    room: Room, visit: Visit, tag_id: int, problem: str = "", typed: str = "", put: Put | None = None, off: bool = False
) -> web.StreamResponse:
    def look(work: Work) -> tuple[TagLine, list[tuple[str, str]]]:
        saved = [(str(each.id), each.name) for each in segments.listing(work, visit.actor)]
        return tags.one(work, visit.actor, tag_id), saved

    line, saved = await room.database.read(look)
    values: dict[str, Any] = {"line": line, "saved": saved, "put": put, "off": off, "most": NUMBERS_MOST}
    return room.render(visit, "tag.html", 422 if problem else 200, problem=problem, typed=typed, **values)


async def put_numbers(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Put it on, or take it off, a list of members."""
    tag_id, now, form = row_id(request, "tag"), room.clock.now(), await read_form(request)
    typed, off = form.get("numbers", ""), form.get("do") == "off"
    try:
        put = await room.database.writer.write(
            lambda work: tags.put_on_numbers(work, visit.actor, tag_id, typed, now, take_off=off)
        )
    except BadTag as refusal:
        return await _page(room, visit, tag_id, refusal.words, typed)
    return await _page(room, visit, tag_id, put=put, off=off)


async def put_rule(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Put it on everybody of a saved segment."""
    tag_id, now = row_id(request, "tag"), room.clock.now()
    segment_id = number((await read_form(request)).get("segment", "")) or 0

    def job(work: Work) -> int:
        return tags.put_on_rule(work, visit.actor, tag_id, segments.one(work, visit.actor, segment_id).raw, now)

    try:
        done = await room.database.writer.write(job)
    except (BadTag, BadSegment) as refusal:
        return await _page(room, visit, tag_id, refusal.words)
    return await _page(room, visit, tag_id, put=Put(done, (), 0))


async def clear(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Take it off everybody of the branch."""
    tag_id, now = row_id(request, "tag"), room.clock.now()
    done = await room.database.writer.write(lambda work: tags.clear(work, visit.actor, tag_id, now))
    return await _page(room, visit, tag_id, put=Put(done, (), 0), off=True)


async def rename(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Another name."""
    tag_id, now, name = row_id(request, "tag"), room.clock.now(), (await read_form(request)).get("name", "")
    try:
        await room.database.writer.write(lambda work: tags.rename(work, visit.actor, tag_id, name, now))
    except BadTag as refusal:
        return await _page(room, visit, tag_id, refusal.words)
    return room.redirect(f"/tags/{tag_id}", "saved")


async def drop(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Forget it."""
    tag_id, now = row_id(request, "tag"), room.clock.now()
    try:
        await room.database.writer.write(lambda work: tags.drop(work, visit.actor, tag_id, now))
    except BadTag as refusal:
        return await _page(room, visit, tag_id, refusal.words)
    return room.redirect("/tags", "tag_dropped")


_ONE = f"/tags/{{tag:{ID}}}"
ROUTES = (
    Route("GET", "/tags", "draft", show_list),
    Route("POST", "/tags", "draft", create),
    Route("GET", _ONE, "draft", show),
    Route("POST", f"{_ONE}/numbers", "draft", put_numbers),
    Route("POST", f"{_ONE}/rule", "draft", put_rule),
    Route("POST", f"{_ONE}/clear", "draft", clear),
    Route("POST", f"{_ONE}/name", "draft", rename),
    Route("POST", f"{_ONE}/drop", "draft", drop),
)
