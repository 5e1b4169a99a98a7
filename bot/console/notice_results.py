"""送达明细: who of a notice got it, with filters, and the same as a file for a reason that is kept."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from aiohttp import web

from bot.clock import local
from bot.console import sheets
from bot.console.addresses import ID, number, row_id
from bot.console.reading import read_form
from bot.console.room import Room
from bot.console.route import Route
from bot.console.sheets import Table, Value
from bot.console.visit import Visit
from bot.services import broadcast_tallies, group_copies, notice_desk, notice_results
from bot.services.broadcast_results import Progress, Result
from bot.services.group_copies import Mark
from bot.services.member_requests import REASON_CHARS, NoRequest
from bot.services.notice_desk import Sheet
from bot.services.notice_results import ACKED, MOST, STATES, Amount, Page, Wanted
from bot.services.reach_policy import ROUTE_NAMES
from bot.services.reasons import REASONS
from storage import orgs
from storage.notice_rows import FIRST, Place
from storage.work import Work

TONES = {
    "sent": "good",
    "accepted": "good",
    "failed": "bad",
    "unreachable": "bad",
    "unknown": "warn",
    "expired": "warn",
}
HEADS = (
    "姓名（打码）",
    "工会",
    "状态",
    "原因",
    "平台代码",
    "渠道",
    "第几次发",
    "时间（北京时间）",
    "回复“收到”的时间（北京时间）",
)
Option = tuple[str, str, int | None]  # value, words, people


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """The filters of an address; what is no filter of ours asks for everything."""
    state, reason, route, acked = (query.get(name, "") for name in ("state", "reason", "route", "acked"))
    return Wanted(
        state if state in STATES else "",
        reason if reason in REASONS else "",
        route if route in ROUTE_NAMES else "",
        number(query.get("unit", "")) or None,
        acked if acked in ACKED else "",
    )


def _query(wanted: Wanted, **more: object) -> str:
    kept = {name: getattr(wanted, name) for name in ("state", "reason", "route", "unit", "acked")}
    return urlencode({name: value for name, value in {**kept, **more}.items() if value})


def read_place(query: Mapping[str, str]) -> Place:
    """Where the page begins; what is no place of ours is the beginning."""
    before, after = (number(query.get(name, "")) for name in ("before", "after"))
    return Place(before, back=True) if before else Place(after) if after else FIRST


def _options(progress: Progress | None, units: list[tuple[int, str]]) -> dict[str, list[Option]]:
    """What may be chosen, with how many people there are of it, where they are counted."""
    known: dict[str, list[Option]] = {
        "routes": [(key, words, None) for key, words in ROUTE_NAMES.items()],
        "units": [(str(org_id), name, None) for org_id, name in units],
    }
    if progress is None:
        return {
            "states": [(key, words, None) for key, (words, _) in STATES.items()],
            "reasons": [(key, words, None) for key, words in REASONS.items()],
            "acked": [("yes", "回复了", None), ("no", "没有回复", None)],
            **known,
        }
    counts = {key: sum(progress.states.get(each, 0) for each in states) for key, (_, states) in STATES.items()}
    return {
        "states": [(key, words, counts[key]) for key, (words, _) in STATES.items() if counts[key]],
        "reasons": [(key, REASONS.get(key, key), people) for key, people in progress.reasons.items()],
        "acked": [("yes", "回复了", progress.acked), ("no", "没有回复", None)],
        **known,
    }


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A page of people."""
    notice_id, now = row_id(request, "notice"), room.clock.now()
    wanted, place = read_wanted(request.query), read_place(request.query)

    def look(work: Work) -> tuple[bool, Sheet, Page, dict[str, list[Option]], Amount, tuple[Mark, ...]]:
        sheet = notice_desk.one(work, visit.actor, notice_id, room.house, now)
        units = [(org.id, org.name) for org in orgs.branches(work, visit.actor.path or "/")]
        tally = broadcast_tallies.latest(work, notice_id, now, drawn=False)
        amount = notice_results.amount(work, visit.actor, notice_id, wanted, tally.progress)
        page = notice_results.page(work, visit.actor, notice_id, wanted, place)
        marks = group_copies.marks_of(work, notice_id)
        return tally.stale, sheet, page, _options(tally.progress, units), amount, marks

    stale, sheet, found, options, amount, marks = await room.database.read(look)
    if stale and place == FIRST:
        await room.counting.tally(room.database, notice_id, now)
        stale, sheet, found, options, amount, marks = await room.database.read(look)
    path = f"/notices/{notice_id}"
    return room.render(
        visit,
        "notice_results.html",
        sheet=sheet,
        found=found,
        marks=marks,
        wanted=wanted,
        filters=options,
        tones=TONES,
        amount=amount,
        earlier=f"{path}/results?{_query(wanted, before=found.before)}" if found.before else "",
        later=f"{path}/results?{_query(wanted, after=found.after)}" if found.after else "",
        export=f"{path}/export?{_query(wanted)}",
    )


async def ask(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """What would be exported, and the form for the reason."""
    return await _ask(room, visit, request)


async def _ask(
    room: Room, visit: Visit, request: web.Request, problem: str = "", reason: str = ""
) -> web.StreamResponse:
    notice_id, wanted, now = row_id(request, "notice"), read_wanted(request.query), room.clock.now()

    def look(work: Work) -> tuple[Sheet, int, list[str]]:
        sheet = notice_desk.one(work, visit.actor, notice_id, room.house, now)
        total = notice_results.total(work, visit.actor, notice_id, wanted)
        return sheet, total, notice_results.said(work, wanted)

    sheet, total, said = await room.database.read(look)
    return room.render(
        visit,
        "notice_export.html",
        422 if problem else 200,
        sheet=sheet,
        total=total,
        said=said,
        problem=problem,
        reason=reason,
        chars=REASON_CHARS,
        most=MOST,
        action=f"/notices/{notice_id}/export?{_query(wanted)}",
    )


async def download(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The file. That it was made is written down before it is sent."""
    form, now = await read_form(request), room.clock.now()
    notice_id, wanted, reason = row_id(request, "notice"), read_wanted(request.query), form.get("reason", "")
    count = partial(notice_results.total, actor=visit.actor, broadcast_id=notice_id, wanted=wanted)
    total = await room.counting.ask(room.database, count)
    try:
        await room.database.writer.write(
            lambda work: notice_results.note_export(work, visit.actor, notice_id, total, reason, now)
        )
    except NoRequest as refusal:
        return await _ask(room, visit, request, refusal.words, reason[:100])

    def look(work: Work) -> tuple[Sheet, list[str], list[Result]]:
        sheet = notice_desk.one(work, visit.actor, notice_id, room.house, now)
        people = notice_results.export(work, visit.actor, notice_id, wanted)
        return sheet, notice_results.said(work, wanted), people

    sheet, said, people = await room.database.read(look)
    tables = [_about(sheet, total, said, now), Table("送达明细", HEADS, [_row(each) for each in people])]
    body = await asyncio.to_thread(sheets.workbook, tables)
    kept = {"Content-Disposition": f'attachment; filename="notice-{notice_id}-{local(now):%Y%m%d-%H%M}.xlsx"'}
    return web.Response(body=body, content_type=sheets.TYPE, headers=kept)


def _about(sheet: Sheet, total: int, said: list[str], now: datetime) -> Table:
    rows: list[tuple[Value, ...]] = [
        ("通知", sheet.title),
        ("状态", sheet.state),
        ("时间", sheet.when),
        ("条件", "，".join(said) or "全部"),
        ("人数", total if total <= MOST else f"超过 {MOST}"),
        ("截至（北京时间）", _moment(now)),
    ]
    if total > MOST:
        rows.append(("注意", f"太多了，只导出了前 {MOST} 人；请用筛选分成几份导出。"))
    return Table("说明", ("项目", "内容"), rows)


def _row(each: Result) -> tuple[Value, ...]:
    when, acked = _moment(each.at), _moment(each.acked_at)
    return (each.name, each.unit, each.state_words, each.reason, each.code, each.route, each.attempt, when, acked)


def _moment(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""


_ONE = f"/notices/{{notice:{ID}}}"
ROUTES = (
    Route("GET", f"{_ONE}/results", "members", show),
    Route("GET", f"{_ONE}/export", "export", ask),
    Route("POST", f"{_ONE}/export", "export", download),
)
