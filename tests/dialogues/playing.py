"""Playing one dialogue on a fresh SQLite database with the repository's own content."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import SHANGHAI
from bot.contract import Kind
from bot.testing import Talk
from tests.dialogues.cadres import happen
from tests.dialogues.filled import Filled, copied, opened
from tests.dialogues.staffing import act
from tests.dialogues.union_events import hold
from tests.dialogues.union_notices import notify
from tests.dialogues.union_office import decide
from tests.engines import Stock

EVENTS = {
    "follow": Kind.FOLLOW,
    "unfollow": Kind.UNFOLLOW,
    "scan": Kind.SCAN,
    "click": Kind.CLICK,
    "image": Kind.IMAGE,
    "file": Kind.FILE,
    "voice": Kind.VOICE,
    "location": Kind.LOCATION,
    "other": Kind.OTHER,
}


def play(dialogue: dict[str, Any], filled: Filled, folder: Path, engines: Stock) -> list[list[str]]:
    """What the bot says at every turn. A turn with `at` or `later` lets time go by first and runs the jobs."""
    start = datetime.fromisoformat(dialogue.get("at", "2026-11-25T10:00")).replace(tzinfo=SHANGHAI)
    with opened(copied(filled, folder), engines) as database:
        talk = Talk(database, filled.house(private_link=dialogue.get("link", "")), start)
        said: list[list[str]] = []
        for turn in dialogue["turns"]:
            text = {"text": _with_code(turn["text"], said)} if "text" in turn else {}
            said.append(_turn(talk, {**turn, **text}))
        return said


def _with_code(text: str, said: list[list[str]]) -> str:
    """`{code}` in a text is the last six-digit code that the bot gave to somebody."""
    codes = [found for replies in said for each in replies for found in re.findall(r"数字是 (\d{6})", each)]
    return text.replace("{code}", codes[-1]) if codes else text


def _turn(talk: Talk, turn: dict[str, Any]) -> list[str]:
    user = turn.get("from", "职工")
    said: list[str] = []
    if "staff" in turn:
        act(talk, turn["staff"])
    if "union" in turn:
        decide(talk, user, turn["union"])
    if "cadre" in turn:
        happen(talk, user, turn["cadre"])
    if "hold" in turn:
        hold(talk, turn["hold"])
    if "notice" in turn:
        notify(talk, user, turn["notice"])
    if "at" in turn or "later" in turn:
        pushed = talk.until(_when(talk, turn))
        said += [text if who == user else f"→{who}: {text}" for who, texts in pushed.items() for text in texts]
    if {"text", "event"} & turn.keys():
        kind = EVENTS[turn["event"]] if "event" in turn else Kind.TEXT
        more = {key: turn[key] for key in ("scene", "key", "chat", "dedupe", "media") if key in turn}
        mentioned = bool(turn.get("mentioned", "chat" in turn))
        said += talk.says(turn.get("text", ""), user, kind=kind, mentioned=mentioned, **more)
    return said


def _when(talk: Talk, turn: dict[str, Any]) -> datetime:
    if "at" in turn:
        return datetime.fromisoformat(turn["at"]).replace(tzinfo=SHANGHAI)
    return talk.clock.now() + timedelta(**turn["later"])
