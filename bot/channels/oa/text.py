"""Text as the platform takes it: no control characters, cut by bytes, choices as tappable links."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from bot.contract import Choice, Outgoing

MAX_TEXT_BYTES: Final = 2048
CUT_MARK: Final = "…"
# Not allowed in XML 1.0, or written as \uXXXX in JSON, which the platform refuses (40033). A newline is a bare \n here.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# How phones decode these in the undocumented link is unknown, so people see their full-width sisters.
_WIDE: Final = str.maketrans(
    {"<": "＜", ">": "＞", '"': "＂", "'": "＇", "&": "＆", "%": "％", "#": "＃", "+": "＋", "\n": " "}
)


def clean(text: str) -> str:
    """Without control characters and lone surrogates; tabs and newlines stay."""
    return _CONTROL.sub("", text)


def cut(text: str, limit: int) -> str:
    """At most `limit` UTF-8 bytes: whole lines where a line end lies in the last half, else whole characters."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    kept = raw[: max(limit - len(CUT_MARK.encode()), 0)].decode("utf-8", "ignore")
    line_end = kept.rfind("\n")
    if line_end > len(kept) // 2:
        kept = kept[:line_end]
    return cut_hard(kept.rstrip() + CUT_MARK, limit)


def cut_hard(text: str, limit: int) -> str:
    """At most `limit` UTF-8 bytes of whole characters, without a mark."""
    raw = text.encode()
    return text if len(raw) <= limit else raw[:limit].decode("utf-8", "ignore")


def body(out: Outgoing) -> str:
    """The cleaned text, with the link on a line of its own unless the text already holds it."""
    text = clean(out.text)
    link = clean(out.link) if out.link else ""
    return f"{text}\n{link}".lstrip("\n") if link and link not in text else text


def with_links(out: Outgoing) -> str:
    """Text and inline choices in at most 2048 bytes; the text gives way to the choices."""
    text = body(out)
    if not out.choices:
        return cut(text, MAX_TEXT_BYTES)
    menu = _menu(out.choices)
    room = MAX_TEXT_BYTES - len(menu.encode()) - 1
    return f"{cut(text, room)}\n{menu}" if text else menu


def _menu(choices: Sequence[Choice]) -> str:
    """The choices one a line, as links; as numbered lines when links would leave no room for the text."""
    menu = "\n".join(map(_link, choices))
    if len(menu.encode()) <= MAX_TEXT_BYTES // 2:
        return menu
    return cut("\n".join(f"{n}. {clean(choice.label)}" for n, choice in enumerate(choices, 1)), MAX_TEXT_BYTES // 2)


def _link(choice: Choice) -> str:
    label = clean(choice.label).translate(_WIDE)
    return (
        f'<a href="weixin://bizmsgmenu?msgmenucontent={label}&msgmenuid={quote(clean(choice.id), safe="")}">{label}</a>'
    )
