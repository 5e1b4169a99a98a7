"""Staff accounts of the console: who has one, and who may manage whom.

An admin manages the accounts of their own branch and gives nobody a place outside it. At least one active admin for
the whole tree stays. Whatever takes a right away ends the account's sessions at once.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from bot.errors import Refusal
from bot.services.actors import ROLES, Actor, NotAllowed, of_account, require
from storage import audit, orgs, staff
from storage.orgs import Organisation
from storage.staff import Staff
from storage.work import Work

IDLE_MINUTES = 60  # a session that is not used for so long is over
NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
RESERVED = (
    "cli",
    "import",
    "job",
    "shipped",
    "system",
)  # names under which the audit and the history keep what programs did
CLI = Actor("cli", "admin")  # who has a shell on the server may do everything
WHOLE = "全部"


class BadAccount(Refusal):
    """What was filled in cannot be an account."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


class NoAccount(Refusal):
    """There is no such account."""

    words = "没有这个账号。"


class LastAdmin(Refusal):
    """Nobody would be left to manage accounts."""

    words = "这是最后一个管理全部工会的管理员，不能停用，也不能改成别的角色或范围。请先设好另一个管理员。"


@dataclass(frozen=True, slots=True)
class Listed:
    """An account as an admin sees it: with the name and code of its branch, both for people."""

    account: Staff
    place: str
    code: str
    locked: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an account shall be. `org` is the code of its branch, empty for the whole tree."""

    display: str
    role: str
    org: str = ""


def listed(work: Work, actor: Actor, now: datetime) -> list[Listed]:
    """The accounts that this actor manages, active ones first, then by name."""
    require(actor, "manage")
    accounts = staff.every(work)
    places = orgs.by_ids(work, {each.org_id for each in accounts if each.org_id is not None})
    mine = [each for each in accounts if _manages(actor, places.get(each.org_id or 0))]
    return [_listed(each, places.get(each.org_id or 0), now) for each in sorted(mine, key=lambda one: not one.active)]


def one(work: Work, actor: Actor, staff_id: int, now: datetime) -> Listed:
    """One account. Raises NotAllowed, NoAccount."""
    account, org = _managed(work, actor, staff.get(work, staff_id))
    return _listed(account, org, now)


def create(work: Work, actor: Actor, name: str, wanted: Wanted, password: str, now: datetime) -> Staff:
    """A new account; `password` is the hash of a one-time password. Raises BadAccount, NotAllowed."""
    require(actor, "manage")
    name = name.strip().lower()
    if not NAME.fullmatch(name) or name in RESERVED:
        raise BadAccount("账号用小写字母开头，2到32个小写字母、数字、点、横线或下划线。", "name")
    if staff.by_name(work, name) is not None:
        raise BadAccount("这个账号名已经有人用了，请换一个。", "name")
    display, role, org = _checked(work, actor, wanted)
    org_id = org.id if org else None
    made = Staff(
        id=work.new_id(), name=name, display=display, role=role, org_id=org_id, password=password, created_at=now
    )
    staff.save(work, made)
    _note(work, actor, "account_add", made, now, f"{role} {org.code if org else '*'}")
    return made


def change(work: Work, actor: Actor, staff_id: int, wanted: Wanted, now: datetime) -> Staff:
    """Another name to show, role or branch. Raises BadAccount, LastAdmin, NotAllowed, NoAccount."""
    account, before = _managed(work, actor, staff.for_change(work, staff_id))
    display, role, org = _checked(work, actor, wanted)
    whole = org is None
    if account.role == "admin" and _is_whole(before) and not (role == "admin" and whole):
        _keep_an_admin(work, account)
    moved = (account.role, account.org_id) != (role, org.id if org else None)
    account.display, account.role, account.org_id = display, role, org.id if org else None
    staff.save(work, account)
    if moved:
        staff.close_sessions_of(work, account.id)
    _note(work, actor, "account_change", account, now, f"{role} {org.code if org else '*'}")
    return account


def reset(work: Work, actor: Actor, staff_id: int, password: str, now: datetime) -> Staff:
    """A new one-time password (its hash), for somebody who forgot theirs; also ends a lock. Raises as `one`."""
    account, _ = _managed(work, actor, staff.for_change(work, staff_id))
    account.password, account.must_change, account.failures, account.locked_until = password, True, 0, None
    staff.save(work, account)
    staff.close_sessions_of(work, account.id)
    _note(work, actor, "password_reset", account, now)
    return account


def drop_code(work: Work, actor: Actor, staff_id: int, now: datetime) -> Staff:
    """Switch the second factor of somebody off who lost their phone. Raises as `one`."""
    account, _ = _managed(work, actor, staff.for_change(work, staff_id))
    account.totp = None
    staff.save(work, account)
    staff.close_sessions_of(work, account.id)
    _note(work, actor, "totp_dropped", account, now)
    return account


def switch(work: Work, actor: Actor, staff_id: int, active: bool, now: datetime) -> Staff:
    """Switch an account off or on again. Raises LastAdmin, and as `one`."""
    account, org = _managed(work, actor, staff.for_change(work, staff_id))
    if not active and account.active and account.role == "admin" and _is_whole(org):
        _keep_an_admin(work, account)
    account.active = active
    staff.save(work, account)
    staff.close_sessions_of(work, account.id)
    _note(work, actor, "account_on" if active else "account_off", account, now)
    return account


def places(work: Work, actor: Actor, words: str) -> list[Organisation]:
    """The branches within the actor's own that a code or part of a name means; the exact code or name alone."""
    words = words.strip()[:60]
    exact = orgs.by_code(work, words.lower())
    found = [exact] if exact is not None else list(orgs.search(work, words, limit=30))
    mine = [org for org in found if actor.within(org.path)]
    named = [org for org in mine if org.name == words]
    return named[:1] or mine[:10]


def _checked(work: Work, actor: Actor, wanted: Wanted) -> tuple[str, str, Organisation | None]:
    display = "".join(wanted.display.split())
    if not 1 <= len(display) <= 32 or not display.isprintable():
        raise BadAccount("请填写姓名，最多32个字。", "display")
    if wanted.role not in ROLES or ROLES.index(wanted.role) > ROLES.index(actor.role):
        raise NotAllowed("不能授予比您自己更高的角色。")
    org = orgs.by_code(work, wanted.org) if wanted.org else None
    if wanted.org and org is None:
        raise BadAccount("没有这个工会，请填写代码或名称。", "branch")
    if org is not None and org.parent_id is None:
        org = None  # the root of the tree is all of it
    if not _manages(actor, org):
        raise NotAllowed("只能管理您所在工会及下级工会的账号。")
    return display, wanted.role, org


def _managed(work: Work, actor: Actor, account: Staff | None) -> tuple[Staff, Organisation | None]:
    require(actor, "manage")
    if account is None:
        raise NoAccount
    org = orgs.get(work, account.org_id) if account.org_id is not None else None
    if not _manages(actor, org):
        raise NotAllowed("只能管理您所在工会及下级工会的账号。")
    return account, org


def _manages(actor: Actor, org: Organisation | None) -> bool:
    return actor.path is None or (org is not None and actor.within(org.path))


def _is_whole(org: Organisation | None) -> bool:
    return org is None or org.parent_id is None


def _keep_an_admin(work: Work, account: Staff) -> None:
    """Raises LastAdmin when no other active admin of the whole tree is left."""
    others = [each for each in staff.admins_for_change(work) if each.id != account.id]
    if not any(of_account(work, each.name, each.role, each.org_id).path is None for each in others):
        raise LastAdmin


def _listed(account: Staff, org: Organisation | None, now: datetime) -> Listed:
    locked = account.locked_until is not None and account.locked_until > now
    whole = _is_whole(org)
    return Listed(
        account, WHOLE if whole or org is None else org.name, "" if whole or org is None else org.code, locked
    )


def _note(work: Work, actor: Actor, action: str, account: Staff, now: datetime, note: str = "") -> None:
    by = "cli" if actor is CLI else f"staff:{actor.name}"
    audit.write(work, by, action, f"staff:{account.name}", now, note)
