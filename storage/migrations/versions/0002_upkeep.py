"""The upkeep loop and the console: gaps, letters, revisions, overrides, staff accounts and their sessions.

Revision: 0002; after 0001.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOOSE = "gap_id IS NULL AND (decision <> 'suggest' OR picked IN ('', 'none'))"
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _where(sql: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(sql), "postgresql_where": sa.text(sql)}


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _added(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default="")


def upgrade() -> None:
    """Go forward."""
    op.add_column("entry", sa.Column("fields", JSON, nullable=True))
    _pushes()
    _cases_and_misses()
    _gaps()
    _letters()
    _revisions()
    _overrides()
    _staff()


def _pushes() -> None:
    op.add_column("inbound", _added("chat", 16))
    op.create_index("ix_inbound_person_at", "inbound", ["person_id", "received_at"])
    op.drop_index("ix_inbound_person_id", "inbound")


def _cases_and_misses() -> None:
    op.add_column("case", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("case", _added("assignee", 32))
    op.add_column("case", _added("outcome", 200))
    for name, length in (("picked", 64), ("entry_id", 64), ("reason", 40)):
        op.add_column("miss", _added(name, length))
    op.add_column("miss", sa.Column("gap_id", BIG, nullable=True))
    op.create_index("ix_miss_gap_id", "miss", ["gap_id"], **_where("gap_id IS NOT NULL"))
    op.create_index("ix_miss_inbound_id", "miss", ["inbound_id"])
    op.create_index("ix_miss_loose", "miss", ["at", "id"], **_where(LOOSE))


def _gaps() -> None:
    op.create_table(
        "gap",
        sa.Column("id", BIG, nullable=False),
        _text("kind", 8),
        _text("words", 400),
        _text("state", 12),
        _text("entry_id", 64),
        _text("assignee", 32),
        _text("reason", 200),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_gap"),
    )
    op.create_index("ix_gap_state", "gap", ["state"])
    op.create_index("uq_gap_review", "gap", ["entry_id"], unique=True, **_where("kind = 'review' AND state = 'open'"))


def _letters() -> None:
    op.create_table(
        "letter",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        _text("key", 64),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        _text("state", 8),
        sa.Column("outbox_id", BIG, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("valid_until", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_letter_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.UniqueConstraint("key", name="uq_letter_key"),
    )
    op.create_index("ix_letter_open", "letter", ["id"], **_where("state IN ('waiting','sending')"))
    op.create_index("ix_letter_kept", "letter", ["person_id"], **_where("state = 'kept'"))


def _revisions() -> None:
    op.create_table(
        "revision",
        sa.Column("id", BIG, nullable=False),
        _text("entry_id", 64),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        _text("state", 12),
        _text("author", 32),
        _text("note", 200),
        sa.Column("gap_id", BIG, nullable=True),
        _text("reviewer", 32),
        _text("review_note", 200),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.UniqueConstraint("entry_id", "org_id", "number", name="uq_revision_entry_id_org_id_number"),
    )
    op.create_index("ix_revision_state", "revision", ["state"])
    op.create_index("ix_revision_gap_id", "revision", ["gap_id"])
    open_ = _where("state IN ('draft','pending')")
    op.create_index("uq_revision_open", "revision", ["entry_id", "org_id"], unique=True, **open_)


def _overrides() -> None:
    op.create_table(
        "override",
        sa.Column("id", BIG, nullable=False),
        _text("entry_id", 64),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("citations", JSON, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_override_entry_id_entry"),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name="fk_override_org_id_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_override"),
        sa.UniqueConstraint("entry_id", "org_id", name="uq_override_entry_id_org_id"),
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", BIG, nullable=False),
        _text("name", 32),
        _text("display", 32),
        _text("role", 12),
        sa.Column("org_id", BIG, nullable=True),
        _text("password", 200),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", BIG, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_login_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name="fk_staff_org_id_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("name", name="uq_staff_name"),
    )
    op.create_table(
        "session",
        _text("id", 64),
        sa.Column("staff_id", BIG, nullable=False),
        _text("csrf", 64),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_session_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
    )
    op.create_index("ix_session_staff_id", "session", ["staff_id"])
    op.create_index("ix_session_expires_at", "session", ["expires_at"])


def downgrade() -> None:
    """Go back. Drafts, letters, gaps and staff accounts are lost."""
    for name in ("session", "staff", "override", "revision", "letter", "gap"):
        op.drop_table(name)
    for index in ("ix_miss_gap_id", "ix_miss_inbound_id", "ix_miss_loose"):
        op.drop_index(index, "miss")
    op.create_index("ix_inbound_person_id", "inbound", ["person_id"])
    op.drop_index("ix_inbound_person_at", "inbound")
    for table, names in (
        ("miss", ("picked", "entry_id", "reason", "gap_id")),
        ("case", ("urgent", "assignee", "outcome")),
        ("entry", ("fields",)),
        ("inbound", ("chat",)),
    ):
        for name in names:  # not by batch: SQLite refuses to drop and copy a table that others refer to
            op.drop_column(table, name)
