"""标签: words on people by which notices find them; put on by member number or by a saved segment."""

from collections.abc import Callable
from functools import partial
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
from storage.tags import FIRST, PIECE, Piece
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
    tag_id, now, actor = row_id(request, "tag"), room.clock.now(), visit.actor
    segment_id = number((await read_form(request)).get("segment", "")) or 0

    def look(work: Work) -> tuple[Any, int]:
        raw = segments.one(work, actor, segment_id).raw
        return raw, tags.lacking(work, actor, tag_id, raw, now)

    try:
        raw, people = await room.counting.ask(room.database, look)
        done = await _in_pieces(
            room, lambda work, after: tags.put_on_some(work, actor, tag_id, raw, people, now, after)
        )
    except (BadTag, BadSegment) as refusal:
        return await _page(room, visit, tag_id, refusal.words)
    return await _page(room, visit, tag_id, put=Put(done, (), 0))


async def _in_pieces(room: Room, step: Callable[[Work, int], Piece]) -> int:
    """Go through all people, a transaction a piece, so that no reply waits for a whole city; how many it concerned."""
    done, after = 0, FIRST
    while True:
        piece = await room.database.writer.write(partial(_step, step, after))
        done += piece.people
        if piece.last is None:
            return done
        after = piece.last


def _step(step: Callable[[Work, int], Piece], after: int, work: Work) -> Piece:
    return step(work, after)


async def clear(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Take it off everybody of the branch."""
    tag_id, now, actor = row_id(request, "tag"), room.clock.now(), visit.actor
    people = (await room.counting.ask(room.database, lambda work: tags.one(work, actor, tag_id))).people
    done = await _in_pieces(room, lambda work, after: tags.clear_some(work, actor, tag_id, people, now, after))
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
    """Forget it; first it is taken off those who have it, where these are many."""
    tag_id, now, actor = row_id(request, "tag"), room.clock.now(), visit.actor
    try:
        people = await room.counting.ask(room.database, lambda work: tags.may_drop(work, actor, tag_id))
        if people > PIECE:
            await _in_pieces(
                room, lambda work, after: tags.clear_some(work, actor, tag_id, people, now, after, to_drop=True)
            )
        await room.database.writer.write(lambda work: tags.drop(work, actor, tag_id, now))
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
