"""The demo organisation: a sound tree, the sandbox's phones, and no data of real people."""

import re
from collections import Counter
from typing import Literal

from pydantic import Field

from tests.content.models import CONTENT, Level, Slug, Strict, Text, load_yaml


class Root(Strict):
    """Who the demo is for."""

    name: Text
    root: Slug


class Unit(Strict):
    """A union organisation of the demo."""

    code: Slug
    name: Text
    employer: Text | None
    level: Level
    parent: Slug | None
    scene: Text
    trade: Text | None = None


class Person(Strict):
    """Who holds a sandbox phone; a cadre has an office and a code to bind it."""

    openid: Text
    name: Text
    cadre: bool
    unit: Slug | None
    role: Literal["主席"] | None
    bind_scene: Text | None


class Question(Strict):
    """What is asked at a registration."""

    key: Slug
    ask: Text
    kind: Literal["yes_no", "choice", "text", "number"]
    label: Text


class Event(Strict):
    """Something to register for, dated from the day the demo is loaded."""

    title: Text
    place: Text
    about: Text
    in_days: int
    at: str
    hours: int
    capacity: int | None = None
    questions: list[Question] = Field(default_factory=list)
    scene: Text


class Demo(Strict):
    """content/demo.yaml."""

    organisation: Root
    units: list[Unit]
    people: list[Person]
    events: list[Event]


DEMO = Demo.model_validate(load_yaml(CONTENT / "demo.yaml"))
ABOVE = {"市": None, "区县": "市", "街道": "区县", "基层": "街道"}


def test_the_tree_has_the_promised_size() -> None:
    assert Counter(unit.level for unit in DEMO.units) == {"市": 1, "区县": 2, "街道": 2, "基层": 6}
    assert DEMO.organisation.name == DEMO.units[0].name == "示例市总工会"


def test_parents_come_first_and_are_one_level_above() -> None:
    levels: dict[str, str] = {}
    for unit in DEMO.units:
        assert (levels[unit.parent] if unit.parent else None) == ABOVE[unit.level]
        assert unit.code not in levels
        assert (unit.employer is not None) == (unit.level == "基层")
        levels[unit.code] = unit.level


def test_names_are_invented_and_scenes_follow_the_code() -> None:
    for unit in DEMO.units:
        assert "示例" in unit.name
        assert unit.scene == f"unit_{unit.code}"
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", unit.scene)


def test_the_chairman_is_a_cadre_and_the_workers_are_not_members() -> None:
    people = {person.openid: person for person in DEMO.people}
    wang = people.pop("oSandboxWang0000000000000002")
    assert (wang.name, wang.role, wang.bind_scene) == ("王主席", "主席", "bind_demo_wang")
    assert next(unit for unit in DEMO.units if unit.code == wang.unit).level == "基层"
    assert set(people) == {"oSandboxChen0000000000000001", "oSandboxLi000000000000000003"}
    for worker in people.values():
        assert (worker.cadre, worker.unit, worker.role, worker.bind_scene) == (False, None, None, None)


def test_no_id_or_mobile_numbers() -> None:
    text = (CONTENT / "demo.yaml").read_text(encoding="utf-8")
    assert re.findall(r"(?<![A-Za-z0-9])1\d{10}(?!\d)|(?<![A-Za-z0-9])\d{17}[\dXx]", text) == []
