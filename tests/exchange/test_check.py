"""`faq check`: the shares as the file of floors defines them, and what is done about them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import content
from bot.cli import _config, parser
from bot.errors import Misconfigured
from bot.search import Decision, Entry, Hit, Index, Result
from bot.services import golden, golden_report
from bot.services.golden import Golden, Question
from bot.services.golden_report import FIGURES, Report, measure
from storage import knowledge as base
from tests.exchange.conftest import ANNUAL, GOLDEN, SICK, Terminal, environment, every
from tests.wire.room import CONTENT

ROOT = CONTENT.parent


def result(decision: Decision, *ids: str) -> Result:
    return Result(decision, tuple(Hit(each, each, 0.5) for each in ids))


SAYS = {
    "right": result(Decision.ANSWER, "a"),
    "right in doubt": result(Decision.SUGGEST, "a", "b"),
    "second": result(Decision.SUGGEST, "b", "a"),
    "third of an answer": result(Decision.ANSWER, "b", "c", "a"),
    "wrong": result(Decision.ANSWER, "b"),
    "silence": result(Decision.DECLINE),
}


def ticking() -> Iterator[float]:
    """A timer in whose eyes question n takes n milliseconds."""
    at = 0.0
    for number in range(1, 10_000):
        yield at
        at += number / 1000
        yield at


def report(
    questions: list[Question], look_alikes: Any = (), unseen: Sequence[Question] = (), **floors: float
) -> Report:
    timer = ticking()
    asked = Golden(tuple(questions), tuple(look_alikes), floors, tuple(unseen))
    return measure(asked, SAYS.__getitem__, {"a", "b", "c"}, lambda: next(timer))


def ours(*asks: str, expect: str = "a") -> list[Question]:
    return [Question(ask, frozenset({expect})) for ask in asks]


def strangers(kind: str, *asks: str) -> list[Question]:
    return [Question(ask, kind=kind) for ask in asks]


def counts(found: Report) -> dict[str, tuple[int, int]]:
    return {each.name: (each.hits, each.of) for each in found.figures}


def test_every_figure_counts_what_it_says() -> None:
    questions = ours(*SAYS) + strangers("far", "right", "silence", "second") + strangers("near", "wrong", "silence")
    pair = ours("right") + ours("wrong", expect="b")
    half = ours("right") + ours("right", expect="c")
    assert counts(report(questions, [tuple(pair), tuple(half)], ours("right", "second", "wrong"))) == {
        "top1": (2, 6),
        "recall3": (4, 6),
        "answered": (3, 6),
        "precision": (1, 3),
        "far_answered": (1, 3),
        "near_answered": (1, 2),
        "pairs": (1, 2),
        "unseen_top1": (1, 3),
        "unseen_recall3": (2, 3),
    }


def test_any_of_several_right_answers_will_do() -> None:
    found = report([Question("wrong", frozenset({"b", "a"})), Question("second", frozenset({"a", "x"}))])
    assert counts(found)["top1"] == (1, 2)
    assert counts(found)["recall3"] == (2, 2)


def test_what_no_search_could_answer_is_set_apart() -> None:
    gone = ours("silence", expect="unpublished")
    half = ours("right") + gone
    found = report(ours("right") + gone + [Question("right", frozenset({"a", "unpublished"}))], [tuple(half)])
    assert counts(found)["top1"] == (2, 2) and counts(found)["pairs"] == (0, 0)
    assert found.apart == tuple(gone) and found.pairs_apart == (tuple(half),)


@pytest.mark.parametrize(
    ("name", "floor", "holds"),
    [
        ("top1", 0.5, True),
        ("top1", 0.51, False),
        ("far_answered", 0.5, True),
        ("far_answered", 0.49, False),
        ("near_answered", 1, False),  # nothing to measure: what is demanded is not shown to be kept
        ("pairs", 0, False),
    ],
)
def test_floors_and_ceilings(name: str, floor: float, holds: bool) -> None:
    questions = ours("right", "silence") + strangers("far", "right", "silence")
    found = report(questions, **{name: floor})
    assert [each.name for each in found.broken] == ([] if holds else [name])


def test_a_floor_of_nothing_we_know_is_a_mistake() -> None:
    with pytest.raises(Misconfigured, match="top2 unknown"):
        report(ours("right"), top2=0.5)


def test_failures_and_times() -> None:
    found = report(ours("right", "second") + strangers("far", "wrong", "silence"), [tuple(ours("right", "silence"))])
    failed = [(each.kind, each.question.ask) for each in found.failures]
    assert failed == [("question", "second"), ("far", "wrong"), ("pair", "silence")]
    assert [each.ms for each in found.asked] == pytest.approx([1, 2, 3, 4, 5, 6])
    assert found.percentile(0.5) == pytest.approx(3)
    assert found.percentile(0.95) == pytest.approx(6)
    assert report([]).percentile(0.95) == 0


def test_every_floor_of_our_file_is_measured() -> None:
    floors = yaml.load((CONTENT / "golden" / "floors.yaml").read_text("utf-8"), yaml.CSafeLoader)["floors"]
    assert set(floors) == set(FIGURES)


def test_the_command_fills_an_empty_base_and_keeps_it(terminal: Terminal) -> None:
    lines = terminal.ok("faq", "check").splitlines()
    assert "2 published entries, 6 golden questions asked" in lines[0]
    assert lines[2].split() == ["top1", "100.0%", "≥", "90.0%", "ok", "2", "of", "2"]
    assert lines[3].split() == ["recall3", "100.0%", "-", "2", "of", "2"]
    assert lines[-2:] == [
        "set apart, because their entries are not published: 1 questions, 0 pairs",
        "all limits kept",
    ]
    assert set(terminal.rows()) == {"lv-annual", "lv-sick"}
    assert terminal.audited() == [("faq_shipped", "2 new, 0 changed, 0 kept")]


def test_the_command_asks_the_base_as_it_is(terminal: Terminal) -> None:
    terminal.ok("faq", "import", terminal.file("a.xlsx", ANNUAL, SICK))
    terminal.run("faq", "import", "--despite-golden", terminal.file("b.xlsx", SICK | {"status": "retired"}))
    state = terminal.look(base.state)
    said = terminal.run("faq", "check", "--list")
    assert "1 published entries" in said.out
    assert "set apart, because their entries are not published: 2 questions, 1 pairs" in said.out
    assert "apart     生病请假有工资吗  expected lv-sick" in said.out
    assert said.status == 1 and said.out.endswith("1 limits broken: pairs\n")
    assert terminal.look(base.state) == state


def test_failures_are_listed(terminal: Terminal) -> None:
    wrong = {"ask": "年假几天", "expect": "lv-sick"}
    terminal.golden(**GOLDEN | {"questions": [wrong], "out_of_scope": [{"ask": "一年能休多少天", "kind": "far"}]})
    said = terminal.run("faq", "check", "--list")
    assert "question  年假几天  expected lv-sick  answer: lv-annual" in said.out
    assert "far       一年能休多少天  not ours  answer: lv-annual" in said.out
    assert said.status == 1
    assert said.out.splitlines()[-1] == "3 limits broken: top1, far_answered, near_answered"
    assert "expected" not in terminal.run("faq", "check").out


def test_the_object_for_scripts(terminal: Terminal) -> None:
    found = json.loads(terminal.ok("faq", "check", "--json"))
    assert found["figures"]["top1"] == {"share": 1.0, "floor": 0.9, "hits": 2, "of": 2, "holds": True}
    assert found["figures"]["far_answered"] == {"share": 0.0, "ceiling": 0.0, "hits": 0, "of": 1, "holds": True}
    assert (found["holds"], found["entries"], found["asked"]) == (True, 2, 6)
    assert found["apart"] == {"questions": 1, "pairs": 0}
    assert 0 < found["p50_ms"] <= found["p95_ms"]
    assert "failures" not in found
    listed = json.loads(terminal.ok("faq", "check", "--json", "--list"))
    assert listed["failures"] == []
    assert listed["set_apart"] == [{"ask": "几十年后谁来管我", "expect": ["lv-nowhere"]}]


@pytest.mark.parametrize("missing", ["questions", "floors", "folder"])
def test_a_set_that_is_missing_is_a_failure(terminal: Terminal, missing: str) -> None:
    terminal.golden(**{key: part for key, part in GOLDEN.items() if key == "near_misses"})
    if missing == "folder":
        (terminal.folder / "content" / "golden" / "all.yaml").unlink()
    if missing == "floors":
        terminal.golden(**{key: part for key, part in GOLDEN.items() if key != "floors"})
    said = terminal.run("faq", "check")
    assert (said.status, said.out) == (1, "")
    assert "no golden questions or no floors in" in said.err


def test_a_floor_beyond_one_is_a_mistake(terminal: Terminal) -> None:
    terminal.golden(**GOLDEN | {"floors": {"top1": 90}})
    assert "floors.top1" in terminal.run("faq", "check").err


def test_the_real_thing_in_a_process_of_its_own(tmp_path: Path) -> None:
    """The content of this repository, asked by the installed command; whether it holds its floors is another test."""
    env = {**os.environ, **environment(tmp_path), "UNIONBOT__CONTENT__FOLDER": str(CONTENT), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "faq", "check", "--json", "--list"]
    ended = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, timeout=120, check=False)
    found = json.loads(ended.stdout)
    assert ended.returncode == (0 if found["holds"] else 1)
    assert found["holds"] == all(each["holds"] for each in found["figures"].values())
    assert found["asked"] + found["apart"]["questions"] + 2 * found["apart"]["pairs"] >= 900
    assert {each["kind"] for each in found["failures"]} <= {"question", "unseen", "far", "near", "pair"}


def test_the_golden_set_holds_its_floors() -> None:
    read = [each for each in every(CONTENT) if each["status"] == "published"]
    index = Index([Entry(each["id"], each["question"], tuple(each["phrasings"])) for each in read])
    questions = golden.of_files(content.read_golden(CONTENT / "golden"))
    timer = ticking()
    found = golden_report.measure(questions, index.ask, {each["id"] for each in read}, lambda: next(timer))
    assert [(each.name, each.share, each.limit) for each in found.broken] == []


def test_faq_check_needs_no_keys_of_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last word is `check`, like the command that examines a real installation; that one wants keys."""
    for name in ("UNIONBOT__SECURITY__SEAL_KEYS", "UNIONBOT__SECURITY__PEPPER"):
        monkeypatch.setenv(name, "")  # so that whatever is set below is gone after the test
        monkeypatch.delenv(name)
    monkeypatch.setenv("UNIONBOT__DATABASE__URL", f"sqlite:///{tmp_path / 'x.db'}")
    monkeypatch.setenv("UNIONBOT__CONTENT__FOLDER", str(tmp_path))
    given = parser().parse_args(["faq", "check"])
    assert given.command == "faq"
    assert _config(given).security.pepper.get_secret_value() != ""
