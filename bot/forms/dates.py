"""A field for days: 2024年3月5日, 三月五号, 2024-3-5, 20240305, 昨天, 上周三, 三天前. `today` is the day in China."""

import datetime as dt
import re
from collections.abc import Callable, Iterator

from bot.forms import texts
from bot.forms.fold import width
from bot.forms.model import Field, FieldError
from bot.forms.numerals import whole
from bot.forms.values import Value

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2099, 12, 31)

_N = r"(\d{1,2}|[〇零一二三四五六七八九十]{1,3})"
_YEAR = r"(\d{4}|\d{2}|[〇零一二三四五六七八九]{4}|[〇零一二三四五六七八九]{2}|今|去|前|明|后)"
_FULL = re.compile(rf"{_YEAR}年{_N}月(?:份)?{_N}[日号]?")
_DIGITAL = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH_DAY = re.compile(rf"(上个?|本|这个?|下个?)?(?:{_N})?月(?:份)?{_N}[日号]?")
_SHORT = re.compile(r"(\d{1,2})[-/.](\d{1,2})")
_DAY_ONLY = re.compile(rf"{_N}[日号]")
_NO_DAY = re.compile(rf"{_YEAR}年(?:{_N}月(?:份|初|底)?)?|{_N}月(?:份|初|底)?|\d{{4}}[-/.]?\d{{1,2}}")
_WEEK = re.compile(r"(上上|上|本|这|下下|下)个?(?:周|星期|礼拜)([一二三四五六日天1-6])")
_DISTANT = re.compile(rf"{_N}(天|周|个?星期|个?礼拜)(以?前|以?后)")
_LEAD = re.compile(r"^(?:是|就是|大概|应该是|在)+")
_TIME = re.compile(r"T?\d{1,2}:\d{2}(?::\d{2})?$|(?:早上|上午|中午|下午|晚上|凌晨)$")

_NEAR = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "当天": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
}
_YEARS = {"前": -2, "去": -1, "今": 0, "明": 1, "后": 2}
_WEEKS = {"上上": -2, "上": -1, "本": 0, "这": 0, "下": 1, "下下": 2}


def date(past: bool = True, future: bool = True, earliest: dt.date = EARLIEST, latest: dt.date = LATEST) -> Field:
    """A day within bounds; `past`/`future` tell whether days before/after today are allowed (today always is).

    A missing year is this one, or the nearest other that is allowed; a bare 5号 is of this month.
    """

    def allowed(day: dt.date, today: dt.date) -> bool:
        return _refusal(day, today, past, future, earliest, latest) is None

    def parse(text: str, today: dt.date) -> dt.date:
        day = _read(_tidy(text), today, lambda each: allowed(each, today))
        refusal = _refusal(day, today, past, future, earliest, latest)
        if refusal:
            raise FieldError(refusal)
        return day

    return Field(parse, (dt.date,), _iso, _say, texts.DATE_HINT, labels=("日期", "时间"))


def _iso(value: Value) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _say(value: Value) -> str:
    if not isinstance(value, dt.date):
        return str(value)
    return texts.DATE_SHOW.format(year=value.year, month=value.month, day=value.day)


def _refusal(day: dt.date, today: dt.date, past: bool, future: bool, earliest: dt.date, latest: dt.date) -> str | None:
    if day < earliest:
        return texts.DATE_EARLY
    if day > latest:
        return texts.DATE_LATE
    if day > today and not future:
        return texts.DATE_FUTURE
    return texts.DATE_PAST if day < today and not past else None


def _tidy(text: str) -> str:
    plain = width(text)[:60].rstrip(" 。.!,吧的左右")
    return _LEAD.sub("", _TIME.sub("", plain).replace(" ", "").rstrip("("))


def _read(text: str, today: dt.date, allowed: Callable[[dt.date], bool]) -> dt.date:
    for reader in (_relative, _absolute):
        day = reader(text, today)
        if day:
            return day
    month_day = _month_and_day(text)
    if month_day:
        return _nearest(*month_day, today, allowed)
    raise FieldError(texts.DATE_DAY if _NO_DAY.fullmatch(text) else texts.DATE_UNCLEAR)


def _absolute(text: str, today: dt.date) -> dt.date | None:
    """A day with its year."""
    if match := _FULL.fullmatch(text):
        return _day(_year(match[1], today), whole(match[2]), whole(match[3]))
    if match := _DIGITAL.fullmatch(text):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := _SOLID.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    return None


def _relative(text: str, today: dt.date) -> dt.date | None:
    """A day told from today."""
    if text in _NEAR:
        return _shifted(today, _NEAR[text])
    if match := _WEEK.fullmatch(text):
        weekday = "一二三四五六日".find(match[2].replace("天", "日"))
        weekday = int(match[2]) - 1 if weekday < 0 else weekday
        return _shifted(today, _WEEKS[match[1]] * 7 + weekday - today.weekday())
    if match := _DISTANT.fullmatch(text):
        days = (whole(match[1]) or 0) * (1 if match[2] == "天" else 7)
        return _shifted(today, -days if match[3].endswith("前") else days)
    if match := _DAY_ONLY.fullmatch(text):
        return _day(today.year, today.month, whole(match[1]))
    if (match := _MONTH_DAY.fullmatch(text)) and match[1] and not match[2]:
        month = today.year * 12 + today.month - 1 + {"上": -1, "下": 1}.get(match[1][0], 0)
        return _day(month // 12, month % 12 + 1, whole(match[3]))
    return None


def _month_and_day(text: str) -> tuple[int, int] | None:
    match = _MONTH_DAY.fullmatch(text)
    if match and match[2] and not match[1]:
        return whole(match[2]) or 0, whole(match[3]) or 0
    match = _SHORT.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def _nearest(month: int, day: int, today: dt.date, allowed: Callable[[dt.date], bool]) -> dt.date:
    """This year if the day exists and is allowed in it, else the nearest year."""
    days = list(_in_years(month, day, today.year))
    if not days:
        _day(2024, month, day)  # a leap year: raises when the day never exists
        raise FieldError(texts.DATE_YEAR)
    fitting = filter(allowed, days)
    return min(fitting, key=lambda each: (each.year != today.year, abs(each - today)), default=days[len(days) // 2])


def _in_years(month: int, day: int, year: int) -> Iterator[dt.date]:
    for each in (year - 1, year, year + 1):
        try:
            yield dt.date(each, month, day)
        except ValueError:
            continue


def _year(text: str, today: dt.date) -> int:
    if text in _YEARS:
        return today.year + _YEARS[text]
    year = whole(text) or 0
    if len(text) > 2:
        return year
    return year + (2000 if year <= today.year % 100 + 10 else 1900)


def _day(year: int, month: int | None, day: int | None) -> dt.date:
    try:
        return dt.date(year, month or 0, day or 0)
    except ValueError:
        raise FieldError(texts.DATE_NONE) from None


def _shifted(today: dt.date, days: int) -> dt.date:
    try:
        return today + dt.timedelta(days=days)
    except OverflowError:
        raise FieldError(texts.DATE_NONE) from None
