"""Joining by chat: applications with every step of their way, members, what they ask for, consents, leads, codes.

Revision: 0004; after 0003.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OPEN = "state IN ('collecting','confirming','submitted','in_review','returned')"
IN_HAND = "state IN ('submitted','in_review','returned') AND id_hash <> ''"
OLD = "state IN ('submitted','returned')"
ADDED = ("reviewer", "first_by")
SEALED = ("id_number", "mobile")


def _where(sql: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(sql), "postgresql_where": sa.text(sql)}


def _text(name: str, length: int, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default=default)


def _big(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, BIG, nullable=nullable)


def _at(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _sealed(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=True)


def _refers(here: str, column: str, there: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{there}.id"], name=f"fk_{here}_{column}_{there}")


def _key(name: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=f"pk_{name}")


def upgrade() -> None:
    """Go forward. Applications that are open stay open: they were handed in once."""
    _applications()
    _steps()
    _members()
    _events()
    _requests()
    _consents()
    _leads()
    _codes()


def _applications() -> None:
    op.drop_index("uq_application_id", "application")
    op.drop_index("uq_application_person", "application")
    with op.batch_alter_table("application") as batch:
        batch.add_column(_text("kind", 12, "join"))
        batch.add_column(_text("pathway", 16, "ordinary"))
        batch.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(_sealed("more"))
        batch.add_column(sa.Column("form_version", sa.Integer(), nullable=False, server_default="1"))
        for name in ("flags", "returned"):
            batch.add_column(sa.Column(name, JSON, nullable=True))
        for name in ADDED:
            batch.add_column(_text(name, 32, ""))
        batch.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("nudges", sa.Integer(), nullable=False, server_default="0"))
        for name in ("escalated_at", "nudged_at", "created_at", "updated_at"):
            batch.add_column(_at(name, nullable=True))
        for name in SEALED:
            batch.alter_column(name, existing_type=sa.LargeBinary(), nullable=True)
        batch.alter_column("number", existing_type=sa.String(length=20), nullable=True)
        batch.alter_column("migrant", existing_type=sa.Boolean(), nullable=True)
        batch.alter_column("submitted_at", existing_type=UtcDateTime(), nullable=True)
    op.execute("UPDATE application SET created_at = submitted_at, updated_at = submitted_at, round = 1")
    with op.batch_alter_table("application") as batch:
        for name in ("created_at", "updated_at"):
            batch.alter_column(name, existing_type=UtcDateTime(), nullable=False)
    op.create_index("ix_application_org_id", "application", ["org_id"])
    op.create_index("uq_application_id", "application", ["id_hash"], unique=True, **_where(IN_HAND))
    op.create_index("uq_application_person", "application", ["person_id"], unique=True, **_where(OPEN))


def _steps() -> None:
    op.create_table(
        "application_step",
        _big("id"),
        _big("application_id"),
        _at("at"),
        _text("actor", 48),
        _text("before", 12),
        _text("after", 12),
        _text("reason", 200),
        _refers("application_step", "application_id", "application"),
        _key("application_step"),
    )
    op.create_index("ix_application_step_application", "application_step", ["application_id", "at"])


def _members() -> None:
    op.create_table(
        "member",
        _big("id"),
        _text("number", 24),
        _big("person_id", nullable=True),
        _big("org_id"),
        _text("state", 12),
        _text("name", 40),
        _sealed("id_number"),
        _text("id_hash", 64),
        _sealed("mobile"),
        _text("mobile_hash", 64),
        _text("employer", 80),
        _text("work_status", 16),
        sa.Column("migrant", sa.Boolean(), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        _text("reason", 100),
        _text("source", 12, "chat"),
        _at("created_at"),
        _at("updated_at"),
        _refers("member", "person_id", "person"),
        _refers("member", "org_id", "organisation"),
        sa.UniqueConstraint("number", name="uq_member_number"),
        _key("member"),
    )
    for name in ("person_id", "name", "mobile_hash"):
        op.create_index(f"ix_member_{name}", "member", [name])
    op.create_index("ix_member_org_state", "member", ["org_id", "state"])
    here = _where("state IN ('active','kept') AND id_hash <> ''")
    op.create_index("uq_member_id", "member", ["id_hash"], unique=True, **here)


def _events() -> None:
    op.create_table(
        "member_event",
        _big("id"),
        _big("member_id"),
        _text("kind", 16),
        sa.Column("on_day", sa.Date(), nullable=False),
        _at("at"),
        _text("actor", 48),
        _big("from_org", nullable=True),
        _big("to_org", nullable=True),
        _text("reason", 200),
        _refers("member_event", "member_id", "member"),
        _key("member_event"),
    )
    op.create_index("ix_member_event_member", "member_event", ["member_id", "at"])
    op.create_index("ix_member_event_day", "member_event", ["on_day", "kind"])


def _requests() -> None:
    op.create_table(
        "member_request",
        _big("id"),
        _big("member_id"),
        _text("kind", 12),
        _text("state", 12),
        _big("to_org", nullable=True),
        _sealed("data"),
        _text("note", 200),
        _text("decided_by", 32),
        _at("created_at"),
        _at("decided_at", nullable=True),
        _refers("member_request", "member_id", "member"),
        _key("member_request"),
    )
    pending = _where("state IN ('pending','released')")
    op.create_index("uq_member_request", "member_request", ["member_id", "kind"], unique=True, **pending)
    op.create_index("ix_member_request_state", "member_request", ["state", "created_at"])


def _consents() -> None:
    op.create_table(
        "consent",
        _big("id"),
        _big("person_id"),
        _text("subject", 16),
        _text("version", 16),
        _at("at"),
        _at("ended_at", nullable=True),
        _refers("consent", "person_id", "person"),
        _key("consent"),
    )
    op.create_index("ix_consent_person_id", "consent", ["person_id"])
    standing = _where("ended_at IS NULL")
    op.create_index("uq_consent_standing", "consent", ["person_id", "subject"], unique=True, **standing)


def _leads() -> None:
    op.create_table(
        "lead",
        _big("id"),
        _text("key", 80),
        _text("employer", 80),
        _big("org_id", nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        _text("state", 12),
        _text("outcome", 200),
        _at("first_at"),
        _at("last_at"),
        _at("closed_at", nullable=True),
        _refers("lead", "org_id", "organisation"),
        _key("lead"),
    )
    op.create_index("ix_lead_org_id", "lead", ["org_id"])
    op.create_index("uq_lead_open", "lead", ["key"], unique=True, **_where("state = 'open'"))


def _codes() -> None:
    op.create_table(
        "resume_code",
        _big("person_id"),
        _big("address_id"),
        _text("code_hash", 64),
        _at("expires_at"),
        _refers("resume_code", "person_id", "person"),
        sa.PrimaryKeyConstraint("person_id", name="pk_resume_code"),
        sa.UniqueConstraint("code_hash", name="uq_resume_code_code_hash"),
    )


def downgrade() -> None:
    """Go back. Members, consents, leads and what is unsent are lost; what was handed in stays."""
    for name in ("resume_code", "lead", "consent", "member_request", "member_event", "member", "application_step"):
        op.drop_table(name)
    op.execute("DELETE FROM application WHERE number IS NULL OR id_number IS NULL OR mobile IS NULL")
    op.execute("UPDATE application SET state = 'submitted' WHERE state = 'in_review'")
    op.execute("UPDATE application SET migrant = (1 = 0) WHERE migrant IS NULL")
    for index in ("uq_application_person", "uq_application_id", "ix_application_org_id"):
        op.drop_index(index, "application")
    with op.batch_alter_table("application") as batch:
        for name in ("number", "id_number", "mobile", "migrant", "submitted_at"):
            batch.alter_column(name, nullable=False)
        for name in (*ADDED, "kind", "pathway", "round", "more", "form_version", "flags", "returned", "due_on"):
            batch.drop_column(name)
        for name in ("nudges", "escalated_at", "nudged_at", "created_at", "updated_at"):
            batch.drop_column(name)
    op.create_index("uq_application_id", "application", ["id_hash"], unique=True, **_where(OLD))
    op.create_index("uq_application_person", "application", ["person_id"], unique=True, **_where(OLD))
