"""我的账号: one's own password and second factor."""

from aiohttp import web

from bot.console.pictures import qr
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.errors import Refusal
from bot.services import codes, own_account, sessions
from bot.services.codes import Offer, WrongCode
from bot.services.own_account import WrongPassword
from bot.services.passwords import WeakPassword, check_new
from bot.services.sessions import Known


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The account as its owner sees it."""
    return await _page(room, visit)


async def show_password(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The form for another password."""
    return _password_form(room, visit)


async def change_password(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Keep another password."""
    form = await read_form(request)
    new = form.get("new", "")
    try:
        _check(visit, form.get("current", ""), new, form.get("again", ""))
    except Refusal as refusal:
        return _password_form(room, visit, refusal.words)
    known, right = await _compare(room, visit, form.get("current", ""))
    kept = await room.hashed(lambda: room.passwords.hash(new)) if right else ""
    changed = await room.database.writer.write(
        lambda work: own_account.choose_password(work, known, right, kept, visit.session_id, room.clock.now())
    )
    if not changed:
        return _password_form(room, visit, WrongPassword.words)
    return room.redirect("/" if visit.must_change else "/me", "password_changed")


async def offer_code(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A new secret with its QR code; shown once, kept only after a code proves that a phone has it."""
    now = room.clock.now()
    made = await room.database.read(
        lambda work: codes.offer(work, own_account.mine(work, visit.staff_id), room.house.union, now)
    )
    return _offer_form(room, visit, made)


async def confirm_code(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Take the secret into use."""
    form = await read_form(request)
    sealed, code, now = form.get("offer", ""), form.get("code", "")[:20], room.clock.now()
    try:
        await room.database.writer.write(
            lambda work: codes.switch_on(work, visit.staff_id, sealed, code, visit.session_id, now)
        )
    except WrongCode as wrong:
        again = await room.database.read(
            lambda work: codes.again(work, own_account.mine(work, visit.staff_id), sealed, room.house.union, now)
        )
        return room.redirect("/me") if again is None else _offer_form(room, visit, again, wrong.words)
    return room.redirect("/me", "totp_on")


async def drop_code(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Switch the second factor off, against the password."""
    known, right = await _compare(room, visit, (await read_form(request)).get("current", ""))
    dropped = await room.database.writer.write(
        lambda work: own_account.drop_code(work, known, right, visit.session_id, room.clock.now())
    )
    return room.redirect("/me", "totp_off") if dropped else await _page(room, visit, WrongPassword.words)


def _check(visit: Visit, current: str, new: str, again: str) -> None:
    if new != again:
        raise WeakPassword("两次输入的新密码不一样。")
    if new == current:
        raise WeakPassword("新密码不能和当前密码一样。")
    check_new(new, visit.actor.name)


async def _compare(room: Room, visit: Visit, password: str) -> tuple[Known, bool]:
    known = await room.database.read(lambda work: own_account.known(work, visit.staff_id))
    return known, await room.hashed(lambda: room.passwords.right(known.password, password))


async def _page(room: Room, visit: Visit, error: str = "") -> web.StreamResponse:
    account = await room.database.read(lambda work: own_account.mine(work, visit.staff_id))
    place = await room.database.read(lambda work: sessions.place_of(work, visit.actor))
    values = {"account": account, "place": place, "error": error, "hours": room.session_hours}
    return room.render(visit, "me.html", 409 if error else 200, **values)


def _password_form(room: Room, visit: Visit, error: str = "") -> web.Response:
    return room.render(visit, "password.html", 409 if error else 200, error=error)


def _offer_form(room: Room, visit: Visit, made: Offer, error: str = "") -> web.Response:
    spaced = " ".join(made.secret[start : start + 4] for start in range(0, len(made.secret), 4))
    values = {"picture": qr(made.uri, "动态口令二维码"), "secret": spaced, "offer": made.sealed, "error": error}
    return room.render(visit, "offer.html", 409 if error else 200, **values)


ROUTES = (
    Route("GET", "/me", "see", show),
    Route("GET", "/password", "see", show_password),
    Route("POST", "/password", "see", change_password),
    Route("POST", "/me/code", "see", offer_code),
    Route("POST", "/me/code/confirm", "see", confirm_code),
    Route("POST", "/me/code/off", "see", drop_code),
)
