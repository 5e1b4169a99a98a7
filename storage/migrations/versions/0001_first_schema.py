"""The first schema: people, inbox, outbox, organisations, knowledge, applications, duties, reminders, broadcasts.

Revision: 0001; the first.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.base import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _where(sql: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(sql), "postgresql_where": sa.text(sql)}


PENDING = _where("state IN ('submitted','returned')")
OPEN = _where("state IN ('answering','queued','sending')")
CASE = _where("state = 'open'")
INDEXES = """
    audit.action audit.at audit.subject broadcast.state delivery.outbox_id organisation.parent_id
    organisation.path person.org_id address.person_id application.mobile_hash application.state
    appointment.person_id conversation.expires_at inbound.person_id inbound.received_at miss.at
    reminder.next_fire_at reminder.person_id duty.appointment_id duty.period duty.person_id firing.result
    outbox.broadcast_id outbox.inbound_id outbox.message_id outbox.person_id
"""
TABLES = """
    outbox firing duty reminder opinion miss inbound conversation case appointment application address person
    binding token organisation job_run entry duty_template delivery budget broadcast audit
"""


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "audit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("actor", sa.String(length=48), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )

    op.create_table(
        "broadcast",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("segment", JSON, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.Column("valid_until", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast"),
        sa.UniqueConstraint("key", name="uq_broadcast_key"),
    )

    op.create_table(
        "budget",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("left", sa.Float(), nullable=False),
        sa.Column("refilled_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_budget"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", BIG, nullable=False),
        sa.Column("outbox_id", BIG, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(length=12), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("millis", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
    )

    op.create_table(
        "duty_template",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("months", JSON, nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("deadline_day", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=8), nullable=False),
        sa.Column("numbers", JSON, nullable=True),
        sa.Column("levels", JSON, nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duty_template"),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("phrasings", JSON, nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("citations", JSON, nullable=False),
        sa.Column("related", JSON, nullable=False),
        sa.Column("audience", JSON, nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=False),
        sa.Column("hand_over", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
    )
    op.create_table(
        "job_run",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("millis", sa.Integer(), nullable=False),
        sa.Column("counts", JSON, nullable=True),
        sa.Column("error", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job_run"),
    )
    op.create_table(
        "organisation",
        sa.Column("id", BIG, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("employer", sa.String(), nullable=False),
        sa.Column("parent_id", BIG, nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name="fk_organisation_parent_id_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.UniqueConstraint("code", name="uq_organisation_code"),
    )

    op.create_table(
        "token",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_token"),
    )
    op.create_table(
        "binding",
        sa.Column("id", BIG, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("office", sa.String(length=16), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_by", BIG, nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name="fk_binding_org_id_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_binding"),
        sa.UniqueConstraint("code_hash", name="uq_binding_code_hash"),
    )
    op.create_table(
        "person",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(), server_default=sa.text("('')"), nullable=False),
        sa.Column("org_id", BIG, nullable=True),
        sa.Column("member_since", UtcDateTime(), nullable=True),
        sa.Column("consent", sa.String(length=16), server_default=sa.text("('')"), nullable=False),
        sa.Column("consent_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name="fk_person_org_id_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )

    op.create_table(
        "address",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("following", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("refused", sa.String(), server_default=sa.text("('')"), nullable=False),
        sa.Column("window", sa.String(length=16), server_default=sa.text("('')"), nullable=False),
        sa.Column("window_until", UtcDateTime(), nullable=True),
        sa.Column("window_left", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_address_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_address"),
        sa.UniqueConstraint("channel", "user", name="uq_address_channel_user"),
    )

    op.create_table(
        "application",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("mobile", sa.LargeBinary(), nullable=False),
        sa.Column("mobile_hash", sa.String(length=64), nullable=False),
        sa.Column("employer", sa.String(length=80), nullable=False),
        sa.Column("org_id", BIG, nullable=True),
        sa.Column("work_status", sa.String(length=16), nullable=False),
        sa.Column("migrant", sa.Boolean(), nullable=False),
        sa.Column("consent", sa.String(length=16), nullable=False),
        sa.Column("consent_at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name="fk_application_org_id_organisation"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_application_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_application"),
        sa.UniqueConstraint("number", name="uq_application_number"),
    )
    op.create_index("uq_application_id", "application", ["id_hash"], unique=True, **PENDING)
    op.create_index("uq_application_person", "application", ["person_id"], unique=True, **PENDING)

    op.create_table(
        "appointment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("office", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name="fk_appointment_org_id_organisation"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_appointment_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_appointment"),
        sa.UniqueConstraint("org_id", "person_id", "office", name="uq_appointment_org_id_person_id_office"),
    )

    op.create_table(
        "case",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_case_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_case"),
    )
    op.create_index("uq_case_open", "case", ["person_id", "topic"], unique=True, **CASE)

    op.create_table(
        "conversation",
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("progress", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_conversation_person_id_person"),
        sa.PrimaryKeyConstraint("person_id", name="pk_conversation"),
    )

    op.create_table(
        "inbound",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("dedupe", sa.String(length=160), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_inbound_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_inbound"),
        sa.UniqueConstraint("channel", "dedupe", name="uq_inbound_channel_dedupe"),
    )

    op.create_table(
        "miss",
        sa.Column("id", BIG, nullable=False),
        sa.Column("inbound_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("suggested", JSON, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_miss_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_miss"),
    )

    op.create_table(
        "opinion",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("entry_id", sa.String(length=64), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_opinion_entry_id_entry"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_opinion_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_opinion"),
        sa.UniqueConstraint("person_id", "entry_id", name="uq_opinion_person_id_entry_id"),
    )
    op.create_table(
        "reminder",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("next_fire_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_reminder_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint("kind", "subject", "person_id", name="uq_reminder_kind_subject_person_id"),
    )

    op.create_table(
        "duty",
        sa.Column("id", BIG, nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("appointment_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name="fk_duty_appointment_id_appointment"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_duty_person_id_person"),
        sa.ForeignKeyConstraint(["template_id"], ["duty_template.id"], name="fk_duty_template_id_duty_template"),
        sa.PrimaryKeyConstraint("id", name="pk_duty"),
        sa.UniqueConstraint(
            "template_id", "period", "appointment_id", name="uq_duty_template_id_period_appointment_id"
        ),
    )

    op.create_table(
        "firing",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reminder_id", BIG, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["reminder_id"], ["reminder.id"], name="fk_firing_reminder_id_reminder"),
        sa.PrimaryKeyConstraint("id", name="pk_firing"),
        sa.UniqueConstraint("reminder_id", "due_at", name="uq_firing_reminder_id_due_at"),
    )

    op.create_table(
        "outbox",
        sa.Column("id", BIG, nullable=False),
        sa.Column("inbound_id", BIG, nullable=True),
        sa.Column("seq", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("address_id", BIG, nullable=False),
        sa.Column("broadcast_id", BIG, nullable=True),
        sa.Column("lane", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("route", sa.String(length=12), server_default=sa.text("('')"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("choices", JSON, nullable=True),
        sa.Column("template", sa.String(length=32), server_default=sa.text("('')"), nullable=False),
        sa.Column("fields", JSON, nullable=True),
        sa.Column("hand_over", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("dedupe", sa.String(length=80), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("valid_until", UtcDateTime(), nullable=True),
        sa.Column("owner", sa.String(length=16), server_default=sa.text("('')"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("code", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("message_id", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name="fk_outbox_address_id_address"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_outbox_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("dedupe", name="uq_outbox_dedupe"),
    )
    op.create_index("ix_outbox_open", "outbox", ["lane", "due_at", "id"], **OPEN)
    for index in INDEXES.split():
        table, column = index.split(".")
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Go back to an empty database."""
    for table in TABLES.split():
        op.drop_table(table)
