"""What a message about duties says: the list, what is new, what comes due, and what is done for somebody on leave.

Numbers are those of the list that answers are read by (`bot/services/duty_places.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot import duty_texts as texts
from bot.calendar import say_day
from bot.services.duty_desk import Desks
from bot.services.duty_ladder import Step
from bot.services.duty_words import how_words, left_words, month, state
from storage.duty_rows import DutyRow

ROOM = 1800  # UTF-8 bytes; the platform takes 2048, and the name of the union is filled in afterwards


@dataclass(frozen=True, slots=True)
class Told:
    """What one message is made from. `numbers`: under which this person knows the duties; `units`: names of unions."""

    desks: Desks
    numbers: Mapping[int, int]
    units: Mapping[int, str]
    today: date

    def title(self, row: DutyRow) -> str:
        """What a duty is called, with its month where that is another one."""
        earlier = texts.EARLIER.format(month=int(row.period[5:])) if row.period != f"{self.today:%Y-%m}" else ""
        return earlier + self.desks.title(row)


def compose(told: Told, person_id: int, step: Step) -> str:
    """One message for everything a step says; own duties first, then those of each absent colleague."""
    desk = told.desks.of[person_id]
    blocks: list[str] = []
    for whose in (person_id, *desk.names):
        mine = [row for row in desk.rows if row.person_id == whose]
        said = [row for row in mine if row.id in step.speaking]
        fresh = [row for row in mine if row.id in step.news]
        listed = [row for row in mine if in_list(row, step.listing)]
        words = [_list(told, listed, step.listing)] if any(row.open for row in listed) else []
        words += [_news(told, fresh)] if fresh else []
        words += [_reminder(told, said)] if said else []
        if words and whose != person_id:
            words[:0] = [texts.REMIND_INSTEAD.format(name=desk.names[whose] or texts.NAMELESS)]
        blocks += words
    return _within(ROOM, "\n".join(blocks))


def _within(room: int, text: str) -> str:
    """Whole lines that fit, and where to read the rest: an answer comes in as many messages as it needs."""
    if len(text.encode()) <= room:
        return text
    room -= len(texts.LIST_MORE.encode()) + 1
    kept = text.encode()[:room].decode("utf-8", "ignore")
    lines = kept.splitlines()
    return "\n".join([*(lines[:-1] or lines), texts.LIST_MORE])


def in_list(row: DutyRow, listing: str) -> bool:
    """Whether the list of a month (`""`: none is said) has a duty: all of that month, and what is open from before."""
    return row.period == listing or (row.open and row.period < listing)


def _list(told: Told, rows: Sequence[DutyRow], period: str) -> str:
    left = [row for row in rows if row.open]
    unit = next((told.units[row.org_id] for row in rows if row.org_id is not None and row.org_id in told.units), "")
    head = texts.LIST_HEAD.format(unit=unit, period=month(period), count=len(rows), left=len(left))
    return "\n".join([head, *_states(told, rows), _how(told, left)])


def _news(told: Told, rows: Sequence[DutyRow]) -> str:
    """What was given out after the list was said, or never reached this person."""
    return "\n".join([texts.NEWS_HEAD.format(count=len(rows)), *_states(told, rows), _how(told, rows)])


def _states(told: Told, rows: Sequence[DutyRow]) -> list[str]:
    return [
        texts.LIST_LINE.format(
            number=told.numbers[row.id],
            title=told.title(row),
            deadline=say_day(row.deadline),
            state=state(row, told.today),
        )
        for row in sorted(rows, key=lambda row: told.numbers[row.id])
    ]


def _how(told: Told, rows: Sequence[DutyRow]) -> str:
    return texts.LIST_HOW.format(number=min(told.numbers[row.id] for row in rows))


def _reminder(told: Told, rows: Sequence[DutyRow]) -> str:
    how = how_words([row.state for row in rows], told.numbers[rows[0].id])
    if len(rows) == 1:
        return texts.REMIND_ONE.format(how=how, **_values(told, rows[0]))
    return "\n".join([texts.REMIND_MANY.format(count=len(rows)), *_lines(told, rows), how])


def _lines(told: Told, rows: Sequence[DutyRow]) -> list[str]:
    return [texts.REMIND_LINE.format(**_values(told, row)) for row in rows]


def _values(told: Told, row: DutyRow) -> dict[str, object]:
    left = left_words(row.deadline, told.today)
    deadline = say_day(row.deadline)
    return {"number": told.numbers[row.id], "title": told.title(row), "deadline": deadline, "left": left}
