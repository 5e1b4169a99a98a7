"""On which day a festival falls: fixed dates, the lunar calendar (`borax`, 1900 to 2100) and the solar term 清明."""

from collections.abc import Mapping
from datetime import date, timedelta

from borax.calendars.lunardate import LunarDate, TermUtils

SOLAR: Mapping[str, tuple[int, int]] = {
    "元旦": (1, 1),
    "妇女节": (3, 8),
    "世界读书日": (4, 23),
    "劳动节": (5, 1),
    "青年节": (5, 4),
    "儿童节": (6, 1),
    "建党节": (7, 1),
    "建军节": (8, 1),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "记者节": (11, 8),
    "宪法日": (12, 4),
}
LUNAR: Mapping[str, tuple[int, int]] = {
    "春节": (1, 1),
    "元宵": (1, 15),
    "端午": (5, 5),
    "七夕": (7, 7),
    "中秋": (8, 15),
    "重阳": (9, 9),
    "腊八": (12, 8),
}
QINGMING, QINGMING_TERM = "清明", 6
ALIASES: Mapping[str, str] = {
    "国庆节": "国庆",
    "五一": "劳动节",
    "三八": "妇女节",
    "元宵节": "元宵",
    "端午节": "端午",
    "中秋节": "中秋",
    "重阳节": "重阳",
    "清明节": "清明",
    "国家宪法日": "宪法日",
}
LUNAR_YEARS = range(1900, 2101)  # of which `borax` knows the lunar calendar and the solar terms
NAMES = (*SOLAR, *LUNAR, QINGMING)


def festival_day(name: str, year: int) -> date:
    """The day of a festival that belongs to a year; 腊八 of a lunar year may lie in the next one. Raises KeyError."""
    name = ALIASES.get(name, name)
    if name in SOLAR:
        return date(year, *SOLAR[name])
    found: date
    if name == QINGMING:
        found = TermUtils.nth_term_day(year, QINGMING_TERM)
    else:
        found = LunarDate(year, *LUNAR[name]).to_solar_date()
    return found


def statutory(year: int) -> list[date]:
    """The days on which everybody is off by law (全国年节及纪念日放假办法 of 2024, article 2), as they fall.

    Two festivals on one day have it twice. Outside `LUNAR_YEARS` only those with fixed dates.
    """
    days = [date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))]
    if year in LUNAR_YEARS:
        spring = festival_day("春节", year)
        days += [spring + timedelta(days=offset) for offset in range(-1, 3)]  # 除夕, 初一 to 初三
        days += [festival_day(name, year) for name in (QINGMING, "端午", "中秋")]
    return days


def first_from(name: str, day: date) -> date:
    """The first time a festival falls on or after a day. Raises KeyError."""
    return next(found for year in _around(day) if (found := festival_day(name, year)) >= day)


def last_until(name: str, day: date) -> date:
    """The last time a festival fell on or before a day. Raises KeyError."""
    return next(found for year in reversed(_around(day)) if (found := festival_day(name, year)) <= day)


def _around(day: date) -> range:
    return range(day.year - 1, day.year + 2)
