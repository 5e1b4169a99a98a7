"""账号: who may use the console, kept by admins."""

from datetime import datetime
from functools import partial
from typing import Protocol

from aiohttp import web
from multidict import MultiDict

from bot.console.addresses import ID, row_id
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import accounts
from bot.services.accounts import BadAccount, Listed, Wanted
from bot.services.actors import ROLE_NAMES, Actor, NotAllowed
from bot.services.passwords import one_time
from storage.orgs import Organisation
from storage.staff import Staff
from storage.work import Work

MAY = (
    "工作人员看数字、处理问题和人工事项、核对入会申请；编辑还可以起草内容；"
    "审核人还可以审核发布、批准入会、看操作记录；管理员还可以管理账号。"
)


class Deed(Protocol):
    """Something done to an account."""

    def __call__(self, work: Work, actor: Actor, staff_id: int, *, now: datetime) -> Staff:
        """Do it."""


async def index(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Everybody this admin manages."""
    now = room.clock.now()
    rows = await room.database.read(lambda work: accounts.listed(work, visit.actor, now))
    return room.render(visit, "accounts.html", rows=rows)


async def show_new(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The form for a new account."""
    return _form(room, visit, MultiDict(role="staff"))


async def add(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Make an account; its one-time password is on the answer and nowhere else."""
    form = await read_form(request)
    password = one_time()
    kept = await room.hashed(lambda: room.passwords.hash(password))
    name = form.get("name", "")
    try:
        wanted = await _wanted(room, visit, form)
        made = await room.database.writer.write(
            lambda work: accounts.create(work, visit.actor, name, wanted, kept, room.clock.now())
        )
    except BadAccount as bad:
        return await _again(room, visit, form, bad)
    return _handed_out(room, visit, made, password)


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One account with what can be done to it."""
    staff_id, now = row_id(request, "id"), room.clock.now()
    found = await room.database.read(lambda work: accounts.one(work, visit.actor, staff_id, now))
    form = MultiDict(display=found.account.display, role=found.account.role, branch=found.code)
    return _form(room, visit, form, found=found)


async def change(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Another name to show, role or branch."""
    form, staff_id = await read_form(request), row_id(request, "id")
    try:
        wanted = await _wanted(room, visit, form)
        await room.database.writer.write(
            lambda work: accounts.change(work, visit.actor, staff_id, wanted, room.clock.now())
        )
    except BadAccount as bad:
        return await _again(room, visit, form, bad, staff_id)
    return room.redirect("/accounts", "account_saved")


async def reset(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A new one-time password for somebody else."""
    staff_id, password = row_id(request, "id"), one_time()
    if staff_id == visit.staff_id:
        raise NotAllowed("自己的密码请在“我的账号”里修改。")
    kept = await room.hashed(lambda: room.passwords.hash(password))
    account = await room.database.writer.write(
        lambda work: accounts.reset(work, visit.actor, staff_id, kept, room.clock.now())
    )
    return _handed_out(room, visit, account, password)


async def drop_code(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Somebody lost the phone with their second factor."""
    if row_id(request, "id") == visit.staff_id:
        raise NotAllowed("自己的动态口令请在“我的账号”里停用。")
    return await _do(room, visit, request, accounts.drop_code, "totp_off")


async def switch_off(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Nobody logs in with this account any more."""
    return await _do(room, visit, request, partial(accounts.switch, active=False), "account_off")


async def switch_on(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The account works again."""
    return await _do(room, visit, request, partial(accounts.switch, active=True), "account_on")


async def _do(room: Room, visit: Visit, request: web.Request, deed: Deed, flash: str) -> web.StreamResponse:
    staff_id, now = row_id(request, "id"), room.clock.now()
    await room.database.writer.write(lambda work: deed(work, visit.actor, staff_id, now=now))
    return room.redirect("/accounts", flash)


async def _wanted(room: Room, visit: Visit, form: MultiDict[str]) -> Wanted:
    """What the form asks for; the branch may be written as a code or as part of a name. Raises BadAccount."""
    words, code = form.get("branch", "").strip(), ""
    if words:
        found = await room.database.read(lambda work: accounts.places(work, visit.actor, words))
        if not found:
            raise BadAccount("没有找到这个工会（只能选您所在工会及下级工会）。", "branch")
        if len(found) > 1:
            raise Several(found)
        code = found[0].code
    return Wanted(form.get("display", "")[:100], form.get("role", ""), code)


class Several(BadAccount):
    """The words mean more than one branch; `places` are those to choose from."""

    def __init__(self, places: list[Organisation]) -> None:
        super().__init__("名称里有这几个字的工会不止一个，请选一个。", "branch")
        self.places = places


async def _again(room: Room, visit: Visit, form: MultiDict[str], bad: BadAccount, staff_id: int = 0) -> web.Response:
    """The form as it was filled in, with what is wrong beside the field."""
    found = None
    if staff_id:
        now = room.clock.now()
        found = await room.database.read(lambda work: accounts.one(work, visit.actor, staff_id, now))
    return _form(room, visit, form, found, bad)


def _form(
    room: Room, visit: Visit, form: MultiDict[str], found: Listed | None = None, bad: BadAccount | None = None
) -> web.Response:
    roles = list(ROLE_NAMES.items())
    choices = [(org.code, f"{org.name}（{org.code}）") for org in bad.places] if isinstance(bad, Several) else []
    errors = {bad.field: bad.words} if bad else {}
    values = {"form": form, "found": found, "roles": roles, "may": MAY, "choices": choices, "errors": errors}
    return room.render(visit, "account.html", 409 if bad else 200, **values)


def _handed_out(room: Room, visit: Visit, account: Staff, password: str) -> web.Response:
    return room.render(visit, "handed_out.html", account=account, password=password)


ONE = f"/accounts/{{id:{ID}}}"
ROUTES = (
    Route("GET", "/accounts", "manage", index),
    Route("GET", "/accounts/new", "manage", show_new),
    Route("POST", "/accounts/new", "manage", add),
    Route("GET", ONE, "manage", show),
    Route("POST", ONE, "manage", change),
    Route("POST", f"{ONE}/password", "manage", reset),
    Route("POST", f"{ONE}/code/off", "manage", drop_code),
    Route("POST", f"{ONE}/off", "manage", switch_off),
    Route("POST", f"{ONE}/on", "manage", switch_on),
)
