"""Bringing a list of members in: who may, what is checked beside the rows themselves, and the switch.

All or nothing for a file: staged rows and one switch (`storage/imports.py` says how and what a crash does). The same
person again, known by the hash of the ID number, is updated; somebody who is a member of another union is a mistake of
the row, because that is a transfer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot import member_texts as texts
from bot.calendar import say_date
from bot.clock import local
from bot.errors import Refusal
from bot.services.actors import Actor, NotAllowed, require
from storage import audit, imports, members, orgs, switching
from storage.imports import RosterImport
from storage.members import HASH_OF_ID, HASH_OF_MOBILE, ID_PURPOSE, MOBILE_PURPOSE
from storage.seal import Sealer
from storage.work import Work

KEPT_PROBLEMS = 1000
TRIES = 3
NEEDED = ("name", "id_number", "joined_on")
BROKEN = "处理名册时出了问题，没有导入任何内容。请再上传一次；还是这样，请联系管理员。"
AGAIN = "入会日期却在那以前。重新入会的，请写重新入会的日期；不是的，请从名册里去掉这一行"
MOVED = "名册检查之后，有人的会籍变了，没有导入任何内容。"
Problem = tuple[int, str, str]  # row, column, reason


class NoImport(Refusal):
    """There is no such list, or it is not at that point."""

    words = "没有这份名册，或者它已经处理完了。"


@dataclass(frozen=True, slots=True)
class Line:
    """One checked row of a list, in clear; empty text and None say nothing."""

    row: int
    name: str
    id_number: str
    org_id: int
    joined_on: date
    mobile: str = ""
    employer: str = ""
    work_status: str = ""
    migrant: bool | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """The unions of a branch. `by_word` finds one by code, name or employer (0: several have it); `codes` by id."""

    by_word: Mapping[str, int]
    codes: Mapping[int, str]
    default: int | None = None


def places(work: Work, path: str | None, default: int | None) -> Places:
    """The unions a list may name."""
    words: dict[str, int] = {}
    codes: dict[int, str] = {}
    for org in orgs.beneath(work, path or "/"):
        codes[org.id] = org.code
        for word in {org.code, org.name, org.employer} - {""}:
            words[word] = org.id if words.get(word, org.id) == org.id else 0
    return Places(words, codes, default if default in codes else None)


def start(
    work: Work,
    actor: Actor,
    data: bytes,
    head: int,
    heads: Sequence[str],
    mapping: Sequence[str],
    now: datetime,
    who: str = "",
) -> int:
    """Keep an uploaded file, sealed; its id. `who` writes the audit trail (default: the actor's account)."""
    require(actor, "import")
    who = who or f"staff:{actor.name}"
    made = RosterImport(
        id=work.new_id(),
        actor=who,
        path=actor.path,
        head=head,
        heads=list(heads),
        mapping=list(mapping),
        created_at=now,
        updated_at=now,
    )
    imports.add(work, made, data)
    audit.write(work, who, "roster_upload", f"roster:{made.id}", now)
    return made.id


def of_actor(work: Work, actor: Actor) -> Sequence[RosterImport]:
    """The actor's last lists, the newest first. Raises NotAllowed."""
    require(actor, "import")
    return imports.of_actor(work, f"staff:{actor.name}")


def one(work: Work, actor: Actor, import_id: int) -> RosterImport:
    """A list of the actor's own, to look at. Raises NoImport, NotAllowed."""
    return _own(imports.get(work, import_id), actor, "")


def _held(work: Work, actor: Actor, import_id: int, who: str) -> RosterImport:
    return _own(imports.held(work, import_id), actor, who)


def _own(found: RosterImport | None, actor: Actor, who: str) -> RosterImport:
    require(actor, "import")
    if found is None:
        raise NoImport
    if found.actor != (who or f"staff:{actor.name}"):
        raise NotAllowed("只有上传的人才能处理这份名册。")
    return found


def check(
    work: Work, actor: Actor, import_id: int, mapping: Sequence[str], org_id: int | None, now: datetime, who: str = ""
) -> None:
    """Have the rows checked with this mapping (a field a column). Raises NoImport, NotAllowed."""
    found = _held(work, actor, import_id, who)
    if found.state not in imports.WAITING:
        raise NoImport
    _demand_mapping(mapping, org_id)
    found.mapping, found.org_id, found.path = list(mapping), org_id, actor.path
    found.total = found.checked = found.wrong = found.fresh = found.changed = found.same = 0
    found.problems, found.error = None, ""
    _go_to(work, found, "checking", now)


def _demand_mapping(mapping: Sequence[str], org_id: int | None) -> None:
    named = [each for each in mapping if each]
    if twice := {each for each in named if named.count(each) > 1}:
        raise NoImport(f"“{'、'.join(FIELDS[each] for each in sorted(twice))}”选了不止一列，请只留一列。")
    missing = [FIELDS[each] for each in NEEDED if each not in named]
    if "unit" not in named and org_id is None:
        missing.append("工会（选一列，或者为整份名册选一个工会）")
    if missing:
        raise NoImport(f"还没有选：{'、'.join(missing)}。")


def _go_to(work: Work, found: RosterImport, state: str, now: datetime) -> None:
    found.state, found.tries, found.leased_until, found.updated_at = state, 0, None, now
    work.session.add(found)
    work.session.flush()


def confirm(work: Work, actor: Actor, import_id: int, now: datetime, who: str = "") -> None:
    """Have the checked rows made members. Raises NoImport, NotAllowed."""
    found = _held(work, actor, import_id, who)
    if found.state != "ready":
        raise NoImport
    _go_to(work, found, "writing", now)


def discard(work: Work, actor: Actor, import_id: int, now: datetime, who: str = "") -> None:
    """Let it be; its rows and its file are forgotten soon. Raises NoImport, NotAllowed."""
    found = _held(work, actor, import_id, who)
    if found.state not in imports.WAITING:
        raise NoImport
    _go_to(work, found, "discarded", now)
    audit.write(work, found.actor, "roster_discard", f"roster:{import_id}", now)


def sealed(seal: Sealer, import_id: int, line: Line, prefix: str) -> dict[str, Any]:
    """A checked row as it is staged, but for the member's id."""
    mobile = line.mobile
    return {
        "import_id": import_id,
        "row": line.row,
        "org_id": line.org_id,
        "prefix": prefix,
        "name": line.name,
        "id_number": seal.seal(line.id_number, ID_PURPOSE),
        "id_hash": seal.fingerprint(line.id_number, HASH_OF_ID),
        "mobile": seal.seal(mobile, MOBILE_PURPOSE) if mobile else None,
        "mobile_hash": seal.fingerprint(mobile, HASH_OF_MOBILE) if mobile else "",
        "employer": line.employer,
        "work_status": line.work_status,
        "migrant": line.migrant,
        "joined_on": line.joined_on,
    }


def stage(work: Work, rows: Sequence[dict[str, Any]], import_id: int, checked: int, now: datetime) -> None:
    """Put rows aside and say how far it is."""
    imports.stage(work, [{**row, "member_id": work.new_id()} for row in rows])
    imports.beat(work, import_id, checked, now)


def checked(
    work: Work, import_id: int, total: int, wrong: int, problems: Sequence[Problem], now: datetime, error: str = ""
) -> RosterImport:
    """The end of the check: what is wrong with the rows or beside them, or what the switch would do."""
    found = _at(work, import_id, "checking")
    found.total = found.checked = total
    mistakes = list(problems)
    if not wrong and not error:
        mistakes = _clashes(work, found)
        wrong = len(mistakes)
    if not wrong and not error:
        counts = switching.expected(work, import_id)
        found.fresh, found.changed, found.same = counts["fresh"], counts["changed"], counts["same"]
    found.wrong, found.error = wrong, error[:200]
    found.problems = [list(each) for each in mistakes[:KEPT_PROBLEMS]]
    _go_to(work, found, "wrong" if wrong or error else "ready", now)
    return found


def _clashes(work: Work, found: RosterImport) -> list[Problem]:
    """Rows of members of other unions, and rows from before somebody left: neither may be switched by a list."""
    rows, gone = switching.elsewhere(work, found.id), switching.ended(work, found.id)
    names = orgs.by_ids(work, {each[1] for each in rows} | {each[1] for each in gone})
    named = {
        org.id: f"“{org.name}”" if found.path is None or org.path.startswith(found.path) else "其他工会"
        for org in names.values()
    }
    mistakes = [(row, FIELDS["id_number"], f"已经是{named[org]}的会员，换工会请办转会") for row, org in rows]
    mistakes += [
        (row, FIELDS["joined_on"], f"{say_date(day)}在{named[org]}{texts.STATES[state]}，{AGAIN}")
        for row, org, state, day in gone
    ]
    return sorted(mistakes)


def _at(work: Work, import_id: int, state: str) -> RosterImport:
    found = imports.held(work, import_id)
    if found is None or found.state != state:
        raise NoImport
    return found


def write(work: Work, import_id: int, now: datetime) -> RosterImport:
    """The switch, all of it in this unit of work. What does not fit any more sends the list back instead."""
    members.alone(work)
    found = _at(work, import_id, "writing")
    mistakes = _clashes(work, found)
    if mistakes:
        found.wrong, found.error = len(mistakes), MOVED
        found.problems = [list(each) for each in mistakes]
        _go_to(work, found, "wrong", now)
        return found
    counts = switching.switch(work, import_id, found.actor, local(now).date(), now)
    found.fresh, found.changed, found.same = counts["fresh"], counts["changed"], counts["same"]
    _go_to(work, found, "done", now)
    note = f"{found.total}行：新增{found.fresh}人，更新{found.changed}人，没有变化{found.same}人"
    audit.write(work, found.actor, "roster_import", f"roster:{import_id}", now, note)
    return found


def give_up(work: Work, import_id: int, now: datetime) -> RosterImport:
    """It failed too often: nothing of it was taken. Raises NoImport."""
    found = imports.held(work, import_id)
    if found is None or found.state not in imports.AT_WORK:
        raise NoImport
    found.error = BROKEN
    _go_to(work, found, "broken", now)
    return found


def abandon(work: Work, import_id: int, now: datetime) -> RosterImport:
    """Whoever brought it in is gone or only wanted to look; what is over stays as it is. Raises NoImport."""
    found = imports.held(work, import_id)
    if found is None:
        raise NoImport
    if found.state not in imports.OVER:
        _go_to(work, found, "discarded", now)
    return found


FIELDS: Mapping[str, str] = {
    "name": "姓名",
    "id_number": "身份证号",
    "mobile": "手机号",
    "unit": "工会",
    "employer": "工作单位",
    "work_status": "就业状况",
    "migrant": "是否农民工",
    "joined_on": "入会日期",
}
