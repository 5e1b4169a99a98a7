"""What a whole year brings to a person or an office: which duties, due when, reminded when. Reads only.

`due_on` and `duty_whose.py` are what issuing goes by too, so that the preview is what will happen.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.calendar import clamped, first_workday, say_date, say_day
from bot.due_dates import deadline_in, field_of, reminder_days, say_rule, too_early
from bot.services.duty_policy import DutyPolicy
from bot.services.duty_whose import applies, held_by_others
from storage import duty_dates, duty_issuing, duty_templates, org_dates, orgs
from storage.duty_templates import DutyDate, DutyTemplate
from storage.orgs import Appointment, Organisation
from storage.work import Work

EARLY = "在当月第一个工作日以前到期，大家看到清单时已经逾期，请换个日期。"
DRAFT_MARK = "~"  # ends the id of a draft that changes a live template


@dataclass(frozen=True, slots=True)
class Planned:
    """One duty to come. `own`: this year's date, not the rule's. `reminders`: days on which the silent are reminded."""

    period: str
    unit: str
    office: str
    template: DutyTemplate
    deadline: date
    own: bool
    reminders: tuple[date, ...]

    @property
    def early(self) -> bool:
        """Whether people are first told when it is over already."""
        return too_early(self.period, self.deadline)


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a year: when its list is said (None: there is nothing to say), by deadline; what is skipped."""

    period: str
    listed: date | None
    duties: tuple[Planned, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything a year is planned from. `own`: this year's dates by template and period; `policy`: for the ladder."""

    templates: Sequence[DutyTemplate]
    own: Mapping[tuple[str, str], DutyDate]
    policy: DutyPolicy


def base_id(template: DutyTemplate) -> str:
    """The id that a template, or the draft of its change, is issued and dated by."""
    return template.id.removesuffix(DRAFT_MARK)


def due_on(template: DutyTemplate, period: str, own: DutyDate | None, org_days: Mapping[str, date]) -> date | None:
    """The deadline of a template in a period for one union; None: not due there.

    `own`: this year's date of template and period, if there is one. `org_days`: the union's dates by field.
    """
    if int(period[5:7]) not in template.months:
        return None
    if own is not None:
        return own.deadline
    field = field_of(template.deadline)
    return deadline_in(period, template.deadline, org_days.get(field) if field else None)


@dataclass(frozen=True, slots=True)
class Post:
    """An office to plan for; nothing is due before `since`."""

    org: Organisation
    office: str
    since: date = date.min


def of_month(
    calendar: Calendar,
    period: str,
    posts: Iterable[Post],
    days: Mapping[int, Mapping[str, date]],
    filled: Collection[tuple[int, str]],
) -> Month:
    """One month of one person who holds these offices, each line once for a union: with the first of them that it is
    for. `days`: each union's own dates; `filled`: offices held there."""
    planned: list[Planned] = []
    skipped: dict[str, None] = {}
    given = set[tuple[int, str]]()  # once for a union, whichever office it comes with
    roles = {each.role for each in calendar.templates}
    for post in posts:
        org, office = post.org, post.office
        others = held_by_others(roles, org.id, office, filled)
        for template in calendar.templates:
            if not applies(template.levels, template.role, org.level, others) or (org.id, template.id) in given:
                continue
            given.add((org.id, template.id))
            own = calendar.own.get((base_id(template), period))
            deadline = due_on(template, period, own, days.get(org.id, {}))
            if deadline is not None and deadline < post.since:
                continue
            if deadline is not None:
                reminders = tuple(reminder_days(deadline, calendar.policy.offsets(template.ladder)))
                planned.append(Planned(period, org.name, office, template, deadline, own is not None, reminders))
            elif own is not None and int(period[5:7]) in template.months:
                skipped[template.title] = None
    planned.sort(key=lambda each: (each.deadline, each.template.id))
    return Month(period, first_workday(period) if planned else None, tuple(planned), tuple(skipped))


def calendar_of(work: Work, year: int, policy: DutyPolicy, drafts: bool = False) -> Calendar:
    """The live templates, or with `drafts` the calendar as it would be with every draft published."""
    every = duty_templates.every(work)
    live = [each for each in every if each.state == "live"]
    if drafts:
        drafted = {base_id(each): each for each in every if each.state == "draft"}
        live = [each for each in live if each.id not in drafted] + list(drafted.values())
    return Calendar(live, duty_dates.of_year(work, year), policy)


def year_of_person(
    work: Work, person_id: int, year: int, policy: DutyPolicy, drafts: bool = False, below: str = "/"
) -> list[Month]:
    """Twelve months of a person in the offices held on the last day of each; somebody without one has empty months.

    `below`: only offices in this branch of the tree.
    """
    calendar = calendar_of(work, year, policy, drafts)
    held = {
        period: [
            Post(org, each.office, each.since)
            for each, org in _offices(work, person_id, clamped(period, 31))
            if org.path.startswith(below)
        ]
        for period in periods(year)
    }
    days = {post.org.id: org_dates.of_org(work, post.org.id) for posts in held.values() for post in posts}
    return [of_month(calendar, each, posts, days, _filled(work, days, each)) for each, posts in held.items()]


def _filled(work: Work, org_ids: Collection[int], period: str) -> set[tuple[int, str]]:
    return duty_issuing.offices(work, org_ids, clamped(period, 31))


def _offices(work: Work, person_id: int, day: date) -> list[tuple[Appointment, Organisation]]:
    """By union, and in it the way issuing takes them."""
    found = orgs.offices_of(work, person_id, day)
    return sorted(found, key=lambda each: (each[1].path, each[0].id))


def year_of_office(
    work: Work, org: Organisation, office: str, year: int, policy: DutyPolicy, drafts: bool = False
) -> list[Month]:
    """Twelve months of an office of a union, whether somebody holds it or not."""
    calendar = calendar_of(work, year, policy, drafts)
    days = {org.id: org_dates.of_org(work, org.id)}
    return [of_month(calendar, each, [Post(org, office)], days, _filled(work, days, each)) for each in periods(year)]


def periods(year: int) -> list[str]:
    """The twelve periods of a year."""
    return [f"{year}-{month:02}" for month in range(1, 13)]


def days_of(year: int, months: Iterable[Month]) -> set[date]:
    """Every day that is said of a year's months, and the year's first: some may lie in the next year."""
    said = {day for month in months for each in month.duties for day in (each.deadline, *each.reminders)}
    return said | {date(year, 1, 1)}


def say_month(month: Month) -> list[str]:
    """A month in lines: the day of its list, each duty with deadline and reminder days, and what is skipped."""
    listed = f"，{say_day(month.listed)}发清单" if month.listed else "，没有任务"
    head = f"{int(month.period[:4])}年{int(month.period[5:7])}月{listed}"
    return [head, *map(_say_duty, month.duties), *(f"  今年不做：{title}" for title in month.skipped)]


def _say_duty(each: Planned) -> str:
    why = "今年的日期" if each.own else say_rule(each.template.deadline)
    draft = "（草稿）" if each.template.state == "draft" else ""
    days = "、".join(map(say_day, each.reminders))
    early = f"  注意：{EARLY}" if each.early else ""
    return f"  {say_date(each.deadline)}前  {each.template.title}{draft}（{why}）  提醒：{days}{early}"
