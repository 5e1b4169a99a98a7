"""A cadre's list, other months, and one duty in detail, as they are said."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Protocol

from bot import duty_texts as texts
from bot.calendar import period_of, say_date, say_day
from bot.clock import local
from bot.services import duty_issue
from bot.services.duty_answers import Entry, Listing, title
from storage import duties, duty_issuing, duty_requests, duty_values, evidence, orgs
from storage.duties import OPEN
from storage.duty_issuing import Holder
from storage.work import Work


def list_words(work: Work, lists: Listing, now: datetime) -> str:
    """The list as one message."""
    period = month(lists.period)
    if not lists.entries:
        return texts.NO_DUTIES.format(period=period)
    head = texts.LIST_HEAD if len(lists.units) == 1 else texts.LIST_MANY
    unit = "、".join(lists.units)
    counts = {"count": len(lists.entries), "left": len(lists.open)}
    asked = _asked(work, lists)
    lines = [_line(each, lists, asked, local(now).date()) for each in lists.entries]
    first = (lists.open or lists.entries)[0].number
    how = texts.LIST_HOW.format(number=first)
    return "\n".join([head.format(unit=unit, units=unit, period=period, **counts), *lines, how])


def _line(entry: Entry, lists: Listing, asked: Mapping[int, date], today: date) -> str:
    where = texts.OF_UNIT.format(unit=entry.unit) if entry.unit and lists.units != (entry.unit,) else ""
    return texts.LIST_LINE.format(
        number=entry.number,
        title=title(entry, lists.period) + where,
        deadline=say_day(entry.duty.deadline),
        state=state(entry.duty, today, asked.get(entry.duty.id)),
    )


def _asked(work: Work, lists: Listing) -> dict[int, date]:
    """The later deadlines that wait for a decision, by duty."""
    pending = duty_requests.pending_of(work, [each.duty.id for each in lists.open])
    return {each.duty_id: each.wanted_on for each in pending if each.kind == "extend" and each.wanted_on}


class Standing(Protocol):
    """What is known of a duty to say how far it is."""

    @property
    def state(self) -> str:
        """As in `storage/duties.py`."""

    @property
    def deadline(self) -> date:
        """The last day."""

    @property
    def percent(self) -> int | None:
        """How far it is, as last told."""


def how_words(states: Collection[str], number: int) -> str:
    """How to answer a reminder; 收到 is not asked for again."""
    silent = any(each != "acknowledged" for each in states)
    return (texts.REMIND_HOW_SILENT if silent else texts.REMIND_HOW).format(number=number)


def state(duty: Standing, today: date, asked: date | None = None) -> str:
    """How far a duty is, in a few words."""
    said = [texts.STATES[duty.state]]
    if duty.state in OPEN:
        said += [texts.STATE_PERCENT.format(percent=duty.percent)] if duty.percent is not None else []
        said += [texts.STATE_LATE] if today > duty.deadline else []
        said += [texts.STATE_PENDING.format(day=say_day(asked))] if asked else []
    return "，".join(said)


def month(period: str) -> str:
    """2026年11月."""
    return f"{period[:4]}年{int(period[5:])}月"


def other_month(work: Work, person_id: int, now: datetime, ahead: int) -> str:
    """上月, 下月: a month as far as it is known; one that was not issued yet is read from the calendar."""
    period = shifted(period_of(now), ahead)
    rows = duties.of_person(work, person_id, period, local(now).date())
    if rows:
        lines = [
            texts.LIST_PLAIN.format(
                title=template.title, deadline=say_day(duty.deadline), state=state(duty, local(now).date())
            )
            for duty, template in rows
        ]
        units = {
            org.id: org.name for org in orgs.by_ids(work, {duty.org_id for duty, _ in rows if duty.org_id}).values()
        }
        left = sum(1 for duty, _ in rows if duty.state in OPEN)
        head = texts.LIST_HEAD.format(unit="、".join(units.values()), period=month(period), count=len(rows), left=left)
        return "\n".join([head, *lines])
    coming = planned(work, person_id, now, period) if ahead > 0 else []
    if not coming:
        none = texts.NEXT_NONE if ahead > 0 else texts.NO_DUTIES
        return none.format(period=month(period))
    lines = [texts.NEXT_LINE.format(title=name, deadline=say_day(day)) for day, name in coming]
    return "\n".join([texts.NEXT_HEAD.format(period=month(period)), *lines])


def planned(work: Work, person_id: int, now: datetime, period: str) -> list[tuple[date, str]]:
    """What the calendar has for this person's offices in a month that was not issued yet: day and title, by day."""
    today = local(now).date()
    held = [(office, org) for office, org in orgs.offices_of(work, person_id, today)]
    filled = duty_issuing.offices(work, {org.id for _, org in held}, today) if held else set()
    lines, found = duty_issue.month_of(work, period), set[tuple[date, str]]()
    for office, org in held:
        holder = Holder(office.id, org.id, person_id, office.office, office.since, org.level)
        found |= {(day, line.title) for day, line in lines.of(holder, filled)}
    return sorted(found)


def shifted(period: str, months: int) -> str:
    """The period so many months later."""
    count = int(period[:4]) * 12 + int(period[5:7]) - 1 + months
    return f"{count // 12:04}-{count % 12 + 1:02}"


def detail(work: Work, entry: Entry, now: datetime) -> str:
    """任务 N: what to do, until when, what to report, what is held."""
    duty, template, today = entry.duty, entry.template, local(now).date()
    said = [
        texts.DETAIL.format(
            number=entry.number,
            title=title(entry),
            what=template.what,
            deadline=say_date(duty.deadline),
            left=left_words(duty.deadline, today),
            state=state(duty, today),
        )
    ]
    said += [texts.DETAIL_UNIT.format(unit=entry.unit)] if entry.unit else []
    return "\n".join([*said, *_numbers(work, entry), *_proof(work, entry)])


def left_words(deadline: date, today: date) -> str:
    """How much time is left."""
    days = (deadline - today).days
    if days < 0:
        return texts.LEFT_OVER.format(days=-days)
    return texts.LEFT_DAYS.format(days=days) if days else texts.LEFT_TODAY


def until_words(deadline: date, now: datetime) -> str:
    """Until when something is to be done, where the day has passed as soon as possible."""
    late = local(now).date() > deadline
    return texts.UNTIL_LATE if late else texts.UNTIL.format(day=say_day(deadline))


def _numbers(work: Work, entry: Entry) -> list[str]:
    wanted = entry.template.numbers or []
    if not wanted:
        return []
    held = duty_values.of_duties(work, [entry.duty.id])
    names = "、".join(f"{each['label']}（{each['unit']}）" for each in wanted)
    told = [
        f"{each['label']}{plain(held[entry.duty.id, each['key']])}{each['unit']}"
        for each in wanted
        if (entry.duty.id, each["key"]) in held
    ]
    held_words = [texts.DETAIL_HELD.format(numbers="、".join(told))] if told else []
    return [texts.DETAIL_NUMBERS.format(numbers=names), *held_words]


def plain(hundredths: int) -> str:
    """A number kept in hundredths as people write it: 12, 0.5."""
    whole, rest = divmod(abs(hundredths), 100)
    digits = f"{whole}.{rest:02}".rstrip("0").rstrip(".")
    return f"-{digits}" if hundredths < 0 else digits


def _proof(work: Work, entry: Entry) -> list[str]:
    kept = evidence.counts(work, entry.duty.id)
    wanted = texts.DETAIL_PROOF.get(entry.template.evidence)
    if not wanted and not kept:
        return []
    told = "、".join(texts.KINDS[kind].format(count=count) for kind, count in sorted(kept.items()))
    held = texts.DETAIL_KEPT.format(kept=told) if told else texts.DETAIL_NO_PROOF
    return [wanted, held] if wanted else [held]
