"""The yearly calendar as the console shows it: lines by month, the days of a month or year, and a line tried out.

Writing is `bot/services/duty_calendar.py`; here is what stands around it: what a form was shown with, and every
mistake of a form at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from bot import duty_texts as texts
from bot.calendar import clamped, period_of, say_day, unpublished
from bot.clock import local
from bot.due_dates import deadline_in, field_of, reminder_days, too_early
from bot.services import duty_calendar
from bot.services.actors import Actor, require
from bot.services.duty_calendar import NoTemplate, draft_of
from bot.services.duty_checks import FIELDS, BadTemplate, checked
from bot.services.duty_deeds import ShownBefore
from bot.services.duty_words import how_words
from bot.services.duty_year import DRAFT_MARK, base_id, due_on, periods
from bot.services.house import House
from storage import duty_course, duty_dates, duty_templates
from storage.duty_templates import DutyDate, DutyTemplate
from storage.work import Work

STATES = {"live": "在用", "draft": "草稿", "retired": "停用"}
DAYS_BEFORE = 3  # of the reminder that a preview shows
BACK = 5  # months before one whose duties may be due in it: a festival's
_SOUND: Mapping[str, Any] = {
    "title": "标题",
    "what": "内容",
    "months": [1],
    "deadline": {"day": 1},
    "evidence": "none",
    "numbers": None,
    "levels": ["基层"],
    "basis": "依据",
    "role": "",
    "ladder": None,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the calendar; `draft` when a change of it (or the line itself) waits to be published."""

    template: DutyTemplate
    draft: DutyTemplate | None

    @property
    def id(self) -> str:
        """The id it is issued by."""
        return base_id(self.template)


def lines(work: Work, actor: Actor, month: int, state: str) -> list[Line]:
    """Lines by their first month, of a month (0: all) and a state (empty: all). Raises NotAllowed."""
    require(actor, "duties")
    every = {each.id: each for each in duty_templates.every(work)}
    found = []
    for template_id, template in every.items():
        if template_id.endswith(DRAFT_MARK):
            continue
        draft = template if template.state == "draft" else every.get(f"{template_id}{DRAFT_MARK}")
        states = {template.state, "draft"} if draft else {template.state}
        if (not month or month in template.months) and (not state or state in states):
            found.append(Line(template, draft))
    return sorted(found, key=lambda each: (len(each.template.months) > 1, each.template.months, each.id))


@dataclass(frozen=True, slots=True)
class Due:
    """A line that is due on a day; `own`: this year's date."""

    id: str
    title: str
    levels: Sequence[str]
    period: str
    day: date
    own: bool


@dataclass(frozen=True, slots=True)
class Days:
    """What is due in a time, by day; what goes by dates of each union; what is skipped, with its month."""

    due: Sequence[Due]
    by_unit: Sequence[DutyTemplate]
    skipped: Sequence[tuple[str, str]]


def month_days(work: Work, actor: Actor, period: str, level: str = "") -> Days:
    """What the lines in force make due on the days of a month, of whatever month they are. Raises NotAllowed."""
    first, last = clamped(period, 1), clamped(period, 31)
    months = [period_of_month(first, -back) for back in range(BACK, -1, -1)]
    found = _days(work, actor, months, level)
    shown = [each for each in found.due if first <= each.day <= last]
    skipped = [each for each in found.skipped if each[0] == period]
    by_unit = [each for each in found.by_unit if first.month in each.months]
    return Days(shown, by_unit, skipped)


def period_of_month(day: date, months: int) -> str:
    """The month so many months after a day's."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return f"{year:04}-{month + 1:02}"


def year_days(work: Work, actor: Actor, year: int, level: str = "") -> Days:
    """What the lines in force make due in the months of a year. Raises NotAllowed."""
    return _days(work, actor, periods(year), level)


def _days(work: Work, actor: Actor, months: Sequence[str], level: str) -> Days:
    require(actor, "duties")
    live = [each for each in duty_templates.every(work) if each.state == "live" and (not level or level in each.levels)]
    own = _own(work, months)
    due, skipped = [], []
    for period in months:
        for each in live:
            said = own.get((each.id, period))
            day = due_on(each, period, said, {})
            if day is not None:
                due.append(Due(each.id, each.title, each.levels, period, day, said is not None))
            elif said is not None and int(period[5:]) in each.months:
                skipped.append((period, each.title))
    by_unit = [each for each in live if field_of(each.deadline)]
    return Days(sorted(due, key=lambda each: (each.day, each.id)), by_unit, skipped)


def _own(work: Work, months: Sequence[str]) -> dict[tuple[str, str], DutyDate]:
    found: dict[tuple[str, str], DutyDate] = {}
    for year in sorted({int(each[:4]) for each in months}):
        found |= duty_dates.of_year(work, year)
    return found


@dataclass(frozen=True, slots=True)
class Planned:
    """One month of a line: its deadline (None: by each union's date, or skipped) and the days of reminding."""

    period: str
    day: date | None
    own: bool
    reminders: Sequence[date]

    @property
    def skipped(self) -> bool:
        """Whether the month was left out on purpose."""
        return self.own and self.day is None

    @property
    def early(self) -> bool:
        """Whether people are first told when it is over already."""
        return self.day is not None and too_early(self.period, self.day)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a line would do in a year: months, offices by level, and the words a cadre would read."""

    months: Sequence[Planned]
    cadres: Mapping[str, int]
    listed: str
    reminded: str

    @property
    def unpublished(self) -> list[int]:
        """Years of the dates whose holidays are not known yet."""
        return unpublished(day for each in self.months for day in (*each.reminders, *filter(None, (each.day,))))


def preview(work: Work, template: DutyTemplate, year: int, now: datetime, house: House) -> Preview:
    """A line tried out; it need not be kept. The offices are those held today."""
    own = duty_dates.of_year(work, year)
    months = [
        _planned(template, period, own.get((base_id(template), period)), house)
        for period in periods(year)
        if int(period[5:]) in template.months
    ]
    cadres = duty_course.cadres(work, template.levels, template.role, local(now).date())
    listed, reminded = _said(template, months, local(now).date())
    return Preview(months, cadres, listed, reminded)


def _planned(template: DutyTemplate, period: str, own: DutyDate | None, house: House) -> Planned:
    day = due_on(template, period, own, {})
    ladder = house.duties.offsets(template.ladder)
    return Planned(period, day, own is not None, reminder_days(day, ladder) if day else [])


def _said(template: DutyTemplate, months: Sequence[Planned], today: date) -> tuple[str, str]:
    """A line of the month's list, and a reminder some days before, of the first deadline of the year."""
    day = next((each.day for each in months if each.day is not None), today)
    said = {"number": 1, "title": template.title, "deadline": say_day(day)}
    listed = texts.LIST_LINE.format(state=texts.STATES["issued"], **said)
    how = how_words(["issued"], 1)
    return listed, texts.REMIND_ONE.format(left=texts.LEFT_DAYS.format(days=DAYS_BEFORE), how=how, **said)


def problems(given: Mapping[str, Any]) -> dict[str, str]:
    """Everything that is wrong with a form, by field of `FIELDS`; nothing when it can be kept."""
    found: dict[str, str] = {}
    tried = dict(given)
    for _ in FIELDS:
        try:
            checked(tried)
        except BadTemplate as refusal:
            found[refusal.field] = refusal.words.partition("：")[2]
            tried[refusal.field] = _SOUND[refusal.field]
            if refusal.field == "numbers":
                tried["evidence"] = "none"
        else:
            break
    return found


@dataclass(frozen=True, slots=True)
class Sheet:
    """One line with its draft; `mark` is how both stand."""

    template: DutyTemplate
    draft: DutyTemplate | None
    mark: str

    @property
    def id(self) -> str:
        """The id it is issued by."""
        return base_id(self.template)


def sheet(work: Work, actor: Actor, template_id: str) -> Sheet:
    """One line by its id. Raises NotAllowed, NoTemplate."""
    require(actor, "duties")
    template = duty_templates.get(work, template_id)
    if template is None or template_id.endswith(DRAFT_MARK):
        raise NoTemplate
    draft = draft_of(work, template_id)
    return Sheet(template, draft, mark_of(template, draft))


def mark_of(template: DutyTemplate, draft: DutyTemplate | None) -> str:
    """How a line stands, as a form carries it."""
    at = draft.changed_at.timestamp() if draft and draft.changed_at else ""
    return f"{template.state}.{template.version}.{at}"


def fresh(work: Work, actor: Actor, template_id: str, seen: str) -> Sheet:
    """The line as a page showed it. Raises NotAllowed, NoTemplate, ShownBefore."""
    work.alone("duty_calendar")
    found = sheet(work, actor, template_id)
    if found.mark != seen:
        raise ShownBefore("这项任务在您打开页面以后有人改过，请看清楚现在的内容再办。")
    return found


Deed = Callable[[Work, Actor, str, datetime], object]


def deeds(house: House) -> Mapping[str, tuple[Deed, str]]:
    """What can be done with a line, and the message that says it was."""
    return {
        "publish": (partial(duty_calendar.publish, house=house), "template_published"),
        "discard": (duty_calendar.discard, "template_discarded"),
        "retire": (duty_calendar.retire, "template_retired"),
        "revive": (duty_calendar.revive, "template_revived"),
    }


def set_date(
    work: Work, actor: Actor, template_id: str, period: str, day: date | None, now: datetime, house: House
) -> None:
    """Give a month its own deadline, or skip it; open duties follow. Raises as `duty_calendar.set_date` does."""
    duty_calendar.set_date(work, actor, template_id, period, day, now, house)


def by_rule(work: Work, actor: Actor, template_id: str, period: str, now: datetime, house: House) -> None:
    """Back to what the rule gives; open duties follow. Raises as `duty_calendar.clear_date` does."""
    template = sheet(work, actor, template_id).template
    day = None if field_of(template.deadline) else deadline_in(period, template.deadline)
    duty_calendar.clear_date(work, actor, template_id, period, now, house, day)


def ahead(template: DutyTemplate, year: int, now: datetime) -> list[str]:
    """The months of a year whose date can still be set."""
    return [each for each in periods(year) if int(each[5:]) in template.months and each >= period_of(now)]
