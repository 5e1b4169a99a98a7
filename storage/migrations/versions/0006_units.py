"""Organisations say when they changed, and which industry they take in.

Revision: 0006; after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("organisation") as batch:
        batch.add_column(sa.Column("trade", sa.String(length=200), nullable=False, server_default=""))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    """Go back. Which industry a union takes in is lost."""
    with op.batch_alter_table("organisation") as batch:
        for name in ("version", "trade"):
            batch.drop_column(name)
