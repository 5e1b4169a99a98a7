"""Late duties, told to the superior union once, in one letter: by unit in the tree's order, no ranking, no names.

So many working days after the deadline (`House.duties.escalate_workdays`) the union above hears of what is still open;
as many days later the one above that. Nobody hears twice of the same duty at one level. Where the cadre was told of the
duty only after its deadline, or was given it then, the days count from there.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot import duty_texts
from bot.calendar import at, previous_workday, say_day, subtract_workdays
from bot.clock import local
from bot.services import letters
from bot.services.house import House
from storage import duties, duty_late, orgs
from storage.duty_late import Late
from storage.work import Work

ACTOR = "job:escalate_duties"
LEVELS = 2
LINES = 12  # a message holds 2048 bytes
TITLES = 2


def last_day(today: date, workdays: int) -> date:
    """The last deadline that is so many working days past today."""
    return subtract_workdays(previous_workday(today), workdays - 1) - timedelta(days=1)


def due(work: Work, house: House, now: datetime) -> dict[tuple[int, int], list[int]]:
    """Late duties by (superior union, levels that will have heard then); 0 where nobody is above."""
    found: dict[tuple[int, int], list[int]] = {}
    today = local(now).date()
    for level in range(LEVELS):
        until = last_day(today, house.duties.escalate_workdays * (level + 1))
        for each in duty_late.late(work, level, until, at(until + timedelta(days=1), time())):
            found.setdefault((_above(each.path, level + 1), level + 1), []).append(each.id)
    return found


def tell(work: Work, superior: int, level: int, ids: Sequence[int], now: datetime) -> int:
    """One letter to everybody in office there about those that are still open; how many duties."""
    work.alone("escalate_duties")
    found = duty_late.still(work, ids, level - 1)
    if not found:
        return 0
    duty_late.mark(work, [each.id for each in found], level, now)
    for each in found:
        duties.step(work, each.id, ACTOR, "escalated", now, f"organisation:{superior}" if superior else "")
    words = digest(found, local(now).date())
    key = f"duties:{superior}:{level}:{local(now):%Y%m%d%H}"
    holders = orgs.holders_of(work, superior, local(now).date()) if superior else ()
    letters.plant_all(work, {f"{key}:{each}": (each, words) for each in holders}, now)
    return len(found)


def digest(found: Sequence[Late], today: date) -> str:
    """The words of the letter."""
    units: dict[str, list[Late]] = {}
    for each in found:
        units.setdefault(each.path, []).append(each)
    lines = [_line(mine) for _, mine in sorted(units.items())]
    more = [duty_texts.ESCALATED_MORE.format(count=len(lines) - LINES)] if len(lines) > LINES else []
    head = duty_texts.ESCALATED.format(day=say_day(today), units=len(units), count=len(found))
    return "\n".join([head, *lines[:LINES], *more, duty_texts.ESCALATED_HOW])


def _line(mine: Sequence[Late]) -> str:
    titles = list(dict.fromkeys(each.title for each in mine))
    rest = duty_texts.ESCALATED_AND if len(titles) > TITLES else ""
    return duty_texts.ESCALATED_LINE.format(
        unit=mine[0].unit, count=len(mine), titles="、".join(titles[:TITLES]) + rest, day=say_day(mine[0].deadline)
    )


def _above(path: str, levels: int) -> int:
    """The organisation so many levels above a path like `/1/4/9/`; 0 above the top."""
    way = [int(each) for each in path.split("/") if each]
    return way[-1 - levels] if len(way) > levels else 0
