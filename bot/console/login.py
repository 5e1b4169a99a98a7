"""登录和退出: the only pages that open without a session."""

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.console import cookies
from bot.console.flashes import FLASHES
from bot.console.origin import address_of, is_ours, local_path
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import sessions
from bot.services.passwords import Passwords
from bot.services.sessions import Arrival, Known, Tried

WRONG = "没有登录成功：账号、密码或动态口令不对，或者账号暂时不能登录。连续输错5次要等15分钟。忘记密码请联系管理员。"


def show(room: Room) -> Handler:
    """The form."""

    async def handler(request: web.Request) -> web.StreamResponse:
        flash = FLASHES.get(cookies.flash_key(request), "")
        answer = _form(room, local_path(request.query.get("next", "/")), flash=flash)
        if flash:
            cookies.drop_flash(answer)
        return answer

    return handler


def enter(room: Room) -> Handler:
    """Name and password."""

    async def handler(request: web.Request) -> web.StreamResponse:
        form = await _ask_for(room, request)
        name, password = form.get("name", "")[:64], form.get("password", "")
        known = await room.database.read(lambda work: sessions.known(work, name))
        right, fresh = await room.hashed(lambda: _compare(room.passwords, known, password))
        tried = Tried(known, right, fresh, cookies.session_cookie(request))
        arrival = await room.database.writer.write(
            lambda work: sessions.arrive(work, tried, room.clock.now(), room.session_hours)
        )
        return _answer(room, request, arrival, local_path(form.get("next", "/")))

    return handler


def enter_code(room: Room) -> Handler:
    """The second step."""

    async def handler(request: web.Request) -> web.StreamResponse:
        form = await _ask_for(room, request)
        pending, code = form.get("pending", ""), form.get("code", "")[:20]
        arrival = await room.database.writer.write(
            lambda work: sessions.confirm(work, pending, code, room.clock.now(), room.session_hours)
        )
        return _answer(room, request, arrival, local_path(form.get("next", "/")))

    return handler


async def leave(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Log out."""
    cookie = cookies.session_cookie(request)
    await room.database.writer.write(lambda work: sessions.leave(work, cookie, visit.actor.name, room.clock.now()))
    answer = room.redirect("/login", "logged_out")
    cookies.drop_session(answer, request)
    return answer


async def _ask_for(room: Room, request: web.Request) -> dict[str, str]:
    """The form, if it is one of ours and this address has not tried too often."""
    if not is_ours(request):
        raise web.HTTPForbidden
    if not room.tries.allowed(address_of(request), room.clock.now()):
        raise web.HTTPTooManyRequests
    return dict(await read_form(request))


def _compare(passwords: Passwords, known: Known, password: str) -> tuple[bool, str]:
    right = passwords.right(known.password, password)
    outdated = right and known.password is not None and passwords.outdated(known.password)
    return right, passwords.hash(password) if outdated else ""


def _answer(room: Room, request: web.Request, arrival: Arrival, wanted: str) -> web.StreamResponse:
    if arrival != Arrival():
        room.tries.forgive(address_of(request))
    if arrival.pending:
        return room.render(None, "code.html", pending=arrival.pending, next=wanted)
    if not arrival.cookie:
        return _form(room, wanted, 401, error=WRONG)
    answer = room.redirect(wanted)
    cookies.keep_session(answer, request, arrival.cookie)
    return answer


def _form(room: Room, wanted: str, status: int = 200, flash: str = "", error: str = "") -> web.Response:
    return room.render(None, "login.html", status, next=wanted, flash=flash, error=error)


OPEN = (("GET", "/login", show), ("POST", "/login", enter), ("POST", "/login/code", enter_code))
ROUTES = (Route("POST", "/logout", "see", leave),)
