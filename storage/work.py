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
_ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:what AS text), 0))")
_TOGETHER = sa.text("SELECT pg_advisory_xact_lock_shared(hashtextextended(CAST(:what AS text), 0))")
_CLAIM = sa.text("SELECT pg_try_advisory_xact_lock(hashtextextended(CAST(:what AS text), 0))")
_CLAIM_SHARED = sa.text("SELECT pg_try_advisory_xact_lock_shared(hashtextextended(CAST(:what AS text), 0))")


class Repeated:
    """A statement that is executed for many rows: compiled once, and every value prepared by what was decided then.

    SQLAlchemy works out names, types and defaults again for every value of every row, which costs more than the
    database does. Where it has more to do than that (a default made in Python, a list) it is left to do it.
    """

    __slots__ = ("_fixed", "_named", "_places", "_sql", "_statement")

    def __init__(self, statement: sa.Insert | sa.Update, columns: Sequence[str] | None, dialect: sa.Dialect) -> None:
        made: Any = statement.compile(dialect=dialect, column_keys=columns)
        names: list[str] = list(made.positiontup if made.positional else made.binds)
        self._statement, self._named = statement, not made.positional
        plain = not (made.insert_prefetch or made.update_prefetch or made.escaped_bind_names)
        self._sql = str(made) if plain and not any(made.binds[name].expanding for name in names) else ""
        self._fixed = {name: made.binds[name].effective_value for name in names if not made.binds[name].required}
        self._places = [(name, made.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names]

    def execute(self, conn: sa.Connection, rows: Sequence[Values]) -> None:
        """Execute it for these rows, all of them with the same keys."""
        if not self._sql:
            conn.execute(self._statement, rows)
        elif self._named:
            conn.exec_driver_sql(self._sql, [dict(zip(self._names(), self._row(row), strict=True)) for row in rows])
        else:
            conn.exec_driver_sql(self._sql, [self._row(row) for row in rows])

    def _names(self) -> list[str]:
        return [name for name, _ in self._places]

    def _row(self, values: Values) -> tuple[Any, ...]:
        if self._fixed:
            values = {**self._fixed, **values}
        return tuple([make(values[name]) if make else values[name] for name, make in self._places])


class Statements:
    """The repeated statements of one database, each compiled once. Threads may share it: at worst one is made twice."""

    def __init__(self) -> None:
        self._inserts: dict[tuple[sa.Table, tuple[str, ...]], Repeated] = {}
        self._updates: dict[int, Repeated] = {}

    def insert(self, conn: sa.Connection, into: sa.Table, columns: tuple[str, ...]) -> Repeated:
        """The insert of these columns."""
        found = self._inserts.get((into, columns))
        if found is None:
            found = self._inserts[into, columns] = Repeated(sa.insert(into).inline(), columns, conn.dialect)
        return found

    def update(self, conn: sa.Connection, statement: sa.Update) -> Repeated:
        """A parametrised update. It is known by its identity, so it should be a constant."""
        found = self._updates.get(id(statement))
        if found is None:
            found = self._updates[id(statement)] = Repeated(statement, None, conn.dialect)
        return found


class Group:
    """Jobs that commit together on one connection. Used by one thread only."""

    def __init__(self, conn: sa.Connection, ids: Ids, seal: Sealer, statements: Statements | None = None) -> None:
        self.conn = conn
        self.ids = ids
        self.seal = seal
        self._statements = statements or Statements()
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
        for (into, columns), rows in sorted(inserts.items(), key=_depth) if len(inserts) > 1 else inserts.items():
            self._statements.insert(self.conn, into, columns).execute(self.conn, rows)
        for statement, rows in updates.values():
            rows.sort(key=_first)  # two groups that change the same rows do it in the same order
            self._statements.update(self.conn, statement).execute(self.conn, rows)


def _first(values: Values) -> Any:
    """The first parameter of an update: the id of its row."""
    return next(iter(values.values()))


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

    def claim(self, what: str, shared: bool = False) -> bool:
        """Whether nobody else has claimed the same `what`, until the transaction ends; shared claims go together.

        Never waits. SQLite has one writer, so it is always so.
        """
        if self.dialect != "postgresql":
            return True
        return bool(self.execute(_CLAIM_SHARED if shared else _CLAIM, {"what": what}).scalar())

    def look(self, statement: sa.Executable, values: Values | None = None) -> sa.CursorResult[Any]:
        """Read without a savepoint and without seeing what this job has only remembered. For batch preparation."""
        return self._group.conn.execute(statement, values)

    def alone(self, what: str) -> None:
        """Until the transaction ends nobody else is inside the same `what`; what they did before is seen afterwards.

        SQLite has one writer, so there is nothing to do.
        """
        if self.dialect == "postgresql":
            self.execute(_ALONE, {"what": what})

    def together(self, what: str) -> None:
        """Until the transaction ends nobody is `alone` inside the same `what`; others may be in it together with us."""
        if self.dialect == "postgresql":
            self.execute(_TOGETHER, {"what": what})

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
