"""The note of a step "number": what a number was and is, and, where staff put it right, why. Written and read here."""

import re
from collections.abc import Mapping

_BY_STAFF = re.compile(r"(?P<key>\w+): (?P<words>[^；]*)(?:；(?P<reason>.*))?", re.DOTALL)
_GONE = "已不再报的数"  # the duty does not ask for it any more
NOTE_CHARS = 200


def by_staff(key: str, before: str, after: str, reason: str) -> str:
    """A number that staff put right. It is named by its key, for its label may change."""
    return f"{key}: {before} -> {after}；{reason}"[:NOTE_CHARS]


def words(note: str, labels: Mapping[str, str]) -> str:
    """For those who may read why: 入会：12 → 13；多写了一个零. What the bot wrote for a cadre is said as it is."""
    found = _BY_STAFF.fullmatch(note)
    if found is None:
        return note
    why = f"；{found['reason']}" if found["reason"] else ""
    return f"{labels.get(found['key'], _GONE)}：{found['words'].replace(' -> ', ' → ')}{why}"


def without_reason(note: str, labels: Mapping[str, str]) -> str:
    """For a file that goes round: 入会：12 → 13. A reason is somebody's own words and may name people."""
    found = _BY_STAFF.fullmatch(note)
    return note if found is None else words(f"{found['key']}: {found['words']}", labels)
