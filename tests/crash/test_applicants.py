"""A crowd joins at the same time, in any order, with repeats and restarts in between: one right application each."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import open_database
from storage.applications import ID_PURPOSE, MOBILE_PURPOSE, Application, ApplicationStep
from storage.base import table
from storage.database import make_engine
from storage.orgs import Organisation
from storage.people import Address
from tests.crash.house import City, open_city
from tests.joining.kit import id_of
from tests.wire.room import configuration

CROWD, FEW = 1000, 24
AT_ONCE = 32  # pushes under way; everybody's form is open at the same time
EVERY = 7  # so often a push comes twice at once
UNITS = {
    "示例机械厂": "jixie",
    "示例纺织公司": "fangzhi",
    "示例物流公司": "wuliu",
    "示例餐饮公司": "canyin",
    "示例建筑公司": "jianzhu",
}
STATUSES: dict[str, tuple[str, ...]] = {
    "在岗": ("在岗",),
    "劳务派遣": ("派遣", "用工单位发"),
    "灵活就业": ("零工", "有固定单位"),
    "待岗": ("下岗",),
}


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who somebody says to be."""

    place: int

    @property
    def expected(self) -> tuple[str, ...]:
        """Name, ID number, mobile, employer, status and its union's code, as they must be in the row."""
        employer = sorted(UNITS)[self.place % len(UNITS)]
        status = sorted(STATUSES)[self.place % len(STATUSES)]
        born = f"19{70 + self.place % 20}0{1 + self.place % 9}15"
        mobile = f"139{self.place:08d}"
        return (self.name, id_of(born, 1 + self.place % 997), mobile, employer, status, UNITS[employer])

    @property
    def name(self) -> str:
        """A name of its own, without digits."""
        return "申" + "".join("甲乙丙丁戊己庚辛壬癸"[int(digit)] for digit in f"{self.place:04d}")

    def lines(self) -> list[str]:
        """What is typed; some go back, some put it aside, some change their mind at the end."""
        name, id_number, mobile, employer, status, _ = self.expected
        rest = [*STATUSES[status], "是" if self.place % 2 else "不是", "没入过", "确认"]
        said = ["入会", "同意", name, "可以", id_number, mobile, employer, *rest]
        if self.place % 5 == 0:
            said[5:5] = ["稍后", "继续"]
        if self.place % 5 == 1:
            said[5:6] = ["13800138000", "返回", mobile]
        if self.place % 5 == 2:
            said[-1:] = ["修改 1", name, "确认"]
        return said


class Crowd:
    """Everybody talks; how far all of them are together decides when the bot goes down."""

    def __init__(self, city: City, size: int) -> None:
        self.city, self.people = city, [Applicant(place) for place in range(size)]
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._said, self._moved = 0, asyncio.Event()
        self.total = sum(len(each.lines()) for each in self.people)

    async def join(self) -> None:
        """All in a random order, each one line after the other; twice the bot goes down in between."""
        pairs = list(zip(self.city.users, self.people, strict=True))
        self.city.dice.shuffle(pairs)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._restarts())
            for user, person in pairs:
                tasks.create_task(self._talk(user, person))

    async def _talk(self, user: str, person: Applicant) -> None:
        for place, text in enumerate(person.lines()):
            async with self._slots:
                twice = (place + person.place) % EVERY == 0
                await self.city.ask(user, text, copies=2 if twice else 1)
            self._said += 1
            self._moved.set()

    async def _restarts(self) -> None:
        """Once as an operator does it, once by kill -9."""
        await self._until(self.total // 3)
        assert await self.city.bot.stop() == 0
        await self.city.bot.start()
        await self._until(self.total * 2 // 3)
        await self.city.bot.kill()
        self.city.load.kills += 1
        await self.city.bot.start()

    async def _until(self, said: int) -> None:
        while self._said < said:
            self._moved.clear()
            await self._moved.wait()


async def crowd_joins(url: str, folder: Path, size: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole of it, and what must then be in the database."""
    loop = asyncio.get_running_loop()
    async with open_city(url, folder, seed=size) as city:
        await city.settle_in(size)
        crowd = Crowd(city, size)
        begun = loop.time()
        await crowd.join()
        seconds = loop.time() - begun
        assert await city.bot.stop() == 0
    found = applications_of(url)
    assert sorted(found) == sorted(city.users)
    right = {user: person.expected for user, person in zip(city.users, crowd.people, strict=True)}
    assert {user: row[1:] for user, row in found.items()} == right
    numbers = sorted(int(row[0].split("-")[1]) for row in found.values())
    assert len(numbers) == len(set(numbers)) == size
    assert "Traceback" not in city.bot.log.read_text("utf-8")
    with capsys.disabled():
        load = {"pushes": city.load.attempts, "repeats": city.load.repeats, "kills": city.load.kills}
        print("\n" + json.dumps({"applicants": size, "seconds": round(seconds, 1), **load}))


def applications_of(url: str) -> dict[str, tuple[Any, ...]]:
    """What was handed in, by who did: number, name, ID number, mobile, employer, status, code of the union.

    Every application has been collected, confirmed and handed in, and there is no other.
    """
    rows, address, org = table(Application), table(Address), table(Organisation)
    columns = (rows.c.number, rows.c.name, rows.c.id_number, rows.c.mobile, rows.c.employer, rows.c.work_status)
    query = sa.select(address.c.user, *columns, org.c.code, rows.c.state, rows.c.round).select_from(
        rows.join(address, address.c.person_id == rows.c.person_id).outerjoin(org, org.c.id == rows.c.org_id)
    )
    database = open_database(configuration(url, "http://127.0.0.1:1"))
    seal = database.seal
    engine = make_engine(url)
    try:
        with engine.connect() as conn:
            found = conn.execute(query).all()
            steps = conn.execute(sa.select(sa.func.count()).select_from(table(ApplicationStep))).scalar_one()
    finally:
        engine.dispose()
        with suppress(RuntimeError):
            database.close()
    assert {(row.state, row.round) for row in found} == {("submitted", 1)}
    assert steps == 3 * len(found)
    return {
        row.user: (
            row.number,
            row.name,
            seal.open(row.id_number, ID_PURPOSE),
            seal.open(row.mobile, MOBILE_PURPOSE),
            row.employer,
            row.work_status,
            row.code,
        )
        for row in found
    }


async def test_a_few_applicants(any_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await crowd_joins(any_url, tmp_path, FEW, capsys)


@pytest.mark.slow
async def test_a_thousand_applicants(any_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await crowd_joins(any_url, tmp_path, CROWD, capsys)
