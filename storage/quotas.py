"""The quota ledger: what was used of the platform's allowances, routes it closed, and consents to single notices.

`quota_use` counts sends per channel, route and day of Shanghai, in the transaction that claims them. `route_stop` is a
route that the platform closed until a moment (45009, 45028). `notice_grant` counts how many subscription notices a
follower still accepts: +1 for each consent the platform tells us, −1 for each notice sent, 0 when it says that there is
none (43101).
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime, default


class QuotaUse(Row, table=True):
    """Messages sent by one route on one day (Asia/Shanghai)."""

    __tablename__ = "quota_use"
    channel: str = Field(primary_key=True, max_length=16)
    route: str = Field(primary_key=True, max_length=12)
    day: date = Field(primary_key=True)
    used: int = Field(default=0, sa_column_kwargs=default(0))


class RouteStop(Row, table=True):
    """A route that is closed until a moment. `code` is the platform's."""

    __tablename__ = "route_stop"
    channel: str = Field(primary_key=True, max_length=16)
    route: str = Field(primary_key=True, max_length=12)
    until: datetime = Field(sa_type=UtcDateTime)
    code: str = Field(default="", max_length=32, sa_column_kwargs=default(""))


class NoticeGrant(Row, table=True):
    """How many notices of a template one address still accepts. Unique: (address, template)."""

    __tablename__ = "notice_grant"
    __table_args__ = (sa.UniqueConstraint("address_id", "template"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    address_id: int = Field(foreign_key="address.id", sa_type=BigId)
    template: str = Field(max_length=64)
    left: int = Field(default=0, sa_column_kwargs=default(0))
    changed_at: datetime = Field(sa_type=UtcDateTime)
