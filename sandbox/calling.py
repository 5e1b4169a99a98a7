"""One API call as the endpoints see it, and the table entry of an endpoint."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from sandbox.answers import ApiError, Blob, Json, Upload
from sandbox.phones import Phone
from sandbox.world import World

_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")


@dataclass(slots=True)
class Call:
    """Path without /cgi-bin/, query, raw body; ``json`` is parsed when the endpoint wants JSON."""

    path: str
    method: str
    query: Mapping[str, str]
    body: bytes
    now: float
    ip: str = ""
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    json: Json = field(default_factory=dict)


Handler = Callable[[World, Call], Json | Blob]


class Endpoint(NamedTuple):
    """How a path is called: method, whether it needs a token, whether its body is JSON."""

    handler: Handler
    method: str = "POST"
    token: bool = True
    json: bool = True


def parse_json(body: bytes) -> Json:
    """The JSON object: 44002 empty, 40033 with escapes, 47001 not an object in UTF-8."""
    if not body:
        raise ApiError(44002)
    if b"\\u" in body and _ESCAPE.search(body):
        raise ApiError(40033)
    try:
        parsed: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ApiError(47001) from error
    if not isinstance(parsed, dict):
        raise ApiError(47001)
    return parsed


def require_phone(world: World, user: object) -> Phone:
    """The person with this openid; 40003 when it is not one of this account's."""
    phone = world.phones.get(user)
    if phone is None:
        raise ApiError(40003)
    return phone
