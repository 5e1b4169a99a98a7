"""What a person does on the phone, each as a change of the sandbox and a push."""

from typing import Any

from sandbox.answers import Blob
from sandbox.content import Content
from sandbox.edge import ControlError
from sandbox.mediastore import SAMPLE_PNG
from sandbox.menustore import QUOTA_TYPES
from sandbox.phones import Phone
from sandbox.pushes import Push
from sandbox.scenes import Scene
from sandbox.world import World

_LABELS = {"image": "[图片]", "voice": "[语音]", "video": "[视频]", "shortvideo": "[小视频]", "file": "[文件]"}


def follow(world: World, phone: Phone, scene_text: str) -> Push:
    """Follow, perhaps by scanning a code; opens the subscribe window."""
    if phone.follows:
        raise ControlError(409, "已经关注了该公众号")
    scene = _working_scene(world, scene_text) if scene_text else None
    now = world.clock.now()
    phone.follows, phone.subscribed_at, phone.scene = True, now, scene_text
    world.ledger.grant(phone.user, "subscribe", now)
    extra = {"EventKey": f"qrscene_{scene.scene}", "Ticket": scene.ticket} if scene else {"EventKey": ""}
    return _event(world, phone, "扫码关注了公众号" if scene else "关注了公众号", "subscribe", extra)


def unfollow(world: World, phone: Phone) -> Push:
    """Stop following: windows and tags are gone, consents for notices stay."""
    require_following(phone)
    phone.follows, phone.tags = False, frozenset()
    world.ledger.forget(phone.user)
    return _event(world, phone, "取消关注了公众号", "unsubscribe", {"EventKey": ""})


def scan(world: World, phone: Phone, scene_text: str) -> Push:
    """Scan a code: SCAN for followers, otherwise a follow with that scene."""
    if not phone.follows:
        return follow(world, phone, scene_text)
    scene = _working_scene(world, scene_text)
    world.ledger.grant(phone.user, "scan", world.clock.now())
    return _event(world, phone, "扫描了二维码", "SCAN", {"EventKey": scene.scene, "Ticket": scene.ticket})


def say(world: World, phone: Phone, text: str, menu_id: str) -> Push:
    """Type a text, or tap a msgmenu choice (``menu_id``), which counts as a menu click."""
    require_following(phone)
    world.ledger.grant(phone.user, "click" if menu_id else "message", world.clock.now())
    extra = {"bizmsgmenuid": menu_id} if menu_id else {}
    return _shown(world, phone, Content("text", text), "text", {"Content": text, **extra})


def send(world: World, phone: Phone, kind: str, given: dict[str, Any]) -> Push:
    """Send something else than text; media gets a real media_id."""
    require_following(phone)
    fields = {**_media_fields(world, kind), **given}
    push = world.outbox.build(phone.user, kind, fields)
    world.ledger.grant(phone.user, "message", world.clock.now())
    shown = {name: str(push.fields[name]) for name in list(push.fields)[4:-1]}
    text = _LABELS.get(kind) or shown.get("Label") or shown.get("Title") or shown.get("Content", "")
    world.chats.said(phone, Content(kind, text, fields=shown), push.id)
    return world.driver.start(push)


def consent(world: World, phone: Phone, template: str, count: int, *, accept: bool, change: bool) -> Push:
    """Answer a subscription pop-up, or switch a notice off later (``change``)."""
    name = "Change" if change else "Popup"
    item: dict[str, Any] = {"TemplateId": template, "SubscribeStatusString": "accept" if accept else "reject"}
    if change:
        if accept:
            raise ControlError(400, "在设置中只能关闭通知")
        world.consents.withdraw(phone.user, template)
    else:
        item["PopupScene"] = "1"
        if accept:
            world.consents.add(phone.user, template, count)
    wrapped = {f"SubscribeMsg{name}Event": {"List": item}}
    shown = "同意接收订阅通知" if accept else "拒绝接收订阅通知"
    return _event(world, phone, shown, f"subscribe_msg_{name.lower()}_event", wrapped)


def tap(world: World, phone: Phone, key: str, url: str, given: dict[str, Any]) -> Push:
    """Tap a menu button by key or url."""
    require_following(phone)
    button = world.menu.find("key", key) if key else world.menu.find("url", url)
    kind = str((button or {}).get("type") or ("click" if key else "view"))
    name = str((button or {}).get("name") or key or url)
    event, extra = _menu_event(world, kind, key, url, button or {}, given)
    if kind in QUOTA_TYPES:
        world.ledger.grant(phone.user, "click", world.clock.now())
    return _event(world, phone, f"点击了菜单「{name}」", event, extra)


def require_following(phone: Phone) -> None:
    """People who do not follow cannot write."""
    if not phone.follows:
        raise ControlError(409, "还没有关注该公众号")


def _menu_event(
    world: World, kind: str, key: str, url: str, button: dict[str, Any], given: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    menu_id = world.menu.menu_id
    if kind == "view":
        return "VIEW", {"EventKey": url, "MenuId": menu_id}
    if kind == "miniprogram":
        return "view_miniprogram", {"EventKey": str(button.get("pagepath", url)), "MenuId": menu_id}
    if kind.startswith("scancode"):
        info = {"ScanType": "qrcode", "ScanResult": str(given.get("scan_result", "https://example.org/"))}
        return kind, {"EventKey": key, "ScanCodeInfo": info}
    if kind.startswith("pic"):
        picture = {"PicMd5Sum": "1b5f7c23b5bf75682a53e7b6d163e185"}
        return kind, {"EventKey": key, "SendPicsInfo": {"Count": 1, "PicList": {"item": picture}}}
    if kind == "location_select":
        place = {"Location_X": "31.230416", "Location_Y": "121.473701", "Scale": "15", "Label": "上海市", "Poiname": ""}
        return kind, {"EventKey": key, "SendLocationInfo": place}
    return "CLICK", {"EventKey": key}


def _event(world: World, phone: Phone, shown: str, event: str, extra: dict[str, Any]) -> Push:
    push = world.outbox.build(phone.user, f"event:{event}", extra)
    world.chats.notice(phone, "event", shown, push.id)
    return world.driver.start(push)


def _shown(world: World, phone: Phone, content: Content, kind: str, fields: dict[str, Any]) -> Push:
    push = world.outbox.build(phone.user, kind, fields)
    world.chats.said(phone, content, push.id)
    return world.driver.start(push)


def _working_scene(world: World, text: str) -> Scene:
    scene = world.scenes.at_hand(text, world.clock.now())
    if scene.expired(world.clock.now()):
        raise ControlError(409, "二维码已过期")
    return scene


def _media_fields(world: World, kind: str) -> dict[str, Any]:
    if kind not in _LABELS or kind == "file":
        return {}
    media_id = world.media.add(kind, Blob("image/png", SAMPLE_PNG, "picture.png"), world.clock.now())
    return {
        "PicUrl": f"{world.config.base_url}/sandbox/media/{media_id}",
        "MediaId": media_id,
        "ThumbMediaId": media_id,
    }
