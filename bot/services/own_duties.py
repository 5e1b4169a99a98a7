"""What is kept of somebody as a cadre, in words, for a private chat: since when, and until when."""

from datetime import datetime

from bot import privacy_texts as texts
from bot.calendar import say_date
from bot.clock import local
from bot.services import absences
from bot.services.duty_forgetting import EVIDENCE
from bot.services.house import House
from storage import cadres, duty_own
from storage.duties import OPEN
from storage.orgs import Appointment, Organisation
from storage.work import Work

SHOWN = 5  # offices, those still held first


def lines(work: Work, person_id: int, house: House, now: datetime) -> list[str]:
    """Offices, duties by count, evidence, reasons, leave; nothing for who never had an office."""
    offices = cadres.offices_ever(work, person_id)
    if not offices:
        return []
    said = [_office(held, org, now) for held, org in offices[:SHOWN]]
    counts = cadres.counts_of(work, person_id)
    if counts:
        left = sum(counts.get(each, 0) for each in OPEN)
        said.append(texts.DUTIES.format(count=sum(counts.values()), done=counts.get("done", 0), left=left))
    return [*said, *_evidence(work, person_id), *_reasons(work, person_id, house), *_leave(work, person_id, now)]


def _office(held: Appointment, org: Organisation, now: datetime) -> str:
    over = held.until is not None and held.until < local(now).date()
    until = texts.OFFICE_UNTIL.format(day=say_date(held.until)) if over and held.until else ""
    return texts.OFFICE.format(unit=org.name, office=held.office, since=say_date(held.since), until=until)


def _evidence(work: Work, person_id: int) -> list[str]:
    count, oldest = duty_own.kept(work, person_id)
    if not count or oldest is None:
        return []
    return [texts.EVIDENCE.format(count=count, until=say_date(local(oldest + EVIDENCE).date()))]


def _reasons(work: Work, person_id: int, house: House) -> list[str]:
    count = duty_own.reasons(work, person_id)
    return [texts.REASONS.format(count=count, days=house.chat_days)] if count else []


def _leave(work: Work, person_id: int, now: datetime) -> list[str]:
    today = local(now).date()
    said = []
    for each in duty_own.leave_from(work, person_id, today):
        who = absences.name_of(work, each.substitute_id, today) if each.substitute_id is not None else ""
        period = absences.say_period(each.from_on, each.until_on)
        said.append(texts.LEAVE.format(period=period, who=texts.LEAVE_BY.format(who=who) if who else ""))
    return said
