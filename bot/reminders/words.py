"""What a message about duties says: the month's list, duties that come due, and those done for somebody on leave."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot import duty_texts, texts
from bot.calendar import say_day
from bot.services import duties
from bot.services.duty_desk import Desks
from bot.services.duty_ladder import Step
from storage.duty_rows import DutyRow


def compose(desks: Desks, person_id: int, step: Step, units: Mapping[int, str], today: date) -> str:
    """One message for everything a step says; own duties first, then those of each absent colleague."""
    desk = desks.of[person_id]
    blocks: list[str] = []
    for whose in (person_id, *desk.names):
        mine = [row for row in desk.rows if row.person_id == whose]
        said = [row for row in mine if row.id in step.speaking]
        listed = [row for row in mine if row.period == step.listing]
        words = [_list(desks, listed, units, today)] if any(row.open for row in listed) else []
        words += [_reminder(desks, said, f"{today:%Y-%m}", today)] if said else []
        if words and whose != person_id:
            words[:0] = [duty_texts.REMIND_INSTEAD.format(name=desk.names[whose])]
        blocks += words
    return "\n".join(blocks)


def _list(desks: Desks, rows: Sequence[DutyRow], units: Mapping[int, str], today: date) -> str:
    period = rows[0].period
    left = sum(1 for row in rows if row.open)
    unit = next((units[row.org_id] for row in rows if row.org_id is not None and row.org_id in units), "")
    when = f"{int(period[:4])}年{int(period[5:])}月"
    head = texts.DUTY_LIST.format(unit=unit, period=when, count=len(rows), left=left)
    return "\n".join([head, *(duties.line_words(row, desks.title(row), today) for row in rows), texts.DUTY_HOW])


def _reminder(desks: Desks, rows: Sequence[DutyRow], period: str, today: date) -> str:
    if len(rows) == 1:
        return _one(desks, rows[0], period, today)
    lines = [_line(desks, row, period, today) for row in rows]
    number = next((row.number for row in rows if row.period == period), None)
    how = [duty_texts.REMIND_HOW.format(number=number)] if number is not None else []
    return "\n".join([duty_texts.REMIND_MANY.format(count=len(rows)), *lines, *how])


def _one(desks: Desks, row: DutyRow, period: str, today: date) -> str:
    if row.period == period:
        return duties.due_words(row, desks.title(row), today)
    return duty_texts.REMIND_OLD_ONE.format(**_values(desks, row, today))


def _line(desks: Desks, row: DutyRow, period: str, today: date) -> str:
    line = duty_texts.REMIND_LINE if row.period == period else duty_texts.REMIND_OLD
    return line.format(**_values(desks, row, today))


def _values(desks: Desks, row: DutyRow, today: date) -> dict[str, object]:
    left = duties.left_words(row.deadline, today)
    day, month = say_day(row.deadline), int(row.period[5:])
    return {"number": row.number, "title": desks.title(row), "deadline": day, "left": left, "month": month}
