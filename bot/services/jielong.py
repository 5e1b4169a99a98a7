"""A 接龙 list as people paste it from a group: title, names, how many each brings, and what looks odd.

Nothing here knows events or people, and nothing raises: what is not understood is a problem in plain words that names
lines (第…行) or numbers of the list (第…号), never people. Numbers of people (mobiles, ID numbers) are not kept.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from bot.services import jielong_lines as lines

MOST_ENTRIES = 500
MOST_BYTES = 20 * 1024
TITLE = 40  # characters
UNNUMBERED = "没有序号，按名字算，请核对"
UNREAD = "没有序号，没有看懂，没有算"
TWICE = "序号用了不止一次，都算"
SAME_NAME = "和前面的同名，没有算；如果是两个人，请在名字里写清楚"

# as WeChat writes it (in English, too), and a group's name or a speaker before it
_HEADER = re.compile(r"^(?:[^\n]{0,40}[:：]\s*)?#\s*(?:群?接龙|group\s*note(?=\W|$))[\s:：]*", re.IGNORECASE)
_SAYS = re.compile(r"接龙|#\s*group\s*note", re.IGNORECASE)
_INLINE = re.compile(r"(?<![\d+.])(\d{1,3})\s*[.．、)）](?!\d)")  # a number of the list in the middle of a line
_SHORT = 4  # characters of a name, mostly
_RULE = re.compile(r"[:：。；;]|^.{16}")  # what stands in numbered rules of the introduction, and in few names
_SHOWN = 20  # numbers named in one problem


@dataclass(frozen=True, slots=True)
class Entry:
    """One name. `place` is its number in the list, 0 without one; `count` how many come in all, 1 to 20.

    Of somebody who does not come it is 0.
    """

    place: int
    name: str
    count: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A list as it was understood; every name once. `problems` are sentences for whoever pasted it.

    `away`: names behind which it says that they do not come.
    """

    title: str
    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()
    away: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    row: int
    place: int | None
    words: str


class _Problems:
    """What is odd, gathered by kind."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str], list[int]] = {}
        self.whole: list[str] = []

    def add(self, kind: str, number: int, unit: str = "号") -> None:
        """One more of this kind."""
        self._kinds.setdefault((unit, kind), []).append(number)

    def at(self, kind: str, line: _Line) -> None:
        """One more of this kind, named by the line's number in the list, or by the line."""
        if line.place is None:
            self.add(kind, line.row, "行")
        else:
            self.add(kind, line.place)

    def told(self) -> tuple[str, ...]:
        """All of them in words."""
        return (*self.whole, *(f"第 {_some(found)} {unit}：{kind}。" for (unit, kind), found in self._kinds.items()))


def is_list(text: str) -> bool:
    """Whether a message is a 接龙.

    The mark of WeChat in its first line and one name are enough, or that line begins with 接龙; where it only says 接龙
    somewhere, there are two names or more that look like names.
    """
    head = lines.clean(text.lstrip()[:400].partition("\n")[0])
    if not _SAYS.search(head):
        return False
    found = parse(text)
    names = found.entries + found.away
    if _HEADER.match(head) or (head.startswith("接龙") and "\n" in text.strip()):
        return bool(names)
    return sum(map(_looks_so, names)) > max(1, len(names) // 2)


def is_bare_list(text: str) -> bool:
    """Whether a message is only numbered names, two or more, perhaps with a title: a list that does not say so."""
    written = _rows(text[:MOST_BYTES])
    rows = _classified([(0, lines.clean(line)) for line in written]) if len(written) > 1 else []
    numbered = [each for each in rows if each.place is not None]
    titled = len(rows) == len(numbered) + 1 and rows[0].place is None
    return len(numbered) > 1 and (titled or rows == numbered) and all(lines.is_name(each.words) for each in numbered)


def _looks_so(entry: Entry) -> bool:
    return len(entry.name) <= _SHORT or entry.name.isascii() or "·" in entry.name


def parse(text: str) -> Parsed:
    """Read a pasted list of at most `MOST_BYTES` and `MOST_ENTRIES`; what is beyond is left out and told."""
    problems = _Problems()
    rows = _classified(_newest(_short(text, problems), problems))
    start = _start(rows, problems)
    plain = [each for each in rows[:start] if each.place is None]
    if start == len(rows) and plain:
        titled = not (len(plain) > 1 and lines.is_name(plain[0].words))
        start, plain = (rows.index(plain[0]) + 1, plain[:1]) if titled else (0, [])
    entries, away = _entries(rows[start:], problems)
    return Parsed(plain[0].words[:TITLE].strip() if plain else "", entries, problems.told(), away)


def render(parsed: Parsed) -> str:
    """The list as text to paste into a group, numbered from 1."""
    return "\n".join(["#接龙", parsed.title, "", *(_line(*each) for each in enumerate(parsed.entries, 1))])


def _line(place: int, entry: Entry) -> str:
    note = f"（{entry.note}）" if entry.note else ""
    short = f"{entry.name}{note}"
    told = lines.read(short) == lines.Said((entry.name,), entry.count, entry.note)
    return f"{place}. {short if told else f'{entry.name} +{entry.count - 1}{note}'}"


def _short(text: str, problems: _Problems) -> str:
    raw = text.encode("utf-8", "ignore")
    if len(raw) <= MOST_BYTES:
        return raw.decode()
    problems.whole.append("文字太长，只看了前面 20 KB，后面的请分开贴。")
    return raw[:MOST_BYTES].rpartition(b"\n")[0].decode("utf-8", "ignore")


def _newest(text: str, problems: _Problems) -> list[tuple[int, str]]:
    """Rows and lines of the last list: in a group everybody sends the whole list again."""
    rows = [(row, lines.clean(line)) for row, line in enumerate(_rows(text), 1)]
    heads = [place for place, (_, line) in enumerate(rows) if _HEADER.match(line)]
    if not heads:
        return rows
    if len(heads) > 1:
        problems.whole.append(f"文字里有 {len(heads)} 个接龙，只看了最后一个。")
    row, head = rows[heads[-1]]
    while found := _HEADER.match(head):
        head = lines.clean(head[found.end() :])
    return [(row, head), *rows[heads[-1] + 1 :]]


def _rows(text: str) -> list[str]:
    """Its lines; what was written in one line is cut where the numbers 1, 2, 3 … stand."""
    rows = text.strip().splitlines()
    if len(rows) != 1:
        return text.splitlines()
    expected, cuts = 1, []
    for found in _INLINE.finditer(rows[0]):
        if int(found[1]) == expected:
            cuts.append(found.start())
            expected += 1
    if len(cuts) < 2:
        return rows
    return [rows[0][since:until] for since, until in zip([0, *cuts], [*cuts, None], strict=True)]


def _classified(rows: Sequence[tuple[int, str]]) -> list[_Line]:
    """Lines with their numbers; empty lines and examples go."""
    found, expected = [], 1
    for row, line in rows:
        if not line or lines.is_example(line):
            continue
        number = lines.numbered(line, expected)
        if number is None:
            found.append(_Line(row, None, " ".join(line.split())))
        else:
            expected = number[0] + 1
            found.append(_Line(row, *number))
    return found


def _start(rows: Sequence[_Line], problems: _Problems) -> int:
    """Where the names begin: at the first number, or where numbers begin anew after numbered rules."""
    numbers = [place for place, each in enumerate(rows) if each.place is not None]
    rules = list(takewhile(lambda place: _RULE.search(rows[place].words), numbers))
    for known in range(min(len(rules), len(numbers) - 1), 0, -1):
        if rows[numbers[known]].place == 1:
            problems.whole.append(f"前面带序号的 {known} 行当作说明，没有算。")
            return numbers[known]
    return numbers[0] if numbers else len(rows)


def _entries(rows: Sequence[_Line], problems: _Problems) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Who comes, and who does not."""
    entries: dict[str, Entry] = {}
    away: dict[str, Entry] = {}
    for line in rows:
        for entry in _taken(line, problems):
            if not entry.count:
                away.setdefault(entry.name.casefold(), entry)
            elif entry.name.casefold() in entries:
                problems.at(SAME_NAME, line)
            elif len(entries) < MOST_ENTRIES:
                entries[entry.name.casefold()] = entry
            else:
                problems.at(f"一次最多 {MOST_ENTRIES} 人，没有算", line)
    _check_numbers([each for each in rows if each.place is not None], problems)
    return tuple(entries.values()), tuple(each for name, each in away.items() if name not in entries)


def _taken(line: _Line, problems: _Problems) -> Iterator[Entry]:
    """The names of one line. A number with nothing behind it is a place nobody has taken."""
    if line.place is None and not lines.is_name(line.words):
        problems.at(UNREAD, line)
    elif line.words:
        said = lines.read(line.words)
        for flaw in (*said.flaws, *((UNNUMBERED,) if line.place is None else ())):
            problems.at(flaw, line)
        for more, name in enumerate(said.names, 1):
            last = more == len(said.names)
            yield Entry(line.place or 0, name, said.count if last else 1, said.note if last else "")
        if said.away:
            yield Entry(line.place or 0, said.away, 0)


def _check_numbers(rows: Sequence[_Line], problems: _Problems) -> None:
    """Numbers that are there twice, or not at all though later ones are."""
    often = Counter(each.place for each in rows if each.words)
    for place in sorted(place for place, times in often.items() if place is not None and times > 1):
        problems.add(TWICE, place)
    known = {each.place or 0 for each in rows}
    missing = sorted(set(range(1, min(max(known, default=0), MOST_ENTRIES))) - known)
    if missing and len(missing) < len(known):
        problems.whole.append(f"缺少序号 {_some(missing)}，请核对有没有漏贴。")


def _some(numbers: Sequence[int]) -> str:
    shown = "、".join(map(str, numbers[:_SHOWN]))
    return f"{shown} 等 {len(numbers)} 处" if len(numbers) > _SHOWN else shown
