"""The switch of an import: staged rows become members, all of them in the caller's transaction.

Only set-based statements, the same on SQLite and PostgreSQL. Who calls holds `alone` over the members' numbers.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.base import table
from storage.imports import RosterRow
from storage.members import HERE, Member, MemberEvent
from storage.orgs import Organisation
from storage.work import Work

_ROWS, _MEMBERS, _EVENTS, _ORGS = table(RosterRow), table(Member), table(MemberEvent), table(Organisation)
KNOWN = "member.state IN ('active','kept') AND member.id_hash <> ''"
TEXTS = ("name", "employer", "work_status")
KEPT_IF_EMPTY = ("mobile", "migrant")


def _known() -> sa.ColumnElement[bool]:
    """Written out as the unique index of ID numbers has it: with bound states no database would use the index."""
    return sa.and_(_MEMBERS.c.id_hash == _ROWS.c.id_hash, sa.text(KNOWN))


def _differs() -> sa.ColumnElement[bool]:
    """Whether a row says something of a known member that is not so yet."""
    texts = [sa.and_(_ROWS.c[name] != "", _ROWS.c[name] != _MEMBERS.c[name]) for name in (*TEXTS, "mobile_hash")]
    migrant = sa.and_(_ROWS.c.migrant.is_not(None), _ROWS.c.migrant.is_distinct_from(_MEMBERS.c.migrant))
    return sa.or_(*texts, migrant, _ROWS.c.joined_on != _MEMBERS.c.joined_on)


def elsewhere(work: Work, import_id: int, limit: int = 200) -> list[tuple[int, int]]:
    """Rows whose person is a member of another union of this database: (row, id of that union)."""
    query = sa.select(_ROWS.c.row, _MEMBERS.c.org_id).where(
        _ROWS.c.import_id == import_id, _known(), _MEMBERS.c.org_id != _ROWS.c.org_id
    )
    return [(int(row), int(org)) for row, org in work.execute(query.order_by(_ROWS.c.row).limit(limit))]


def ended(work: Work, import_id: int, limit: int = 200) -> list[tuple[int, int, str, date]]:
    """Rows of people whose membership ended after the day of joining in the row: (row, union, state, day of the end).

    Such a row is from before the end, and would make them members again by mistake.
    """
    query = sa.select(_ROWS.c.row, _MEMBERS.c.org_id, _MEMBERS.c.state, _MEMBERS.c.since_on).where(
        _ROWS.c.import_id == import_id,
        _MEMBERS.c.id_hash == _ROWS.c.id_hash,
        _MEMBERS.c.id_hash != "",
        _MEMBERS.c.state.not_in(HERE),
        _MEMBERS.c.since_on > _ROWS.c.joined_on,
        ~_present(),
    )
    found = work.execute(query.order_by(_ROWS.c.row).limit(limit))
    return [(int(row), int(org), str(state), day) for row, org, state, day in found]


def _present() -> sa.ColumnElement[bool]:
    """Whether the person of a row is a member now."""
    now = _MEMBERS.alias("now")
    here = sa.text("now.state IN ('active','kept') AND now.id_hash <> ''")
    return sa.exists().where(now.c.id_hash == _ROWS.c.id_hash, here)


def expected(work: Work, import_id: int) -> dict[str, int]:
    """How many rows are `fresh`, `changed` and `same`."""
    kind = sa.case((_MEMBERS.c.id.is_(None), "fresh"), (_differs(), "changed"), else_="same")
    query = sa.select(kind, sa.func.count()).select_from(_ROWS.outerjoin(_MEMBERS, _known()))
    found = work.execute(query.where(_ROWS.c.import_id == import_id).group_by(kind))
    return {"fresh": 0, "changed": 0, "same": 0, **{str(name): int(count) for name, count in found}}


def switch(work: Work, import_id: int, actor: str, today: date, now: datetime) -> dict[str, int]:
    """Make it so; counts like `expected`. Everything is undone when the caller's job fails."""
    counts = expected(work, import_id)
    about = {"at": now, "actor": actor[:48]}
    if counts["changed"]:
        _note(work, import_id, counts["changed"], _differs(), {**about, "kind": "correct", "on_day": today})
        _change(work, import_id, now)
    if counts["fresh"]:
        _insert(work, import_id, now)
        mine = _MEMBERS.c.id == _ROWS.c.member_id
        _note(work, import_id, counts["fresh"], mine, {**about, "kind": "import", "on_day": _ROWS.c.joined_on})
    return counts


def _note(work: Work, import_id: int, count: int, which: sa.ColumnElement[bool], about: dict[str, Any]) -> None:
    """An event for each member of the rows meant."""
    place = sa.func.row_number().over(order_by=_ROWS.c.row)
    values: dict[str, Any] = {
        "id": place + work.reserve_ids(count + 1),
        "member_id": _MEMBERS.c.id,
        "to_org": _MEMBERS.c.org_id,
        "reason": "名册导入",
        **about,
    }
    picked = sa.select(*(_typed(name, value) for name, value in values.items())).where(
        _ROWS.c.import_id == import_id, _known(), which
    )
    work.execute(sa.insert(_EVENTS).from_select(list(values), picked))


def _typed(name: str, value: Any) -> sa.ColumnElement[Any]:
    return value if isinstance(value, sa.ColumnElement) else sa.literal(value, _EVENTS.c[name].type)


def _change(work: Work, import_id: int, now: datetime) -> None:
    """What the file says of known members; what it does not say stays."""
    values: dict[str, Any] = {
        name: sa.case((_ROWS.c[name] != "", _ROWS.c[name]), else_=_MEMBERS.c[name]) for name in (*TEXTS, "mobile_hash")
    }
    values |= {name: sa.func.coalesce(_ROWS.c[name], _MEMBERS.c[name]) for name in KEPT_IF_EMPTY}
    values |= {"joined_on": _ROWS.c.joined_on, "updated_at": now}
    work.execute(sa.update(_MEMBERS).where(_ROWS.c.import_id == import_id, _known(), _differs()).values(values))


def _insert(work: Work, import_id: int, now: datetime) -> None:
    """Members who were not there, with the next numbers of their union."""
    last = _last_numbers()
    place = sa.func.row_number().over(partition_by=_ROWS.c.prefix, order_by=_ROWS.c.row)
    counted = sa.cast(1_000_000 + sa.func.coalesce(last.c.last, 0) + place, sa.String)
    taken = ("org_id", "name", "id_number", "id_hash", "mobile", "mobile_hash", "migrant", "joined_on", "work_status")
    values: dict[str, Any] = {
        "id": _ROWS.c.member_id,
        "number": _ROWS.c.prefix + sa.func.substr(counted, 2),
        **{name: _ROWS.c[name] for name in taken},
        "employer": sa.case((_ROWS.c.employer != "", _ROWS.c.employer), else_=_ORGS.c.employer),
        "since_on": _ROWS.c.joined_on,
        "state": sa.literal("active"),
        "reason": sa.literal(""),
        "source": sa.literal("import"),
        "created_at": sa.literal(now, _MEMBERS.c.created_at.type),
        "updated_at": sa.literal(now, _MEMBERS.c.updated_at.type),
    }
    joined = (
        _ROWS.outerjoin(_MEMBERS, _known())
        .join(_ORGS, _ORGS.c.id == _ROWS.c.org_id)
        .outerjoin(last, last.c.prefix == _ROWS.c.prefix)
    )
    picked = sa.select(*values.values()).select_from(joined)
    fresh = picked.where(_ROWS.c.import_id == import_id, _MEMBERS.c.id.is_(None))
    work.execute(sa.insert(_MEMBERS).from_select(list(values), fresh))


def _last_numbers() -> sa.Subquery:
    """The last number given under each prefix (union and year)."""
    others = _MEMBERS.alias("numbered")
    digits = sa.func.length(others.c.number) - 6
    prefix = sa.func.substr(others.c.number, 1, digits)
    last = sa.func.max(sa.cast(sa.func.substr(others.c.number, digits + 1), sa.Integer))
    ours = others.c.number.like("%-____-______")
    return sa.select(prefix.label("prefix"), last.label("last")).where(ours).group_by(prefix).subquery("last")
