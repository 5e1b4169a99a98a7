"""People who join, on a real database with the real conversation, and what is then in the rows. All are invented."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.services.house import House
from bot.testing import Talk
from storage import applications, orgs
from storage.applications import Application, ApplicationStep
from storage.base import table
from storage.database import Database

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
MOBILE, NAME, UNIT = "13800138000", "张三", "示例机械厂"
REST = ("在岗", "不是", "没入过")


def id_of(birth: str, place: int = 1, region: str = "110105") -> str:
    """A well-formed number of nobody, born on a day (YYYYMMDD)."""
    body = f"{region}{birth}{place:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


ID = id_of("19900307")


def start(id_number: str = ID, mobile: str = MOBILE, name: str = NAME) -> tuple[str, ...]:
    """From 入会 to the mobile number."""
    return ("入会", "同意", name, "可以", id_number, mobile)


def talk(database: Database, now: datetime, house: House | None = None) -> Talk:
    """A union with one unit."""
    database.writer.run(lambda work: orgs.put(work, "jixie", "示例机械厂工会", "基层", UNIT, None).id)
    return Talk(database, house or House(), now)


def says(speaker: Talk, *texts: str, user: str = "u1") -> list[str]:
    """Everything that is answered to these texts."""
    return [said for text in texts for said in speaker.says(text, user)]


def joins(speaker: Talk, *, user: str = "u1", unit: str = UNIT, rest: tuple[str, ...] = REST, **who: str) -> list[str]:
    """A whole application, handed in."""
    return says(speaker, *start(**who), unit, *rest, "确认", user=user)


def all_of(database: Database) -> list[Application]:
    """Every application, the first one first."""
    query = sa.select(table(Application).c.id).order_by(table(Application).c.created_at, table(Application).c.id)

    def read(work: Any) -> list[Application]:
        found = [applications.get(work, each) for each in work.look(query).scalars().all()]
        return [each for each in found if each is not None]

    return database.look(read)


def steps(database: Database) -> list[tuple[str, str, str]]:
    """Every step of every application: who, from, to."""
    rows = table(ApplicationStep)
    query = sa.select(rows.c.actor, rows.c.before, rows.c.after).order_by(rows.c.at, rows.c.id)
    return [(row.actor, row.before, row.after) for row in database.look(lambda work: work.look(query).all())]
