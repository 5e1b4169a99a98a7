"""绑定码: one code shown once as a QR code, many codes from a list as a file, and revoking those nobody used."""

import asyncio

from aiohttp import web
from multidict import MultiDict

from bot.clock import local
from bot.console import sheets
from bot.console.addresses import ID, row_id
from bot.console.cadres import OFFICE_CHOICES
from bot.console.pictures import qr
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.uploads import read_upload
from bot.console.visit import Visit
from bot.exchange import cadres as files
from bot.exchange.workbook import Unreadable
from bot.services import accounts, binding_lists, bindings
from bot.services.binding_lists import NAMES, Made, Mistake
from bot.services.bindings import DAYS, NoCode
from storage.orgs import Organisation
from storage.work import Work

SHOWN = 200  # mistakes on the page
USUAL_DAYS = "7"


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The forms for one code and for a list."""
    return _page(room, visit, MultiDict(unit=" ".join(request.query.get("unit", "").split())[:60]))


def _page(
    room: Room, visit: Visit, typed: MultiDict[str], problem: str = "", wrong: list[Mistake] | None = None
) -> web.Response:
    return room.render(
        visit,
        "cadre_codes.html",
        422 if problem else 200,
        typed=typed,
        problem=problem,
        wrong=[(each.row, NAMES[each.key], each.reason) for each in (wrong or [])[:SHOWN]],
        offices=[("", "请选择"), *OFFICE_CHOICES[1:]],
        days=[(str(each), f"{each} 天") for each in DAYS],
        usual=USUAL_DAYS,
    )


def _days(form: MultiDict[str]) -> int:
    written = form.get("days", USUAL_DAYS)
    return int(written) if written.isascii() and written.isdigit() and len(written) < 4 else 0


async def make(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One code, shown this once: as a QR code, as words to send, until when it counts, and who holds the office."""
    form, now = await read_form(request), room.clock.now()
    words, days, name = " ".join(form.get("unit", "").split())[:60], _days(form), "".join(form.get("name", "").split())

    def act(work: Work) -> tuple[str, Organisation, int]:
        found = accounts.places(work, visit.actor, words) if words else []
        if len(found) != 1:
            raise NoCode("没有找到这个工会，或者不止一个工会的名称里有这几个字，请写全称或代号。")
        code, org = bindings.make(work, visit.actor, found[0].id, form.get("office", ""), name, days, now)
        return code, org, len(bindings.holders(work, org.id, form.get("office", ""), local(now).date()))

    try:
        code, org, held = await room.database.writer.write(act)
    except NoCode as refusal:
        return _page(room, visit, form, refusal.words)
    link = await room.scene_link(f"bind_{code}", days) if room.scene_link else ""
    return room.render(
        visit,
        "cadre_code_shown.html",
        org=org,
        office=form.get("office", ""),
        name=name,
        held=held,
        code=bindings.spaced(code),
        words=f"绑定 {code}",
        picture=qr(link or f"绑定 {code}", "绑定码二维码"),
        scene=bool(link),
        until=local(now).date().fromordinal(local(now).date().toordinal() + days),
    )


async def make_many(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A list: every mistake on the page, or all codes as a file, this once."""
    form, data = await read_upload(request)
    now, days = room.clock.now(), _days(form)
    try:
        lines, wrong = await asyncio.to_thread(files.read, data) if data else ([], [])
        made: list[Made] = []
        if not wrong:
            made, wrong = await room.database.writer.write(
                lambda work: binding_lists.make_all(work, visit.actor, lines, days, now)
            )
    except (Unreadable, NoCode) as refusal:
        return _page(room, visit, form, refusal.words if data else "请先选择一个xlsx文件。")
    if wrong:
        return _page(room, visit, form, f"有{len(wrong)}处错误，一个绑定码都没有生成。请改好再上传。", wrong)
    body = await asyncio.to_thread(files.write, made)
    kept = {"Content-Disposition": f'attachment; filename="codes-{local(now):%Y%m%d-%H%M}.xlsx"'}
    return web.Response(body=body, content_type=sheets.TYPE, headers=kept)


async def revoke(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A code that nobody used counts no more."""
    binding_id, now = row_id(request, "binding"), room.clock.now()
    await room.database.writer.write(lambda work: bindings.revoke(work, visit.actor, binding_id, now))
    return room.redirect("/cadres?view=waiting", "code_revoked")


ROUTES = (
    Route("GET", "/cadres/codes", "appoint", show),
    Route("POST", "/cadres/codes", "appoint", make),
    Route("POST", "/cadres/codes/list", "appoint", make_many, upload=True),
    Route("POST", f"/cadres/codes/{{binding:{ID}}}/revoke", "appoint", revoke),
)
