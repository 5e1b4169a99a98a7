"""Messages of a person -> the parts of an Inbound (platform.md 1.3)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import unquote

from bot.channels.oa.parse import Fields
from bot.contract import Consent, Kind, Receipt

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Part(NamedTuple):
    """What one message or event type says beyond the head that all pushes share. Names as in `Inbound`."""

    kind: Kind
    text: str = ""
    key: str = ""
    scene: str = ""
    media: str = ""
    receipts: tuple[Receipt, ...] = ()
    consents: tuple[Consent, ...] = ()
    details: Mapping[str, str] = _NOTHING


Reader = Callable[[Fields], Part]


def some(fields: Mapping[str, str], **names: str) -> Mapping[str, str]:
    """Those of the named elements (our name = the platform's) that are there and not empty."""
    found = {ours: fields.get(theirs, "").strip() for ours, theirs in names.items()}
    return {ours: value for ours, value in found.items() if value}


def _text(fields: Fields) -> Part:
    key = fields.flat.get("bizmsgmenuid")
    # Our links percent-encode the id; whether the phone decodes it before it comes back is not documented.
    return Part(Kind.TEXT, fields.flat.get("Content", ""), unquote(key.strip()) if key else "")


def _image(fields: Fields) -> Part:
    return Part(Kind.IMAGE, media=fields.get("MediaId"), details=some(fields.flat, pic_url="PicUrl"))


def _voice(fields: Fields) -> Part:
    details = some(fields.flat, format="Format", media_16k="MediaId16K")
    return Part(Kind.VOICE, fields.get("Recognition"), media=fields.get("MediaId"), details=details)


def _video(fields: Fields) -> Part:
    return Part(Kind.VIDEO, media=fields.get("MediaId"), details=some(fields.flat, thumb_media="ThumbMediaId"))


def _location(fields: Fields) -> Part:
    details = some(fields.flat, latitude="Location_X", longitude="Location_Y", scale="Scale", label="Label")
    return Part(Kind.LOCATION, fields.get("Label"), details=details)


def _link(fields: Fields) -> Part:
    details = some(fields.flat, description="Description")
    return Part(Kind.LINK, fields.get("Title"), fields.get("Url"), details=details)


def _file(fields: Fields) -> Part:
    details = some(fields.flat, description="Description", file_key="FileKey", md5="FileMd5", size="FileTotalLen")
    return Part(Kind.FILE, fields.get("Title"), details=details)


MESSAGES: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "text": _text,
        "image": _image,
        "voice": _voice,
        "video": _video,
        "shortvideo": _video,
        "location": _location,
        "link": _link,
        "file": _file,
    }
)
