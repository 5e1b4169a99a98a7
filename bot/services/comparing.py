"""What changed between two versions of an entry, field by field, so that a person sees it at a glance. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from bot.services.catalogue import AUDIENCES, SCOPES
from bot.services.entries import NAMES

_WORDS = re.compile(r"[A-Za-z0-9.%-]+|\s+|.", re.S)
_ISLAND = 2  # shorter runs of equal words between changes only make a comparison harder to read
SAME, OUT, IN = "same", "out", "in"
STATES = {"published": "发布", "draft": "不发布（草稿）", "retired": "停用"}
FIELDS = (
    *("question", "phrasings", "answer", "values", "citations", "as_of", "review_by", "fields"),
    *("category", "scope", "audience", "related", "hand_over", "status", "active"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `kind` is same, out (only in the old version) or in (only in the new one)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changed: running text as one list of pieces, a list with one line a piece."""

    label: str
    pieces: list[Piece]
    lines: bool = False


def changes(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[Change]:
    """What is different in `new`; everything that says something when there is no `old`."""
    before = old or {}
    found = (_change(name, before.get(name), new.get(name)) for name in FIELDS)
    return [each for each in found if each is not None]


def _change(name: str, old: Any, new: Any) -> Change | None:
    label = NAMES.get(name, "启用")
    if isinstance(old, list | dict) or isinstance(new, list | dict):
        then, now = _lines(name, old), _lines(name, new)
        return Change(label, list_pieces(then, now), lines=True) if then != now else None
    then_words, now_words = _say(name, old), _say(name, new)
    return Change(label, text_pieces(then_words, now_words)) if then_words != now_words else None


def _say(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    known = {"scope": SCOPES, "status": STATES}.get(name, {})
    return known.get(value, str(value if value is not None else ""))


def _lines(name: str, value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}：{said}" for key, said in sorted(value.items()) if said]
    return [_line(name, each) for each in value or ()]


def _line(name: str, value: Any) -> str:
    if name == "citations":
        return f"《{value['law'].strip('《》')}》{value['article']}（{value['version']}）"
    if name == "fields":
        return f"{value['label']}：{value.get('value') or '未填写'}"
    return AUDIENCES.get(value, str(value)) if name == "audience" else str(value)


def list_pieces(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    """Lines that went, stayed and came, in an order that reads well."""
    pieces: list[Piece] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces += [Piece(SAME, each) for each in old[i1:i2]]
            continue
        pieces += [Piece(OUT, each) for each in old[i1:i2]]
        pieces += [Piece(IN, each) for each in new[j1:j2]]
    return pieces


def text_pieces(old: str, new: str) -> list[Piece]:
    """Running text compared by characters, numbers and latin words as wholes."""
    one, other = _WORDS.findall(old), _WORDS.findall(new)
    pieces: list[Piece] = []
    for kind, i1, i2, j1, j2 in _calm(SequenceMatcher(None, one, other, autojunk=False).get_opcodes()):
        if kind == "equal":
            pieces.append(Piece(SAME, "".join(one[i1:i2])))
            continue
        pieces += [Piece(OUT, "".join(one[i1:i2]))] if i2 > i1 else []
        pieces += [Piece(IN, "".join(other[j1:j2]))] if j2 > j1 else []
    return pieces


Opcode = tuple[str, int, int, int, int]


def _calm(opcodes: Sequence[Opcode]) -> list[Opcode]:
    """Join changes that only a tiny island of equal words keeps apart."""
    calm: list[Opcode] = []
    for place, (kind, i1, i2, j1, j2) in enumerate(opcodes):
        island = kind == "equal" and i2 - i1 < _ISLAND and 0 < place < len(opcodes) - 1
        changed = kind != "equal" or island
        if changed and calm and calm[-1][0] != "equal":
            _, a1, _, b1, _ = calm[-1]
            calm[-1] = ("replace", a1, i2, b1, j2)
        else:
            calm.append(("replace" if changed else "equal", i1, i2, j1, j2))
    return calm
