"""`staff …`: accounts of the console from the command line, for the first admin and for emergencies."""

import argparse
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.clock import SystemClock, local
from bot.commands import Failed, opened
from bot.config import Config
from bot.services import accounts
from bot.services.accounts import CLI, Listed, Wanted
from bot.services.passwords import Passwords, one_time
from storage import staff
from storage.work import Work


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo, and what it is for."""

    name: str
    display: str
    role: str
    branch: str = ""


DEMO = (
    DemoAccount("admin", "管理员小吴", "admin"),
    DemoAccount("shenhe", "审核人老郑", "approver"),
    DemoAccount("bianji", "编辑小林", "editor"),
    DemoAccount("kefu", "工作人员小何", "staff"),
    DemoAccount("dongqu", "东区编辑小郭", "editor", "dongqu"),
)


def add(config: Config, given: argparse.Namespace) -> int:
    """Make an account; its one-time password is printed once."""
    password = one_time()
    kept = Passwords().hash(password)
    wanted = Wanted(given.display or given.name, given.role, given.branch)
    with opened(config) as database:
        made = database.writer.run(
            lambda work: accounts.create(work, CLI, given.name, wanted, kept, SystemClock().now())
        )
    print(f"account {made.name} ({made.role})")
    print(f"one-time password: {password}")
    return 0


def show(config: Config, given: argparse.Namespace) -> int:
    """All accounts, a line each."""
    now = SystemClock().now()
    with opened(config) as database:
        rows = database.look(lambda work: accounts.listed(work, CLI, now))
    for row in rows:
        print(_line(row))
    print(f"{len(rows)} accounts")
    return 0


def reset(config: Config, given: argparse.Namespace) -> int:
    """A new one-time password, printed once; also ends a lock and, with --code, the second factor."""
    password, now = one_time(), SystemClock().now()
    kept = Passwords().hash(password)

    def change(work: Work) -> None:
        staff_id = _find(work, given.name)
        accounts.reset(work, CLI, staff_id, kept, now)
        if given.code:
            accounts.drop_code(work, CLI, staff_id, now)

    with opened(config) as database:
        database.writer.run(change)
    print(f"one-time password: {password}")
    return 0


def off(config: Config, given: argparse.Namespace) -> int:
    """Nobody logs in with this account any more; whoever is logged in with it is out."""
    now = SystemClock().now()
    with opened(config) as database:
        database.writer.run(lambda work: accounts.switch(work, CLI, _find(work, given.name), False, now))
    print(f"account {given.name} is off")
    return 0


def demo_accounts(config: Config, file: Path) -> dict[str, str]:
    """Make the demo's accounts where they are missing; passwords by name, as kept in a file that only we can read."""
    passwords = _kept_passwords(file)
    hashes = Passwords()
    with opened(config) as database:
        there = {account.name for account in database.look(staff.every)}
        for each in DEMO:
            if each.name not in there:
                database.writer.run(partial(_add_demo, each=each, kept=hashes.hash(passwords[each.name])))
    return passwords


def _add_demo(work: Work, *, each: DemoAccount, kept: str) -> None:
    wanted = Wanted(each.display, each.role, each.branch)
    made = accounts.create(work, CLI, each.name, wanted, kept, SystemClock().now())
    made.must_change = False  # the demo's passwords are its own: random, and printed at every start
    staff.save(work, made)


def _kept_passwords(file: Path) -> dict[str, str]:
    """The passwords of the file, made where they are missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="ascii") as kept:
        lines = kept.read().splitlines()
        passwords = dict(line.split("=", 1) for line in lines if "=" in line)
        missing = {each.name: one_time() for each in DEMO if each.name not in passwords}
        kept.writelines(f"{name}={password}\n" for name, password in missing.items())
    return passwords | missing


def _find(work: Work, name: str) -> int:
    account = staff.by_name(work, name)
    if account is None:
        raise Failed(f"no account named {name}; see `staff list`")
    return account.id


def _line(row: Listed) -> str:
    account = row.account
    state = "off" if not account.active else "locked" if row.locked else "new" if account.must_change else "ok"
    seen = f"{local(account.last_login_at):%Y-%m-%d %H:%M}" if account.last_login_at else "never"
    place = row.code or "*"
    code = "code" if account.totp else "-"
    return f"{account.name:16} {account.role:9} {place:16} {state:7} {code:5} last login {seen}  {account.display}"
