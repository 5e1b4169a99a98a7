"""People who want to join, in front of the console: applications of the tests' desk and its staff."""

from datetime import date, timedelta

from tests.console.desk import Desk
from tests.joining.applicants import FEMALE, MALE, Office

MOBILE = "13800138000"


async def office_of(desk: Desk) -> Office:
    """The union of the desk as the tests of joining know it."""
    made = Office(desk.database, desk.room.house)
    for code, org_id in (await desk.tree()).items():
        made.places["plant" if code == "east-plant" else code] = desk.org(org_id)
    return made


def busy(desk: Desk, office: Office) -> dict[str, int]:
    """Applications of every kind; ids by what they are."""
    now, day = desk.clock.now(), timedelta(days=1)
    made = {
        "plain": office.apply("小红", now - day, id_number=FEMALE, mobile=MOBILE, migrant=True),
        "other": office.apply("小明", now - 2 * day, pathway="dispatched", employer="示例派遣公司"),
        "odd": office.apply("大山", now - day, flags=["over_60", "id_resident_permit"], pathway="flexible"),
        "nowhere": office.apply("远方", now - day, None, employer="还没有工会的一家公司", pathway="no_union"),
        "late": office.apply("等久了", now - 9 * day, id_number=MALE, due_on=date(2026, 11, 20)),
        "told": office.apply("等很久了", now - 20 * day, due_on=date(2026, 11, 10), escalated_at=now - day),
    }
    return made
