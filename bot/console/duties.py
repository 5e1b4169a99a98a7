"""干部任务: the month board of a branch, its duties one by one, who is silent, what was missed, whom to phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.clock import local
from bot.console.addresses import is_id
from bot.console.knowledge import read_page
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import duty_board
from bot.services.duty_board import COUNTS, STATES, Listing
from bot.services.duty_course import state_words
from storage.work import Work

VIEWS = {"silent": "没有回音", "missed": "错过的提醒", "phone": "要打电话的", "requests": "等待决定的申请"}
TASK_CHARS = 64
PAGED = {"silent": duty_board.silent, "phone": duty_board.phone_list, "requests": duty_board.waiting}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, checked for its shape."""

    period: str
    org: int | None
    task: str
    state: str
    page: int

    def link(self, path: str, **more: object) -> str:
        """An address with the same month and branch, and more."""
        given = {"period": self.period, "org": self.org, **more}
        kept = {name: str(value) for name, value in given.items() if value not in (None, "", 1)}
        return f"{path}?{urlencode(kept)}"


def read(query: Mapping[str, str], now: datetime) -> Asked:
    """The filters of an address; what does not fit is as if it were not there."""
    org, state = query.get("org", ""), query.get("state", "")
    return Asked(
        duty_board.read_period(query.get("period", ""), now),
        int(org) if is_id(org) else None,
        query.get("task", "")[:TASK_CHARS],
        state if state in STATES else "",
        read_page(query),
    )


def say_month(period: str) -> str:
    """A month in words."""
    return f"{period[:4]}年{int(period[5:])}月"


def frame(asked: Asked, now: datetime) -> dict[str, Any]:
    """What every page of duties shows around its content."""
    return {
        "asked": asked,
        "month": say_month(asked.period),
        "earlier": duty_board.moved(asked.period, -1),
        "later": duty_board.moved(asked.period, 1),
        "views": VIEWS,
        "counts": COUNTS,
        "as_of": f"{local(now):%Y-%m-%d %H:%M}",
    }


async def show_board(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Counts of the units right below a branch, and of its tasks."""
    now = room.clock.now()
    asked = read(request.query, now)
    board = await room.database.read(
        lambda work: duty_board.board(
            work, visit.actor, asked.org, asked.period, now, asked.page, room.house.duties.ranking
        )
    )
    return room.render(
        visit,
        "duties.html",
        view="board",
        board=board,
        place=board.place,
        ranked=room.house.duties.ranking,
        **frame(asked, now),
    )


async def show_list(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Duties of a branch one by one: of a task, in a state."""
    now = room.clock.now()
    asked = read(request.query, now)

    def look(work: Work) -> tuple[Listing, str]:
        title = duty_board.template_name(work, asked.task) if asked.task else ""
        wanted = (asked.period, asked.task, asked.state)
        return duty_board.listing(work, visit.actor, asked.org, wanted, now, asked.page), title

    found, title = await room.database.read(look)
    return room.render(
        visit,
        "duty_list.html",
        view="list",
        found=found,
        place=found.place,
        title=title,
        states=list(STATES.items()),
        words=lambda each: state_words(each.state, each.deadline, each.done_at, found.today),
        **frame(asked, now),
    )


async def show_view(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """Who is silent, what was missed, whom to phone, what is asked."""
    now, view = room.clock.now(), request.match_info["view"]
    asked = read(request.query, now)
    found = await room.database.read(lambda work: look_at(work, view, room, visit, asked, now))
    return room.render(visit, "duty_views.html", view=view, found=found, place=found.place, **frame(asked, now))


def look_at(work: Work, view: str, room: Room, visit: Visit, asked: Asked, now: datetime, size: int = 0) -> Listing:
    """One of `VIEWS`, a page of it; with a size that many lines from the start."""
    page, lines = (1, size) if size else (asked.page, duty_board.PAGE)
    if view == "missed":
        return duty_board.missed(work, visit.actor, asked.org, asked.period, now, room.house)
    return PAGED[view](work, visit.actor, asked.org, asked.period, now, page, lines)


ROUTES = (
    Route("GET", "/duties", "duties", show_board),
    Route("GET", "/duties/list", "duties", show_list),
    Route("GET", f"/duties/{{view:{'|'.join(VIEWS)}}}", "duties", show_view),
)
