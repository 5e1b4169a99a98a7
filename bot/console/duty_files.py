"""The board and the lists of duties as xlsx: offices and units, no names, numbers masked."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.clock import local
from bot.console import sheets
from bot.console.duties import VIEWS, Asked, look_at, read, say_month
from bot.console.room import Room
from bot.console.route import Route
from bot.console.sheets import Table, Value
from bot.console.visit import Visit
from bot.services import duty_board
from bot.services.duty_board import COUNTS, MOST, STATES, Board, Listing
from bot.services.duty_course import state_words
from storage.duty_board import Sums
from storage.work import Work

HEADS = {
    "silent": ("工会", "职务", "没有回音（项）", "其中已逾期（项）", "最早的期限"),
    "missed": ("应提醒的时间（北京时间）", "工会", "职务", "任务"),
    "phone": ("工会", "职务", "手机", "什么时候起联系不上（北京时间）", "没有完成（项）", "最早的期限"),
    "requests": ("工会", "职务", "任务", "现在的期限", "想延到", "申请时间（北京时间）"),
}


async def board(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """All units below a branch and its tasks."""
    now = room.clock.now()
    asked = read(request.query, now)

    def look(work: Work) -> list[Board]:
        ranked = room.house.duties.ranking
        first = duty_board.board(work, visit.actor, asked.org, asked.period, now, 1, ranked)
        return [first] + [
            duty_board.board(work, visit.actor, asked.org, asked.period, now, page, ranked)
            for page in range(2, first.pages + 1)
        ]

    pages = await room.database.read(look)
    units = [(f"{each.org.name}（本级）" if each.own else each.org.name, each.sums) for b in pages for each in b.units]
    tables = [
        _about(asked, pages[0].place.org.name, now),
        _counts("各工会", "工会", units),
        _counts("各项任务", "任务", [(each.title, each.sums) for each in pages[0].tasks]),
    ]
    return await _file(tables, f"duties-{asked.period}.xlsx")


def _counts(name: str, head: str, rows: Sequence[tuple[str, Sums]]) -> Table:
    heads = (head, *(f"{words}（项）" for words in COUNTS.values()), "合计（项）")
    return Table(name, heads, [(each, *(getattr(sums, key) for key in COUNTS), sums.total) for each, sums in rows])


async def listing(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The list of duties with its filters."""
    now = room.clock.now()
    asked = read(request.query, now)
    wanted = (asked.period, asked.task, asked.state)
    found = await room.database.read(
        lambda work: duty_board.listing(work, visit.actor, asked.org, wanted, now, 1, MOST)
    )
    rows = [
        (
            each.unit,
            each.office,
            each.title,
            state_words(each.state, each.deadline, each.done_at, found.today),
            f"{each.deadline}",
            _moment(each.done_at),
        )
        for each in found.lines
    ]
    heads = ("工会", "职务", "任务", "状态", "期限", "完成时间（北京时间）")
    about = _about(asked, found.place.org.name, now, found, STATES[asked.state])
    return await _file([about, Table("任务", heads, rows)], f"duty-list-{asked.period}.xlsx")


async def view(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """One of the lists of offices."""
    now, name = room.clock.now(), request.match_info["view"]
    asked = read(request.query, now)
    found = await room.database.read(lambda work: look_at(work, name, room, visit, asked, now, MOST))
    rows = [row for each in found.lines for row in ROWS[name](each)]
    about = _about(asked, found.place.org.name, now, found, VIEWS[name])
    return await _file([about, Table(VIEWS[name], HEADS[name], rows)], f"duty-{name}-{asked.period}.xlsx")


def _missed(each: Any) -> list[Sequence[Value]]:
    return [(_moment(each.due_at), one.unit, one.office, one.title) for one in each.about]


ROWS: dict[str, Callable[[Any], list[Sequence[Value]]]] = {
    "silent": lambda each: [(each.unit, each.office, each.duties, each.overdue, f"{each.first}")],
    "missed": _missed,
    "phone": lambda each: [
        (
            each.row.unit,
            each.row.office,
            each.mobile or "空缺",
            _moment(each.row.unreachable_at),
            each.row.duties,
            f"{each.row.first}",
        )
    ],
    "requests": lambda each: [
        (each.unit, each.office, each.title, f"{each.deadline}", f"{each.wanted_on or ''}", _moment(each.created_at))
    ],
}


def _moment(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""


def _about(asked: Asked, place: str, now: datetime, found: Listing | None = None, what: str = "看板") -> Table:
    """What the file is about; whether it holds all of it."""
    rows: list[Sequence[Value]] = [
        ("内容", what),
        ("月份", say_month(asked.period)),
        ("范围", f"{place}及下级工会"),
        ("截至（北京时间）", _moment(now)),
    ]
    if found is not None:
        rows.append(("总数", found.total))
        if found.total > MOST:
            rows.append(("注意", f"太多了，只导出了前 {MOST} 条；请选下级工会分别导出。"))
    return Table("说明", ("项目", "内容"), rows)


async def _file(tables: Sequence[Table], name: str) -> web.Response:
    body = await asyncio.to_thread(sheets.workbook, tables)
    kept = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=sheets.TYPE, headers=kept)


ROUTES = (
    Route("GET", "/duties/board.xlsx", "duties", board),
    Route("GET", "/duties/list.xlsx", "export", listing),
    Route("GET", f"/duties/{{view:{'|'.join(VIEWS)}}}.xlsx", "export", view),
)
