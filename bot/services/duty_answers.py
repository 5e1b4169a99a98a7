"""What a cadre answers about duties: received, done, not done after all, how far.

A person's list holds what is open from past months first, then this month's, then what colleagues on leave have whom
they stand in for. What a number means is for `duty_places` to say. Everything writes a `duty_step`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import duty_texts, texts
from bot.calendar import period_of, say_day
from bot.clock import local
from bot.errors import Refusal
from bot.services import duty_places
from bot.services.duty_arming import rearm
from bot.services.house import House
from storage import absences, duties, duty_lists, duty_own, duty_requests, orgs
from storage.duties import OPEN, Duty
from storage.duty_templates import DutyTemplate
from storage.work import Work


class NotCadre(Refusal):
    """Only somebody with an office, or with duties, has a list."""

    words = texts.NOT_CADRE


class NoSuchDuty(Refusal):
    """There is no duty of that number, or nothing is open."""


class NothingToReopen(Refusal):
    """Nothing was finished that can still be taken back."""

    words = duty_texts.REOPEN_NOTHING


class BadPercent(Refusal):
    """More than everything."""


class WhichDuty(Refusal):
    """It is not clear which one is meant; a bare number may follow. `numbers` and `lines` are those to choose from."""

    def __init__(self, words: str, candidates: Sequence["Entry"], said: str = "") -> None:
        self.numbers, self.lines = tuple(each.number for each in candidates), lines(candidates)
        super().__init__(words.format(count=len(candidates), number=self.numbers[0], lines=self.lines, said=said))


@dataclass(frozen=True, slots=True)
class Entry:
    """One duty of a list under its number there. `stands_for`: the colleague on leave whose duty it is."""

    duty: Duty
    template: DutyTemplate
    number: int
    unit: str = ""
    stands_for: str = ""

    @property
    def open(self) -> bool:
        """Whether it still has to be done."""
        return self.duty.state in OPEN


@dataclass(frozen=True, slots=True)
class Listing:
    """A person's list at a moment: `period` is the month it is about, `units` the unions they hold an office in."""

    period: str
    units: tuple[str, ...]
    entries: tuple[Entry, ...]

    @property
    def open(self) -> list[Entry]:
        """What still has to be done, in the order of the list."""
        return [each for each in self.entries if each.open]

    def pick(self, number: int | None) -> Entry:
        """The duty of a number; without one the only one that is open. Raises NoSuchDuty, WhichDuty."""
        if number is not None:
            found = next((each for each in self.entries if each.number == number), None)
            if found is None:
                raise NoSuchDuty(duty_texts.NO_SUCH.format(number=number))
            return found
        return only(self.open, self)


def only(candidates: Sequence[Entry], listing: Listing) -> Entry:
    """The one that is meant when no number is said. Raises NoSuchDuty, WhichDuty."""
    if len(candidates) == 1:
        return candidates[0]
    if not candidates and listing.open:
        raise NoSuchDuty(duty_texts.NONE_WANTS)
    if not candidates:
        month = f"{int(listing.period[5:])}月"
        raise NoSuchDuty(duty_texts.ALL_DONE if listing.entries else duty_texts.NO_DUTIES.format(period=month))
    raise which(candidates)


def which(candidates: Sequence[Entry]) -> WhichDuty:
    """Asking back which one is meant."""
    return WhichDuty(duty_texts.WHICH, candidates)


def lines(candidates: Sequence[Entry]) -> str:
    """Duties to choose from, one a line; of which month and union where that differs."""
    months, units = {each.duty.period for each in candidates}, {each.unit for each in candidates}
    said = [
        duty_texts.WHICH_LINE.format(
            number=each.number,
            title=title(each, max(months)) + (duty_texts.OF_UNIT.format(unit=each.unit) if len(units) > 1 else ""),
        )
        for each in candidates
    ]
    return "\n".join(said)


def title(entry: Entry, period: str = "") -> str:
    """What a duty is called in a list: whose it is, of which month, its title."""
    whose = duty_texts.STANDING_IN.format(name=entry.stands_for) if entry.stands_for else ""
    of_month = entry.duty.period[5:]
    earlier = duty_texts.EARLIER.format(month=int(of_month)) if period and entry.duty.period != period else ""
    return f"{whose}{earlier}{entry.template.title}"


def is_cadre(work: Work, person_id: int, now: datetime) -> bool:
    """Whether this person has anything to do with duties: an office, an open duty, a colleague on leave."""
    if not duty_own.touched(work, person_id):
        return False
    day = local(now).date()
    if orgs.offices_of(work, person_id, day) or absences.stood_in_for(work, person_id, day):
        return True
    return any(duty.state in OPEN for duty, _ in _rows(work, [person_id], now))


def _rows(work: Work, person_ids: Sequence[int], now: datetime) -> Sequence[tuple[Duty, DutyTemplate]]:
    """What counts: the month, what is open from before, and what was done late in this month."""
    period = period_of(now)
    return duty_lists.of_people(work, person_ids, period, duty_places.since(period), local(now).date())


def listing(work: Work, person_id: int, now: datetime) -> Listing:
    """The list as it is now; what is shown for the first time gets its number. Raises NotCadre."""
    if not duty_own.touched(work, person_id):
        raise NotCadre
    day, period = local(now).date(), period_of(now)
    others = absences.stood_in_for(work, person_id, day)
    rows = _rows(work, [person_id, *others], now)
    own = [row for row in rows if row[0].person_id == person_id]
    held = orgs.offices_of(work, person_id, day)
    if not held and not others and not any(duty.state in OPEN for duty, _ in own):
        raise NotCadre
    numbers = duty_places.numbers(work, person_id, [duty for duty, _ in rows], now)
    known = {org.id: org.name for _, org in held}
    units = {**known, **_unit_names(work, {duty.org_id for duty, _ in rows if duty.org_id} - known.keys())}
    names = duty_lists.names(work, {duty.person_id for duty, _ in rows} - {person_id}) if others else {}
    entries = [
        Entry(duty, template, numbers[duty.id], units.get(duty.org_id or 0, ""), _instead(duty, person_id, names))
        for duty, template in sorted(rows, key=lambda row: row[0].person_id != person_id)
    ]
    return Listing(period, tuple(dict.fromkeys(org.name for _, org in held)), tuple(entries))


def _instead(duty: Duty, person_id: int, names: Mapping[int, str]) -> str:
    return "" if duty.person_id == person_id else names.get(duty.person_id, duty_texts.NAMELESS)


def _unit_names(work: Work, org_ids: set[int]) -> dict[int, str]:
    return {org_id: org.name for org_id, org in orgs.by_ids(work, org_ids).items()} if org_ids else {}


def held(work: Work, entry: Entry) -> Entry:
    """The same entry, its duty as it is now and nobody else's to change until the transaction ends."""
    return replace(entry, duty=duty_lists.held(work, entry.duty.id))


def acknowledge(work: Work, person_id: int, now: datetime) -> int:
    """收到: everything of the list that was only issued counts as received; how many. Raises NotCadre."""
    fresh = [each for each in listing(work, person_id, now).entries if each.duty.state in ("issued", "delivered")]
    for entry in fresh:
        duty = held(work, entry).duty
        if duty.state in ("issued", "delivered"):
            duty.state, duty.acknowledged_at = "acknowledged", now
            work.session.add(duty)
            duties.step(work, duty.id, f"person:{person_id}", "acknowledged", now)
    return len(fresh)


def finish(work: Work, person_id: int, entry: Entry, now: datetime, house: House, note: str = "") -> str:
    """Note one duty as done and stop its reminders; the words for it. What is done already stays as it was."""
    duty = held(work, entry).duty
    if duty.state in OPEN:
        duty.state, duty.done_at = "done", now
        duty.acknowledged_at = duty.acknowledged_at or now
        work.session.add(duty)
        duties.step(work, duty.id, f"person:{person_id}", "done", now, note)
        duty_requests.withdraw(work, duty.id, now)
        rearm(work, [duty.person_id], now, house)
        return _done_words(entry, duty, now)
    return already(entry)


def already(entry: Entry) -> str:
    """What is said of a duty that has ended."""
    name, done_at = title(entry), entry.duty.done_at
    if done_at is None:
        return duty_texts.EXCUSED.format(number=entry.number, title=name)
    return duty_texts.DONE_ALREADY.format(number=entry.number, title=name, day=say_day(local(done_at).date()))


def _done_words(entry: Entry, duty: Duty, now: datetime) -> str:
    today = local(now).date()
    days = (today - duty.deadline).days
    words = duty_texts.DONE_LATE if days > 0 else duty_texts.DONE
    return words.format(number=entry.number, title=title(entry), day=say_day(today), days=days)


def rest_words(work: Work, person_id: int, now: datetime) -> str:
    """How much is left of the list."""
    left = len(listing(work, person_id, now).open)
    return duty_texts.LEFT.format(left=left) if left else duty_texts.ALL_DONE


def finished(lists: Listing) -> list[Entry]:
    """What can be opened again. Raises NothingToReopen when there is nothing."""
    done = [each for each in lists.entries if each.duty.state == "done"]
    if not done:
        raise NothingToReopen
    return done


def reopen(work: Work, person_id: int, number: int, now: datetime, house: House) -> Entry:
    """撤销 N, 没完成 N: open again what was done, in the month it belongs to or was done in.

    Raises NotCadre, NoSuchDuty, NothingToReopen.
    """
    entry = listing(work, person_id, now).pick(number)
    duty = held(work, entry).duty
    if duty.state in OPEN:
        raise NothingToReopen(duty_texts.REOPEN_OPEN.format(number=entry.number, title=title(entry)))
    if duty.state != "done":
        raise NothingToReopen(already(entry))
    duty.state, duty.done_at = "acknowledged", None
    work.session.add(duty)
    duties.step(work, duty.id, f"person:{person_id}", "reopened", now)
    rearm(work, [duty.person_id], now, house)
    return entry


def progress(work: Work, person_id: int, number: int | None, percent: int, now: datetime) -> Entry:
    """进度 N 50%. Raises NotCadre, NoSuchDuty, WhichDuty, BadPercent."""
    entry = listing(work, person_id, now).pick(number)
    if not 0 <= percent <= 100:
        raise BadPercent(duty_texts.PROGRESS_RANGE.format(number=entry.number))
    duty = held(work, entry).duty
    if duty.state not in OPEN:
        raise NoSuchDuty(already(entry))
    duty.percent = percent
    if duty.state != "acknowledged":
        duty.state, duty.acknowledged_at = "acknowledged", now
    work.session.add(duty)
    duties.step(work, duty.id, f"person:{person_id}", "progress", now, f"{percent}%")
    return entry
