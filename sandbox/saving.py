"""The state file: phones, chats, allowances, consents, menu, codes and tags survive a restart (JSON)."""

import asyncio
import logging
import os
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import orjson

from sandbox.answers import Json
from sandbox.content import Content
from sandbox.phones import Bubble, Phone
from sandbox.scenes import Scene
from sandbox.world import World

VERSION: Final = 1
SAVE_EVERY_S: Final = 2.0
PHONE_FACTS: Final = tuple(one.name for one in fields(Phone) if one.name not in {"tags", "messages"})
_LOG = logging.getLogger("sandbox")


def save(world: World, path: Path) -> None:
    """Write the state file; a full or read-only disk is only logged, the sandbox goes on."""
    try:
        _write(world, path)
    except OSError as error:
        _LOG.warning("state file not written: %s", type(error).__name__)


def _write(world: World, path: Path) -> None:
    # Atomic, and readable by the owner only: the file holds chats.
    data = orjson.dumps(dump_state(world))
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    fresh.replace(path)


def load(world: World, path: Path) -> bool:
    """Read the state file; False (and a clean start) when there is none or it cannot be read."""
    try:
        saved: Any = orjson.loads(path.read_bytes())
        if saved["version"] != VERSION:
            raise ValueError("other version")
        load_state(world, saved)
    except FileNotFoundError:
        return False
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _LOG.warning("state file unreadable, starting afresh: %s", type(error).__name__)
        world.clear()
        return False
    return True


async def autosave(world: World, path: Path) -> None:
    """Save whenever something changed, at most every two seconds, until cancelled."""
    saved = fingerprint(world)
    while True:
        await asyncio.sleep(SAVE_EVERY_S)
        current = fingerprint(world)
        if current != saved:
            save(world, path)
            saved = current


def fingerprint(world: World) -> tuple[int, ...]:
    """Numbers that change whenever something worth saving changed."""
    return (world.wire.last_id, world.received.total, world.hub.touches)


def dump_state(world: World) -> Json:
    """JSON of everything that is kept."""
    menu = {"menu": world.menu.menu, "menu_id": world.menu.menu_id}
    return {
        "version": VERSION,
        "phones": [_phone_out(phone) for phone in world.phones],
        "ledger": world.ledger.dump(),
        "consents": world.consents.view(),
        "mass": world.mass.dump(),
        "menu": menu,
        "scenes": [[one.scene, one.ticket, one.url, one.expires_at, one.numeric] for one in world.scenes.all()],
        "tags": list(world.tags.names.items()),
    }


def load_state(world: World, saved: Json) -> None:
    """Fill an empty world; raises ValueError, KeyError or TypeError on a broken file."""
    highest = 0
    for row in saved["phones"]:
        phone = _phone_in(row)
        highest = max([highest, *(bubble.id for bubble in phone.messages)])
        world.phones.put(phone)
    world.ids.bubbles_from(highest + 1)
    world.ledger.load(saved["ledger"])
    world.consents.load(saved["consents"])
    world.mass.load(saved["mass"])
    world.menu.menu, world.menu.menu_id = saved["menu"]["menu"], saved["menu"]["menu_id"]
    for row in saved["scenes"]:
        world.scenes.put(Scene(*row))
    for tag, name in saved["tags"]:
        world.tags.load(tag, name)


def _phone_out(phone: Phone) -> Json:
    facts = {name: getattr(phone, name) for name in PHONE_FACTS}
    return {**facts, "tags": sorted(phone.tags), "messages": [_bubble_out(bubble) for bubble in phone.messages]}


def _phone_in(row: Json) -> Phone:
    facts = {name: row[name] for name in PHONE_FACTS}
    messages = [_bubble_in(item) for item in row["messages"]]
    return Phone(**facts, tags=frozenset(row["tags"]), messages=messages)


def _bubble_out(bubble: Bubble) -> list[Any]:
    body = bubble.content
    content = [body.kind, body.text, list(body.choices), list(body.articles), dict(body.fields)]
    return [bubble.id, bubble.at, bubble.sender, content, bubble.via, bubble.push]


def _bubble_in(row: list[Any]) -> Bubble:
    number, at, sender, (kind, text, choices, articles, named), via, push = row
    return Bubble(number, at, sender, Content(kind, text, tuple(choices), tuple(articles), named), via, push)
