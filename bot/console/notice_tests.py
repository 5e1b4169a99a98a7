"""先发一份看看: a notice as it is now to one's own phone, or to the people of a tag, and what came of it."""

from aiohttp import web

from bot.console.addresses import ID, row_id
from bot.console.notices import show_one
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import notice_desk, notice_preview
from bot.services.notice_desk import Sheet
from bot.services.notice_preview import CannotTest, Tested
from storage.work import Work

TAG_CHARS = 20


async def send(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Send it, and tell who gets it and who does not."""
    notice_id, now = row_id(request, "notice"), room.clock.now()
    to = (await read_form(request)).get("to", "")[:TAG_CHARS] or notice_preview.ME

    def do(work: Work) -> tuple[Sheet, Tested]:
        tested = notice_preview.send_test(work, visit.actor, notice_id, to, now, room.house)
        return notice_desk.one(work, visit.actor, notice_id, room.house, now), tested

    try:
        sheet, tested = await room.database.writer.write(do)
    except CannotTest as refusal:
        return await show_one(room, visit, notice_id, 422, refusal.words)
    mine = to == notice_preview.ME
    return room.render(visit, "notice_tested.html", sheet=sheet, tested=tested, mine=mine, to=to)


ROUTES = (Route("POST", f"/notices/{{notice:{ID}}}/test", "draft", send),)
