"""Answers of the platform's API: error codes with their texts, the rid, and blobs."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

Json = dict[str, Any]

ERROR_TEXTS: Mapping[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid meida size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub-menu level",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40032: "invalid openid list size",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40053: "invalid action info",
    40066: "invalid url",
    40097: "invalid args",
    40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid",
    40132: "invalid username",
    40164: "invalid ip",
    40241: "the message is duplicate in 60 seconds",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    41009: "missing openid",
    41030: "invalid page",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "require remove blacklist",
    43101: "user refuse to accept the msg",
    43116: "template is banned",
    43117: "too frequent to this openid",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45028: "has no masssend quota",
    45047: "out of response count limit",
    45056: "too many tag now, no need to add new",
    45058: "can't modify sys tag",
    45059: "can not add more tags for one fan",
    45065: "clientmsgid exist",
    45066: "same clientmsgid retry too fast",
    45067: "clientmsgid size out of limit",
    45072: "command is invalid",
    45080: "typing is not possible now",
    45081: "already in typing",
    45157: "invalid tag name, can not be duplicate",
    45158: "tag name too long",
    45159: "invalid tag",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48002: "user block receive message",
    48004: "api forbidden for irregularities",
    48006: "forbid to clear quota because of reaching the limit",
    50002: "user limited",
    61451: "invalid parameter",
    61452: "invalid kf_account",
    76001: "rid not found",
    76021: "cgi_path not found",
}


class ApiError(Exception):
    """An answer with an errcode; ``detail`` is added to the text, ``extra`` to the JSON."""

    def __init__(self, code: int, detail: str = "", extra: Json | None = None) -> None:
        super().__init__(code, detail)
        self.code, self.detail, self.extra = code, detail, extra or {}

    def body(self, rid: str) -> Json:
        """The JSON answer; its text ends in ``rid: …`` as on the platform."""
        text = " ".join(part for part in (ERROR_TEXTS.get(self.code, "error"), self.detail) if part)
        return {"errcode": self.code, "errmsg": f"{text} rid: {rid}", **self.extra}


@dataclass(frozen=True, slots=True)
class Blob:
    """A file as an answer (media/get, showqrcode)."""

    content_type: str
    data: bytes
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request."""

    filename: str
    content_type: str
    data: bytes


def ok(**extra: Any) -> Json:
    """A successful answer."""
    return {"errcode": 0, "errmsg": "ok", **extra}


def new_rid(now: float) -> str:
    """Request id in the platform's shape."""
    return f"{int(now):08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"


def dump(value: Any) -> bytes:
    """UTF-8 JSON without escapes."""
    return orjson.dumps(value)
