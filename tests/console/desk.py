"""A console on a loopback port, and people in front of it who send what a browser sends."""

import html
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from aiohttp import ClientResponse, CookieJar
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from bot.clock import FrozenClock
from bot.console.room import Room
from bot.console.server import console_app
from bot.services.house import House
from bot.services.passwords import Passwords
from storage import audit, orgs, staff
from storage.database import Database
from storage.orgs import Organisation
from storage.staff import Staff
from storage.work import Work

PASSWORD = "correct horse 42"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
T = TypeVar("T")


@dataclass
class Seen:
    """A page as it was answered."""

    status: int
    text: str
    headers: Any
    url: str = ""

    @property
    def csrf(self) -> str:
        """The token in the page's forms."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.text)
        return html.unescape(found[1]) if found else ""

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name} in {self.text[:2000]}"
        return html.unescape(found[1])


@dataclass
class Person:
    """Somebody with a browser: it keeps cookies, follows nothing by itself, and says where its forms come from."""

    client: TestClient[Any, Any]
    headers: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    async def get(self, path: str, **headers: str) -> Seen:
        """Open a page; its token is used for the next form."""
        async with self.client.get(path, allow_redirects=False, headers=headers) as answer:
            return await self._seen(answer)

    async def post(self, path: str, /, **fields: Any) -> Seen:
        """Send a form of a page of ours."""
        return await self.send(path, {"csrf": self.csrf, **fields})

    async def send(self, path: str, data: Any, **headers: str) -> Seen:
        """Send anything; `headers` replace those of a browser on our page (an empty one leaves it away)."""
        ours = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", **headers}
        kept = {name.replace("_", "-"): value for name, value in ours.items() if value}
        async with self.client.post(path, data=data, allow_redirects=False, headers=kept) as answer:
            return await self._seen(answer)

    @property
    def origin(self) -> str:
        """Where our pages live."""
        return str(self.client.make_url("/").origin())

    @property
    def cookie(self) -> str:
        """The session cookie the browser holds."""
        held = self.client.session.cookie_jar.filter_cookies(self.client.make_url("/"))
        return held["session"].value if "session" in held else ""

    async def log_in(self, name: str, password: str = PASSWORD, wanted: str = "/") -> Seen:
        """Fill in the login form."""
        seen = await self.send("/login", {"name": name, "password": password, "next": wanted})
        if seen.status == 303:
            await self.get("/password")
        return seen

    async def _seen(self, answer: ClientResponse) -> Seen:
        seen = Seen(answer.status, (await answer.read()).decode("utf-8", "replace"), answer.headers, str(answer.url))
        self.csrf = seen.csrf or self.csrf
        return seen


class Desk:
    """The console with its database and clock."""

    def __init__(self, room: Room, server: TestServer, clock: FrozenClock) -> None:
        self.room, self.server, self.clock, self.database = room, server, clock, room.database
        self._clients: list[TestClient[Any, Any]] = []

    async def write(self, job: Callable[[Work], T]) -> T:
        """One unit of work."""
        return await self.database.writer.write(job)

    async def account(self, name: str, role: str = "staff", org: int | None = None, **more: Any) -> int:
        """An account with the password PASSWORD; its id."""
        values = {"display": f"{name}同志", "must_change": False, "password": CHEAP.hash(PASSWORD), **more}

        def add(work: Work) -> int:
            made = Staff(id=work.new_id(), name=name, role=role, org_id=org, created_at=self.clock.now(), **values)
            staff.save(work, made)
            return made.id

        return await self.write(add)

    async def tree(self) -> dict[str, int]:
        """A city with two districts and one basic union in each; ids by code."""

        def grow(work: Work) -> dict[str, int]:
            city = orgs.put(work, "city", "示例市总工会", "市", "", None)
            made = {"city": city}
            for code, name in (("east", "东区总工会"), ("west", "西区总工会")):
                made[code] = orgs.put(work, code, name, "区县", "", city)
                base = f"{code}-plant"
                made[base] = orgs.put(work, base, f"{name[:2]}机械厂工会", "基层", f"{name[:2]}机械厂", made[code])
            return {code: org.id for code, org in made.items()}

        return await self.write(grow)

    async def person(self, name: str = "", role: str = "staff", org: int | None = None, **more: Any) -> Person:
        """A browser; with a name also an account, logged in."""
        client = TestClient(self.server, cookie_jar=CookieJar(unsafe=True))
        self._clients.append(client)
        made = Person(client)
        if name:
            await self.account(name, role, org, **more)
            assert (await made.log_in(name)).status == 303
        return made

    def lines(self, action: str = "") -> list[tuple[str, str, str, str]]:
        """The audit trail, oldest first: actor, action, subject, note."""
        rows = self.database.look(lambda work: audit.newest(work, 500, action=action))
        return [(row.actor, row.action, row.subject, row.note) for row in reversed(rows)]

    def stored(self, name: str) -> Staff:
        """An account as it is in the database."""
        found = self.database.look(lambda work: staff.by_name(work, name))
        assert found is not None
        return found

    def org(self, org_id: int) -> Organisation:
        """An organisation by id."""
        found = self.database.look(lambda work: orgs.get(work, org_id))
        assert found is not None
        return found

    def later(self, **by: float) -> None:
        """Let time go by."""
        self.clock.move(timedelta(**by))

    async def close(self) -> None:
        """Close every browser."""
        for client in self._clients:
            await client.session.close()


@asynccontextmanager
async def open_desk(database: Database, house: House, clock: FrozenClock, **more: Any) -> AsyncIterator[Desk]:
    """A console on a free port. `more` goes to `Room`."""
    room = Room(database, house, clock, passwords=CHEAP, **more)
    server = TestServer(console_app(room))
    await server.start_server()
    desk = Desk(room, server, clock)
    try:
        yield desk
    finally:
        await desk.close()
        await server.close()
