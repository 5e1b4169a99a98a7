"""Applications can wait for another union to release a member; requests say which application they come from and who
looked first; cases say whose they are and how often they came.

Revision: 0007; after 0006.
"""

import sqlalchemy as sa
from alembic import op

from storage.base import BigId

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BEFORE = ("collecting", "confirming"), ("submitted", "in_review", "returned")
AFTER = ("collecting", "confirming"), ("submitted", "in_review", "releasing", "returned")


def upgrade() -> None:
    """Go forward."""
    _indexes(*AFTER)
    with op.batch_alter_table("member_request") as batch:
        batch.add_column(sa.Column("application_id", BigId, nullable=True))
        batch.add_column(sa.Column("first_by", sa.String(length=32), nullable=False, server_default=""))
    op.create_index("ix_member_request_application_id", "member_request", ["application_id"])
    with op.batch_alter_table("case") as batch:
        batch.add_column(sa.Column("org_id", BigId, nullable=True))
        batch.add_column(sa.Column("times", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    """Go back. What waited for another union waits for its reviewer again, and its request is over."""
    op.execute(
        "UPDATE member_request SET state = 'withdrawn' "
        "WHERE application_id IS NOT NULL AND state IN ('pending','released')"
    )
    op.execute("UPDATE application SET state = 'submitted', reviewer = '', first_by = '' WHERE state = 'releasing'")
    op.drop_index("ix_member_request_application_id", "member_request")
    for table, names in (("member_request", ("first_by", "application_id")), ("case", ("times", "org_id"))):
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.drop_column(name)
    _indexes(*BEFORE)


def _indexes(unsent: tuple[str, ...], in_hand: tuple[str, ...]) -> None:
    """One open application a person, one in hand an ID number."""
    for name in ("uq_application_person", "uq_application_id"):
        op.drop_index(name, "application")
    _unique("uq_application_person", "person_id", f"state IN ({_listed((*unsent, *in_hand))})")
    _unique("uq_application_id", "id_hash", f"state IN ({_listed(in_hand)}) AND id_hash <> ''")


def _unique(name: str, column: str, where: str) -> None:
    said = sa.text(where)
    op.create_index(name, "application", [column], unique=True, sqlite_where=said, postgresql_where=said)


def _listed(states: tuple[str, ...]) -> str:
    return ",".join(f"'{each}'" for each in states)
