"""A union with targets: what its cadres told in November, an indicator, targets of the city and a district."""

from bot.services import indicators, targets
from bot.services.actors import FILES
from storage import duty_values, indicator_reports
from storage.work import Work
from tests.console.desk import Desk
from tests.console.duties_kit import Union, union_of
from tests.reports.tree import GROWTH

TOLD = {"east-plant/changes": (120, 5), "west-plant/changes": (60, 10)}


async def union_with_targets(desk: Desk) -> Union:
    """The city is to reach 200, the east 120 of them; 115 and 50 were told, east-shop told nothing."""
    made = await union_of(desk)

    def fill(work: Work) -> None:
        now = desk.clock.now()
        indicators.load(work, [GROWTH])
        for key, (joined, left) in TOLD.items():
            duty_id = made.duties[key]
            for name, number in (("joined", joined), ("left", left)):
                duty_values.put(work, duty_id, name, number * 100, "person:1", now)
            indicator_reports.told(work, duty_id)
        targets.set_own(work, FILES, "growth", 2026, made.units["city"], "200", now, "cli")
        targets.set_own(work, FILES, "growth", 2026, made.units["east"], "120", now, "cli")

    await desk.write(fill)
    return made
