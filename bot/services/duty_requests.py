"""What a cadre asks for about a duty: a later deadline, which staff decide; that a colleague does it, at once."""

from datetime import date, datetime, timedelta

from bot import duty_texts as texts
from bot.calendar import say_day
from bot.clock import local
from bot.errors import Refusal
from bot.services import letters
from bot.services.duty_answers import Entry, Listing, NoSuchDuty, WhichDuty, already, held, title
from bot.services.duty_away import away_until
from bot.services.duty_changes import reassign
from bot.services.house import House
from storage import duties, duty_lists
from storage import duty_requests as rows
from storage.duties import OPEN
from storage.work import Work

MOST_DAYS = 30


class NotThatDay(Refusal):
    """Not later than now, or too far away."""


class NoRequest(Refusal):
    """Nothing waits for a decision."""


class NoSuchColleague(Refusal):
    """Nobody of that name in this union, several, or nobody it could go to."""


def extend(work: Work, person_id: int, entry: Entry, day: date, reason: str, now: datetime) -> str:
    """延期: ask for a later deadline; until staff decide, the present one holds. Raises NoSuchDuty, NotThatDay."""
    duty, today = held(work, entry).duty, local(now).date()
    if duty.state not in OPEN:
        raise NoSuchDuty(already(entry))
    said = {"number": entry.number, "title": title(entry), "deadline": say_day(duty.deadline)}
    last = max(duty.deadline, today) + timedelta(days=MOST_DAYS)
    if day <= max(duty.deadline, today):
        raise NotThatDay(texts.EXTEND_SOONER.format(**said))
    if day > last:
        raise NotThatDay(texts.EXTEND_FAR.format(days=MOST_DAYS, last=say_day(last), **said))
    rows.ask_later(work, duty.id, person_id, day, reason[:500], now)
    duties.step(work, duty.id, f"person:{person_id}", "asked", now, f"extend {day.isoformat()}")
    words = texts.EXTEND_ASKED_LATE if today > duty.deadline else texts.EXTEND_ASKED
    return words.format(day=say_day(day), **said)


def asked_later(work: Work, lists: Listing) -> Entry:
    """The one duty of a list whose later deadline waits for a decision. Raises NoRequest for none, WhichDuty."""
    waits = {each.duty_id for each in rows.pending_of(work, [e.duty.id for e in lists.open]) if each.kind == "extend"}
    asked = [each for each in lists.open if each.duty.id in waits]
    if not asked:
        raise NoRequest(texts.EXTEND_OFF_NONE)
    if len(asked) > 1:
        raise WhichDuty(texts.EXTEND_OFF_WHICH, asked)
    return asked[0]


def call_off(work: Work, person_id: int, entry: Entry, now: datetime) -> str:
    """取消延期: what was asked for and is not decided is not wanted any more. Raises NoSuchDuty, NoRequest."""
    duty, who = held(work, entry).duty, f"person:{person_id}"
    if duty.state not in OPEN:
        raise NoSuchDuty(already(entry))
    said = {"number": entry.number, "title": title(entry), "deadline": say_day(duty.deadline)}
    if not rows.withdraw(work, duty.id, now, "extend", who):
        raise NoRequest(texts.EXTEND_OFF_NOT.format(**said))
    duties.step(work, duty.id, who, "withdrawn", now, "extend")
    late = local(now).date() > duty.deadline
    return (texts.EXTEND_OFF_LATE if late else texts.EXTEND_OFF).format(**said)


def hand_over(work: Work, person_id: int, entry: Entry, name: str, now: datetime, house: House) -> str:
    """转给: a colleague in office in the same union does it from now on; who was not there is told by a letter.

    To somebody on leave only where somebody stands in, who is told as well. Raises NoSuchDuty, NoSuchColleague. Nobody
    of another union is named or found.
    """
    duty = entry.duty  # held and looked at again by whoever moves it
    if duty.state not in OPEN:
        raise NoSuchDuty(already(entry))
    to, owner = _colleague(work, entry, name, now), duty.person_id
    away = away_until(work, to, local(now).date())
    if away and away.substitute_id is None:
        raise NoSuchColleague(texts.HAND_AWAY.format(name=name, day=say_day(away.until_on)))
    told = {"unit": entry.unit, "title": entry.template.title, "deadline": say_day(duty.deadline)}
    rows.withdraw(work, duty.id, now)
    reassign(work, duty, to, f"person:{person_id}", now, house)
    by = duty_lists.names(work, [person_id]).get(person_id, texts.NAMELESS)
    key = f"duty:{duty.id}:{now.timestamp():.0f}"
    if to != person_id:
        letters.plant(work, f"{key}:to", to, texts.HAND_LETTER.format(by=by, number=duty.number, **told), now)
    if owner != person_id:
        letters.plant(work, f"{key}:from", owner, texts.HAND_LETTER_OWNER.format(by=by, name=name, **told), now)
    said = {"number": entry.number, "title": title(entry), "name": name}
    if away is None or away.substitute_id is None:
        return texts.HANDED.format(**said)
    who = texts.YOU
    if away.substitute_id != person_id:
        who = duty_lists.names(work, [away.substitute_id]).get(away.substitute_id, texts.NAMELESS)
        words = texts.HAND_LETTER_INSTEAD.format(by=by, name=name, **told)
        letters.plant(work, f"{key}:instead", away.substitute_id, words, now)
    return texts.HANDED_AWAY.format(day=say_day(away.until_on), who=who, **said)


def _colleague(work: Work, entry: Entry, name: str, now: datetime) -> int:
    """The one of that name in the duty's union. Raises NoSuchColleague."""
    everybody = duty_lists.colleagues(work, entry.duty.org_id or 0, local(now).date())
    found = [person_id for person_id, known in everybody.items() if known == name]
    unit = entry.unit or "本会"
    if not found:
        raise NoSuchColleague(texts.HAND_UNKNOWN.format(unit=unit))
    if len(found) > 1:
        raise NoSuchColleague(texts.HAND_AMBIGUOUS.format(unit=unit))
    if found[0] == entry.duty.person_id:
        raise NoSuchColleague(texts.HAND_SELF)
    return found[0]
