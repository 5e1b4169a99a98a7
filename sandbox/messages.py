"""XML of everything the platform pushes: messages (platform.md 1.3) and events (1.4)."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

FieldValue = str | int | float | Mapping[str, Any] | Sequence[Any]
Fields = Mapping[str, FieldValue]

MAX_DEPTH: Final = 12
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}\Z")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ALIASES: Final[Mapping[str, str]] = MappingProxyType({"latitude": "Location_X", "longitude": "Location_Y"})
MESSAGE_DEFAULTS: Final[Mapping[str, Fields]] = MappingProxyType(
    {
        "text": {"Content": ""},
        "image": {"PicUrl": "", "MediaId": ""},
        "voice": {"MediaId": "", "Format": "amr"},
        "video": {"MediaId": "", "ThumbMediaId": ""},
        "shortvideo": {"MediaId": "", "ThumbMediaId": ""},
        "location": {
            "Location_X": 31.230416,
            "Location_Y": 121.473701,
            "Scale": 15,
            "Label": "上海市黄浦区人民大道200号",
        },
        "link": {"Title": "工会法", "Description": "中华人民共和国工会法", "Url": "https://example.org/law"},
        "file": {
            "Title": "申请表.docx",
            "Description": "",
            "FileKey": "f0e1d2c3b4a5",
            "FileMd5": "d41d8cd98f00b204e9800998ecf8427e",
            "FileTotalLen": 20480,
        },
    }
)
_EXTRA: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"voice": ("Recognition", "MediaId16K"), "text": ("bizmsgmenuid", "MsgDataId", "Idx")}
)


class MessageError(ValueError):
    """A message or event cannot be built from the given fields."""


def message_fields(kind: str, given: Mapping[str, Any]) -> dict[str, FieldValue]:
    """Fields of a message of this kind: defaults replaced by the given ones (names compared without case and _)."""
    if kind not in MESSAGE_DEFAULTS:
        raise MessageError(f"unknown message kind: {kind}")
    result: dict[str, FieldValue] = dict(MESSAGE_DEFAULTS[kind])
    known = {_plain(name): name for name in (*result, *_EXTRA.get(kind, ()))}
    known.update({alias: name for alias, name in _ALIASES.items() if name in result})
    for name, value in given.items():
        target = known.get(_plain(name))
        if target is not None and isinstance(value, str | int | float):
            result[target] = value
    return result


def head(account: str, user: str, created: int, kind: str) -> dict[str, FieldValue]:
    """The four fields every message and event begins with."""
    return {"ToUserName": account, "FromUserName": user, "CreateTime": created, "MsgType": kind}


def render(fields: Fields) -> bytes:
    """UTF-8 XML; numbers plain, text in CDATA, lists as repeated elements. Raises MessageError on bad names."""
    return f"<xml>{_elements(fields)}</xml>".encode()


def cdata(text: str) -> str:
    """CDATA that survives ``]]>`` and characters XML does not allow."""
    return f"<![CDATA[{_ILLEGAL.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _elements(fields: Fields, depth: int = 0) -> str:
    return "".join(_element(name, value, depth) for name, value in fields.items())


def _element(name: str, value: FieldValue, depth: int) -> str:
    if not _NAME.match(name):
        raise MessageError("bad element name")
    if depth > MAX_DEPTH:
        raise MessageError("too deep")
    if isinstance(value, str):
        return f"<{name}>{cdata(value)}</{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    if isinstance(value, Mapping):
        return f"<{name}>{_elements(value, depth + 1)}</{name}>"
    if isinstance(value, Sequence):
        return "".join(_element(name, item, depth + 1) for item in value)
    raise MessageError(f"cannot render {name}")


def _plain(name: str) -> str:
    return name.lower().replace("_", "")
