"""Staff put a reported number right, or enter one that was told by phone: with a reason, and what it was stays visible.

Only the number changes: the duty stays as it is, and the report counts for the month it was first told in. Old number,
new number and reason are a step of the duty and a line of the audit; whoever reported reads it in a letter.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import duty_texts as texts
from bot.forms.model import FieldError
from bot.services import catalogue, indicators, letters, number_notes
from bot.services.actors import Actor, NotAllowed, require
from bot.services.duty_deeds import BadDeed, Page, ShownBefore, find
from bot.services.duty_labels import Wanted
from bot.services.duty_numbers import hundredths
from bot.services.duty_reading import value_of
from bot.services.duty_words import month
from bot.services.indicators import say
from bot.services.reveal import checked_reason
from storage import audit, duties, duty_course, duty_sheets, duty_values, indicator_reports
from storage.duty_course import Held
from storage.indicators import Indicator
from storage.orgs import Organisation
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Number:
    """One number that a duty wants; `said` is empty where nothing was told."""

    key: str
    label: str
    unit: str
    said: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was told or put right: when, by whom in words, what."""

    at: datetime
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """The numbers of one duty as they stand, and how they came to be. `mark`: for the form."""

    held: Held
    numbers: Sequence[Number]
    changes: Sequence[Change]
    mark: str

    @property
    def corrected(self) -> int:
        """How often a number that was there was changed."""
        return sum(1 for each in self.changes if "→" in each.words)


def reports(
    work: Work, actor: Actor, indicator_id: str, year: int, org_id: int
) -> tuple[Indicator, Organisation, list[Report]]:
    """What one union reported for an indicator in a year, by month. Raises NoIndicator, NotAllowed."""
    require(actor, "duties")
    indicator, org = indicators.one(work, indicator_id), indicators.place(work, actor, org_id)
    found = duty_sheets.duties_of(work, org.id, indicator.numerator["templates"], f"{year}-01", f"{year}-12")
    return indicator, org, [one(work, actor, duty_id) for duty_id in found]


def one(work: Work, actor: Actor, duty_id: int) -> Report:
    """The numbers of one duty. Raises NoDuty, NotAllowed."""
    return _report(work, find(work, actor, duty_id))


def _report(work: Work, found: Held) -> Report:
    values = duty_course.values_of(work, found.duty.id)
    wanted: Sequence[dict[str, Any]] = found.template.numbers or ()
    numbers = [
        Number(each["key"], each["label"], each["unit"], say(values[each["key"]].hundredths, nothing=""))
        if each["key"] in values
        else Number(each["key"], each["label"], each["unit"], "")
        for each in wanted
    ]
    names, labels = catalogue.names(work), {each.key: each.label for each in numbers}
    steps = [each for each in duties.steps_of(work, found.duty.id) if each.what == "number"]
    changes = [Change(each.at, _who(each.actor, names), number_notes.words(each.note, labels)) for each in steps]
    return Report(found, numbers, changes, _mark(numbers))


def _who(actor: str, names: Mapping[str, str]) -> str:
    kind, _, name = actor.partition(":")
    return names.get(name, name) if kind == "staff" else "干部上报"


def _mark(numbers: Sequence[Number]) -> str:
    text = ";".join(f"{each.key}={each.said}" for each in numbers)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def correct(work: Work, actor: Actor, page: Page, typed: Mapping[str, str], reason: str, now: datetime) -> int:
    """Keep numbers as they were typed, by key; empty leaves one as it is. How many changed.

    Raises NoDuty, NotAllowed, ShownBefore, BadDeed (its field is a key), BadReason; nothing is changed then.
    """
    require(actor, "decide")
    found = find(work, actor, page.duty_id, lock=True)
    report = _report(work, found)
    if report.mark != page.seen:
        raise ShownBefore("刚才有人改过这些数字，请看一遍再填。")
    if found.duty.state == "excused":
        raise NotAllowed("这一项已经免去，不用报数。")
    changed = _changed(report.numbers, typed)
    if not changed:
        raise BadDeed("", "数字没有变化，不用保存。")
    reason = checked_reason(reason, found.person.name)
    who = f"staff:{actor.name}"
    for each, value in changed.items():
        before, after = each.said or "未报", say(value)
        duty_values.put(work, found.duty.id, each.key, value, who, now)
        duties.step(work, found.duty.id, who, "number", now, number_notes.by_staff(each.key, before, after, reason))
        note = f"{each.label}：{before} -> {after}；{reason}"
        audit.write(work, who, "number_correct", f"duty:{found.duty.id}", now, note)
    indicator_reports.told(work, found.duty.id)
    _tell(work, found, changed, reason, now)
    return len(changed)


def _changed(numbers: Sequence[Number], typed: Mapping[str, str]) -> dict[Number, int]:
    found: dict[Number, int] = {}
    for each in numbers:
        text = typed.get(each.key, "").strip()
        if not text or text == each.said:
            continue
        try:
            value = hundredths(
                value_of(text[:30], each.unit, signed=Wanted(0, each.key, each.label, each.unit, 0, "").signed)
            )
        except FieldError as wrong:
            raise BadDeed(each.key, wrong.words) from None
        if say(value) != each.said:
            found[each] = value
    return found


def _tell(work: Work, found: Held, changed: Mapping[Number, int], reason: str, now: datetime) -> None:
    after = "、".join(f"{each.label}{say(value)}{each.unit}" for each, value in changed.items())
    before = "、".join(f"{each.label}{each.said + each.unit if each.said else '未报'}" for each in changed)
    about = {"period": month(found.duty.period), "title": found.template.title, "reason": reason}
    words = texts.DESK_NUMBERS.format(after=after, before=before, **about)
    letters.plant(work, f"duty:{found.duty.id}:{work.new_id()}", found.duty.person_id, words, now)
