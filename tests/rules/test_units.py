"""A union's QR code fills in the union, whenever it is scanned; the table of unions grows in a database in use."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlmodel import select

import storage
from bot.jobs import refresh_units
from bot.jobs.job import Moment
from bot.testing import Talk
from storage import orgs
from storage.database import Database, make_engine
from storage.orgs import Organisation
from storage.people import Address, Person
from storage.work import Work

FOLLOW, SCAN = {"kind": "follow"}, {"kind": "scan"}


@pytest.fixture
def talk(database: Database, house: Any, now: Any) -> Talk:
    def grow(work: Work) -> None:
        city = orgs.put(work, "city", "示例市总工会", "市", "", None)
        for code, employer in (("works", "示例机械厂"), ("mill", "示例纺织公司")):
            orgs.put(work, code, f"{employer}工会", "基层", employer, city)

    database.writer.run(grow)
    return Talk(database, house, now)


def unit_of(talk: Talk, user: str = "u1") -> str:
    """The code of the unit that is noted for a person."""

    def job(work: Work) -> str:
        query = select(Organisation.code).join(Person).join(Address).where(Address.user == user)
        return work.session.exec(query).first() or ""

    return talk.database.look(job)


@pytest.mark.parametrize("steps", [[{**FOLLOW, "scene": "unit_works"}], [FOLLOW, {**SCAN, "scene": "unit_works"}]])
def test_a_code_fills_in_the_union_before_and_after_following(talk: Talk, steps: list[dict[str, str]]) -> None:
    said = [talk.says(**step) for step in steps]
    assert "示例机械厂工会的二维码" in said[-1][0]
    assert unit_of(talk) == "works"


def test_the_last_code_counts_until_somebody_is_a_member(talk: Talk) -> None:
    talk.says(**FOLLOW, scene="unit_works")
    talk.says(**SCAN, scene="unit_mill")
    assert unit_of(talk) == "mill"
    talk.says(**SCAN, scene="unit_nowhere")
    assert unit_of(talk) == "mill"

    def join(work: Work) -> None:
        person = work.session.exec(select(Person)).one()
        person.member_since = talk.clock.now()
        work.session.add(person)

    talk.database.writer.run(join)
    talk.says(**SCAN, scene="unit_works")
    assert unit_of(talk) == "mill"


def test_every_process_follows_the_tree(talk: Talk) -> None:
    assert len(talk.house.units) == 3
    talk.database.writer.run(lambda work: orgs.put(work, "lamps", "新光灯具厂工会", "基层", "新光灯具厂", None))
    moment = Moment(talk.clock.now(), talk.clock.now())
    assert [refresh_units.run(talk.database, talk.house, moment) for _ in range(2)] == [{"rebuilt": 1}, {"rebuilt": 0}]
    assert talk.house.units.find("新光灯具厂")[0].sure


def move(engine: sa.Engine, step: Any, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        step(config, revision)


def test_the_columns_come_to_a_tree_in_use_and_can_be_taken_away(empty_url: str) -> None:
    engine = make_engine(empty_url)
    every = sa.text("SELECT * FROM organisation")
    move(engine, command.upgrade, "0005")
    with engine.begin() as conn:
        conn.execute(
            sa.text(
                "INSERT INTO organisation (id, code, name, level, employer, path) VALUES (1, 'c', '市', '市', '', '/1')"
            )
        )
        before = dict(conn.execute(every).mappings().one())
    move(engine, command.upgrade, "0006")
    with engine.begin() as conn:
        assert dict(conn.execute(every).mappings().one()) == {**before, "trade": "", "version": 1}
    move(engine, command.downgrade, "0005")
    with engine.begin() as conn:
        assert dict(conn.execute(every).mappings().one()) == before
    engine.dispose()
