"""`faq import` and `faq export` as an editor uses them: idempotent, all or nothing, in line with the golden set."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from bot.content import FaqEntry
from bot.services import clashes, importing
from bot.services.drafts import Conflict
from storage import knowledge as base
from storage.database import Database
from storage.work import Work
from tests.exchange.conftest import ANNUAL, SICK, Terminal
from tests.exchange.kit import line, sheet

ALONE = ANNUAL | {"related": []}
OTHER = SICK | {"question": "停车场在哪里？", "phrasings": ["车放哪儿"]}
LOST = "黄金问题“生病请假有工资吗” 应为: lv-sick 改后: "


@pytest.mark.parametrize("ending", ["xlsx", "yaml", "yml"])
def test_an_export_changes_nothing_when_it_is_read_again(terminal: Terminal, ending: str) -> None:
    file = terminal.file("a.xlsx", ANNUAL, SICK)
    assert terminal.ok("faq", "import", file) == "2 new, 0 changed, 0 unchanged\n"
    assert terminal.ok("faq", "export", f"b.{ending}") == f"2 entries written to b.{ending}\n"
    state = terminal.look(base.state)
    assert terminal.ok("faq", "import", f"b.{ending}") == "0 new, 0 changed, 2 unchanged\n"
    assert terminal.look(base.state) == state
    assert terminal.history("lv-annual") == ["import"]
    assert terminal.audited() == [("faq_import", "2 new, 0 changed")]


def test_files_of_both_kinds_together(terminal: Terminal) -> None:
    files = terminal.file("a.xlsx", ANNUAL), terminal.file("b.yaml", SICK)
    assert terminal.ok("faq", "import", *files) == "2 new, 0 changed, 0 unchanged\n"
    changed = terminal.file("c.yml", ANNUAL | {"category": "年休假"})
    assert terminal.ok("faq", "import", changed) == "0 new, 1 changed, 0 unchanged\n"
    assert terminal.history("lv-annual") == ["import", "import"]


def test_one_mistake_and_nothing_is_imported(terminal: Terminal) -> None:
    good = terminal.file("a.yaml", ANNUAL)
    bad = terminal.folder / "b.xlsx"
    bad.write_bytes(sheet(line(id="lv-b"), line(id="lv-c", as_of="昨天")))
    said = terminal.run("faq", "import", good, str(bad))
    assert said.status == 1
    assert said.err.splitlines() == [
        f"{bad}:问答:第3行 核对日期: 日期要写成2026-11-26这样，现在是“昨天”",
        "unionbot: 1 errors; nothing was imported",
    ]
    assert not (terminal.folder / "union.db").exists()


def test_fifty_mistakes_are_listed(terminal: Terminal) -> None:
    bad = terminal.folder / "b.xlsx"
    bad.write_bytes(sheet(*(line(id=f"lv-{number}", hand_over="也许") for number in range(60))))
    listed = terminal.run("faq", "import", str(bad)).err.splitlines()
    assert len(listed) == 52
    assert listed[49].startswith(f"{bad}:问答:第51行 ")
    assert listed[50:] == ["… 还有10处", "unionbot: 60 errors; nothing was imported"]


def test_an_id_in_two_files(terminal: Terminal) -> None:
    one, two = terminal.file("a.yaml", ANNUAL), terminal.file("b.xlsx", ANNUAL)
    said = terminal.run("faq", "import", one, two)
    assert said.err.splitlines()[0] == f"{two}:问答:第2行 编号: lv-annual在{one}:第3行已经有了"
    assert said.status == 1


def test_a_phrasing_belongs_to_one_entry(terminal: Terminal) -> None:
    """However it is written; in the files, and beside what is in the base already."""
    twin = SICK | {"phrasings": ["感冒请假", "請問年假幾天？"]}
    file = terminal.file("a.xlsx", ANNUAL, twin)
    said = terminal.run("faq", "import", file)
    reason = f"lv-sick的“請問年假幾天？”和lv-annual（{file}:问答:第2行）的问法相同"
    assert said.err.splitlines()[0] == f"{file}:问答:第3行 其他问法: {reason}"
    terminal.ok("faq", "import", terminal.file("b.xlsx", ALONE))
    asked = terminal.file("c.xlsx", SICK | {"question": "年假几天？"})
    said = terminal.run("faq", "import", asked)
    assert said.err.splitlines()[0] == f"{asked}:问答:第2行 标准问法: lv-sick的“年假几天？”和lv-annual的问法相同"
    assert said.status == 1
    assert list(terminal.rows()) == ["lv-annual"]


def test_a_retired_entry_owns_no_phrasing(terminal: Terminal) -> None:
    retired = ALONE | {"status": "retired"}
    terminal.ok("faq", "import", terminal.file("a.xlsx", retired, ALONE | {"id": "lv-new"}))


def test_twins_that_are_in_the_base_already_do_not_block_others(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin = ANNUAL | {"id": "lv-twin"}
    with monkeypatch.context() as patch:
        patch.setattr(clashes, "found", lambda *_: ())
        terminal.run("faq", "import", terminal.file("a.xlsx", ANNUAL, twin))
    assert terminal.run("faq", "import", terminal.file("b.xlsx", ANNUAL, twin)).status == 0
    assert terminal.run("faq", "import", terminal.file("c.xlsx", ANNUAL, twin, SICK)).status == 0
    assert terminal.run("faq", "import", terminal.file("d.xlsx", twin | {"category": "年假"})).status == 1


def test_a_related_entry_that_is_nowhere_is_a_warning(terminal: Terminal) -> None:
    file = terminal.file("a.xlsx", ANNUAL)
    said = terminal.run("faq", "import", file)
    assert said.status == 0
    assert said.err == f"{file}:问答:第2行 相关问题: 没有lv-sick这一条（只是提醒）\n"


def test_a_change_that_breaks_golden_questions_is_refused(terminal: Terminal) -> None:
    terminal.ok("faq", "import", terminal.file("a.xlsx", ANNUAL, SICK))
    before = terminal.look(base.state)
    said = terminal.run("faq", "import", terminal.file("b.xlsx", OTHER))
    assert said.status == 1
    *listed, last = said.err.splitlines()
    assert listed[0].startswith(LOST)
    how_many = f"{len(listed)} golden questions would break"
    assert last == f"unionbot: {how_many}; nothing was imported (see --despite-golden)"
    assert terminal.look(base.state) == before


def test_a_change_may_break_them_knowingly(terminal: Terminal) -> None:
    terminal.ok("faq", "import", terminal.file("a.xlsx", ANNUAL, SICK))
    said = terminal.run("faq", "import", "--despite-golden", terminal.file("b.xlsx", OTHER))
    assert (said.status, said.out) == (0, "0 new, 1 changed, 0 unchanged\n")
    assert said.err.startswith(LOST)
    assert terminal.rows()["lv-sick"] == OTHER["question"]
    assert terminal.audited()[1:] == [
        ("faq_import", "0 new, 1 changed"),
        ("faq_import_despite_golden", f"{len(said.err.splitlines())} golden questions broken"),
    ]


@pytest.mark.parametrize("status", ["retired", "draft"])
def test_taking_an_entry_back_breaks_nothing_and_lists_what_is_left(terminal: Terminal, status: str) -> None:
    terminal.ok("faq", "import", terminal.file("a.xlsx", ANNUAL, SICK))
    said = terminal.run("faq", "import", terminal.file("b.xlsx", SICK | {"status": status}))
    assert said.status == 0
    assert said.err.splitlines() == [
        f"黄金问题“{ask}” 改后没有条目可以回答（只是提醒）" for ask in ("生病请假有工资吗", "病假一天扣多少钱")
    ]


def test_an_empty_base_and_an_unchanged_one_break_nothing(terminal: Terminal) -> None:
    file = terminal.file("a.xlsx", ANNUAL | {"phrasings": ["放假"]}, OTHER)
    terminal.ok("faq", "import", file)
    terminal.ok("faq", "import", file)


def test_a_golden_set_that_cannot_be_read_stops_the_import(terminal: Terminal) -> None:
    (terminal.folder / "content" / "golden" / "all.yaml").write_text("questions: [{ask: 年假}]", "utf-8")
    said = terminal.run("faq", "import", terminal.file("a.xlsx", ANNUAL, SICK))
    assert said.status == 1 and "questions.0.expect" in said.err
    assert not (terminal.folder / "union.db").exists()


def test_a_base_that_moved_meanwhile_is_left_alone(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    """Somebody publishes while the golden questions are asked."""
    terminal.ok("faq", "import", terminal.file("a.xlsx", ANNUAL, SICK))
    examine = importing.examine

    def slowly(*given: object) -> object:
        terminal.write(lambda work: _edit(work, now))
        return examine(*given)

    monkeypatch.setattr(importing, "examine", slowly)
    said = terminal.run("faq", "import", terminal.file("b.xlsx", SICK | {"category": "病假"}))
    assert (said.status, said.err) == (1, "unionbot: 知识库刚刚有别的改动，没有导入，请再试一次。\n")
    kept = terminal.look(lambda work: {each.id: each.category for each in base.every(work)})
    assert kept == {"lv-annual": "年假", "lv-sick": "休息休假"}


def test_a_plan_is_carried_out_on_either_database(database: Database, now: datetime) -> None:
    both = [FaqEntry.model_validate(each) for each in (ANNUAL, SICK)]
    first = database.look(lambda work: importing.plan(work, both))
    assert first.empty and first.changes == {"lv-annual", "lv-sick"}
    database.writer.run(lambda work: importing.write(work, first, now))
    second = database.look(lambda work: importing.plan(work, both))
    assert not second.empty and not second.changes and not second.clashes
    counts = database.writer.run(lambda work: importing.write(work, second, now))
    assert counts == {"new": 0, "changed": 0, "same": 2}
    with pytest.raises(Conflict):
        database.writer.run(lambda work: importing.write(work, first, now))


def _edit(work: Work, now: datetime) -> None:
    row = base.get(work, "lv-annual")
    assert row is not None
    row.category, row.version, row.updated_at = "年假", row.version + 1, now
    work.session.add(row)


def test_an_export_of_rows_from_before_local_fields(terminal: Terminal) -> None:
    terminal.ok("faq", "import", terminal.file("a.yaml", ANNUAL, SICK))

    def forget(work: Work) -> None:
        for row in base.every(work):
            row.fields = None
            work.session.add(row)

    terminal.write(forget)
    terminal.ok("faq", "export", "b.yaml")
    assert [each["fields"] for each in yaml.safe_load(Path("b.yaml").read_text("utf-8"))["entries"]] == [[], []]


def test_an_export_that_fails_leaves_the_old_file(terminal: Terminal) -> None:
    terminal.ok("faq", "import", terminal.file("a.xlsx", ANNUAL, SICK))
    Path("b.csv").write_text("old")
    said = terminal.run("faq", "export", "b.csv")
    assert (said.status, said.err) == (1, "unionbot: b.csv: 只能是.xlsx、.yaml或.yml文件。\n")
    assert Path("b.csv").read_text() == "old"
    assert terminal.run("faq", "export", "nowhere/b.xlsx").status == 1
