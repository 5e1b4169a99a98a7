"""The duty engine: templates with rules and this year's dates, steps, requests, numbers, evidence, leave, indicators
and targets; one reminder a cadre that speaks of several duties.

Revision: 0008; after 0007.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.base import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OPEN = "state IN ('issued','delivered','acknowledged')"
TABLES = (
    "evidence",
    "indicator_report",
    "duty_value",
    "duty_place",
    "duty_step",
    "duty_request",
    "absence",
    "target",
    "org_date",
    "duty_date",
    "duty_move",
    "indicator",
)
DUTY = ("org_id", "reached", "told_id", "delivered_at", "percent", "set_on", "told_on", "escalated", "escalated_at")
TEMPLATE = ("role", "ladder", "state", "origin", "version", "changed_by", "changed_at")
BINDING = ("name", "made_by", "made_at", "revoked_at")
REMINDER = ("listed", "said_at", "week_on", "week_said", "unreachable_at")


def _where(sql: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(sql), "postgresql_where": sa.text(sql)}


def _text(name: str, length: int | None = None, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default=default)


def _number(name: str, default: str | None = None, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable, server_default=default)


def _big(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, BIG, nullable=nullable)


def _at(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _day(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _json(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, JSON, nullable=nullable)


def _make(name: str, *columns: Any, refers: dict[str, str] | None = None, once: tuple[str, ...] = ()) -> None:
    """A table with its key, foreign keys (column to table) and one unique constraint."""
    parts: list[Any] = [*columns, sa.PrimaryKeyConstraint("id", name=f"pk_{name}")]
    for column, there in (refers or {}).items():
        parts.append(sa.ForeignKeyConstraint([column], [f"{there}.id"], name=f"fk_{name}_{column}_{there}"))
    if once:
        parts.append(sa.UniqueConstraint(*once, name=f"uq_{name}_{'_'.join(once)}"))
    op.create_table(name, *parts)


def _index(table: str, *columns: str, name: str = "", unique: bool = False, where: str = "") -> None:
    more = _where(where) if where else {}
    op.create_index(name or f"ix_{table}_{'_'.join(columns)}", table, list(columns), unique=unique, **more)


def upgrade() -> None:
    """Go forward. Reminders of single duties are at rest; `issue_duties` arms one for every cadre with open duties."""
    _calendar()
    _answers()
    _evidence()
    _targets()
    _duties()
    _bindings()
    op.execute("UPDATE reminder SET next_fire_at = NULL WHERE kind IN ('duty_due','duty_monthly')")


def _calendar() -> None:
    _make(
        "duty_date",
        *(_big("id"), _text("template_id", 64), _text("period", 7), _day("deadline", True), _text("by", 64), _at("at")),
        refers={"template_id": "duty_template"},
        once=("template_id", "period"),
    )
    _index("duty_date", "period")
    _make(
        "duty_move",
        *(_big("id"), _text("template_id", 64), _text("period", 7), _day("deadline", True)),
        *(sa.Column("skip", sa.Boolean(), nullable=False), _text("by", 64), _at("at"), _big("after", True)),
        refers={"template_id": "duty_template"},
        once=("template_id", "period"),
    )
    _make(
        "org_date",
        *(_big("id"), _big("org_id"), _text("field", 24), _day("day"), _text("by", 64), _at("at")),
        refers={"org_id": "organisation"},
        once=("org_id", "field"),
    )
    _index("org_date", "field")
    _make(
        "absence",
        *(_big("id"), _big("person_id"), _big("substitute_id", True), _day("from_on"), _day("until_on")),
        *(_text("state", 8, "open"), _text("by", 64), _at("at")),
        refers={"person_id": "person", "substitute_id": "person"},
    )
    for column in ("person_id", "substitute_id", "until_on"):
        _index("absence", column)


def _bindings() -> None:
    with op.batch_alter_table("binding") as batch:
        batch.add_column(sa.Column("name", sa.LargeBinary(), nullable=True))
        for column in (_text("made_by", 64, ""), _at("made_at", True), _at("revoked_at", True)):
            batch.add_column(column)
    _index("binding", "org_id")


def _answers() -> None:
    _make(
        "duty_request",
        *(_big("id"), _big("duty_id"), _text("kind", 12), _big("person_id"), _day("wanted_on", True)),
        *(_big("to_person_id", True), sa.Column("reason", sa.LargeBinary(), nullable=True)),
        *(_text("state", 12, "pending"), _text("decided_by", 64, ""), _at("decided_at", True), _at("created_at")),
        refers={"duty_id": "duty", "person_id": "person", "to_person_id": "person"},
    )
    _index("duty_request", "duty_id")
    _index("duty_request", "person_id")
    _index("duty_request", "duty_id", "kind", name="uq_duty_request_open", unique=True, where="state = 'pending'")
    _make(
        "duty_step",
        *(_big("id"), _big("duty_id"), _at("at"), _text("actor", 64), _text("what", 16), _text("note", 200, "")),
        refers={"duty_id": "duty"},
    )
    _index("duty_step", "duty_id")
    _make(
        "duty_value",
        *(_big("id"), _big("duty_id"), _text("key", 32)),
        *(sa.Column("hundredths", sa.BigInteger(), nullable=False), _text("by", 64), _at("at")),
        refers={"duty_id": "duty"},
        once=("duty_id", "key"),
    )
    _index("duty_value", "key")
    _make(
        "duty_place",
        *(_big("id"), _big("person_id"), _big("duty_id"), _number("number")),
        refers={"person_id": "person", "duty_id": "duty"},
        once=("person_id", "duty_id"),
    )
    _index("duty_place", "duty_id")


def _evidence() -> None:
    _make(
        "evidence",
        *(_big("id"), _big("duty_id"), _big("person_id"), _text("kind", 8), _text("channel", 16, "")),
        *(_text("media_id", 160), _text("state", 8), _number("attempts", "0"), _at("due_at"), _text("name", 100, "")),
        *(_text("mime", 80, ""), _number("size", "0"), sa.Column("body", sa.LargeBinary(), nullable=True)),
        *(_at("at"), _at("kept_at", True)),
        refers={"duty_id": "duty", "person_id": "person"},
        once=("duty_id", "media_id"),
    )
    _index("evidence", "person_id")
    _index("evidence", "due_at", name="ix_evidence_waiting", where="state = 'waiting'")


def _targets() -> None:
    _make(
        "indicator",
        *(_text("id", 64), _text("title", 40), _text("unit", 8), _text("what"), _json("numerator", False)),
        *(_json("denominator"), _text("how", 8, "sum"), _number("cut_off", nullable=True)),
        *(_text("state", 8, "live"), _number("version", "1"), _text("origin", 8, "file")),
    )
    op.create_table(
        "indicator_report",
        *(_text("indicator_id", 64), _big("duty_id"), sa.Column("numerator", sa.BigInteger(), nullable=False)),
        *(sa.Column("denominator", sa.BigInteger(), nullable=False), _at("told_at")),
        sa.PrimaryKeyConstraint("indicator_id", "duty_id", name="pk_indicator_report"),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name="fk_indicator_report_indicator_id_indicator"),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name="fk_indicator_report_duty_id_duty"),
        sqlite_with_rowid=False,
    )
    _make(
        "target",
        *(_big("id"), _text("indicator_id", 64), _number("year"), _big("org_id")),
        *(sa.Column("hundredths", sa.BigInteger(), nullable=False), _text("by", 64), _at("at")),
        refers={"indicator_id": "indicator", "org_id": "organisation"},
        once=("indicator_id", "year", "org_id"),
    )
    _index("target", "year")
    _index("target", "org_id")


def _duties() -> None:
    with op.batch_alter_table("duty_template") as batch:
        batch.add_column(_json("deadline"))
        for column in (_text("role", 16, ""), _json("ladder"), _text("state", 8, "live"), _text("origin", 8, "file")):
            batch.add_column(column)
        for column in (_number("version", "1"), _text("changed_by", 64, ""), _at("changed_at", True)):
            batch.add_column(column)
    _to_rules()
    with op.batch_alter_table("duty_template") as batch:
        batch.alter_column("deadline", existing_type=JSON, nullable=False)
        batch.drop_column("deadline_day")
    with op.batch_alter_table("duty") as batch:
        for column in (
            _big("org_id", True),
            _number("reached", "-1000"),
            _big("told_id", True),
            _at("delivered_at", True),
        ):
            batch.add_column(column)
        for column in (_number("percent", nullable=True), _day("set_on", True), _day("told_on", True)):
            batch.add_column(column)
        for column in (_number("escalated", "0"), _at("escalated_at", True)):
            batch.add_column(column)
    op.execute("UPDATE duty SET org_id = (SELECT a.org_id FROM appointment AS a WHERE a.id = duty.appointment_id)")
    _index("duty", "org_id", "period")
    _index("duty", "told_id", where="state = 'issued'")
    _index("duty", "person_id", name="ix_duty_told_on", where="told_on IS NOT NULL")
    for name in ("appointment_id", "person_id"):
        op.drop_index(f"ix_duty_{name}", "duty")
        _index("duty", name, "period")
    _index("duty", "person_id", name="ix_duty_open", where=OPEN)
    _index("duty", "escalated", "deadline", name="ix_duty_late", where=OPEN)
    with op.batch_alter_table("reminder") as batch:
        for column in (_text("listed", 7, ""), _at("said_at", True), _day("week_on", True)):
            batch.add_column(column)
        for column in (_number("week_said", "0"), _at("unreachable_at", True)):
            batch.add_column(column)
    _index("reminder", "unreachable_at")
    with op.batch_alter_table("firing") as batch:
        batch.add_column(_json("parts"))
        batch.add_column(_big("outbox_id", True))
    op.drop_index("ix_firing_result", "firing")
    _index("firing", "at")
    with op.batch_alter_table("job_run") as batch:
        batch.add_column(_text("stamp", 64, ""))


def _templates() -> sa.TableClause:
    columns: tuple[Any, ...] = (sa.column("id"), sa.column("deadline", JSON), sa.column("deadline_day", sa.Integer()))
    return sa.table("duty_template", *columns)


def _to_rules() -> None:
    rows = _templates()
    conn = op.get_bind()
    for each in conn.execute(sa.select(rows.c.id, rows.c.deadline_day)).all():
        rule = {"day": each.deadline_day}
        conn.execute(sa.update(rows).where(rows.c.id == each.id).values(deadline=rule))


def _to_days() -> None:
    """Rules that are no day of the month become its last one."""
    rows = _templates()
    conn = op.get_bind()
    for each in conn.execute(sa.select(rows.c.id, rows.c.deadline)).all():
        day = each.deadline.get("day", 31) if isinstance(each.deadline, dict) else 31
        conn.execute(sa.update(rows).where(rows.c.id == each.id).values(deadline_day=day))


def downgrade() -> None:
    """Go back. What was reported, asked and counted is gone; duties and their states stay."""
    op.execute("DELETE FROM firing WHERE reminder_id IN (SELECT id FROM reminder WHERE kind = 'duties')")
    op.execute("DELETE FROM reminder WHERE kind = 'duties'")
    op.execute("UPDATE duty SET state = 'issued' WHERE state = 'delivered'")
    op.drop_index("ix_firing_at", "firing")
    op.create_index("ix_firing_result", "firing", ["result"])
    op.drop_index("ix_reminder_unreachable_at", "reminder")
    op.drop_index("ix_duty_told_on", "duty")
    for name in ("ix_duty_late", "ix_duty_open", "ix_duty_told_id"):
        op.drop_index(name, "duty")
    for column in ("appointment_id", "person_id"):
        op.drop_index(f"ix_duty_{column}_period", "duty")
        op.create_index(f"ix_duty_{column}", "duty", [column])
    op.drop_index("ix_duty_org_id_period", "duty")
    op.drop_index("ix_binding_org_id", "binding")
    for name in TABLES:
        op.drop_table(name)
    with op.batch_alter_table("duty_template") as batch:
        batch.add_column(_number("deadline_day", "31"))
    _to_days()
    for table, names in (
        ("job_run", ("stamp",)),
        ("firing", ("outbox_id", "parts")),
        ("reminder", REMINDER),
        ("duty", DUTY),
        ("binding", BINDING),
        ("duty_template", ("deadline", *TEMPLATE)),
    ):
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.drop_column(name)
    with op.batch_alter_table("duty_template") as batch:
        batch.alter_column("deadline_day", existing_type=sa.Integer(), server_default=None)
