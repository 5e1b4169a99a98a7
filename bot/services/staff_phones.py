"""Staff's own phones: who of the chat is the owner of which account of the console.

我的账号 shows a code of eight digits; it counts for ten minutes and once, typed in a private chat or scanned. Guessing
is capped as with the codes of `resuming.py`: five wrong ones an hour a person, two hundred in ten minutes all together.
A phone is for previews of one's notices, and for 停止发送 where the account may approve. It is never a login.
"""

import secrets
from datetime import datetime, timedelta

from bot import notice_texts as texts
from bot.errors import Refusal
from bot.services.actors import Actor, of_account
from storage import audit, inbox, staff, staff_phones
from storage.staff import Staff
from storage.work import Work

LIFE = timedelta(minutes=10)
DIGITS = 8
TRIES, TRIES_OF_ALL = 5, 200
DRAWS = 20
SCENE = "phone_"


class NoAccount(Refusal):
    """The account is gone or switched off."""

    words = "这个账号已经停用，不能绑定手机。"


class WrongPhoneCode(Refusal):
    """No such code, or not any more."""

    words = texts.PHONE_WRONG


class TooManyPhoneCodes(Refusal):
    """Guessing is stopped for a while."""

    words = texts.PHONE_TOO_OFTEN


class PhoneTaken(Refusal):
    """This person is the owner of another account."""

    words = texts.PHONE_TAKEN


def begin(work: Work, staff_id: int, now: datetime) -> str:
    """A new code for an account, in place of its last one; it is shown this once. Raises NoAccount."""
    for _ in range(DRAWS):
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        if staff_phones.put(work, staff_id, code, now, now + LIFE):
            return code
    raise NoAccount


def spaced(code: str) -> str:
    """A code as people read it out: 1234 5678."""
    return f"{code[:4]} {code[4:]}"


def bind(work: Work, person_id: int, code: str, now: datetime) -> Staff:
    """Spend a code: this person is the owner of its account from now on. A refusal leaves the code unspent.

    Raises WrongPhoneCode, TooManyPhoneCodes, PhoneTaken.
    """
    wrong = f"refused:{WrongPhoneCode.__name__}"
    mine = inbox.count_topic(work, wrong, now - timedelta(hours=1), person_id)
    if mine >= TRIES or inbox.count_topic(work, wrong, now - LIFE) >= TRIES_OF_ALL:
        raise TooManyPhoneCodes
    account = staff_phones.spend(work, code, now)
    if account is None:
        raise WrongPhoneCode
    other = staff_phones.owner(work, person_id)
    if other is not None and other.id != account.id:
        raise PhoneTaken
    account.person_id = person_id
    staff.save(work, account)
    audit.write(work, f"staff:{account.name}", "phone_on", f"staff:{account.name}", now)
    return account


def remove(work: Work, staff_id: int, now: datetime) -> bool:
    """The account has no phone any more, nor a code for one; false when it had none."""
    account = staff.for_change(work, staff_id)
    if account is None or (account.person_id is None and account.phone_code is None):
        return False
    had, account.person_id = account.person_id is not None, None
    account.phone_code = account.phone_code_until = None
    staff.save(work, account)
    if had:
        audit.write(work, f"staff:{account.name}", "phone_off", f"staff:{account.name}", now)
    return had


def name_of(work: Work, person_id: int) -> str:
    """The name of the account whose owner somebody of the chat is, active or not; empty for everybody else."""
    account = staff_phones.owner(work, person_id)
    return account.name if account else ""


def forget(work: Work, person_id: int, now: datetime) -> bool:
    """This person's phone is nobody's any more, because they ask; false when it was not."""
    account = staff_phones.owner(work, person_id)
    held = staff.for_change(work, account.id) if account else None
    if held is None or held.person_id != person_id:
        return False
    held.person_id = None
    staff.save(work, held)
    audit.write(work, f"person:{person_id}", "phone_off", f"staff:{held.name}", now)
    return True


def actor_of(work: Work, person_id: int) -> Actor | None:
    """As whom somebody of the chat may act: the owner of an active account; None for everybody else."""
    account = staff_phones.owner(work, person_id)
    if account is None or not account.active:
        return None
    return of_account(work, account.name, account.role, account.org_id)
