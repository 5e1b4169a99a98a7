"""kill -9 at random moments under load: nothing acknowledged is lost, nothing is said twice, doubt is named."""

import asyncio
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot import content
from bot.app import Application
from bot.clock import FrozenClock, SystemClock
from storage import recipients
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database, make_engine
from storage.inbox import Inbound
from storage.outbox import Outbox
from storage.people import Address
from storage.recipients import Recipient
from tests.crash.house import IN_FLIGHT, City, Load, open_city
from tests.wire.room import CONTENT, configuration, eventually

JOIN = ("入会", "同意", "张三", "可以", "{id}", "13800138000", "示例机械厂", "在岗", "是", "没入过", "确认")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
LATER = timedelta(minutes=15)  # longer than the lease of a job that died
OPEN = ("answering", "queued", "sending")


def questions() -> list[str]:
    """Questions with different answers."""
    entries = content.read_faq(sorted((CONTENT / "faq").glob("*.yaml")))
    return [entry["question"] for entry in entries]


def id_number(number: int) -> str:
    """A well-formed number of nobody: 3 December 1949, sequence `number`."""
    body = f"11010519491231{number:03d}"
    check = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[check]


def script(users: list[str], each: int, joining: int) -> dict[str, list[str]]:
    """Who says what: different questions for everybody, some of them join."""
    asked = questions()
    lines = {user: [asked[(place * 7 + n) % len(asked)] for n in range(each)] for place, user in enumerate(users)}
    for place, user in enumerate(users[:joining]):
        lines[user] = [line.format(id=id_number(place + 2)) for line in JOIN] + lines[user]
    return lines


async def run(url: str, folder: Path, people: int, each: int, kills: int) -> dict[str, Any]:
    """The load with its kills; what was found, for the report."""
    async with open_city(url, folder, seed=kills) as city:
        await city.settle_in(people)
        lines = script(city.users, each, joining=people // 4)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(city.everybody(lines))
            tasks.create_task(killing(city, kills * 3 // 4))
        for number in range(kills - city.load.kills):
            if number % 4 == 0:
                await city.greet("谢谢" if number == 0 else f"好的{number}")
            title = ("--title", f"通知{number}", "--text", "会议")
            await city.kill_while_sending("broadcast", "--to", "followers", "--now", *title)
        assert await city.bot.stop() == 0
        await settle(url, city)
        return audit(url, city)


async def killing(city: City, kills: int) -> None:
    """So many kills while people talk."""
    for _ in range(kills):
        await city.kill_after(city.dice.randrange(1, 2 * len(city.users)))
    city.enough.set()


async def settle(url: str, city: City) -> None:
    """As an operator would, later: the command for what was in doubt, then an ordinary start for the leases."""
    later = SystemClock().now() + LATER
    await city.bot.command("jobs", "run", "settle_outbox", "--at", later.isoformat())
    clock = FrozenClock(later)
    async with Application(configuration(url, city.platform), clock) as bot:
        await eventually(lambda: not open_rows(bot.database, clock), 30)


def open_rows(database: Database, clock: FrozenClock) -> int:
    """How many rows are still open a second later: the rate budget needs time to go by."""
    clock.move(timedelta(seconds=1))
    out, row = table(Outbox), table(Recipient)
    queries = (
        sa.select(sa.func.count()).where(out.c.state.in_(OPEN)),
        sa.select(sa.func.count()).where(row.c.state.in_(recipients.OPEN)),
    )
    return database.look(lambda work: sum(int(work.look(query).scalar_one()) for query in queries))


def audit(url: str, city: City) -> dict[str, Any]:
    """Every push, every row and everything that reached a phone, compared."""
    pushes, rows = read(url)
    sure, perhaps = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in rows:
        sure[row["user"], row["text"]] += row["state"] in ("sent", "accepted")
        perhaps[row["user"], row["text"]] += row["state"] in ("sent", "accepted", "unknown")
    got = Counter((entry["user"], words(entry["text"])) for entry in city.world.received.view(None))
    shown = Counter({(user, words(text)): 0 for user, text in perhaps})
    for (user, text), count in perhaps.items():
        shown[user, words(text)] += count
    assert got - shown == Counter()  # nothing twice, nothing out of nowhere
    for (user, text), count in sure.items():
        shown[user, words(text)] -= perhaps[user, text] - count
    assert shown - got == Counter()  # nothing called sent that did not arrive
    missing = [number for number in city.load.acked if (pushes[f"m:{number}"], replies(rows, number)) != (1, 1)]
    assert missing == []
    states = Counter((row["state"], row["route"]) for row in rows)
    # what a kill left over may meet a window that later notices have used up; that is told, or kept
    # and a bot that is up again soon enough would have heard a repeat of what was answered just before the kill
    fine = {("sent", ""), ("sent", "no repeat came"), ("unreachable", "window closed")}
    odd = [row for row in rows if row["state"] not in ("unknown", "kept") and (row["state"], row["code"]) not in fine]
    assert odd == []
    return {"states": states, "people": len(city.users), "load": city.load, "log": city.bot.log.read_text("utf-8")}


def words(text: str) -> str:
    """What tells a message from others whatever its route adds to it."""
    return text.partition("\n<a ")[0][:150]


def replies(rows: list[dict[str, Any]], number: int) -> int:
    """First answers to a push."""
    return sum(row["dedupe"] == f"m:{number}" and row["seq"] == 0 for row in rows)


def read(url: str) -> tuple[Counter[str], list[dict[str, Any]]]:
    """Inbound rows by key, and all outbox rows with whom they are for and what they answer, notices included.

    A notice that was kept and told in a reply is in the row of that reply.
    """
    inbound, out, address = table(Inbound), table(Outbox), table(Address)
    row, notice = table(Recipient), table(Broadcast)
    of_notice = (notice.c.text, row.c.state, row.c.route, sa.literal("").label("code"), sa.literal(0).label("seq"))
    notices = (
        sa.select(*of_notice, address.c.user, sa.null().label("dedupe"))
        .select_from(
            row.join(notice, notice.c.id == row.c.broadcast_id).join(address, address.c.id == row.c.address_id)
        )
        .where(row.c.route != "inbox")
    )
    query = sa.select(
        out.c.text, out.c.state, out.c.route, out.c.code, out.c.seq, address.c.user, inbound.c.dedupe
    ).select_from(
        out.join(address, address.c.id == out.c.address_id).outerjoin(inbound, inbound.c.id == out.c.inbound_id)
    )
    engine = make_engine(url)
    try:
        with engine.connect() as conn:
            keys = Counter(conn.execute(sa.select(inbound.c.dedupe)).scalars().all())
            rows = [dict(each) for each in (*conn.execute(query).mappings(), *conn.execute(notices).mappings())]
            if engine.dialect.name == "sqlite":
                assert conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    finally:
        engine.dispose()
    return keys, rows


def judge(found: dict[str, Any], kills: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Bounds on doubt, silence about people, and the numbers for whoever reads the report."""
    load: Load = found["load"]
    states: Counter[tuple[str, str]] = found["states"]
    by_push = sum(count for (state, route), count in states.items() if state == "unknown" and route != "reply")
    by_reply = states["unknown", "reply"]
    assert load.kills == kills
    assert by_push <= kills * IN_FLIGHT
    assert by_reply <= kills * found["people"]
    assert "Traceback" not in found["log"]
    said = [word for word in ("张三", "11010519491231", "13800138000", "谢谢", "会议") if word in found["log"]]
    assert said == []
    with capsys.disabled():
        numbers = {"kills": kills, "pushes": load.attempts, "acked": len(load.acked), "repeats": load.repeats}
        outbox = {f"{state}/{route}": count for (state, route), count in sorted(states.items())}
        print("\n" + json.dumps({**numbers, "unknown_sends": by_push, "unknown_replies": by_reply, "outbox": outbox}))


async def test_eight_kills(file_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judge(await run(file_url, tmp_path, people=12, each=12, kills=8), 8, capsys)


@pytest.mark.slow
async def test_fifty_kills(any_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judge(await run(any_url, tmp_path, people=24, each=30, kills=50), 50, capsys)
