"""The numbers cadres report with their duties. A number is one per duty and key; corrections leave a `duty_step`.

Numbers are kept in hundredths (12 人 is 1200; 0.5 万元 in a field of 元 is 500000), so that both databases
add them exactly.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime


class DutyValue(Row, table=True):
    """One number of one duty. Unique: (duty, key)."""

    __tablename__ = "duty_value"
    __table_args__ = (sa.UniqueConstraint("duty_id", "key"), sa.Index("ix_duty_value_key", "key"))
    id: int = Field(primary_key=True, sa_type=BigId)
    duty_id: int = Field(foreign_key="duty.id", sa_type=BigId)
    key: str = Field(max_length=32)
    hundredths: int = Field(sa_type=sa.BigInteger)
    by: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
