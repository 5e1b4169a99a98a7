"""Ids in addresses and forms: numbers of rows, at most 63 bits."""

from aiohttp import web

MAX_ID = 2**63 - 1
ID = r"\d{1,19}"  # for routes; `row_id` checks the rest

ENTRY = r"[a-z0-9][a-z0-9-]{1,63}"  # an entry's


def is_id(text: str) -> bool:
    """Whether this may be the id of a row."""
    return text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= MAX_ID


def number(text: str) -> int | None:
    """The id, or None for what is none."""
    return int(text) if is_id(text) else None


def row_id(request: web.Request, name: str) -> int:
    """The id in an address. Raises HTTPNotFound for what is none."""
    found = number(request.match_info[name])
    if found is None:
        raise web.HTTPNotFound
    return found
