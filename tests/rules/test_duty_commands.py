"""`duties import` and `duties year`: exit status, mistakes by line, a year printed month by month."""

from pathlib import Path

import pytest
import yaml
from openpyxl import Workbook

from bot.calendar import holidays_known
from bot.cli import main
from bot.config import new_secrets
from tests.rules.union import line

UNITS = {"units": [{"code": "shop", "name": "示例商店工会", "level": "基层", "parent": None, "scene": "unit_shop"}]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNIONBOT__DATABASE__URL", f"sqlite:///{tmp_path / 'u.db'}")
    for key, value in new_secrets().items():
        monkeypatch.setenv(key, value)
    return tmp_path


def brought_in(folder: Path, *lines: dict[str, object]) -> int:
    (folder / "c.yaml").write_text(yaml.safe_dump({"duties": list(lines)}), encoding="utf-8")
    return main(["duties", "import", "c.yaml"])


def test_importing_counts_and_a_bad_row_stops_all_of_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert brought_in(folder, line("one", 5), line("two", 6)) == 0
    assert brought_in(folder, line("one", 5), line("two", 7)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2 new, 0 changed, 0 unchanged, 0 left as staff wrote them",
        "0 new, 1 changed, 1 unchanged, 0 left as staff wrote them",
    ]
    assert brought_in(folder, line("one", 9), line("two", 40)) == 1
    assert "duty 2 (two): deadline_day:" in capsys.readouterr().err
    assert brought_in(folder, line("one", 5), line("two", 7)) == 0
    assert capsys.readouterr().out.startswith("0 new, 0 changed, 2 unchanged")


def test_a_year_is_printed_month_by_month(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "units.yaml").write_text(yaml.safe_dump(UNITS), encoding="utf-8")
    assert main(["orgs", "import", "units.yaml"]) == 0
    spring = {"month": 1, "deadline": {"before": "春节", "workdays": 7}, "ladder": [-1, 0]}
    spring = {key: value for key, value in (line("one", 5, **spring) | spring).items() if key != "deadline_day"}
    assert brought_in(folder, spring, line("two", 30, month=6) | {"role": "经办人"}) == 0
    capsys.readouterr()
    assert main(["duties", "year", "--union", "shop", "--year", "2026"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:3] == [
        "2026年1月，1月4日发清单",
        "  2026年2月6日前  任务one（春节前7个工作日）  提醒：2月5日、2月6日",
        "2026年2月，没有任务",
    ]
    assert said[-1] == "2 duties in 2026 for 示例商店工会 主席"  # nobody holds 经办人: theirs falls to the others
    assert main(["duties", "year", "--union", "shop", "--year", "2098", "--office", "经办人"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "2 duties in 2098 for 示例商店工会 经办人; the holidays of 2098 are not published yet: the law's own "
        "holidays and weekends count, make-up workdays are not known"
    )
    assert main(["duties", "year", "--union", "shop", "--office", "皇帝"]) == 1
    assert "no office 皇帝; there are: 主席、副主席、经办人" in capsys.readouterr().err
    assert main(["duties", "year", "--union", "nowhere"]) == 1
    assert "no union with the code nowhere" in capsys.readouterr().err


def test_a_date_that_lies_in_a_year_without_published_holidays_has_a_footnote(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "units.yaml").write_text(yaml.safe_dump(UNITS), encoding="utf-8")
    assert main(["orgs", "import", "units.yaml"]) == 0
    late = {key: value for key, value in line("late", 5, month=12).items() if key != "deadline_day"}
    assert (
        brought_in(folder, late | {"deadline": {"before": "元旦", "days": 0}, "ladder": [1]}, line("plain", 9, month=3))
        == 0
    )
    capsys.readouterr()
    last = max(year for year in range(2026, 2090) if holidays_known(year))
    for year, said in (
        (last, f"the holidays of {last + 1} are not"),
        (last + 1, f"of {last + 1} and {last + 2} are not"),
    ):
        assert main(["duties", "year", "--union", "shop", "--year", str(year)]) == 0
        assert said in capsys.readouterr().out.splitlines()[-1]


def test_codes_are_made_only_where_they_can_be_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "units.yaml").write_text(yaml.safe_dump(UNITS), encoding="utf-8")
    assert main(["orgs", "import", "units.yaml"]) == 0
    book = Workbook()
    for row in (("工会", "职务"), ("shop", "主席")):
        book.active.append(row)
    book.save(folder / "list.xlsx")
    capsys.readouterr()
    assert main(["cadres", "import", "list.xlsx", "--to", "nowhere/codes.xlsx"]) == 1
    assert "nothing was made" in capsys.readouterr().err
    assert main(["cadres", "codes"]) == 0
    assert capsys.readouterr().out == "0 codes wait to be used\n"
    assert main(["cadres", "import", "list.xlsx", "--to", "codes.xlsx"]) == 0
    assert "1 codes" in capsys.readouterr().out and (folder / "codes.xlsx").exists()
    assert main(["cadres", "import", "list.xlsx", "--to", "codes.xlsx"]) == 1
