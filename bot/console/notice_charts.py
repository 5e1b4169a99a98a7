"""Charts of one notice: where its people stand, when they were reached, when they said 收到; each with its numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.console import charts
from bot.console.charts import Chart
from bot.services.notice_courses import Course

COURSES = (("sent", "什么时候送达"), ("acked", "什么时候回复“收到”"))


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart and the table beside it: two heads, rows of a name and people."""

    name: str
    chart: Chart
    heads: tuple[str, str]
    rows: Sequence[tuple[str, int]]


def pictures(states: Sequence[tuple[str, int]], courses: Mapping[str, Course]) -> list[Picture]:
    """Those there are numbers for. `courses`: when people were reached, and when they said 收到, by COURSES."""
    made = (
        [Picture("states", charts.shares(states, "各种结果", "人"), ("结果", "人数（人）"), states)] if states else []
    )
    for name, title in COURSES:
        if (course := courses.get(name)) is not None:
            total = sum(people for _, people in course.steps)
            chart = charts.columns(course.steps, title, "人", f"一共{total}人，每{course.length}一根柱子。")
            made.append(Picture(name, chart, ("从什么时候起（北京时间）", "人数（人）"), course.steps))
    return made
