"""Rules a linter does not know: time has one source, nothing is postponed, nothing of a machine is left behind."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.repository import ROOMS, ROOT, Module, modules, tracked

CODE = modules(*ROOMS)
TESTED = modules("tests", "benchmarks")
EXCUSES = re.compile(r"#\s*(?:noqa|type:\s*ignore|TO" + r"DO|FIX" + r"ME|XXX|pragma: no cover)", re.I)
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
REGISTRY = re.compile(
    r"https?://[^\s\"')]*(?:py" r"pi\.org|python" r"hosted|/simple/|npm" r"js|index-url|jfrog|nexus)", re.I
)
OPTIONS = re.compile(r"--(?:extra-)?index-url[= ]\S*:|--trusted" + "-host")
HOMES = re.compile(r"/(?:home|Users)/[A-Za-z0-9_.-]+/|/ro" + r"ot/|/wo" + r"rk/(?:main|shared)|C:\\\\Users")


def found(pattern: re.Pattern[str], path: Path) -> list[str]:
    """Lines of a text file that match, as `file:number`."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        return []
    name = path.relative_to(ROOT)
    return [f"{name}:{number}: {line.strip()[:100]}" for number, line in enumerate(lines, 1) if pattern.search(line)]


@pytest.mark.parametrize("where", [CODE, TESTED], ids=["code", "tests"])
def test_imports_stand_at_the_top(where: list[Module]) -> None:
    assert [f"{each.name}:{line}" for each in where for line in imports_inside(each)] == []


def imports_inside(module: Module) -> list[int]:
    """Lines of imports within functions. Hardly a file has an import that is not the module's own: few are searched."""
    own = {id(node) for node in module.tree.body}
    further_in = {id(node) for node in module.nodes if isinstance(node, ast.Import | ast.ImportFrom)} - own
    if not further_in:
        return []
    return [node.lineno for each in module.functions for node in ast.walk(each) if id(node) in further_in]


def test_nothing_is_excused_or_postponed() -> None:
    assert [line for each in [*CODE, *TESTED] for line in found(EXCUSES, each.path)] == []


def test_only_the_clock_asks_for_the_time() -> None:
    asked = [
        f"{each.name}:{node.lineno}"
        for each in modules("bot", "handlers", "storage")
        if each.name != "bot/clock.py"
        for node in each.nodes
        if isinstance(node, ast.Attribute) and (name_of(node.value), node.attr) in CLOCKS
    ]
    assert asked == []


def name_of(node: ast.expr) -> str:
    """The last name of `a`, `a.b`."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_no_state_lives_in_modules() -> None:
    """A module-level name is a constant: no `global`, no empty container waiting to be filled."""
    kept = [f"{each.name}:{node.lineno}" for each in CODE for node in each.nodes if isinstance(node, ast.Global)]
    for each in CODE:
        for node in each.tree.body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            empty = isinstance(value, ast.Dict | ast.List) and not getattr(value, "keys", getattr(value, "elts", None))
            if empty or (
                isinstance(value, ast.Call)
                and name_of(value.func) in {"dict", "list", "set", "defaultdict"}
                and not value.args
            ):
                kept.append(f"{each.name}:{node.lineno}")
    assert kept == []


def test_no_file_names_a_registry_or_somebodys_home() -> None:
    named = [line for path in tracked() for pattern in (REGISTRY, OPTIONS, HOMES) for line in found(pattern, path)]
    assert named == []


def test_no_test_is_skipped_for_good() -> None:
    marks = re.compile(r"@pytest\.mark\.(?:skip|xfail)\b")
    assert [line for each in TESTED for line in found(marks, each.path)] == []
