"""导入名册: a file, what its columns mean, the check with its progress, what would change, and the switch.

The work is done by the job `import_rosters`; these pages only say where it stands. While it runs the page asks again
every two seconds by a header, without any script.
"""

import asyncio
import itertools

from aiohttp import web
from multidict import MultiDict

from bot.console.addresses import ID, row_id
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.uploads import read_upload
from bot.console.visit import Visit
from bot.exchange import roster
from bot.exchange.workbook import MAX_COLUMNS, Unreadable
from bot.services import accounts, roster_imports
from bot.services.roster_imports import FIELDS, NoImport
from storage import imports, orgs
from storage.imports import RosterImport
from storage.work import Work

SHOWN = 200  # mistakes on the page
STATES = {
    "uploaded": "等待选列",
    "checking": "正在检查",
    "wrong": "有错，没有导入",
    "ready": "检查好了，等待确认",
    "writing": "正在导入",
    "done": "已导入",
    "discarded": "已放弃",
    "broken": "没有完成，什么都没有导入",
}
COLUMN_CHOICES = (("", "不导入"), *FIELDS.items())


async def show_start(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The form for a file, and the actor's last lists."""
    return await _start(room, visit)


async def _start(room: Room, visit: Visit, problem: str = "") -> web.StreamResponse:
    before = await room.database.read(lambda work: roster_imports.of_actor(work, visit.actor))
    values = {"before": before, "states": STATES, "most": roster.MAX_ROWS, "words": roster.WORDS, "fields": FIELDS}
    return room.render(visit, "roster_start.html", 422 if problem else 200, problem=problem, **values)


async def upload(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Keep the file and look at its headers."""
    data, now = (await read_upload(request)).data, room.clock.now()
    if not data:
        return await _start(room, visit, "请先选择一个xlsx文件。")
    try:
        head = await asyncio.to_thread(roster.head, data)
    except Unreadable as bad:
        return await _start(room, visit, bad.words)
    import_id = await room.database.writer.write(
        lambda work: roster_imports.start(work, visit.actor, data, head.row, head.names, head.fields, now)
    )
    return room.redirect(f"/members/import/{import_id}")


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Where a list stands."""
    return await _page(room, visit, row_id(request, "import"))


async def _page(
    room: Room, visit: Visit, import_id: int, problem: str = "", form: MultiDict[str] | None = None
) -> web.StreamResponse:
    def look(work: Work) -> tuple[RosterImport, str]:
        found = roster_imports.one(work, visit.actor, import_id)
        org = orgs.get(work, found.org_id) if found.org_id else None
        return found, org.name if org else ""

    found, unit = await room.database.read(look)
    chosen = [form.get(f"column-{place}", "") for place in range(len(found.heads))] if form else found.mapping
    page = room.render(
        visit,
        "roster_import.html",
        422 if problem else 200,
        found=found,
        unit=form.get("unit", "") if form else unit,
        state=STATES[found.state],
        columns=list(zip(letters(), found.heads, chosen, strict=False)),
        choices=COLUMN_CHOICES,
        problem=problem,
        problems=(found.problems or [])[:SHOWN],
        working=found.state in imports.AT_WORK,
        waiting=found.state in imports.WAITING,
    )
    if found.state in imports.AT_WORK:
        page.headers["Refresh"] = "2"
    return page


def letters() -> list[str]:
    """A to AN, as spreadsheets name their columns."""
    alphabet = [chr(each) for each in range(ord("A"), ord("Z") + 1)]
    return [*alphabet, *(f"A{each}" for each in itertools.islice(alphabet, MAX_COLUMNS - 26))]


async def check(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Have the rows checked with the columns chosen."""
    import_id, form, now = row_id(request, "import"), await read_form(request), room.clock.now()
    words = " ".join(form.get("unit", "").split())[:60]

    def begin(work: Work) -> None:
        found = roster_imports.one(work, visit.actor, import_id)
        chosen = [form.get(f"column-{place}", "") for place in range(len(found.heads))]
        mapping = [each if each in FIELDS else "" for each in chosen]
        units = accounts.places(work, visit.actor, words) if words else []
        if words and len(units) != 1:
            raise NoImport("没有找到这个工会，或者不止一个工会的名称里有这几个字，请写全称。")
        roster_imports.check(work, visit.actor, import_id, mapping, units[0].id if units else None, now)

    try:
        await room.database.writer.write(begin)
    except NoImport as refusal:
        return await _page(room, visit, import_id, refusal.words, form)
    return room.redirect(f"/members/import/{import_id}")


async def confirm(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Have it done."""
    import_id, now = row_id(request, "import"), room.clock.now()
    await room.database.writer.write(lambda work: roster_imports.confirm(work, visit.actor, import_id, now))
    return room.redirect(f"/members/import/{import_id}")


async def discard(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Let it be."""
    import_id, now = row_id(request, "import"), room.clock.now()
    await room.database.writer.write(lambda work: roster_imports.discard(work, visit.actor, import_id, now))
    return room.redirect("/members/import", "roster_discarded")


_ONE = f"/members/import/{{import:{ID}}}"
ROUTES = (
    Route("GET", "/members/import", "import", show_start),
    Route("POST", "/members/import", "import", upload, upload=True),
    Route("GET", _ONE, "import", show),
    Route("POST", f"{_ONE}/check", "import", check),
    Route("POST", f"{_ONE}/confirm", "import", confirm),
    Route("POST", f"{_ONE}/discard", "import", discard),
)
