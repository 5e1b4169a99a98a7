"""Logging in to the console and staying logged in.

What is told to somebody who cannot log in is the same whether the name, the password or the code is wrong or the
account is locked, off or unknown, and it takes the same time: the password is compared in any case, before and outside
the unit of work that decides.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services import codes
from bot.services.accounts import IDLE_MINUTES, WHOLE
from bot.services.actors import Actor, of_account
from storage import audit, orgs, staff
from storage.seal import Unsealable
from storage.staff import Session, Staff
from storage.work import Work

LOCK_AFTER = 5
LOCK_MINUTES = 15
CODE_MINUTES = 5
PENDING = "staff.pending"
NOBODY = "staff:?"  # a name nobody has may be a password in the wrong field: it is not kept


@dataclass(frozen=True, slots=True)
class Known:
    """What a typed password is compared with. Without an account there is nothing: `password` is None."""

    staff_id: int = 0
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A comparison and its result. `fresh` is a new hash where the kept one is outdated; `old` a cookie to end."""

    known: Known
    right: bool
    fresh: str = ""
    old: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a login went: `cookie` opens the console, `pending` asks for the code, neither is a refusal."""

    cookie: str = ""
    pending: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """A valid session with its account."""

    session: Session
    account: Staff
    actor: Actor


def known(work: Work, name: str) -> Known:
    """The account of a name, as far as the comparison needs it."""
    account = staff.by_name(work, name.strip().lower())
    return Known(account.id, account.password) if account is not None else Known()


def arrive(work: Work, tried: Tried, now: datetime, hours: int) -> Arrival:
    """Decide about a compared password: a session of at most `hours`, a code to ask for, or a refusal."""
    account = staff.for_change(work, tried.known.staff_id)
    right = tried.right and account is not None and account.password == tried.known.password
    if account is None or not right or not _welcome(account, now):
        return _refuse(work, account, now)
    if tried.fresh:
        account.password = tried.fresh
    if account.totp is not None:
        staff.save(work, account)
        note = {"staff": account.id, "at": now.timestamp(), "old": tried.old, "tag": account.password[-16:]}
        return Arrival(pending=work.seal.seal_json(note, PENDING).hex())
    return _open(work, account, tried.old, now, hours)


def confirm(work: Work, pending: str, code: str, now: datetime, hours: int) -> Arrival:
    """Decide about the code of the second step; `pending` is what `arrive` gave out, good for five minutes."""
    try:
        note = work.seal.open_json(bytes.fromhex(pending[:2000]), PENDING)
    except (Unsealable, ValueError):
        return _refuse(work, None, now)
    account = staff.for_change(work, note["staff"])
    in_time = timedelta(0) <= now - datetime.fromtimestamp(note["at"], now.tzinfo) < timedelta(minutes=CODE_MINUTES)
    same = account is not None and account.password[-16:] == note["tag"]
    if (
        account is None
        or not (in_time and same and _welcome(account, now))
        or not codes.spend(work, account, code, now)
    ):
        return _refuse(work, account, now)
    return _open(work, account, note["old"], now, hours)


def _welcome(account: Staff, now: datetime) -> bool:
    return account.active and not (account.locked_until is not None and account.locked_until > now)


def count_failure(work: Work, account: Staff, now: datetime) -> bool:
    """One more wrong password or code in a row; true when it was one too many and the account is locked for a while."""
    account.failures += 1
    locked = account.failures >= LOCK_AFTER
    if locked:
        account.failures, account.locked_until = 0, now + timedelta(minutes=LOCK_MINUTES)
    staff.save(work, account)
    audit.write(
        work, f"staff:{account.name}", "login_locked" if locked else "login_failed", f"staff:{account.name}", now
    )
    return locked


def _refuse(work: Work, account: Staff | None, now: datetime) -> Arrival:
    if account is not None and _welcome(account, now):
        count_failure(work, account, now)
    else:
        name = f"staff:{account.name}" if account is not None else NOBODY
        audit.write(work, name, "login_failed", name, now)
    return Arrival()


def _open(work: Work, account: Staff, old: str, now: datetime, hours: int) -> Arrival:
    account.failures, account.locked_until, account.last_login_at = 0, None, now
    staff.save(work, account)
    if old:
        staff.close_session(work, old)
    cookie, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    staff.open_session(work, cookie, account.id, csrf, now, now + timedelta(hours=hours))
    audit.write(work, f"staff:{account.name}", "login", f"staff:{account.name}", now)
    return Arrival(cookie=cookie)


def find(work: Work, cookie: str, now: datetime) -> Open | None:
    """The session of a cookie, unless it is over, idle for an hour, or its account is off."""
    found = staff.session_of(work, cookie)
    if found is None:
        return None
    session, account = found
    idle = now - session.seen_at >= timedelta(minutes=IDLE_MINUTES)
    if idle or session.expires_at <= now or not account.active:
        return None
    return Open(session, account, of_account(work, account.name, account.role, account.org_id))


def place_of(work: Work, actor: Actor) -> str:
    """The branch an actor is for, in words."""
    org = orgs.get(work, actor.org_id) if actor.path is not None and actor.org_id is not None else None
    return org.name if org is not None else WHOLE


def leave(work: Work, cookie: str, name: str, now: datetime) -> None:
    """Log out."""
    staff.close_session(work, cookie)
    audit.write(work, f"staff:{name}", "logout", f"staff:{name}", now)
