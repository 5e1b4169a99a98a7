"""Routing: which handler takes a message. Typed filters, tried top to bottom, first match wins.

A filter looks at the turn and returns what it found, or None. What it found is the handler's second argument, so mypy
knows its type: `Words` gives the word, `Pattern` the regular expression's match, `Event` the kind.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from bot.contract import Kind
from bot.turn import Turn

T = TypeVar("T")
SPOKEN = frozenset({Kind.TEXT, Kind.VOICE})
FoundT = TypeVar("FoundT", covariant=True)


class Filter(Protocol[FoundT]):
    """Something that recognises a turn."""

    def match(self, turn: Turn) -> FoundT | None:
        """What was found, or None. Must be quick and without effects."""


class Words:
    """The whole message is one of these words, punctuation and case aside."""

    def __init__(self, *words: str) -> None:
        self._words = frozenset(word.lower() for word in words)

    def match(self, turn: Turn) -> str | None:
        """The word."""
        return turn.words if self.takes(turn.words) else None

    def takes(self, words: str) -> bool:
        """Whether these plain words are one of them."""
        return words in self._words


class Pattern:
    """The message matches a regular expression from its first to its last character."""

    def __init__(self, expression: str) -> None:
        self._expression = re.compile(expression)

    def match(self, turn: Turn) -> re.Match[str] | None:
        """The match; named groups hold the parts."""
        return self._expression.fullmatch(turn.words) if turn.words else None

    def takes(self, words: str) -> bool:
        """Whether these plain words match."""
        return self.read(words) is not None

    def read(self, words: str) -> re.Match[str] | None:
        """How these plain words match, whoever said them and when."""
        return self._expression.fullmatch(words)


class Event:
    """Something that was done rather than said."""

    def __init__(self, *kinds: Kind) -> None:
        self._kinds = frozenset(kinds)

    def match(self, turn: Turn) -> Kind | None:
        """The kind."""
        return turn.message.kind if turn.message.kind in self._kinds else None


class Key:
    """A menu item or button with this key was tapped."""

    def __init__(self, *keys: str) -> None:
        self._keys = frozenset(keys)

    def match(self, turn: Turn) -> str | None:
        """The key."""
        return turn.message.key if turn.message.key in self._keys else None


class Scene:
    """A QR code was scanned (or led to the follow) whose scene begins with a prefix."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def match(self, turn: Turn) -> str | None:
        """What follows the prefix."""
        scene = turn.message.scene
        return scene.removeprefix(self._prefix) if scene.startswith(self._prefix) else None


class Text:
    """Any words said or typed; the label of a place or a link is not something said."""

    def match(self, turn: Turn) -> str | None:
        """The words as said, trimmed."""
        return turn.message.text.strip() or None if turn.message.kind in SPOKEN else None


class Anything:
    """Whatever it is."""

    def match(self, turn: Turn) -> Kind | None:
        """The kind."""
        return turn.message.kind


@dataclass(frozen=True, slots=True)
class Route(Generic[T]):
    """One filter with its handler."""

    name: str
    filter: Filter[T]
    handler: Callable[[Turn, T], None]


class Router:
    """The routes of one noun, in order. Made once at import by `handlers/<noun>.py`, then only read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.routes: list[Route[Any]] = []

    def on(self, *filters: Filter[T]) -> Callable[[Callable[[Turn, T], None]], Callable[[Turn, T], None]]:
        """Register a handler under one or more filters; any of them is enough."""

        def register(handler: Callable[[Turn, T], None]) -> Callable[[Turn, T], None]:
            name = f"{self.name}.{getattr(handler, '__name__', 'handler')}"
            self.routes.extend(Route(name, each, handler) for each in filters)
            return handler

        return register


def route(routers: tuple[Router, ...], turn: Turn) -> str:
    """Let the first matching handler answer; returns the route's name, or `unhandled`."""
    for router in routers:
        for each in router.routes:
            found = each.filter.match(turn)
            if found is not None:
                each.handler(turn, found)
                return each.name
    return "unhandled"


def is_command(routers: tuple[Router, ...], words: str) -> bool:
    """Whether a handler waits for exactly these plain words, so that they are no free question."""
    filters = (each.filter for router in routers for each in router.routes)
    return any(isinstance(each, Words | Pattern) and each.takes(words) for each in filters)
