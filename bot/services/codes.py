"""The second factor: six digits that change every 30 seconds (TOTP, RFC 6238). A code works once."""

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp

from bot.errors import Refusal
from storage import audit, staff
from storage.seal import Unsealable
from storage.staff import TOTP_PURPOSE, Staff
from storage.work import Work

STEP_SECONDS = 30
SLACK = 1  # steps a phone's clock may be wrong
OFFER_MINUTES = 15
OFFER = "staff.offer"


class WrongCode(Refusal):
    """The code does not belong to the secret, or not to this moment."""

    words = "动态口令不对或已过期，请输入验证器现在显示的6位数字。"


@dataclass(frozen=True, slots=True)
class Offer:
    """A new secret: as text, as what a QR code says, and sealed, to come back with the first code."""

    secret: str
    uri: str
    sealed: str


def offer(work: Work, account: Staff, issuer: str, now: datetime) -> Offer:
    """A secret for an authenticator; nothing is stored before a code confirms it."""
    secret = pyotp.random_base32()
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.name, issuer_name=issuer)
    note = {"staff": account.id, "secret": secret, "at": now.timestamp()}
    return Offer(secret, uri, work.seal.seal_json(note, OFFER).hex())


def again(work: Work, account: Staff, sealed: str, issuer: str, now: datetime) -> Offer | None:
    """The same offer once more, after a wrong code; None when it is over, or not this account's."""
    try:
        note = work.seal.open_json(bytes.fromhex(sealed[:2000]), OFFER)
    except (Unsealable, ValueError):
        return None
    late = now - datetime.fromtimestamp(note["at"], now.tzinfo) >= timedelta(minutes=OFFER_MINUTES)
    if note["staff"] != account.id or late:
        return None
    secret = str(note["secret"])
    return Offer(secret, pyotp.TOTP(secret).provisioning_uri(name=account.name, issuer_name=issuer), sealed)


def switch_on(work: Work, staff_id: int, sealed: str, code: str, session_id: str, now: datetime) -> None:
    """Take the offered secret into use; other sessions end. Raises WrongCode."""
    account = staff.for_change(work, staff_id)
    found = again(work, account, sealed, "", now) if account is not None else None
    step = step_of(found.secret, code, 0, now) if found is not None else None
    if account is None or found is None or step is None:
        raise WrongCode
    account.totp, account.totp_step = work.seal.seal(found.secret, TOTP_PURPOSE), step
    staff.save(work, account)
    staff.close_sessions_of(work, staff_id, but=session_id)
    audit.write(work, f"staff:{account.name}", "totp_on", f"staff:{account.name}", now)


def switch_off(work: Work, account: Staff, now: datetime) -> None:
    """No second factor any more; the caller has checked the password and holds the account for change."""
    account.totp = None
    staff.save(work, account)
    audit.write(work, f"staff:{account.name}", "totp_off", f"staff:{account.name}", now)


def step_of(secret: str, code: str, after: int, now: datetime) -> int | None:
    """The time step a code belongs to; None when it is wrong, stale, or not after the last one that was used."""
    digits = "".join(unicodedata.normalize("NFKC", code).split())
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
    try:
        secret = work.seal.open(account.totp, TOTP_PURPOSE)
    except Unsealable:  # the seal keys were changed: an admin must switch the second factor off
        return False
    step = step_of(secret, code, account.totp_step, now)
    if step is None:
        return False
    account.totp_step = step
    staff.save(work, account)
    return True
