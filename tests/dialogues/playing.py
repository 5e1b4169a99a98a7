"""Playing one dialogue on a fresh SQLite database with the repository's own content."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot import content
from bot.clock import SHANGHAI
from bot.contract import Kind
from bot.services import duties, entries, units
from bot.services.house import House
from bot.services.sensitive import Sensitive
from bot.testing import Talk
from storage import migrate, orgs
from storage.database import Database
from storage.seal import Sealer
from storage.work import Work

CONTENT = Path(__file__).parents[2] / "content"
EVENTS = {
    "follow": Kind.FOLLOW,
    "unfollow": Kind.UNFOLLOW,
    "scan": Kind.SCAN,
    "click": Kind.CLICK,
    "image": Kind.IMAGE,
    "voice": Kind.VOICE,
    "location": Kind.LOCATION,
    "other": Kind.OTHER,
}


def play(dialogue: dict[str, Any], folder: Path) -> list[list[str]]:
    """What the bot says at every turn. A turn with `at` or `later` lets time go by first and runs the jobs."""
    start = datetime.fromisoformat(dialogue.get("at", "2026-11-25T10:00")).replace(tzinfo=SHANGHAI)
    database = Database(f"sqlite:///{folder}/dialogue.db", Sealer({1: b"k" * 32}, b"pepper"))
    migrate.upgrade(database.engine)
    database.start()
    try:
        database.writer.run(lambda work: fill(work, start))
        talk = Talk(database, House(sensitive=Sensitive(content.read_sensitive(CONTENT / "sensitive.yaml"))), start)
        return [_turn(talk, turn) for turn in dialogue["turns"]]
    finally:
        database.close()


def fill(work: Work, now: datetime) -> None:
    """FAQ, calendar, demo organisation and one binding code."""
    entries.load(work, content.read_faq(sorted((CONTENT / "faq").glob("*.yaml"))), now)
    duties.load_calendar(work, content.read_calendar(CONTENT / "calendar.yaml"))
    demo = content.read_demo(CONTENT / "demo.yaml")
    units.load(work, (unit.model_dump() for unit in demo.units), now)
    factory = orgs.by_code(work, "jixie")
    assert factory is not None
    orgs.put_binding(work, "demo_wang", factory, "主席", now + timedelta(days=365))


def _turn(talk: Talk, turn: dict[str, Any]) -> list[str]:
    user = turn.get("from", "职工")
    said: list[str] = []
    if "at" in turn or "later" in turn:
        pushed = talk.until(_when(talk, turn))
        said += [text if who == user else f"→{who}: {text}" for who, texts in pushed.items() for text in texts]
    if {"text", "event"} & turn.keys():
        kind = EVENTS[turn["event"]] if "event" in turn else Kind.TEXT
        more = {key: turn[key] for key in ("scene", "key", "chat", "dedupe") if key in turn}
        mentioned = bool(turn.get("mentioned", "chat" in turn))
        said += talk.says(turn.get("text", ""), user, kind=kind, mentioned=mentioned, **more)
    return said


def _when(talk: Talk, turn: dict[str, Any]) -> datetime:
    if "at" in turn:
        return datetime.fromisoformat(turn["at"]).replace(tzinfo=SHANGHAI)
    return talk.clock.now() + timedelta(**turn["later"])
