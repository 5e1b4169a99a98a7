"""One unit of work: what storage functions write through, and what is undone when it fails.

A `Work` belongs to one job (one turn, one firing, one console action). Several jobs share a database transaction (a
`Group`), each isolated from the others' failures:

- `session` and `execute` open a savepoint the first time they are used; it is released when the job ends well and
  rolled back when it raises.
- `append` and `defer` only remember rows and updates; the group writes all of them with one statement per table just
  before it commits. A turn that only reads and appends (the ordinary question) therefore costs no statement of its own.
  A failed job's remembered rows are forgotten.
- Reads through `session` or `execute` see everything remembered so far: it is written out first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from storage.base import table
from storage.ids import Ids
from storage.seal import Sealer

Values = Mapping[str, Any]


class Group:
    """Jobs that commit together on one connection. Used by one thread only."""

    def __init__(self, conn: sa.Connection, ids: Ids, seal: Sealer) -> None:
        self.conn = conn
        self.ids = ids
        self.seal = seal
        self._inserts: dict[tuple[sa.Table, tuple[str, ...]], list[Values]] = {}
        self._updates: dict[int, tuple[sa.Update, list[Values]]] = {}

    def keep(self, inserts: list[tuple[sa.Table, Values]], updates: list[tuple[sa.Update, Values]]) -> None:
        """Remember a finished job's rows until the flush."""
        for into, values in inserts:
            self._inserts.setdefault((into, tuple(values)), []).append(values)
        for statement, values in updates:
            self._updates.setdefault(id(statement), (statement, []))[1].append(values)

    def flush(self) -> None:
        """Write everything remembered: inserts in foreign-key order, then updates."""
        inserts, self._inserts = self._inserts, {}
        updates, self._updates = self._updates, {}
        for (into, _), rows in sorted(inserts.items(), key=_depth) if len(inserts) > 1 else inserts.items():
            self.conn.execute(sa.insert(into), rows)
        for statement, rows in updates.values():
            self.conn.execute(statement, rows)


def _depth(insert: tuple[tuple[sa.Table, tuple[str, ...]], list[Values]]) -> int:
    """Position of a table in foreign-key order; computed once and kept on the table itself."""
    into = insert[0][0]
    known = into.info.get("depth")
    if known is None:
        for position, each in enumerate(into.metadata.sorted_tables):
            each.info["depth"] = position
        known = into.info["depth"]
    return int(known)


class Work:
    """The handle of one job. Storage functions take it first; nobody commits but the unit of work."""

    __slots__ = ("_group", "_inserts", "_nested", "_session", "_updates", "seal")

    def __init__(self, group: Group) -> None:
        self._group = group
        self.seal = group.seal
        self._session: Session | None = None
        self._nested: sa.NestedTransaction | None = None
        self._inserts: list[tuple[sa.Table, Values]] = []
        self._updates: list[tuple[sa.Update, Values]] = []

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._group.conn.dialect.name

    @property
    def session(self) -> Session:
        """A SQLModel session inside this job's savepoint. Never commit or roll it back."""
        self._enter()
        if self._session is None:
            self._session = Session(
                bind=self._group.conn, join_transaction_mode="rollback_only", expire_on_commit=False
            )
        return self._session

    def execute(self, statement: sa.Executable, values: Values | Sequence[Values] | None = None) -> Any:
        """Run a Core statement inside this job's savepoint and return its result."""
        self._enter()
        if self._session is not None:
            self._session.flush()
        return self._group.conn.execute(statement, values)

    def look(self, statement: sa.Executable, values: Values | None = None) -> sa.CursorResult[Any]:
        """Read without a savepoint and without seeing what this job has only remembered. For batch preparation."""
        return self._group.conn.execute(statement, values)

    def append(self, model: type[SQLModel], values: Values) -> None:
        """Remember one new row; every column without a server default must be given. Written when the group commits."""
        self._inserts.append((table(model), values))

    def defer(self, statement: sa.Update, values: Values) -> None:
        """Remember one execution of a parametrised update. Written when the group commits, after all inserts."""
        self._updates.append((statement, values))

    def new_id(self) -> int:
        """An id no other row has, in this or any other process."""
        return self._group.ids.next()

    def reserve_ids(self, count: int) -> int:
        """The first of `count` consecutive ids for a set-based insert."""
        return self._group.ids.reserve(count)

    def finish(self) -> None:
        """The job ended well: release its savepoint, or hand its rows to the group."""
        if self._nested is None:
            self._group.keep(self._inserts, self._updates)
            return
        self._write_own()
        if self._session is not None:
            self._session.flush()
            self._session.close()
        self._nested.commit()

    def undo(self) -> None:
        """Nothing of the job so far stays; it may start again with this handle."""
        if self._session is not None:
            self._session.close()
        if self._nested is not None and self._nested.is_active:
            self._nested.rollback()
        self._session = self._nested = None
        self._inserts, self._updates = [], []

    def _enter(self) -> None:
        if self._nested is None:
            self._group.flush()
            self._nested = self._group.conn.begin_nested()
        if self._inserts or self._updates:
            self._write_own()

    def _write_own(self) -> None:
        if self._session is not None:
            self._session.flush()
        inserts, self._inserts = self._inserts, []
        updates, self._updates = self._updates, []
        self._group.keep(inserts, updates)
        self._group.flush()
