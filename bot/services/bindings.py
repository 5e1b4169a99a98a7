"""One-time codes that bind a cadre to an office: made, shown once, used by one person, revoked.

A code has 99 random bits (20 signs of an alphabet without look-alikes); the database keeps its keyed hash. Who typed
five codes in an hour that do not exist is not listened to for the rest of it, for codes of a content file may be short.
Who shows a code gets the office, what the last holder left undone, and this month's duties.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot import cadre_texts as texts
from bot.calendar import period_of, say_date
from bot.clock import local
from bot.errors import Refusal
from bot.services import cadres, duty_issue
from bot.services.actors import Actor, require, require_branch
from bot.services.house import House
from storage import audit, inbox, orgs, people
from storage import cadres as offices
from storage.duties import Duty
from storage.duty_issuing import Holder
from storage.duty_templates import DutyTemplate
from storage.orgs import Binding, Organisation
from storage.work import Work

OFFICES = (
    *("主席", "副主席", "经办人", "财务", "经审委员", "女职工委员"),
    *("组织委员", "宣传委员", "生活委员", "劳动保护委员", "劳动争议调解委员"),
)
SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0 o 1 i l, which people take for each other
LENGTH, GROUP = 20, 4
DAYS = range(1, 31)  # how long a code may count: no longer than the platform's own temporary QR codes
NAME_CHARS = 20
TRIES, TRIES_WITHIN = 5, timedelta(hours=1)


class BadCode(Refusal):
    """A binding code that gives nothing: unknown, used, expired, revoked. The words say which."""

    words = texts.CODE_UNKNOWN


class NoSuchCode(BadCode):
    """Nobody made such a code; these are counted."""


class TooManyTries(BadCode):
    """Guessing is stopped for a while; the code, right or wrong, is not looked at."""

    words = texts.CODE_TOO_OFTEN


class NoCode(Refusal):
    """A code cannot be made or revoked so; the words say why."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What somebody has after showing a code. `again`: they had it before, and `spared`: the code was not used up.

    `left`: open duties of the last holder that are theirs now. `others`: how many hold the same office there besides.
    """

    org: Organisation
    office: str
    again: bool = False
    spared: bool = False
    left: Sequence[tuple[Duty, DutyTemplate]] = ()
    others: int = 0


def fresh_code() -> str:
    """A new code, in one piece."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def spaced(code: str) -> str:
    """A code as people read it out: groups of four."""
    return " ".join(code[place : place + GROUP] for place in range(0, len(code), GROUP))


def make(
    work: Work, actor: Actor, org_id: int, office: str, name: str, days: int, now: datetime, who: str = ""
) -> tuple[str, Organisation]:
    """A code for one office of one union; it is shown once. `who` writes the audit trail (default: the account).

    Raises NoCode, NotAllowed (right `appoint`, branch).
    """
    require(actor, "appoint")
    require_branch(work, actor, org_id)
    org = orgs.get(work, org_id)
    problem = fault_of(office, name, days)
    if org is None or problem:
        raise NoCode(problem or "请写明是哪个工会。")
    by = who or f"staff:{actor.name}"
    return put(work, org, office, name, days, now, by), org


def put(work: Work, org: Organisation, office: str, name: str, days: int, now: datetime, by: str) -> str:
    """Store a fresh code of what was checked before, with its line in the trail."""
    code, ends = fresh_code(), now + timedelta(days=days)
    orgs.add_binding(work, code, name, org_id=org.id, office=office, expires_at=ends, made_by=by, made_at=now)
    audit.write(work, by, "new_binding", f"organisation:{org.id}", now, office)
    return code


def fault_of(office: str, name: str, days: int) -> str:
    """What is wrong with an office, a name (may be empty) and a number of days; empty when nothing is."""
    if office not in OFFICES:
        return f"职务只能是：{'、'.join(OFFICES)}。"
    if len(name) > NAME_CHARS or not all(each.isalpha() or each in " ·." for each in name):
        return f"姓名最多{NAME_CHARS}个字，只写姓名，不写号码。"
    return "" if days in DAYS else f"有效期是{DAYS.start}到{DAYS.stop - 1}天。"


def revoke(work: Work, actor: Actor, binding_id: int, now: datetime) -> None:
    """A code that nobody used gives nothing any more. Raises NoCode, NotAllowed."""
    require(actor, "appoint")
    binding = orgs.binding(work, binding_id)
    if binding is None:
        raise NoCode("没有这个绑定码。")
    require_branch(work, actor, binding.org_id)
    if binding.used_by is not None:
        raise NoCode("这个绑定码已经有人用过了。要解除绑定，请打开这位干部的页面办理。")
    if binding.revoked_at is None:
        binding.revoked_at, binding.name = now, None
        work.session.add(binding)
        audit.write(
            work, f"staff:{actor.name}", "revoke_binding", f"organisation:{binding.org_id}", now, binding.office
        )


def bind(work: Work, person_id: int, code: str, now: datetime, house: House, typed: bool = False) -> Bound:
    """Give a person the office of a code, in the transaction of their turn. Raises BadCode, which spends nothing.

    `typed`: not scanned, so it may be guessed.
    """
    wrong = f"refused:{NoSuchCode.__name__}"
    if typed and inbox.count_topic(work, wrong, now - TRIES_WITHIN, person_id) >= TRIES:
        raise TooManyTries
    binding = orgs.find_binding(work, "".join(code.split()).replace("-", "").lower())
    binding = binding or orgs.find_binding(work, code)
    org = orgs.get(work, binding.org_id) if binding else None
    if binding is None or org is None:
        raise NoSuchCode
    held = _holds(work, person_id, binding, now)
    if held and binding.used_by in (None, person_id):
        return Bound(org, binding.office, again=True, spared=binding.used_by is None)
    _demand_in_force(binding, person_id, now)
    _know(work, person_id, org, work.seal.open_or("", binding.name, orgs.NAME))
    binding.used_by, binding.used_at, binding.name = person_id, now, None  # the person has the name now
    work.session.add(binding)
    audit.write(work, f"person:{person_id}", "bind", f"organisation:{org.id}", now, binding.office)
    others = holders(work, org.id, binding.office, local(now).date()) - {person_id}
    appointment = orgs.appoint(work, org, person_id, binding.office, local(now).date())
    left = cadres.inherit(work, appointment, now, house)
    holder = Holder(appointment.id, org.id, person_id, binding.office, appointment.since, org.level)
    duty_issue.issue_to(work, holder, period_of(now), now, house)
    return Bound(org, binding.office, left=left, others=len(others))


def holders(work: Work, org_id: int, office: str, day: date) -> set[int]:
    """Who holds an office of a union on a day. Several may, each with duties of their own."""
    return {person.id for held, _, person in offices.in_unions(work, {org_id}, day) if held.office == office}


def _holds(work: Work, person_id: int, binding: Binding, now: datetime) -> bool:
    mine = orgs.offices_of(work, person_id, local(now).date())
    return any(each.org_id == binding.org_id and each.office == binding.office for each, _ in mine)


def _demand_in_force(binding: Binding, person_id: int, now: datetime) -> None:
    if binding.used_by is not None:
        raise BadCode(texts.CODE_OVER if binding.used_by == person_id else texts.CODE_USED)
    if binding.revoked_at is not None:
        raise BadCode(texts.CODE_REVOKED)
    if binding.expires_at <= now:
        raise BadCode(texts.CODE_EXPIRED.format(day=say_date(local(binding.expires_at).date())))


def _know(work: Work, person_id: int, org: Organisation, name: str) -> None:
    """Their union, and their name as staff know it, where they told neither themselves."""
    person = people.get(work, person_id)
    if person is not None:
        person.org_id = person.org_id or org.id
        person.name = person.name or name
        work.session.add(person)
