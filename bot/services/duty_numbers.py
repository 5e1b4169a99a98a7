"""The numbers that duties want: what is missing, what is known already, keeping what was confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot import duty_texts as texts
from bot.services.duty_answers import Entry, Listing, finish, held, title
from bot.services.duty_clauses import Month, clauses
from bot.services.duty_labels import Wanted
from bot.services.duty_reading import NO_CHANGE
from bot.services.duty_words import month, plain
from bot.services.house import House
from storage import duties, duty_lists, duty_values, indicator_reports
from storage.duties import OPEN
from storage.work import Work

ZERO = "报零"  # a line of the calendar that says so takes 没有变动 for zeros


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of some entries: all that they want, and what is held of it in hundredths."""

    entries: Mapping[int, Entry]
    wanted: tuple[Wanted, ...]
    held: Mapping[tuple[int, str], int]

    @property
    def missing(self) -> list[Wanted]:
        """What nobody has reported yet."""
        return [each for each in self.wanted if (each.duty_id, each.key) not in self.held]

    @property
    def reported(self) -> list[Wanted]:
        """What was reported."""
        return [each for each in self.wanted if (each.duty_id, each.key) in self.held]


def of_entries(work: Work, entries: Sequence[Entry]) -> Numbers:
    """The numbers of these duties."""
    wanted = [
        Wanted(
            entry.duty.id,
            str(each["key"]),
            str(each["label"]),
            str(each["unit"]),
            entry.number,
            title(entry),
            entry.duty.period,
        )
        for entry in entries
        for each in entry.template.numbers or []
    ]
    held_values = duty_values.of_duties(work, [entry.duty.id for entry in entries]) if wanted else {}
    return Numbers({each.duty.id: each for each in entries}, tuple(wanted), held_values)


def open_ones(work: Work, lists: Listing) -> Numbers:
    """What the open duties of a list want."""
    return of_entries(work, [each for each in lists.open if each.template.numbers])


def all_of(work: Work, lists: Listing) -> Numbers:
    """What the whole list wants, finished or not: for corrections."""
    return of_entries(work, [each for each in lists.entries if each.template.numbers])


def takes_zeros(entry: Entry) -> bool:
    """Whether 没有变动 means zeros here."""
    return ZERO in entry.template.what


def no_change(words: str, period: str) -> Month | None:
    """The month in which nothing has changed, where the whole message says so; this one where none is named."""
    if NO_CHANGE.fullmatch(words) is None:
        return None
    return clauses(words, period)[0].month


def known_elsewhere(work: Work, wanted: Sequence[Wanted]) -> dict[Wanted, int]:
    """What the same union reported under the same name and unit with another duty of the same period."""
    found: dict[Wanted, int] = {}
    rows = duty_lists.by_ids(work, {each.duty_id for each in wanted})
    for duty, _ in rows.values():
        reported = duty_values.elsewhere(work, duty.org_id, duty.period) if duty.org_id else ()
        same = {(key, *_name(template.numbers, key)): value for template, key, value in reversed(reported)}
        for each in wanted:
            if each.duty_id == duty.id and (each.key, each.label, each.unit) in same:
                found[each] = same[each.key, each.label, each.unit]
    return found


def _name(numbers: Sequence[Mapping[str, str]] | None, key: str) -> tuple[str, str]:
    return next(((each["label"], each["unit"]) for each in numbers or [] if each["key"] == key), ("", ""))


def hundredths(value: Decimal | int) -> int:
    """As it is kept."""
    return int(Decimal(value) * 100)


def store(
    work: Work, person_id: int, values: Mapping[tuple[int, str], int], now: datetime, house: House, lists: Listing
) -> list[str]:
    """Keep confirmed numbers; a duty that has all of its numbers is done. The words for each duty.

    A duty that is not in the person's list any more gets nothing.
    """
    said: list[str] = []
    entries = {each.duty.id: each for each in lists.entries}
    for duty_id in dict.fromkeys(duty_id for duty_id, _ in values):
        if duty_id in entries:
            mine = {key: value for (of_duty, key), value in values.items() if of_duty == duty_id}
            said += _store_one(work, person_id, held(work, entries[duty_id]), mine, now, house)
    return said


def _store_one(
    work: Work, person_id: int, entry: Entry, values: Mapping[str, int], now: datetime, house: House
) -> list[str]:
    actor, changed = f"person:{person_id}", dict[str, int]()
    labels = {str(each["key"]): str(each["label"]) for each in entry.template.numbers or []}
    for key, value in values.items():
        before = duty_values.put(work, entry.duty.id, key, value, actor, now)
        if before is not None and before != value:
            changed[key] = before
        if before != value:
            note = f"{plain(before) if before is not None else texts.NOT_TOLD} → {plain(value)}"
            duties.step(work, entry.duty.id, actor, "number", now, f"{labels.get(key, key)}：{note}")
    indicator_reports.told(work, entry.duty.id)
    numbers = of_entries(work, [entry])
    about = {"period": month(entry.duty.period), "title": title(entry)}
    named = [each for each in numbers.wanted if each.key in values]
    told = _told(named, {each.key: values[each.key] for each in named})
    if changed:
        before_words = _told([each for each in named if each.key in changed], changed)
        return [texts.CORRECTED.format(numbers=told, before=before_words, **about)]
    said = [texts.STORED.format(numbers=told, **about)]
    if entry.duty.state in OPEN and not numbers.missing:
        return [*said, finish(work, person_id, entry, now, house)]
    if numbers.missing:
        said.append(texts.STORED_MISSING.format(labels="、".join(each.label for each in numbers.missing)))
    return said


def _told(named: Sequence[Wanted], values: Mapping[str, int]) -> str:
    return "、".join(f"{each.label}{plain(values[each.key])}{each.unit}" for each in named)
