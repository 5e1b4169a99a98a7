"""Accounts from the command line, and those of the demo."""

import re
from pathlib import Path

import pytest

from bot.cli import parser
from bot.commands import Failed, opened
from bot.config import Config
from bot.errors import Refusal
from bot.services import sessions
from bot.services.passwords import Passwords
from bot.staffing import DEMO, demo_accounts
from storage import audit, orgs, staff
from tests.wire.room import configuration


@pytest.fixture
def config(url: str) -> Config:
    return configuration(url, "http://127.0.0.1:1")


def run(config: Config, *arguments: str) -> int:
    """A command as it is typed."""
    given = parser().parse_args(["staff", *arguments])
    status: int = given.run(config, given)
    return status


def lets_in(config: Config, name: str, password: str) -> bool:
    with opened(config) as database:
        known = database.look(lambda work: sessions.known(work, name))
    return Passwords().right(known.password, password)


def test_the_first_admin(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "add", "boss", "--role", "admin", "--display", "老板") == 0
    password = re.findall(r"one-time password: (\S+)", capsys.readouterr().out)[0]
    assert lets_in(config, "boss", password)
    assert run(config, "list") == 0
    assert re.search(r"boss +admin +\* +new .* 老板\n1 accounts", capsys.readouterr().out)
    assert run(config, "reset", "boss", "--code") == 0
    second = re.findall(r"one-time password: (\S+)", capsys.readouterr().out)[0]
    assert lets_in(config, "boss", second) and not lets_in(config, "boss", password)
    with pytest.raises(Refusal, match="LastAdmin"):
        run(config, "off", "boss")
    assert run(config, "add", "second", "--role", "admin") == 0
    assert run(config, "off", "boss") == 0
    run(config, "list")
    assert re.search(r"boss .* off ", capsys.readouterr().out)
    with opened(config) as database:
        lines = database.look(lambda work: audit.newest(work, 9))
    assert {line.actor for line in lines} == {"cli"} and not any(password in line.note for line in lines)


def test_mistakes_are_told(config: Config) -> None:
    for command in (("reset", "nobody"), ("off", "nobody")):
        with pytest.raises(Failed, match="no account named nobody"):
            run(config, *command)
    with pytest.raises(Refusal) as refused:
        run(config, "add", "li", "--role", "editor", "--branch", "nowhere")
    assert "没有这个工会" in refused.value.words
    with pytest.raises(SystemExit):
        run(config, "add", "li", "--role", "god")


def test_the_demo_makes_its_accounts_once(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "data" / "demo-accounts.env"
    with opened(config) as database:
        database.writer.run(
            lambda work: orgs.put(work, "dongqu", "东区总工会", "区县", "", orgs.put(work, "c", "市", "市", "", None))
        )
    passwords = demo_accounts(config, file)
    assert set(passwords) == {each.name for each in DEMO} and len(set(passwords.values())) == len(DEMO)
    assert file.stat().st_mode & 0o777 == 0o600
    assert all(lets_in(config, name, password) for name, password in passwords.items())
    with opened(config) as database:
        made = database.look(staff.every)
    assert demo_accounts(config, file) == passwords
    with opened(config) as database:
        assert database.look(staff.every) == made
    assert not any(account.must_change for account in made)
    assert [account.name for account in made if account.org_id is not None] == ["dongqu"]
