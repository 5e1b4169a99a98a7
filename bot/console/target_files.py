"""What the targets page gives out: the circular as xlsx and as a picture, and the sheets that fill themselves."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.clock import local
from bot.console import sheets, targets
from bot.console.addresses import is_id
from bot.console.knowledge import read_page
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.exchange import picture, report
from bot.services import circular, duty_board, duty_sheets
from bot.services.circular import Circular
from bot.services.duty_board import Place
from bot.services.duty_sheets import KINDS, NoSheet, Sheet
from bot.services.indicators import say
from storage.duty_templates import DutyTemplate
from storage.work import Work

LINES = 50  # unions of a page
SHEETS = f"{targets.PATH}/sheets"


async def _circular(room: Room, visit: Visit, request: web.Request) -> tuple[targets.Asked, Circular]:
    asked = targets.read(request.query, room.clock.now())
    today, ranking = targets.today(room), room.house.duties.ranking
    made = await room.database.read(
        lambda work: circular.make(work, visit.actor, asked.indicator, asked.year, asked.org, today, ranking)
    )
    return asked, made


async def circular_table(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The circular as xlsx."""
    asked, made = await _circular(room, visit, request)
    return _file(await asyncio.to_thread(report.circular, made), f"circular-{asked.year}.xlsx", sheets.TYPE)


async def circular_picture(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One picture of the circular, to be sent into a group."""
    asked, made = await _circular(room, visit, request)
    page = max(1, min(asked.page, picture.count(made)))
    body = await asyncio.to_thread(picture.draw, made, page)
    return _file(body, f"circular-{asked.year}-{page}.png", "image/png")


def _file(body: bytes, name: str, kind: str) -> web.Response:
    kept = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=kind, headers=kept)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sheet an address asks for. `task` may be empty: the first one."""

    task: str
    kind: str
    year: int
    number: int
    org: int | None
    page: int

    def link(self, path: str = SHEETS, **more: object) -> str:
        """An address with the same sheet, and more."""
        given: dict[str, Any] = {"task": self.task, "kind": self.kind, "year": self.year, "number": self.number}
        given |= {"org": self.org, **more}
        return f"{path}?{urlencode({name: str(value) for name, value in given.items() if value not in (None, '')})}"


def _wanted(query: Mapping[str, str], now: datetime) -> Wanted:
    kind, org, number = query.get("kind", "month"), query.get("org", ""), query.get("number", "")
    kind = kind if kind in KINDS else "month"
    most, today = 12 // KINDS[kind][1], local(now).date()
    fits = number.isascii() and number.isdigit() and 1 <= int(number[:3]) <= most
    usual = (today.month - 1) // KINDS[kind][1] + 1
    return Wanted(
        query.get("task", "")[: targets.KEY_CHARS],
        kind,
        targets.read(query, now).year,
        int(number) if fits else usual,
        int(org) if is_id(org) else None,
        read_page(query),
    )


def _look(
    work: Work, visit: Visit, wanted: Wanted, now: datetime
) -> tuple[Wanted, Place, list[DutyTemplate], Sheet | None]:
    place, tasks = duty_board.place_of(work, visit.actor, wanted.org), list(duty_sheets.tasks(work))
    task = wanted.task or (tasks[0].id if tasks else "")
    asked = Wanted(task, wanted.kind, wanted.year, wanted.number, place.org.id, wanted.page)
    if not task:
        return asked, place, tasks, None
    first, last = duty_sheets.months(asked.kind, asked.year, asked.number)
    today = local(now).date()
    found = duty_sheets.filled(work, visit.actor, task, first, last, place.org.id, today)
    return asked, place, tasks, found


async def show_sheet(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A sheet as it stands now: sums of each union, page by page."""
    now = room.clock.now()
    given = _wanted(request.query, now)
    asked, place, tasks, sheet = await room.database.read(lambda work: _look(work, visit, given, now))
    lines = sheet.lines if sheet else []
    pages = max(1, -(-len(lines) // LINES))
    page = max(1, min(asked.page, pages))
    return room.render(
        visit,
        "target_sheet.html",
        view="sheets",
        asked=asked,
        place=place,
        sheet=sheet,
        lines=lines[(page - 1) * LINES : page * LINES],
        tasks=[(each.id, each.title) for each in tasks],
        kinds=[(key, words) for key, (words, _) in KINDS.items()],
        numbers=[(str(each), _name(asked.kind, each)) for each in range(1, 12 // KINDS[asked.kind][1] + 1)],
        years=[(str(each), f"{each}年") for each in targets.years(asked.year, local(now).year)],
        name=_name(asked.kind, asked.number),
        cell=_cell,
        page=page,
        pages=pages,
        as_of=f"{local(now):%Y-%m-%d %H:%M}",
    )


def _name(kind: str, number: int) -> str:
    """The n-th month, two months … of a year in words."""
    length = KINDS[kind][1]
    first = (number - 1) * length + 1
    return "全年" if length == 12 else f"{first}月" if length == 1 else f"{first}—{first + length - 1}月"


def _cell(line: duty_sheets.Line, key: str) -> str:
    """A union's sum in words: the number, or why there is none."""
    return say(line.totals[key], nothing=line.nothing(key))


async def sheet_table(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The whole sheet as xlsx, with its corrections."""
    now = room.clock.now()
    given = _wanted(request.query, now)
    asked, _, _, sheet = await room.database.read(lambda work: _look(work, visit, given, now))
    if sheet is None:
        raise NoSheet("还没有要报数的任务。")
    name = f"{asked.kind}-{asked.year}-{asked.number}.xlsx"
    return _file(await asyncio.to_thread(report.sheet, sheet), name, sheets.TYPE)


ROUTES = (
    Route("GET", f"{targets.PATH}/circular.xlsx", "duties", circular_table),
    Route("GET", f"{targets.PATH}/circular.png", "duties", circular_picture),
    Route("GET", SHEETS, "duties", show_sheet),
    Route("GET", f"{SHEETS}.xlsx", "duties", sheet_table),
)
