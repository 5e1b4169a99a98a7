"""What a chat bubble shows: one shape for passive replies, customer messages, templates and mass sends."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sandbox.answers import Json

TEXT_LIMIT_BYTES: Final = 2048
_CHOICE = re.compile(
    r"""<a\s+href=["']weixin://bizmsgmenu\?msgmenucontent=(?P<content>[^"'&]*)&(?:amp;)?msgmenuid=(?P<id>[^"'&]*)["']\s*>(?P<label>.*?)</a>""",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Content:
    """Immutable content of a bubble; ``choices`` are tappable msgmenu items, ``articles`` news cards."""

    kind: str
    text: str = ""
    choices: tuple[Json, ...] = ()
    articles: tuple[Json, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


def text_content(text: str) -> Content:
    """A text bubble; inline ``weixin://bizmsgmenu`` links become choices and leave their label in the text."""
    if "weixin://bizmsgmenu" not in text:
        return Content("text", text)
    choices = tuple({"id": match["id"], "text": match["content"] or match["label"]} for match in _CHOICE.finditer(text))
    return Content("text", _CHOICE.sub(lambda match: match["label"], text), choices)


def byte_length(text: str) -> int:
    """Length in UTF-8 bytes, the unit of the platform's limits."""
    return len(text.encode("utf-8", "surrogatepass"))
