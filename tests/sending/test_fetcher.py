"""The fetcher: evidence is brought home once, kept sealed, tried again, and given up in the end; its sender is told."""

import io
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.clock import FrozenClock
from bot.contract import Media, Outcome, Result
from bot.fetcher import AT_ONCE, LEASE, Fetcher
from bot.services import duty_answers, duty_evidence
from bot.services.house import House
from bot.services.media_types import MOST_BYTES, sniff
from storage import evidence
from storage.database import Database
from storage.evidence import Evidence
from storage.letters import Letter
from storage.people import Known
from tests.conftest import Opener
from tests.rules.union import Town, line
from tests.storage.kit import rows

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50
Answer = Media | Outcome | Exception


class Source:
    """A platform that answers what it is told to, by media id."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def fetch(self, media_id: str, limit: int) -> Media | Outcome:
        assert limit == MOST_BYTES
        self.asked.append(media_id)
        answer = self.answers[media_id]
        if isinstance(answer, Exception):
            raise answer
        return answer


def sent(town: Town, known: Known, *media: str, now: datetime) -> None:
    """A cadre with one duty that wants a photo sends some."""

    def job(work: Any) -> None:
        lists = duty_answers.listing(work, known.person_id, now)
        entries = duty_evidence.candidates(lists)
        for each in media:
            assert duty_evidence.attach(work, known.person_id, entries, "oa", each, now, "photo")

    town.database.writer.run(job)


@pytest.fixture
def town(database: Database, house: House) -> Town:
    return Town(database, house).build({**line("a", 31), "evidence": "photo"})


@pytest.fixture
def cadre(town: Town, clock: FrozenClock) -> Known:
    known = town.cadre("u1", "shop", clock.now())
    town.issue(clock.now())
    return known


async def drained(fetcher: Fetcher) -> None:
    for _ in range(10):
        if not await fetcher.cycle():
            return
    raise AssertionError


def states(database: Database) -> list[str]:
    return [state for (state,) in rows(database, Evidence, "state")]


async def test_what_was_sent_is_kept_sealed_with_the_type_of_its_bytes(
    town: Town, cadre: Known, clock: FrozenClock
) -> None:
    media = [f"m{number}" for number in range(AT_ONCE + 2)]
    sent(town, cadre, *media, now=clock.now())
    source = Source(**dict.fromkeys(media, Media(PNG, "text/html")))
    await drained(Fetcher(town.database, {"oa": source}, clock))
    assert sorted(source.asked) == media
    kept = rows(town.database, Evidence, "state", "mime", "size", "body")
    assert {row[:3] for row in kept} == {("kept", "image/png", len(PNG))}
    assert all(PNG not in row[3] for row in kept)

    def content(work: Any) -> set[bytes]:
        (duty_id,) = {row[0] for row in rows(town.database, Evidence, "duty_id")}
        return {evidence.content(work, each) for each in evidence.of_duty(work, duty_id)}

    assert town.database.writer.run(content) == {PNG}


async def test_what_cannot_be_had_now_is_tried_again_and_given_up_after_three_days(
    town: Town, cadre: Known, clock: FrozenClock
) -> None:
    sent(town, cadre, "busy", "odd", now=clock.now())
    source = Source(busy=Outcome(Result.UNKNOWN, "timeout"), odd=RuntimeError("odd"))
    fetcher = Fetcher(town.database, {"oa": source}, clock)
    tries = 0
    for _ in range(30):
        before = len(source.asked)
        await drained(fetcher)
        tries += len(source.asked) > before
        clock.move(timedelta(hours=3))
    assert states(town.database) == ["lost", "lost"]
    assert 5 < tries < 20
    assert len(rows(town.database, Letter, "id")) == 2


async def test_what_is_gone_or_not_what_it_says_ends_at_once_and_the_sender_is_told(
    town: Town, cadre: Known, clock: FrozenClock
) -> None:
    sent(town, cadre, "gone", "large", "script", now=clock.now())
    source = Source(
        gone=Outcome(Result.UNREACHABLE, "40007"),
        large=Outcome(Result.REJECTED, "answer too large"),
        script=Media(b"<html><script>", "image/png"),
    )
    await drained(Fetcher(town.database, {"oa": source}, clock))
    assert states(town.database) == ["lost", "refused", "refused"]
    assert rows(town.database, Letter, "person_id") == [(cadre.person_id,)] * 3
    await drained(Fetcher(town.database, {"oa": source}, clock))
    assert len(source.asked) == 3


async def test_a_claim_is_nobody_elses_until_its_lease_ends(another: Opener, house: House, clock: FrozenClock) -> None:
    first, second = another(), another()
    town = Town(first, house).build({**line("a", 31), "evidence": "photo"})
    known = town.cadre("u1", "shop", clock.now())
    town.issue(clock.now())
    sent(town, known, "m", now=clock.now())

    def claim(database: Database) -> list[str]:
        now = clock.now()
        found = database.writer.run(lambda work: evidence.claim(work, ["oa"], now, LEASE, 5))
        return [each.media_id for each in found]

    assert (claim(first), claim(second)) == (["m"], [])
    clock.move(LEASE)
    assert claim(second) == ["m"]


def test_what_nobody_placed_is_not_fetched_and_is_given_up(town: Town, cadre: Known, clock: FrozenClock) -> None:
    now = clock.now()

    def job(work: Any) -> None:
        entry = duty_answers.listing(work, cadre.person_id, now).pick(1)
        duty_evidence.attach(work, cadre.person_id, [entry, entry], "oa", "m", now, "photo")

    town.database.writer.run(job)
    assert states(town.database) == ["unplaced"]
    assert not town.database.look(lambda work: evidence.any_due(work, ["oa"], now))
    assert town.database.writer.run(lambda work: evidence.lose_old(work, now + timedelta(days=2))) == 0
    assert town.database.writer.run(lambda work: evidence.lose_old(work, now + timedelta(days=4))) == 1
    assert states(town.database) == ["lost"]


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name in names:
            opened.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (b"\xff\xd8\xff\xe0123", "jpg"),
        (PNG, "png"),
        (b"GIF89a123", "gif"),
        (b"RIFF1234WEBPVP8 ", "webp"),
        (b"%PDF-1.7\n", "pdf"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (archive("word/document.xml"), "docx"),
        (archive("word/document.xml", "word/vbaProject.bin"), ""),
        (archive("evil.exe"), ""),
        (b"PK\x03\x04broken", ""),
        (b"<svg onload=alert(1)>", ""),
        (b"MZ\x90", ""),
        (b"", ""),
        (PNG + b"0" * MOST_BYTES, ""),
    ],
)
def test_a_type_is_told_from_the_bytes(body: bytes, ending: str) -> None:
    found = sniff(body)
    assert (found.ending if found else "") == ending
