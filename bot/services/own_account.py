"""What everybody may do with their own account: another password, the second factor on and off.

Whoever sits before an open session may not be its owner, so the password is asked for again, and a wrong one counts
like a failed login: the fifth locks the account and ends all its sessions.
"""

from datetime import datetime

from bot.errors import Refusal
from bot.services import codes, sessions
from bot.services.sessions import Known
from storage import audit, staff
from storage.staff import Staff
from storage.work import Work


class WrongPassword(Refusal):
    """The current password is not this one."""

    words = "当前密码不对。连续输错5次，账号会锁定15分钟。"


def mine(work: Work, staff_id: int) -> Staff:
    """The account of a session. LookupError when it is gone."""
    account = staff.get(work, staff_id)
    if account is None:
        raise LookupError("account of a session")
    return account


def known(work: Work, staff_id: int) -> Known:
    """What the typed password is compared with, before `choose_password` and `drop_code`."""
    return Known(staff_id, mine(work, staff_id).password)


def choose_password(work: Work, known: Known, right: bool, new: str, session_id: str, now: datetime) -> bool:
    """Keep a new password (its hash); every other session ends. False when the current one was wrong."""
    account = _proven(work, known, right, now)
    if account is None:
        return False
    account.password, account.must_change, account.failures = new, False, 0
    staff.save(work, account)
    staff.close_sessions_of(work, account.id, but=session_id)
    audit.write(work, f"staff:{account.name}", "password_change", f"staff:{account.name}", now)
    return True


def drop_code(work: Work, known: Known, right: bool, session_id: str, now: datetime) -> bool:
    """Switch the second factor off; every other session ends. False when the password was wrong."""
    account = _proven(work, known, right, now)
    if account is None:
        return False
    codes.switch_off(work, account, now)
    staff.close_sessions_of(work, account.id, but=session_id)
    return True


def _proven(work: Work, known: Known, right: bool, now: datetime) -> Staff | None:
    """The account when the password was right and still is. Returns instead of raising: the count must be kept."""
    account = staff.for_change(work, known.staff_id)
    if account is not None and right and account.password == known.password:
        return account
    if account is not None and sessions.count_failure(work, account, now):
        staff.close_sessions_of(work, account.id)
    return None
