"""The commands `members import|export` and `orgs import`: exit status, row errors, nothing half done."""

import json
from pathlib import Path

import pytest
import yaml

from bot.cli import main
from bot.config import new_secrets
from storage.audit import Audit
from storage.database import Database
from storage.members import Member
from storage.orgs import Organisation
from storage.seal import Sealer
from tests.exchange.kit import sheet as plain_sheet
from tests.members.people import id_number
from tests.members.world import cells, line, sheet
from tests.storage.kit import count, rows

HEAD = ["编码", "名称", "级别", "单位", "上级编码"]
TREE = [
    ["forge", "东区铁厂工会", "基层", "东区铁厂", "east"],
    ["east", "东区总工会", "区县", None, "city"],
    ["city", "示例市总工会", "市", None, None],
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNIONBOT__DATABASE__URL", f"sqlite:///{tmp_path / 'u.db'}")
    for key, value in new_secrets().items():
        monkeypatch.setenv(key, value)
    return tmp_path


@pytest.fixture
def stored(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'u.db'}", Sealer({1: b"k" * 32}, b"p"))


def written(folder: Path, data: bytes, name: str = "a.xlsx") -> str:
    (folder / name).write_bytes(data)
    return name


def test_a_tree_in_any_order_and_then_its_members(
    folder: Path, stored: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = written(folder, plain_sheet(*TREE, head=HEAD, title="组织"), "orgs.xlsx")
    assert main(["orgs", "import", tree]) == 0
    assert main(["orgs", "import", tree]) == 0
    assert capsys.readouterr().out == "3 new, 0 changed, 0 unchanged\n0 new, 0 changed, 3 unchanged\n"
    paths = {code: path for code, path in rows(stored, Organisation, "code", "path")}
    assert paths["forge"].startswith(paths["east"]) and paths["east"].startswith(paths["city"])
    roster = written(folder, sheet(line(1), line(2)))
    assert main(["members", "import", roster, "--dry-run"]) == 0
    assert count(stored, Member) == 0
    assert main(["members", "import", roster]) == 0
    assert main(["members", "import", roster]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2 new, 0 changed, 0 unchanged",
        "2 new, 0 changed, 0 unchanged",
        "0 new, 0 changed, 2 unchanged",
    ]
    assert main(["members", "export", "out.xlsx", "--reason", "年终统计", "--below", "east"]) == 0
    assert len(cells((folder / "out.xlsx").read_bytes())) == 3
    assert id_number(1) not in str(cells((folder / "out.xlsx").read_bytes()))
    assert main(["members", "export", "out.xlsx", "--reason", "再来一次"]) == 1


def test_mistakes_name_their_rows_and_nothing_is_taken(
    folder: Path, stored: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["orgs", "import", written(folder, plain_sheet(*TREE, head=HEAD, title="组织"), "orgs.xlsx")])
    capsys.readouterr()
    assert main(["members", "import", written(folder, sheet(line(1), line(2, 入会日期="春天")))]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "a.xlsx:第3行 入会日期: 日期要写成2026-11-26这样",
        "unionbot: 1 rows are wrong; nothing was imported",
    ]
    assert (said.out, count(stored, Member)) == ("", 0)


def test_columns_and_the_union_may_be_named(folder: Path, stored: Database) -> None:
    main(["orgs", "import", written(folder, plain_sheet(*TREE, head=HEAD, title="组织"), "orgs.xlsx")])
    data = plain_sheet(["张三", id_number(1), "2024-03-05"], head=["称呼", "证件", "入会日期"], title="表")
    name = written(folder, data)
    assert main(["members", "import", name]) == 1
    columns = ["--column", "称呼=姓名", "--column", "证件=身份证号", "--unit", "forge"]
    assert main(["members", "import", name, *columns]) == 0
    assert count(stored, Member) == 1


@pytest.mark.parametrize(
    ("rows_", "reason"),
    [
        ([["a1", "甲会", "区县", None, "b1"], ["b1", "乙会", "区县", None, "a1"]], "绕成了圈：a1 → b1 → a1"),
        ([["a1", "甲会", "区县", None, "a1"]], "绕成了圈：a1 → a1"),
        ([["a1", "甲会", "区县", None, "zz"]], "没有编码为“zz”的组织"),
        ([["a1", "甲会", "市", None, None], ["a1", "乙会", "市", None, None]], "和第2行是同一个编码"),
        ([["A 1", "甲会", "市", None, None]], "小写字母"),
        ([["a1", "甲会", "省", None, None]], "只能是市、区县、街道、基层"),
    ],
)
def test_a_tree_that_is_none(
    folder: Path, capsys: pytest.CaptureFixture[str], rows_: list[list[str]], reason: str
) -> None:
    assert main(["orgs", "import", written(folder, plain_sheet(*rows_, head=HEAD, title="组织"), "o.xlsx")]) == 1
    said = capsys.readouterr().err
    assert reason in said and "o.xlsx:第" in said and "nothing was imported" in said


def test_an_organisation_is_not_moved(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["orgs", "import", written(folder, plain_sheet(*TREE, head=HEAD, title="组织"), "o.xlsx")])
    moved = [["forge", "东区铁厂工会", "基层", "东区铁厂", "city"]]
    assert main(["orgs", "import", written(folder, plain_sheet(*moved, head=HEAD, title="组织"), "o.xlsx")]) == 1
    assert "现在的上级是“east”" in capsys.readouterr().err


def test_yaml_parents_may_come_last(folder: Path) -> None:
    units = [
        {"code": "aa", "name": "甲", "level": "区县", "parent": "bb", "scene": "unit_aa"},
        {"code": "bb", "name": "乙", "level": "市", "parent": None, "scene": "unit_bb"},
    ]
    (folder / "o.yaml").write_text(yaml.safe_dump({"units": units}, allow_unicode=True), encoding="utf-8")
    assert main(["orgs", "import", "o.yaml"]) == 0


def test_wrong_use_is_two(folder: Path) -> None:
    for arguments in (
        ["members", "import"],
        ["members", "export", "a.xlsx"],
        ["members", "import", "a", "--column", "x"],
    ):
        with pytest.raises(SystemExit) as end:
            main(["members", *arguments])
        assert end.value.code == 2
    assert main(["members", "import", "nowhere.xlsx"]) == 1
    assert main(["orgs", "import", "nowhere.xlsx"]) == 1


def test_one_persons_data_by_the_number_of_the_member(
    folder: Path, stored: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["orgs", "import", written(folder, plain_sheet(*TREE, head=HEAD, title="组织"), "orgs.xlsx")])
    main(["members", "import", written(folder, sheet(line(1)))])
    number = rows(stored, Member, "number")[0][0]
    asked = ["members", "export-person", "one.json", "--number", number, "--reason", "本人当面要求复制"]
    capsys.readouterr()
    assert main(asked) == 0
    assert capsys.readouterr().out == f"what is kept of {number} written to one.json\n"
    made = folder / "one.json"
    assert json.loads(made.read_text("utf-8"))["会员登记"]["身份证号"] == id_number(1)
    assert made.stat().st_mode & 0o777 == 0o600
    trail = rows(stored, Audit, "actor", "action", "note")
    assert ("cli", "person_export", "本人当面要求复制") in trail
    assert main(asked) == 1  # the file is there
    assert main([*asked[:2], "two.json", *asked[3:5], "--reason", "张三本人要求"]) == 1
    assert main([*asked[:2], "two.json", "--number", "20261125-0001", "--reason", "本人当面要求复制"]) == 1
    assert "no member and no application 20261125-0001" in capsys.readouterr().err
    assert not (folder / "two.json").exists()
