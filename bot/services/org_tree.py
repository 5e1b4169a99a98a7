"""Bringing an organisation tree in from a file: parents in any order, every mistake found before a row is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import audit, orgs
from storage.orgs import Organisation
from storage.work import Work

NAMES = {"code": "编码", "name": "名称", "level": "级别", "employer": "单位", "parent": "上级编码"}
LEVELS = ("市", "区县", "街道", "基层")


@dataclass(frozen=True, slots=True)
class Unit:
    """One organisation of a file; `row` is its row, `parent` a code or empty for the top."""

    row: int
    code: str
    name: str
    level: str
    employer: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a row, in Chinese."""

    row: int
    key: str
    reason: str


def mistakes(work: Work, units: Sequence[Unit]) -> list[Mistake]:
    """What only shows beside the other rows and what is there already."""
    kept = {org.code: org for org in orgs.beneath(work, "/")}
    return [*_twice(units), *_unknown(units, kept), *_circles(units), *_moved(units, kept)]


def _twice(units: Sequence[Unit]) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for unit in units:
        if first.setdefault(unit.code, unit.row) != unit.row:
            yield Mistake(unit.row, "code", f"和第{first[unit.code]}行是同一个编码")


def _unknown(units: Sequence[Unit], kept: Mapping[str, Organisation]) -> Iterator[Mistake]:
    known = {*kept, *(unit.code for unit in units)}
    for unit in units:
        if unit.parent and unit.parent not in known:
            yield Mistake(unit.row, "parent", f"没有编码为“{unit.parent}”的组织，文件里和系统里都没有")


def _circles(units: Sequence[Unit]) -> Iterator[Mistake]:
    """Each circle once, at the row where it is met first."""
    above = {unit.code: unit.parent for unit in units}
    rows = {unit.code: unit.row for unit in units}
    settled: set[str] = set()
    for start in above:
        way: list[str] = []
        code = start
        while code in above and code not in settled and code not in way:
            way.append(code)
            code = above[code]
        if code in way:
            circle = way[way.index(code) :]
            yield Mistake(rows[code], "parent", f"上下级绕成了圈：{' → '.join([*circle[:6], code])}")
        settled.update(way)


def _moved(units: Sequence[Unit], kept: Mapping[str, Organisation]) -> Iterator[Mistake]:
    codes = {org.id: org.code for org in kept.values()}
    for unit in units:
        org = kept.get(unit.code)
        now = codes.get(org.parent_id, "") if org and org.parent_id else ""
        if org is not None and now != unit.parent:
            yield Mistake(unit.row, "parent", f"现在的上级是“{now or '无'}”，导入不能把组织移到别的上级下面")


def ordered(units: Sequence[Unit]) -> list[Unit]:
    """Parents before children. Circles must have been refused before."""
    by_code = {unit.code: unit for unit in units}
    done: dict[str, Unit] = {}
    for unit in units:
        way = [unit]
        while (above := by_code.get(way[-1].parent)) is not None and above.code not in done:
            way.append(above)
        done.update({each.code: each for each in reversed(way)})
    return list(done.values())


def write(work: Work, units: Sequence[Unit], who: str, now: datetime) -> dict[str, int]:
    """Make it so, in the caller's transaction; counts of `new`, `changed` and `same`. Call `mistakes` before."""
    kept = {org.code: org for org in orgs.beneath(work, "/")}
    places = {org.code: (org.id, org.path) for org in kept.values()}
    counts = {"new": 0, "changed": 0, "same": 0}
    for unit in ordered(units):
        org = kept.get(unit.code)
        if org is None:
            places[unit.code] = _add(work, unit, places.get(unit.parent))
            counts["new"] += 1
        else:
            counts["changed" if _change(work, org, unit) else "same"] += 1
    audit.write(work, who, "orgs_import", "organisation:*", now, f"{counts['new']} new, {counts['changed']} changed")
    return counts


def _add(work: Work, unit: Unit, above: tuple[int, str] | None) -> tuple[int, str]:
    org_id = work.new_id()
    path = f"{above[1] if above else '/'}{org_id}/"
    values = {"id": org_id, "parent_id": above[0] if above else None, "path": path}
    said = {"code": unit.code, "name": unit.name, "level": unit.level, "employer": unit.employer}
    work.append(Organisation, {**values, **said})
    return org_id, path


def _change(work: Work, org: Organisation, unit: Unit) -> bool:
    said = (unit.name, unit.level, unit.employer)
    if (org.name, org.level, org.employer) == said:
        return False
    org.name, org.level, org.employer = said
    work.session.add(org)
    return True
