"""Rosters: lists of members that are brought in as a whole, and the codes of member cards.

Revision: 0005; after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.base import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    """Go forward."""
    _imports()
    _files()
    _rows()
    _cards()


def _imports() -> None:
    op.create_table(
        "roster_import",
        sa.Column("id", BIG, nullable=False),
        _text("actor", 48),
        _text("state", 12),
        sa.Column("org_id", BIG, nullable=True),
        sa.Column("path", sa.String(length=300), nullable=True),
        _number("head"),
        sa.Column("heads", JSON, nullable=True),
        sa.Column("mapping", JSON, nullable=True),
        *(_number(name) for name in ("total", "checked", "wrong", "fresh", "changed", "same", "tries")),
        sa.Column("problems", JSON, nullable=True),
        _text("error", 200),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name="fk_roster_import_org_id_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_roster_import"),
    )
    op.create_index("ix_roster_import_state", "roster_import", ["state"])


def _files() -> None:
    op.create_table(
        "roster_file",
        sa.Column("import_id", BIG, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["roster_import.id"], name="fk_roster_file_import_id_roster_import"),
        sa.PrimaryKeyConstraint("import_id", name="pk_roster_file"),
    )


def _rows() -> None:
    op.create_table(
        "roster_row",
        sa.Column("import_id", BIG, nullable=False),
        _number("row"),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        _text("prefix", 24),
        _text("name", 40),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        _text("id_hash", 64),
        sa.Column("mobile", sa.LargeBinary(), nullable=True),
        _text("mobile_hash", 64),
        _text("employer", 80),
        _text("work_status", 16),
        sa.Column("migrant", sa.Boolean(), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["roster_import.id"], name="fk_roster_row_import_id_roster_import"),
        sa.PrimaryKeyConstraint("import_id", "row", name="pk_roster_row"),
    )
    op.create_index("uq_roster_row_id", "roster_row", ["import_id", "id_hash"], unique=True)


def _cards() -> None:
    op.create_table(
        "member_card",
        _text("code_hash", 64),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_member_card_member_id_member"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_member_card"),
    )
    op.create_index("ix_member_card_member_id", "member_card", ["member_id"])


def downgrade() -> None:
    """Go back. Lists that are not finished are lost; members stay."""
    for name in ("member_card", "roster_row", "roster_file", "roster_import"):
        op.drop_table(name)
