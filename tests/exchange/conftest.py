"""The command line in this process, with a database, a content folder and a golden set of its own."""

import io
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from bot import cli, content
from bot.config import load
from bot.exchange import files
from bot.services.actors import Actor
from storage import audit, revisions
from storage import knowledge as base
from storage.database import Database
from storage.seal import Sealer, parse_key
from storage.work import Work
from tests.exchange.kit import entry

T = TypeVar("T")
SEAL_KEY, PEPPER = "A" * 43 + "=", "pepper of the exchange"
EDITOR, APPROVER = Actor("bianji", "editor"), Actor("shenhe", "approver")
ANNUAL = entry("lv-annual", related=["lv-sick"])
SICK = entry(
    "lv-sick",
    question="病假工资怎么发？",
    phrasings=["生病请假有工资吗", "病假一天扣多少钱"],
    answer="病假期间单位要发病假工资，不低于最低工资的80%。",
    category="休息休假",
)
GOLDEN: dict[str, Any] = {
    "questions": [
        {"ask": "一年能休多少天", "expect": "lv-annual"},
        {"ask": "生病请假有工资吗", "expect": "lv-sick"},
        {"ask": "几十年后谁来管我", "expect": "lv-nowhere"},
    ],
    "out_of_scope": [{"ask": "今天股票涨了吗", "kind": "far"}, {"ask": "驾照扣了几分", "kind": "near"}],
    "near_misses": [
        {
            "one": {"ask": "年假几天", "expect": "lv-annual"},
            "other": {"ask": "病假一天扣多少钱", "expect": "lv-sick"},
            "about": "年假 / 病假",
        }
    ],
    "floors": {"top1": 0.9, "pairs": 1, "far_answered": 0, "near_answered": 0},
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


class Terminal:
    """Runs commands in a folder with `content/` and a database."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys
        self.golden(**GOLDEN)
        self.content(ANNUAL, SICK)

    def golden(self, **parts: Any) -> None:
        """Write the golden set."""
        path = self.folder / "content" / "golden" / "all.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(parts, allow_unicode=True), "utf-8")

    def content(self, *entries: dict[str, Any]) -> None:
        """Write the FAQ of the content folder."""
        (self.folder / "content" / "faq").mkdir(parents=True, exist_ok=True)
        self.file("content/faq/all.yaml", *entries)

    def file(self, name: str, *entries: dict[str, Any]) -> str:
        """Write entries into a file; its path."""
        files.write(self.folder / name, entries)
        return str(self.folder / name)

    def run(self, *arguments: str, stdin: bytes = b"") -> Said:
        """One command."""
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capsys.readouterr()
        status = cli.main(["--log-level", "WARNING", *arguments])
        out, err = self._capsys.readouterr()
        return Said(status, out, err)

    def ok(self, *arguments: str, stdin: bytes = b"") -> str:
        """One command that must succeed; what it printed."""
        said = self.run(*arguments, stdin=stdin)
        assert (said.status, said.err) == (0, "")
        return said.out

    def database(self) -> Database:
        """The database, for looking at or changing it beside the commands. Close it."""
        opened = Database(load().database.url, Sealer({1: parse_key(SEAL_KEY)}, PEPPER.encode()))
        opened.start()
        return opened

    def look(self, query: Callable[[Work], T]) -> T:
        """One query."""
        opened = self.database()
        try:
            return opened.look(query)
        finally:
            opened.close()

    def write(self, job: Callable[[Work], T]) -> T:
        """One unit of work."""
        opened = self.database()
        try:
            return opened.writer.run(job)
        finally:
            opened.close()

    def rows(self) -> dict[str, str]:
        """The question of each entry."""
        return self.look(lambda work: {each.id: each.question for each in base.every(work)})

    def audited(self) -> list[tuple[str, str]]:
        """(action, note) of the audit, the oldest first."""
        return [(each.action, each.note) for each in reversed(self.look(lambda work: audit.newest(work, 50)))]

    def history(self, entry_id: str) -> list[str]:
        """Authors of an entry's revisions, the oldest first."""
        return [each.author for each in reversed(self.look(lambda work: revisions.history(work, entry_id)))]


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    """A terminal in an empty folder; the configuration is in its environment."""
    for name, value in settings(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield Terminal(tmp_path, monkeypatch, capsys)
    root.handlers[:], root.level = handlers, level


def settings(folder: Path) -> dict[str, str]:
    """The environment of an installation in a folder."""
    values = {
        "DATABASE__URL": f"sqlite:///{folder / 'union.db'}",
        "SECURITY__SEAL_KEYS": f"1:{SEAL_KEY}",
        "SECURITY__PEPPER": PEPPER,
        "CONTENT__FOLDER": str(folder / "content"),
    }
    return {f"UNIONBOT__{name}": value for name, value in values.items()}


def every(folder: Path) -> list[dict[str, Any]]:
    """The entries of a content folder."""
    return content.read_faq(sorted((folder / "faq").glob("*.yaml")))
