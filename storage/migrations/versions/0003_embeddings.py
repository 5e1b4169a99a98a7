"""Vectors of the texts of the knowledge base, for an optional embedding endpoint.

Revision: 0003; after 0002.
"""

import sqlalchemy as sa
from alembic import op

from storage.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "embedding",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_embedding"),
    )
    op.create_index("ix_embedding_model", "embedding", ["model", "at"])


def downgrade() -> None:
    """Go back. The vectors are lost; they can be asked for again."""
    op.drop_table("embedding")
