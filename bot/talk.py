"""`talk`: the bot in a terminal, or a line of JSON in and a line out for scripts."""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.app import make_house
from bot.clock import SHANGHAI, SystemClock
from bot.commands import opened
from bot.config import Config
from bot.contract import Kind
from bot.preparing import load_content, quiet_logs
from bot.testing import Talk

MAX_LINE = 64 * 1024
EVENTS = {"subscribe": Kind.FOLLOW, "unsubscribe": Kind.UNFOLLOW, **{kind.value: kind for kind in Kind}}


def run(config: Config, given: argparse.Namespace) -> int:
    """Talk until the input ends. Uses the configured database, so what is said here is kept."""
    load_content(config)
    with opened(config) as database, quiet_logs():
        talk = Talk(database, make_house(config), SystemClock().now())
        if given.json:
            for line in sys.stdin:
                print(json.dumps(_turn(talk, line, given.user), ensure_ascii=False), flush=True)
        else:
            _terminal(talk, given.user)
    return 0


def _terminal(talk: Talk, user: str) -> None:
    print("\n".join(talk.says(user=user, kind=Kind.FOLLOW)))
    while True:
        try:
            text = input("\n> ")
        except EOFError:
            return
        talk.clock.set(SystemClock().now())
        print("\n".join(talk.says(text, user=user)))


def _turn(talk: Talk, line: str, default_user: str) -> dict[str, Any]:
    """One line of JSON: {"from", "text", "event"?, "scene"?, "chat"?, "key"?, "at"?} → {"replies": […]}."""
    try:
        given = json.loads(line) if len(line) <= MAX_LINE else None
        if not isinstance(given, dict):
            raise ValueError("not an object")
        return _take(talk, given, default_user)
    except (ValueError, TypeError) as error:
        return {"error": f"line not understood: {type(error).__name__}: {error}", "replies": []}


def _take(talk: Talk, given: Mapping[str, Any], default_user: str) -> dict[str, Any]:
    user = _string(given, "from") or default_user
    pushed: dict[str, list[str]] = {}
    if given.get("at"):
        moment = datetime.fromisoformat(_string(given, "at"))
        pushed = talk.until(moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI))
    if not given.keys() - {"at", "from"}:
        return {"replies": pushed.get(user, []), "pushed": pushed}
    kind = EVENTS.get(_string(given, "event").lower() or "text", Kind.OTHER)
    scene = _string(given, "scene")
    more = {"scene": scene, "key": _string(given, "key"), "chat": _string(given, "chat"), "mentioned": True}
    if scene and kind is Kind.TEXT:
        kind = Kind.SCAN
    return {"replies": pushed.get(user, []) + talk.says(_string(given, "text"), user, kind=kind, **more)}


def _string(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key, "")
    if not isinstance(value, str):
        raise TypeError(f"{key} must be a string")
    return value.encode("utf-8", "replace").decode().replace("\0", " ")  # JSON can carry what no database keeps
