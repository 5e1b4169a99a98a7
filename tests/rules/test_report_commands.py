"""`reports import`, `reports sheet` and `reports circular`: exit status, all or nothing, new files only."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook, load_workbook
from PIL import Image

from bot.cli import main
from bot.config import new_secrets
from tests.reports.tree import GROWTH, NUMBERS
from tests.rules.union import line

UNIT = {"code": "shop", "name": "示例商店工会", "level": "基层", "parent": None, "scene": "unit_shop"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A union that knows one duty with numbers and one indicator."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNIONBOT__DATABASE__URL", f"sqlite:///{tmp_path / 'u.db'}")
    for key, value in new_secrets().items():
        monkeypatch.setenv(key, value)
    monthly = line("changes", 25) | {"evidence": "number", "numbers": NUMBERS}
    for name, content in (("u", {"units": [UNIT]}), ("c", {"duties": [monthly]}), ("i", {"indicators": [GROWTH]})):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    for command in (["orgs", "import", "u.yaml"], ["duties", "import", "c.yaml"], ["reports", "import", "i.yaml"]):
        assert main(command) == 0
    return tmp_path


def targets(folder: Path, *rows: tuple[Any, ...]) -> int:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (("工会", "指标", "年份", "目标"), *rows):
        sheet.append(row)
    book.save(folder / "t.xlsx")
    return main(["reports", "import", "t.xlsx"])


def test_targets_come_from_a_list_all_or_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert targets(folder, ("shop", "growth", 2026, 120)) == 0
    assert targets(folder, ("示例商店工会", "会员净增", 2026, "120")) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "1 targets changed, 0 unchanged",
        "0 targets changed, 1 unchanged",
    ]
    assert targets(folder, ("shop", "growth", 2026, 200), ("nobody", "growth", 2026, 1), ("shop", "no", 2026, 1)) == 1
    said = capsys.readouterr().err
    assert "第3行 工会: 没有这个工会" in said and "第4行 指标: 没有这个指标" in said and "2 errors" in said
    assert main(["reports", "circular", "c.xlsx", "--indicator", "growth", "--year", "2026"]) == 0
    cells = [cell.value for row in load_workbook("c.xlsx").worksheets[0].iter_rows() for cell in row]
    assert 120 in cells and 200 not in cells


def test_files_are_new_and_hold_what_was_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["reports", "sheet", "s.xlsx", "--duty", "changes", "--year", "2026", "--kind", "quarter", "--number", "4"]
    assert main(given) == 0 and main(given) == 1
    assert "there already" in capsys.readouterr().err
    assert "2026-10至2026-12" in load_workbook("s.xlsx").worksheets[0]["A1"].value
    assert main([*given[:2], "other.xlsx", *given[3:-1], "5"]) == 1
    assert main(["reports", "circular", "c.png", "--indicator", "growth", "--year", "2026", "--below", "shop"]) == 0
    assert Image.open(BytesIO((folder / "c.png").read_bytes())).width == 1080
    assert main(["reports", "circular", "c.pdf", "--indicator", "growth", "--year", "2026"]) == 1
    assert main(["reports", "circular", "d.png", "--indicator", "growth", "--year", "2026", "--below", "no"]) == 1
