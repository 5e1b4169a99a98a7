"""我的账号: one's own phone, for previews and 停止发送. Bound by a code, which is shown once."""

from aiohttp import web

from bot.clock import local
from bot.console.pictures import qr
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import staff_phones
from bot.services.staff_phones import LIFE, SCENE


async def offer(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A code, shown this once: as a QR code and as words to send."""
    now = room.clock.now()
    code = await room.database.writer.write(lambda work: staff_phones.begin(work, visit.staff_id, now))
    link = await room.scene_link(f"{SCENE}{code}", 1) if room.scene_link else ""
    words = f"工作手机 {staff_phones.spaced(code)}"
    until = f"{local(now + LIFE):%H:%M}"
    picture = qr(link or words, "绑定手机的二维码")
    return room.render(visit, "my_phone.html", words=words, picture=picture, scene=bool(link), until=until)


async def drop(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The account has no phone any more."""
    now = room.clock.now()
    await room.database.writer.write(lambda work: staff_phones.remove(work, visit.staff_id, now))
    return room.redirect("/me", "phone_off")


ROUTES = (
    Route("POST", "/me/phone", "see", offer),
    Route("POST", "/me/phone/off", "see", drop),
)
