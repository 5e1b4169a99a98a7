"""What the guards look at: tracked files, Python modules and their functions."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "handlers", "storage", "sandbox")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything in the tree: looking through a list is much cheaper than walking again."""
        return list(ast.walk(self.tree))

    @cached_property
    def functions(self) -> list[Function]:
        return [node for node in self.nodes if isinstance(node, Function)]


def body_lines(function: Function) -> int:
    """Lines of a function's body without its docstring; 0 when there is nothing else."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def modules(*rooms: str) -> list[Module]:
    """Python files of these rooms, migrations excepted: they are written by a tool and never changed."""
    return [each for room in rooms for each in _room(room)]


@cache
def _room(room: str) -> tuple[Module, ...]:
    """Shared by all guards, so that each file is parsed once."""
    found = sorted((ROOT / room).rglob("*.py"))
    return tuple(Module(path) for path in found if "versions" not in path.parts)


def tracked() -> list[Path]:
    """Every file git knows or would add; all files where there is no git (an unpacked archive)."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    except (OSError, subprocess.SubprocessError):
        hidden = {part for part in ROOT.iterdir() if part.name.startswith(".") or part.name == "data"}
        return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & {path, *path.parents}]
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
