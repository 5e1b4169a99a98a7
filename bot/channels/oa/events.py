"""Events -> the parts of an Inbound (platform.md 1.4). Names are compared without case: the platform mixes them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from bot.channels.oa.messages import Part, Reader, some
from bot.channels.oa.parse import Fields
from bot.contract import Consent, Kind, Receipt

_QR_PREFIX: Final = "qrscene_"


def _follow(fields: Fields) -> Part:
    scene = fields.get("EventKey").removeprefix(_QR_PREFIX)
    return Part(Kind.FOLLOW, scene=scene, details=some(fields.flat, ticket="Ticket"))


def _unfollow(_: Fields) -> Part:
    return Part(Kind.UNFOLLOW)


def _scan(fields: Fields) -> Part:
    return Part(Kind.SCAN, scene=fields.get("EventKey"), details=some(fields.flat, ticket="Ticket"))


def _whereabouts(fields: Fields) -> Part:
    details = some(fields.flat, latitude="Latitude", longitude="Longitude", precision="Precision")
    return Part(Kind.WHEREABOUTS, details=details)


def _click(fields: Fields) -> Part:
    return Part(Kind.CLICK, key=fields.get("EventKey"))


def _view(fields: Fields) -> Part:
    return Part(Kind.VIEW, key=fields.get("EventKey"), details=some(fields.flat, menu_id="MenuId"))


def _scancode(fields: Fields) -> Part:
    info = _first(fields, "ScanCodeInfo")
    details = some(info, scan_type="ScanType")
    return Part(Kind.CLICK, info.get("ScanResult", "").strip(), fields.get("EventKey"), details=details)


def _pictures(fields: Fields) -> Part:
    # Opens no window (platform.md 0.1), and the pictures follow as messages of their own: not a CLICK.
    return Part(Kind.OTHER, key=fields.get("EventKey"), details=some(_first(fields, "SendPicsInfo"), count="Count"))


def _place(fields: Fields) -> Part:
    # As with pictures, the position follows as a location message.
    info = _first(fields, "SendLocationInfo")
    details = some(info, latitude="Location_X", longitude="Location_Y", scale="Scale", label="Label", poi="Poiname")
    return Part(Kind.OTHER, info.get("Label", "").strip(), fields.get("EventKey"), details=details)


def _first(fields: Fields, path: str) -> Mapping[str, str]:
    return next(iter(fields.rows(path)), {})


def _template_end(fields: Fields) -> Part:
    return Part(Kind.RECEIPT, receipts=(_ended(fields, "success"),))


def _mass_end(fields: Fields) -> Part:
    names = {"total": "TotalCount", "filtered": "FilterCount", "sent": "SentCount", "error": "ErrorCount"}
    counts = {ours: int(value) for ours, value in some(fields.flat, **names).items() if _is_count(value)}
    return Part(Kind.RECEIPT, receipts=(_ended(fields, "send success", counts),))


def _ended(fields: Fields, good: str, counts: Mapping[str, int] | None = None) -> Receipt:
    status = fields.get("Status")
    ok = status.lower() == good
    return Receipt(fields.get("MsgID") or fields.get("MsgId"), ok, "" if ok else status, counts or {})


def _is_count(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 12


def _consent(fields: Fields) -> Part:
    # Old documentation wrapped the change event in the tag of the pop-up event, so both are read for both.
    rows = _lists(fields, "SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent")
    consents = (Consent(row["TemplateId"].strip(), _accepts(row)) for row in rows if row.get("TemplateId"))
    return Part(Kind.CONSENT, consents=tuple(consents))


def _accepts(row: Mapping[str, str]) -> bool:
    return row.get("SubscribeStatusString", "").strip().lower() == "accept"


def _notice_end(fields: Fields) -> Part:
    return Part(Kind.RECEIPT, receipts=tuple(map(_noticed, _lists(fields, "SubscribeMsgSentEvent"))))


def _noticed(row: Mapping[str, str]) -> Receipt:
    code = row.get("ErrorCode", "").strip()
    return Receipt(row.get("MsgID", "").strip(), code == "0", "" if code == "0" else code)


def _lists(fields: Fields, *wrappers: str) -> Iterable[Mapping[str, str]]:
    return [row for wrapper in wrappers for row in fields.rows(f"{wrapper}.List")]


def other(fields: Fields) -> Part:
    """Anything a newer platform sends: acknowledged and recorded by name, nothing of its content kept but the key."""
    return Part(Kind.OTHER, key=fields.get("EventKey"))


EVENTS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "subscribe": _follow,
        "unsubscribe": _unfollow,
        "scan": _scan,
        "location": _whereabouts,
        "click": _click,
        "view": _view,
        "scancode_push": _scancode,
        "scancode_waitmsg": _scancode,
        "pic_sysphoto": _pictures,
        "pic_photo_or_album": _pictures,
        "pic_weixin": _pictures,
        "location_select": _place,
        "templatesendjobfinish": _template_end,
        "masssendjobfinish": _mass_end,
        "subscribe_msg_popup_event": _consent,
        "subscribe_msg_change_event": _consent,
        "subscribe_msg_sent_event": _notice_end,
    }
)
