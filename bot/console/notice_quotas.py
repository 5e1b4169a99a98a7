"""额度: what the platform's allowances are used for this month, what is left, and what planned notices will take."""

from collections.abc import Sequence
from datetime import date

from aiohttp import web

from bot.calendar import say_date
from bot.console import charts
from bot.console.notice_charts import Picture
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.services import plan_words, quota_forecast
from bot.services.reach_policy import ROUTE_NAMES


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """The calendar month, of the whole account: the platform counts per account, not per branch."""
    now, reach = room.clock.now(), room.house.reach
    found = await room.database.read(lambda work: quota_forecast.month(work, reach, now, visit.actor.path))
    return room.render(
        visit,
        "notice_quotas.html",
        found=found,
        picture=by_day(found.days),
        rows=[(say_date(day), plan_words.name(route), messages) for day, route, messages in reversed(found.days)],
        names=ROUTE_NAMES,
        plans=plan_words,
        per_month=reach.mass_per_month,
    )


def by_day(days: Sequence[tuple[date, str, int]]) -> Picture | None:
    """Messages of all routes a day; None for a month without any."""
    sums: dict[date, int] = {}
    for day, _, messages in days:
        sums[day] = sums.get(day, 0) + messages
    steps = [(f"{day.month}/{day.day}", messages) for day, messages in sorted(sums.items())]
    if not steps:
        return None
    total = sum(sums.values())
    chart = charts.columns(steps, "每天发出的消息", "条", f"{len(steps)}天一共{total}条，没有发的日子不画。")
    return Picture("days", chart, ("日期", "条数（条）"), steps)


ROUTES = (Route("GET", "/notices/quotas", "see", show),)
