"""Broadcasts that are approved, planned, delivered and answered; segments, topics, quotas; events and registrations.

Revision: 0009; after 0008.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = (
    "registration_step",
    "registration",
    "topic_choice",
    "person_tag",
    "tag",
    "segment",
    "notice_grant",
    "route_stop",
    "quota_use",
    "notice_item",
    "mass_job",
    "recipient",
)
OPEN = "state IN ('queued','sending','massed')"


def _text(name: str, length: int | None = None, default: str | None = None, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable, server_default=default)


def _number(name: str, default: str | None = None, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable, server_default=default)


def _big(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, BIG, nullable=nullable)


def _at(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _json(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, JSON, nullable=nullable)


def _flag(name: str, default: bool) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.true() if default else sa.false())


def _sealed(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=True)


def _make(
    name: str,
    *columns: Any,
    refers: dict[str, str] | None = None,
    once: tuple[tuple[str, ...], ...] = (),
    key: tuple[str, ...] = ("id",),
) -> None:
    """A table with its key, foreign keys (column to table) and unique constraints."""
    parts: list[Any] = [*columns, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}")]
    for column, there in (refers or {}).items():
        parts.append(sa.ForeignKeyConstraint([column], [f"{there}.id"], name=f"fk_{name}_{column}_{there}"))
    for each in once:
        parts.append(sa.UniqueConstraint(*each, name=f"uq_{name}_{'_'.join(each)}"))
    op.create_table(name, *parts)


def _index(table: str, *columns: str, name: str = "", where: str = "") -> None:
    more: dict[str, Any] = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
    op.create_index(name or f"ix_{table}_{'_'.join(columns)}", table, list(columns), **more)


def upgrade() -> None:
    """Go forward. Broadcasts that are under way are delivered by their outbox rows; they need no recipients."""
    _events()
    _broadcasts()
    _recipients()
    _quotas()
    _segments()
    with op.batch_alter_table("staff") as batch:
        for column in (_big("person_id", True), _text("phone_code", 64, nullable=True), _at("phone_code_until", True)):
            batch.add_column(column)
        batch.create_foreign_key("fk_staff_person_id_person", "person", ["person_id"], ["id"])
        batch.create_unique_constraint("uq_staff_person_id", ["person_id"])
        batch.create_unique_constraint("uq_staff_phone_code", ["phone_code"])


def _events() -> None:
    _make(
        "event",
        *(_big("id"), _number("number"), _text("title", 40), _text("topic", 16, "activity"), _big("org_id", True)),
        *(_text("place", 80), _text("about"), _at("starts_at"), _at("ends_at"), _at("opens_at", True)),
        *(_at("closes_at"), _number("capacity", nullable=True), _json("questions"), _json("segment")),
        *(_text("state", 12), _flag("reminds", True), _flag("asks_opinion", True), _text("scene", 32)),
        *(_text("code", 8), _text("note", 200, ""), _number("last_place", "0"), _text("author", 64)),
        *(_number("version", "1"), _at("changed_at"), _at("created_at")),
        refers={"org_id": "organisation"},
        once=(("number",), ("scene",)),
    )
    _index("event", "org_id")
    _index("event", "state")
    _make(
        "registration",
        *(_big("id"), _big("event_id"), _big("person_id", True), _text("name_hash", 64, nullable=True)),
        *(_sealed("name"), _text("state", 12), _number("place"), _text("via", 8), _sealed("answers")),
        *(_at("registered_at"), _at("changed_at"), _at("attended_at", True), _text("attended_by", 8, "")),
        *(_number("stars", nullable=True), _sealed("comment")),
        refers={"event_id": "event", "person_id": "person"},
        once=(("event_id", "person_id"), ("event_id", "name_hash")),
    )
    _index("registration", "person_id")
    _make(
        "registration_step",
        *(_big("id"), _big("registration_id"), _text("what", 16), _text("actor", 64), _at("at")),
        refers={"registration_id": "registration"},
    )
    _index("registration_step", "registration_id")


REFERS = (("org_id", "organisation"), ("event_id", "event"), ("parent_id", "broadcast"))


def _more() -> tuple[sa.Column[Any], ...]:
    """What a broadcast has from now on."""
    return (
        _text("kind", 12, "notice"),
        _text("topic", 16, "activity"),
        _number("left_out", "0"),
        _number("expected", "0"),
        _big("org_id", True),
        _big("event_id", True),
        _big("parent_id", True),
        sa.Column("occurrence", sa.Date(), nullable=True),
        _json("repeat"),
        _json("routes"),
        _flag("wants_receipt", False),
        _flag("any_hour", False),
        _number("attempt", "1"),
        _number("hours", "48"),
        _text("submitted_by", 64, ""),
        _at("submitted_at", True),
        _text("approver", 64, ""),
        _at("decided_at", True),
        _text("note", 400, ""),
        _big("cursor", True),
        _at("started_at", True),
        _at("ended_at", True),
        _text("paused_from", 16, ""),
        _flag("emergency", False),
        _json("again"),
        _json("totals"),
        _json("tally"),
        _number("version", "1"),
        _at("changed_at", True),
    )


def _broadcasts() -> None:
    with op.batch_alter_table("broadcast") as batch:
        for column in _more():
            batch.add_column(column)
        batch.alter_column("state", existing_type=sa.String(length=12), type_=sa.String(length=16))
        batch.alter_column("author", existing_type=sa.String(length=40), type_=sa.String(length=64))
        batch.alter_column("valid_until", existing_type=UtcDateTime(), nullable=True)
        for name, there in REFERS:
            batch.create_foreign_key(f"fk_broadcast_{name}_{there}", there, [name], ["id"])
        batch.create_unique_constraint("uq_broadcast_parent_id_occurrence", ["parent_id", "occurrence"])
    _index("broadcast", "org_id")
    _index("broadcast", "event_id")


def _recipients() -> None:
    _make(
        "recipient",
        *(_big("id"), _big("broadcast_id"), _number("attempt", "1"), _big("person_id"), _big("address_id", True)),
        *(_flag("latest", True), _text("state", 12), _text("reason", 24, ""), _text("code", 32, "")),
        *(_text("route", 12, ""), _text("tried", 48, ""), _text("message_id", 64, ""), _big("mass_job_id", True)),
        *(_number("tries", "0"), _text("owner", 16, ""), _at("due_at", True), _at("settled_at", True)),
        *(_at("acked_at", True), _at("nudged_at", True)),
        refers={"broadcast_id": "broadcast", "person_id": "person", "address_id": "address"},
        once=(("broadcast_id", "person_id", "attempt"),),
    )
    _index("recipient", "person_id")
    _index("recipient", "mass_job_id")
    _index("recipient", "broadcast_id", "due_at", "id", name="ix_recipient_open", where=OPEN)
    _index("recipient", "message_id", name="ix_recipient_message", where="message_id <> ''")
    to_mass = "route = 'mass' AND state = 'queued'"
    _index("recipient", "broadcast_id", "id", name="ix_recipient_to_mass", where=to_mass)
    _index("recipient", "address_id", "settled_at", name="ix_recipient_mass", where="route = 'mass'")
    _make(
        "mass_job",
        *(_big("id"), _big("broadcast_id"), _number("attempt", "1"), _number("number"), _text("channel", 16)),
        *(_text("state", 12), _text("client_id", 32), _text("message_id", 64, ""), _text("code", 32, "")),
        *(_number("tries", "0"), _text("owner", 16, ""), _at("due_at"), _number("total", "0")),
        *(_number("filtered", "0"), _number("sent", "0"), _number("errors", "0"), _at("created_at")),
        _at("settled_at", True),
        refers={"broadcast_id": "broadcast"},
        once=(("broadcast_id", "attempt", "number"), ("client_id",)),
    )
    _index("mass_job", "state")
    _index("mass_job", "message_id")
    _make(
        "notice_item",
        *(_big("id"), _big("broadcast_id"), _big("person_id"), _big("recipient_id"), _at("valid_until")),
        *(_at("shown_at", True), _at("opened_at", True), _at("created_at")),
        refers={"broadcast_id": "broadcast", "person_id": "person"},
        once=(("broadcast_id", "person_id"),),
    )
    _index("notice_item", "valid_until")
    _index("notice_item", "person_id", name="ix_notice_item_waiting", where="shown_at IS NULL")
    _index("notice_item", "broadcast_id", name="ix_notice_item_open", where="shown_at IS NULL")


def _quotas() -> None:
    day = sa.Column("day", sa.Date(), nullable=False)
    where = ("channel", "route")
    _make("quota_use", _text("channel", 16), _text("route", 12), day, _number("used", "0"), key=(*where, "day"))
    _make("route_stop", _text("channel", 16), _text("route", 12), _at("until"), _text("code", 32, ""), key=where)
    _make(
        "notice_grant",
        *(_big("id"), _big("address_id"), _text("template", 64), _number("left", "0"), _at("changed_at")),
        refers={"address_id": "address"},
        once=(("address_id", "template"),),
    )


def _segments() -> None:
    _make(
        "segment",
        *(_big("id"), _text("name", 40), sa.Column("org_id", BIG, nullable=False, server_default="0")),
        *(_json("rule", False), _text("by", 64), _at("changed_at")),
        once=(("name", "org_id"),),
    )
    _make("tag", _big("id"), _text("name", 20), _text("by", 64), _at("created_at"), once=(("name",),))
    _make(
        "person_tag",
        *(_big("tag_id"), _big("person_id")),
        refers={"tag_id": "tag", "person_id": "person"},
        key=("tag_id", "person_id"),
    )
    _index("person_tag", "person_id")
    _make(
        "topic_choice",
        *(_big("person_id"), _text("topic", 16), _at("at")),
        refers={"person_id": "person"},
        key=("person_id", "topic"),
    )


def downgrade() -> None:
    """Go back. Drafts, plans, recipients and events are gone; broadcasts that ended stay."""
    for name in TABLES:
        op.drop_table(name)
    with op.batch_alter_table("staff") as batch:
        batch.drop_constraint("fk_staff_person_id_person", type_="foreignkey")
        for name in ("uq_staff_phone_code", "uq_staff_person_id"):
            batch.drop_constraint(name, type_="unique")
        for name in ("phone_code_until", "phone_code", "person_id"):
            batch.drop_column(name)
    op.execute("UPDATE broadcast SET parent_id = NULL, event_id = NULL")
    op.execute("DELETE FROM broadcast WHERE state IN ('draft','pending','approved','rejected','scheduled','resolving')")
    op.execute("UPDATE broadcast SET state = 'cancelled' WHERE state = 'paused'")
    op.execute("UPDATE broadcast SET state = 'done' WHERE state IN ('partly_failed','failed')")
    op.execute("UPDATE broadcast SET valid_until = created_at WHERE valid_until IS NULL")
    op.execute("UPDATE broadcast SET author = substr(author, 1, 40)")
    for name in ("org_id", "event_id"):
        op.drop_index(f"ix_broadcast_{name}", "broadcast")
    with op.batch_alter_table("broadcast") as batch:
        batch.drop_constraint("uq_broadcast_parent_id_occurrence", type_="unique")
        for name, there in REFERS:
            batch.drop_constraint(f"fk_broadcast_{name}_{there}", type_="foreignkey")
        batch.alter_column("state", existing_type=sa.String(length=16), type_=sa.String(length=12))
        batch.alter_column("author", existing_type=sa.String(length=64), type_=sa.String(length=40))
        batch.alter_column("valid_until", existing_type=UtcDateTime(), nullable=False)
        for column in _more():
            batch.drop_column(column.name)
    op.drop_table("event")
