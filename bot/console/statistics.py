"""统计: what was asked over some days and what became of it, as charts, tables and a file."""

import asyncio

from aiohttp import web

from bot.calendar import say_date
from bot.clock import local
from bot.console import charts, sheets
from bot.console.room import Room
from bot.console.route import Route
from bot.console.sheets import Table
from bot.console.visit import Visit
from bot.services import catalogue, statistics
from bot.services.statistics import PERIODS, Numbers
from storage.statistics import FASTER
from storage.work import Work


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Charts and tables."""
    days, numbers, place = await _numbers(room, visit, request)
    return room.render(
        visit,
        "statistics.html",
        days=days,
        periods=PERIODS,
        place=place,
        numbers=numbers,
        kinds=list(statistics.KINDS.values()),
        asked=charts.stacked(numbers.days),
        rates=charts.rates(numbers.weeks),
        within=[(limit, share) for limit in FASTER if (share := numbers.within(limit)) is not None],
        speeds=charts.shares(numbers.speeds, "多久得到回复", "次"),
    )


async def _numbers(room: Room, visit: Visit, request: web.Request) -> tuple[int, Numbers, str]:
    days, now = statistics.period_of(request.query.get("days", "")), room.clock.now()

    def look(work: Work) -> tuple[Numbers, str]:
        org_id = visit.actor.org_id if visit.actor.path is not None and visit.actor.org_id else 0
        return statistics.numbers(work, visit.actor, days, now), catalogue.place_name(work, org_id)

    numbers, place = await room.database.read(look)
    return days, numbers, place


async def download(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The same numbers as a file."""
    _, numbers, place = await _numbers(room, visit, request)
    made = f"{local(room.clock.now()):%Y-%m-%d %H:%M}"
    body = await asyncio.to_thread(sheets.workbook, tables(numbers, place, made))
    name = f"statistics-{numbers.first:%Y%m%d}-{numbers.last:%Y%m%d}.xlsx"
    kept = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=sheets.TYPE, headers=kept)


def tables(numbers: Numbers, place: str, made: str) -> list[Table]:
    """One sheet a chart or ranking, and one that says what they are about."""
    replies = sum(count for _, count in numbers.speeds)
    about = [
        ("统计时间（北京时间）", f"{say_date(numbers.first)}至{say_date(numbers.last)}"),
        ("范围", place),
        ("导出时间（北京时间）", made),
    ]
    weeks = [
        (
            f"{each.first}",
            f"{each.last}",
            each.helpful,
            each.unhelpful,
            None if each.rate is None else round(each.rate, 4),
        )
        for each in numbers.weeks
    ]
    speeds = [(name, count, round(count / replies, 4) if replies else None) for name, count in numbers.speeds]
    return [
        Table("说明", ("项目", "内容"), about),
        Table(
            "每天的提问",
            ("日期", *(f"{kind}（条）" for kind in statistics.KINDS.values())),
            [(f"{day}", answered, suggested, declined) for day, answered, suggested, declined in numbers.days],
        ),
        Table("每周的有帮助率", ("从", "到", "有帮助（人）", "没帮助（人）", "有帮助率"), weeks),
        Table("多久得到回复", ("时间", "次数（次）", "占比"), speeds),
        Table(
            "没答上来的",
            ("编号", "问题", "人数（人）", "状态"),
            [(each.id, each.words, each.number, each.note) for each in numbers.gaps],
        ),
        Table(
            "问得最多的", ("编号", "问题", "次数（次）"), [(each.id, each.words, each.number) for each in numbers.asked]
        ),
        Table(
            "没帮助最多的",
            ("编号", "问题", "人数（人）"),
            [(each.id, each.words, each.number) for each in numbers.disliked],
        ),
    ]


ROUTES = (
    Route("GET", "/statistics", "see", show),
    Route("GET", "/statistics.xlsx", "see", download),
)
