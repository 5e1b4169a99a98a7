"""Mistakes in files, each with its place, in Chinese for whoever wrote the file."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import Refusal

MAX_QUOTED = 30


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file: sheet (none in YAML) and row, which in YAML is the line; 0 for the file or sheet as such."""

    file: str
    sheet: str = ""
    row: int = 0

    def __str__(self) -> str:
        return ":".join(part for part in (self.file, self.sheet, f"第{self.row}行" if self.row else "") if part)


@dataclass(frozen=True, slots=True)
class RowError:
    """One mistake. As text: `文件:工作表:第N行 列名: 原因`."""

    where: Where
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where} {self.column}: {self.reason}" if self.column else f"{self.where}: {self.reason}"


class BadFile(Refusal):
    """Files that cannot be taken, or written. `errors` in the order of files and rows."""

    def __init__(self, errors: Iterable[RowError]) -> None:
        self.errors = list(errors)
        super().__init__(f"文件里有{len(self.errors)}处错误。")


def quoted(text: object) -> str:
    """What somebody wrote, as it may be repeated to them: short, one line, nothing that steers a terminal."""
    plain = "".join(c if c.isprintable() else " " for c in str(text)[: MAX_QUOTED + 1])
    return f"“{plain[:MAX_QUOTED]}…”" if len(plain) > MAX_QUOTED else f"“{plain}”"
