"""The second factor: six digits that change every 30 seconds (TOTP, RFC 6238). A code works once."""

import hmac
from datetime import datetime

import pyotp

from storage import staff
from storage.staff import TOTP_PURPOSE, Staff
from storage.work import Work

STEP_SECONDS = 30
SLACK = 1  # steps a phone's clock may be wrong


def step_of(secret: str, code: str, after: int, now: datetime) -> int | None:
    """The time step a code belongs to; None when it is wrong, stale, or not after the last one that was used."""
    digits = "".join(code.split())
    current = int(now.timestamp()) // STEP_SECONDS
    made = pyotp.TOTP(secret)
    found = None
    for step in range(current - SLACK, current + SLACK + 1):
        same = hmac.compare_digest(made.generate_otp(step).encode(), digits.encode())
        if same and step > after:
            found = step
    return found


def spend(work: Work, account: Staff, code: str, now: datetime) -> bool:
    """Whether a code is right; it is used up then. The caller holds the account for change."""
    if account.totp is None:
        return False
    step = step_of(work.seal.open(account.totp, TOTP_PURPOSE), code, account.totp_step, now)
    if step is None:
        return False
    account.totp_step = step
    staff.save(work, account)
    return True
