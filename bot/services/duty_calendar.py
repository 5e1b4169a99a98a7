"""The yearly calendar as staff keep it: drafts, publishing, retiring, this year's own dates, and bringing in a file.

An editor drafts, an approver puts in force; only the city's own staff change it, branches see it. Every step is one
transaction with its audit line. A published change holds for the periods that are issued from then on, its ladder
and its words also for duties that people have already; their deadline moves when the period gets its own date.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bot.calendar import clamped, period_of, say_date
from bot.clock import local
from bot.due_dates import FAR, deadline_in, field_of, too_early
from bot.errors import Refusal
from bot.services import duty_moves
from bot.services.actors import Actor, require, require_branch
from bot.services.duty_changes import change_ladder
from bot.services.duty_checks import FIELDS, checked
from bot.services.duty_year import DRAFT_MARK, base_id
from bot.services.house import House
from storage import audit, duty_dates, duty_templates
from storage.duty_templates import DutyTemplate
from storage.work import Work

CITY = 0
RULES: Mapping[str, tuple[int, ...]] = {
    "monthly": tuple(range(1, 13)),
    "even_months": tuple(range(2, 13, 2)),
    "quarterly": (3, 6, 9, 12),
    "half_yearly": (6, 12),
}


class NoTemplate(Refusal):
    """There is no such line, or not in the state that the step needs."""

    words = "找不到这项任务，可能别人刚刚改过，请刷新页面再看。"


class Conflict(Refusal):
    """Somebody else is changing the line; the words say who."""


class BadDate(Refusal):
    """A date that cannot be this year's date of a line."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What bringing in a calendar file did. `kept`: lines that staff changed, which a file leaves alone."""

    new: int = 0
    changed: int = 0
    same: int = 0
    kept: int = 0

    @property
    def total(self) -> int:
        """Lines of the file."""
        return self.new + self.changed + self.same + self.kept


def save(work: Work, actor: Actor, template_id: str, given: Mapping[str, Any], now: datetime) -> DutyTemplate:
    """Draft a line. The id of a live or retired one drafts its change; nothing in force is touched.

    Raises NotAllowed, BadTemplate (naming the field), Conflict while somebody else's draft is open.
    """
    _may(work, actor, "draft")
    values = checked(given)
    found = duty_templates.get(work, template_id)
    if found is not None and found.state != "draft":
        template_id += DRAFT_MARK
        draft = duty_templates.get(work, template_id)
        version = found.version
    else:
        draft, version = found, 0
    if draft is not None and draft.changed_by != actor.name:
        raise Conflict(f"{draft.changed_by}正在改这一项，请等对方发布或放弃后再改。")
    who = {"state": "draft", "origin": "staff", "changed_by": actor.name, "changed_at": now}
    values = {**values, **who, "version": draft.version if draft else version + 1}
    duty_templates.put_template(work, template_id, values)
    work.session.flush()
    audit.write(work, f"staff:{actor.name}", "duty_draft", f"duty_template:{template_id}", now)
    made = duty_templates.get(work, template_id)
    if made is None:
        raise NoTemplate
    return made


def fresh_id(work: Work) -> str:
    """An id for a line of the union's own, which no other line has."""
    return f"own-{work.new_id():x}"


def publish(work: Work, actor: Actor, template_id: str, now: datetime, house: House) -> DutyTemplate:
    """Put a draft in force (also given the id of the line it changes). Raises NotAllowed, NoTemplate.

    Who has such a duty is reminded by the new ladder from now on; a new step whose day is over is not made up for.
    """
    _may(work, actor, "approve")
    draft = draft_of(work, template_id)
    if draft is None:
        raise NoTemplate
    target = duty_templates.get(work, base_id(draft)) if draft.id.endswith(DRAFT_MARK) else draft
    if target is None:
        raise NoTemplate
    before = house.duties.offsets(target.ladder)
    changed = [name for key, name in FIELDS.items() if getattr(target, key) != getattr(draft, key)]
    if target is not draft:
        for key in FIELDS:
            setattr(target, key, getattr(draft, key))
        target.version += 1
        duty_templates.drop(work, draft)
    target.state, target.origin, target.changed_by, target.changed_at = "live", "staff", actor.name, now
    work.session.add(target)
    work.session.flush()
    change_ladder(work, target, before, now, house)
    note = f"第{target.version}版" + (f"：{'、'.join(changed)}" if changed else "")
    audit.write(work, f"staff:{actor.name}", "duty_publish", f"duty_template:{target.id}", now, note)
    return target


def draft_of(work: Work, template_id: str) -> DutyTemplate | None:
    """The draft of a line: its own while it was never in force, else that of its change."""
    for each in (template_id, f"{template_id}{DRAFT_MARK}"):
        found = duty_templates.get(work, each)
        if found is not None and found.state == "draft":
            return found
    return None


def discard(work: Work, actor: Actor, template_id: str, now: datetime) -> None:
    """Throw a draft away. Raises NotAllowed, NoTemplate."""
    _may(work, actor, "draft")
    draft = draft_of(work, template_id)
    if draft is None:
        raise NoTemplate
    duty_templates.drop(work, draft)
    audit.write(work, f"staff:{actor.name}", "duty_discard", f"duty_template:{draft.id}", now)


def retire(work: Work, actor: Actor, template_id: str, now: datetime) -> DutyTemplate:
    """Take a line out of force: nothing is issued from it any more, what people have stays. Raises NoTemplate."""
    return _switch(work, actor, template_id, "live", "retired", "duty_retire", now)


def revive(work: Work, actor: Actor, template_id: str, now: datetime) -> DutyTemplate:
    """Put a retired line in force again. Raises NotAllowed, NoTemplate."""
    return _switch(work, actor, template_id, "retired", "live", "duty_revive", now)


def set_date(
    work: Work, actor: Actor, template_id: str, period: str, deadline: date | None, now: datetime, house: House
) -> None:
    """Give a period its own deadline, or skip it (None). Open duties follow: the first at once, the others soon.

    Raises NotAllowed, NoTemplate, BadDate.
    """
    template = _dated(work, actor, template_id, period, now)
    if deadline is not None:
        _check_date(template, period, deadline, local(now).date())
    duty_dates.put(work, template.id, period, deadline, actor.name, now)
    note = f"{period}：{say_date(deadline) if deadline else '今年不做'}"
    audit.write(work, f"staff:{actor.name}", "duty_date", f"duty_template:{template.id}", now, note)
    duty_moves.plan(work, actor, template.id, period, deadline, now, house, skip=deadline is None)


def clear_date(
    work: Work,
    actor: Actor,
    template_id: str,
    period: str,
    now: datetime,
    house: House,
    rule_day: date | None = None,
) -> None:
    """Back to what the rule gives; open duties follow to `rule_day` (None: each union has a day of its own)."""
    template = _dated(work, actor, template_id, period, now)
    if not duty_dates.drop(work, template.id, period):
        return
    audit.write(work, f"staff:{actor.name}", "duty_date", f"duty_template:{template.id}", now, f"{period}：按规则")
    duty_moves.plan(work, actor, template.id, period, rule_day, now, house)


def load_calendar(work: Work, lines: Iterable[Mapping[str, Any]], now: datetime | None = None) -> Loaded:
    """Bring a calendar (as `content/calendar.yaml` has it) into the database; idempotent.

    What staff changed keeps their words; what they did not is brought up to date.
    """
    loaded = Loaded()
    for line in lines:
        outcome = _load_line(work, line["id"], _columns(line), now)
        loaded = replace(loaded, **{outcome: getattr(loaded, outcome) + 1})
    if now is not None and (loaded.new or loaded.changed):
        note = f"new {loaded.new}, changed {loaded.changed}, kept {loaded.kept}"
        audit.write(work, "cli", "duty_import", "duty_template:calendar", now, note)
    return loaded


def _load_line(work: Work, template_id: str, values: dict[str, Any], now: datetime | None) -> str:
    found = duty_templates.get(work, template_id)
    if found is not None and found.origin != "file":
        return "kept"
    if found is not None and all(getattr(found, key) == value for key, value in values.items()):
        return "same"
    version = found.version + 1 if found else 1
    duty_templates.put_template(work, template_id, {**values, "version": version, "changed_at": now})
    return "changed" if found else "new"


def early(line: Mapping[str, Any], years: Iterable[int]) -> Iterator[date]:
    """Deadlines of a line of a file in these years before the month's first working day, when it is first told."""
    columns = _columns(line)
    for period in (f"{year}-{month:02}" for year in years for month in columns["months"]):
        due = deadline_in(period, columns["deadline"])
        if due is not None and too_early(period, due):
            yield due


def _columns(line: Mapping[str, Any]) -> dict[str, Any]:
    values = {key: line.get(key) for key in ("title", "what", "evidence", "numbers", "levels", "ladder")}
    months = [line["month"]] if line.get("month") else list(RULES[line["rule"]])
    deadline = line.get("deadline") or {"day": line["deadline_day"]}
    return {**values, "months": months, "basis": line["basis"], "deadline": deadline, "role": line.get("role") or ""}


def _switch(
    work: Work, actor: Actor, template_id: str, before: str, after: str, action: str, now: datetime
) -> DutyTemplate:
    _may(work, actor, "approve")
    template = duty_templates.get(work, template_id)
    if template is None or template.state != before:
        raise NoTemplate
    template.state, template.origin, template.changed_by, template.changed_at = after, "staff", actor.name, now
    work.session.add(template)
    audit.write(work, f"staff:{actor.name}", action, f"duty_template:{template_id}", now, template.title)
    return template


def _dated(work: Work, actor: Actor, template_id: str, period: str, now: datetime) -> DutyTemplate:
    """The live line whose period may get a date. Raises NotAllowed, NoTemplate, BadDate."""
    _may(work, actor, "approve")
    template = duty_templates.get(work, template_id)
    if template is None or template.state != "live":
        raise NoTemplate
    if period < period_of(now):
        raise BadDate("这个月已经过去了，不能再改。")
    if int(period[5:7]) not in template.months:
        raise BadDate("这项任务不在这个月。")
    return template


def _check_date(template: DutyTemplate, period: str, deadline: date, today: date) -> None:
    if field_of(template.deadline):
        raise BadDate("这项任务按各单位自己的日期计算，不能统一改期；可以改各单位的日期，或者今年不做。")
    if deadline < today:
        raise BadDate("这个日期已经过去了，请选今天或以后的日期。")
    first, last = clamped(period, 1), clamped(period, 31) + FAR
    if not first <= deadline <= last:
        raise BadDate(f"请选{say_date(first)}到{say_date(last)}之间的日期。")


def _may(work: Work, actor: Actor, right: str) -> None:
    require(actor, right)
    require_branch(work, actor, CITY)
    work.alone("duty_calendar")
