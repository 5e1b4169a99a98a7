"""The database as a thief finds it: no ID number and no mobile that came in by chat, a list or a request is in clear.

SQLite: every file of the database, with the write-ahead log. PostgreSQL: every table as pg_dump writes it (COPY).
"""

from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from bot.services import member_requests, person_export, reveal
from bot.testing import Talk
from storage import members
from storage.base import Row
from storage.conversations import Conversation
from storage.database import Database
from storage.imports import RosterRow
from storage.work import Work
from tests.joining.kit import UNIT, id_of, joins, says, start, talk
from tests.members.people import id_number, mobile
from tests.members.world import CHEN, World, line, sheet
from tests.storage.kit import count

WHY = "电话核实本人身份"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
APPLICANT, LOOSE, REFUSED = id_of("19900307"), id_of("19910408"), id_of("20120101")
MOBILES = {"applicant": "13800138000", "loose": "13912345678", "asked": "13700137001"}
ENTERED = (
    APPLICANT,
    LOOSE,
    REFUSED,
    *MOBILES.values(),
    *(each(at) for at in (11, 12, 13) for each in (id_number, mobile)),
)


def dumped(database: Database, folder: Path, url: str) -> bytes:
    """Everything that lies on the disk."""
    if database.is_sqlite:
        files = sorted(path for path in folder.iterdir() if path.is_file() and path.name.startswith("union.db"))
        assert "union.db-wal" in {path.name for path in files}
        return b"\0".join(path.read_bytes() for path in files)
    parts: list[bytes] = []
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        for name in Row.metadata.tables:
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT'.encode()) as rows:
                parts.extend(bytes(row) for row in rows)
    return b"".join(parts)


def chat(speaker: Talk) -> None:
    """An application; numbers where nobody asked; a child; a form left in the middle; a member's request."""
    joins(speaker, user="hong", id_number=APPLICANT, mobile=MOBILES["applicant"])
    says(speaker, f"我的身份证是{LOOSE}，电话{MOBILES['loose']}，年假怎么休", LOOSE.translate(WIDE), user="loose")
    speaker.says(f"{MOBILES['loose']} 谁的电话", "loose", chat="g1", mentioned=True)
    says(speaker, "入会", "同意", "小小", "可以", REFUSED, user="child")
    says(speaker, *start(id_number=id_number(13), mobile=mobile(13)), user="halfway")
    says(speaker, "我的信息", "进度", user="hong")


def office(world: World, database: Database, now: datetime) -> None:
    """A list on its way in and one that is in, a request of a member, and staff who look and export."""
    world.brought(sheet(line(11)))
    world.step(world.uploaded(sheet(line(12))))
    member = world.enrolled(21)

    def job(work: Work) -> None:
        member_requests.ask(work, member.person_id or 0, "correct", {"mobile": MOBILES["asked"]}, now)
        listed = members.by_id_hash(work, work.seal.fingerprint(id_number(11), members.HASH_OF_ID))
        assert listed is not None
        assert reveal.open_value(work, CHEN, "member", listed.id, "id_number", WHY, now) == id_number(11)
        assert person_export.of_member(work, CHEN, listed.id, WHY, now)["会员登记"]["手机号"] == mobile(11)

    database.writer.run(job)


def test_no_number_is_on_the_disk(
    database: Database, now: datetime, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    speaker, world = talk(database, now), World(database, now).build()
    with caplog.at_level("DEBUG"):
        chat(speaker)
        office(world, database, now)
        speaker.pass_time(minutes=5)
    assert (count(database, Conversation), count(database, RosterRow)) == (1, 1)
    kept = dumped(database, tmp_path, url)
    assert UNIT.encode() in kept and "张三".encode() in kept  # what is not sealed is found
    for number in ENTERED:
        for form in (number, number.lower(), number.translate(WIDE)):
            assert form.encode() not in kept and form.encode().hex().encode() not in kept
            assert form not in caplog.text
