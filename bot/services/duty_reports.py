"""What a message says about the numbers of a cadre: a first report, a correction, or that nothing changed."""

import re
from datetime import datetime
from typing import NamedTuple

from bot import duty_texts as texts
from bot.calendar import period_of
from bot.services import duty_answers, duty_numbers
from bot.services.duty_answers import Listing
from bot.services.duty_clauses import Month
from bot.services.duty_labels import Wanted
from bot.services.duty_numbers import Numbers
from bot.services.duty_reading import LIKELY, Reading, read
from bot.services.duty_words import month, plain
from storage.work import Work

AGAIN = re.compile(r"\s*(?:更正|改正|订正|纠正|更改)(?:一下)?\s*[:：,，]?\s*")
OF_DUTY = re.compile(
    r"\s*(?:任务\s*(?P<task>\d{1,3})\s*[项号]?|第\s*(?P<place>\d{1,3})\s*[项号](?:任务)?)\s*[:：.,，、]?\s*"
    r"(?![\s\d人名位个户家份条场次处件元块万])"
)


class Said(NamedTuple):
    """A report found in a message, with the numbers it may be about."""

    lists: Listing
    numbers: Numbers
    reading: Reading
    correcting: bool


class _Asked(NamedTuple):
    """The words of a report, where it is about one duty only that one, in which month it is said, and the choice."""

    words: str
    number: int | None
    period: str
    choice: int | None

    def read(self, wanted: list[Wanted]) -> Reading:
        """What the words say about these numbers."""
        about = [each for each in wanted if self.number in (None, each.number)]
        return read(self.words, about, self.period, self.choice)


def understood(
    work: Work, person_id: int, text: str, words: str, now: datetime, choice: int | None = None
) -> Said | None:
    """What a text says about the numbers of one's duties; None where it is no report or there are none.

    `words`: the text in plain words. `choice`: the duty that is meant where a name fits several.
    """
    period = period_of(now)
    nothing = duty_numbers.no_change(words, period)
    if not (nothing or LIKELY.search(words)):
        return None
    try:
        lists = duty_answers.listing(work, person_id, now)
    except duty_answers.NotCadre:
        return None
    if nothing:
        return _zeros(lists, duty_numbers.open_ones(work, lists), nothing, choice)
    again = AGAIN.match(text)
    rest = text[again.end() :] if again else text
    one = OF_DUTY.match(rest)
    number, rest = (int(one["task"] or one["place"]), rest[one.end() :]) if one else (None, rest)
    way = _correction if again else _first
    said = way(lists, duty_numbers.all_of(work, lists), _Asked(rest, number, period, choice))
    if choice is not None and said and said.reading.doubtful:
        said.reading.refused += [texts.NUMBER_DOUBT_NOT.format(number=choice)]
        said.reading.doubtful.clear()
    return said


def _first(lists: Listing, numbers: Numbers, asked: _Asked) -> Said | None:
    """Numbers of open duties. One that a finished duty holds is told, not changed."""
    entries = numbers.entries
    found = asked.read([each for each in numbers.wanted if entries[each.duty_id].open])
    if found.unknown or not found.labels:
        known = {each.label for each in found.given}
        over = asked.read([each for each in numbers.reported if not entries[each.duty_id].open])
        found.given |= {each: value for each, value in over.given.items() if each.label not in known}
        found.unknown = [each for each in found.unknown if each in over.unknown or not over.given]
    if asked.number is not None and found.labels:
        said = [texts.NUMBER_UNKNOWN_OF.format(said=each[:30], number=asked.number) for each in found.unknown]
        found.refused += said
        found.unknown.clear()
    return Said(lists, numbers, found, False) if found.labels else None


def _correction(lists: Listing, numbers: Numbers, asked: _Asked) -> Said | None:
    """更正 changes what is held, of any month in the list, and nothing else; what is not held is told."""
    everything = read(asked.words, numbers.wanted, asked.period)
    if not everything.labels:
        return None
    found = asked.read(numbers.reported)
    known = {each.label for each in (*found.given, *(one for ones in found.doubtful.values() for one in ones))}
    for each, value in asked.read(numbers.missing).given.items():
        if each.label not in known:
            about = {"month": month(each.period), "label": each.label, "value": plain(value)}
            found.refused.append(texts.NUMBER_NOT_HELD.format(**about))
    found.unknown = everything.unknown
    if not found.labels:
        found.refused.append(texts.NUMBER_NONE_HELD)
    return Said(lists, numbers, found, True)


def _zeros(lists: Listing, numbers: Numbers, said: Month, choice: int | None) -> Said | None:
    """没有变动: zeros for the duty that says so, of the month that was said; several are asked about."""
    zeros = [each for each in numbers.missing if duty_numbers.takes_zeros(numbers.entries[each.duty_id])]
    missing = [each for each in zeros if choice in (None, each.number) and said.has(each.period)]
    found = Reading()
    if choice is not None and not missing:
        found.refused.append(texts.NUMBER_DOUBT_NOT.format(number=choice))
    elif not missing:
        of_month = f"{said.month}月" if said.month else "那个月"
        found.refused += [texts.NUMBER_MONTH.format(month=of_month, said="没有变动")] if zeros else []
    elif len({each.duty_id for each in missing}) > 1:
        found.doubtful["没有变动"] = tuple({each.duty_id: each for each in reversed(missing)}.values())[::-1]
    else:
        found.given = dict.fromkeys(missing, 0)
    return Said(lists, numbers, found, False) if found.labels else None
