"""Customer-service messages and «typing» (platform.md 0.1 and 5.2)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from sandbox.answers import ApiError, Json, ok
from sandbox.calling import Call, require_phone
from sandbox.content import TEXT_LIMIT_BYTES, Content, byte_length, text_content
from sandbox.phones import Phone
from sandbox.world import World

Builder = Callable[[World, Json, float], tuple[Content, str]]


def custom_send(world: World, call: Call) -> Json:
    """message/custom/send."""
    phone = require_phone(world, call.json.get("touser"))
    content, text = build_content(world, call.json, call.now)
    _check_account(call.json.get("customservice"))
    refuse_unreachable(phone)
    world.ledger.take(phone.user, call.now)
    world.chats.deliver(phone, content, "custom", text)
    return ok()


def custom_typing(world: World, call: Call) -> Json:
    """message/custom/typing; 45072, 45080, 45081."""
    phone = require_phone(world, call.json.get("touser"))
    command = call.json.get("command")
    if command == "Typing":
        refuse_unreachable(phone)
        world.ledger.start_typing(phone.user, call.now)
    elif command == "CancelTyping":
        world.ledger.stop_typing(phone.user)
    else:
        raise ApiError(45072)
    return ok()


def refuse_unreachable(phone: Phone) -> None:
    """45015 not following, 43019 on the blacklist, 48002 switched off."""
    if not phone.follows:
        raise ApiError(45015)
    if phone.blocked:
        raise ApiError(43019)
    if phone.muted:
        raise ApiError(48002)


def build_content(world: World, body: Json, now: float) -> tuple[Content, str]:
    """The bubble and the text of a message body; 40008 for an unknown msgtype."""
    kind = body.get("msgtype")
    builder = BUILDERS.get(kind) if isinstance(kind, str) else None
    if builder is None:
        raise ApiError(40008)
    part = body.get(str(kind))
    if not isinstance(part, dict):
        raise ApiError(44004 if kind == "text" else 47001)
    return builder(world, part, now)


def _check_account(service: Any) -> None:
    if service is None:
        return
    account = service.get("kf_account") if isinstance(service, dict) else None
    if not isinstance(account, str) or "@" not in account:
        raise ApiError(61452)


def _limited(text: str) -> str:
    if byte_length(text) > TEXT_LIMIT_BYTES:
        raise ApiError(45002)
    return text


def _text(_world: World, part: Json, _now: float) -> tuple[Content, str]:
    text = part.get("content")
    if not isinstance(text, str) or not text:
        raise ApiError(44004)
    return text_content(_limited(text)), text


def _picture(world: World, part: Json, now: float) -> tuple[Content, str]:
    return _media(world, part, now, "image", "[图片]")


def _voice(world: World, part: Json, now: float) -> tuple[Content, str]:
    return _media(world, part, now, "voice", "[语音]")


def _video(world: World, part: Json, now: float) -> tuple[Content, str]:
    return _media(world, part, now, "video", str(part.get("title") or "[视频]"))


def _media(world: World, part: Json, now: float, kind: str, text: str) -> tuple[Content, str]:
    media_id = part.get("media_id")
    if not world.media.known(media_id, now):
        raise ApiError(40007)
    return Content(kind, text, fields={"media_id": str(media_id)}), f"{text} {media_id}"


def _news(_world: World, part: Json, _now: float) -> tuple[Content, str]:
    articles = part.get("articles")
    if not isinstance(articles, list) or len(articles) != 1 or not isinstance(articles[0], dict):
        raise ApiError(45008)
    shown = {name: str(articles[0].get(name, "")) for name in ("title", "description", "url", "picurl")}
    return Content("news", articles=(shown,)), f"{shown['title']} {shown['url']}"


def _card(_world: World, part: Json, _now: float) -> tuple[Content, str]:
    title = str(part.get("title") or part.get("article_id") or part.get("card_id") or part.get("media_id") or "")
    if not title:
        raise ApiError(47001)
    article = {"title": title, "description": str(part.get("description", "")), "url": "", "picurl": ""}
    return Content("news", articles=(article,)), title


def _menu(_world: World, part: Json, _now: float) -> tuple[Content, str]:
    items = part.get("list")
    if not isinstance(items, list) or not items:
        raise ApiError(47001)
    choices = tuple(_choice(item) for item in items)
    head, tail = str(part.get("head_content", "")), str(part.get("tail_content", ""))
    text = _limited("\n".join(line for line in (head, tail) if line))
    return Content("menu", text, choices), "\n".join([head, *(choice["text"] for choice in choices), tail])


def _choice(item: Any) -> Json:
    if not isinstance(item, dict) or not isinstance(item.get("content"), str) or not item["content"]:
        raise ApiError(47001)
    return {"id": str(item.get("id", "")), "text": item["content"]}


BUILDERS: Final[Mapping[str, Builder]] = MappingProxyType(
    {
        "text": _text,
        "image": _picture,
        "voice": _voice,
        "video": _video,
        "music": _card,
        "news": _news,
        "mpnews": _card,
        "mpnewsarticle": _card,
        "msgmenu": _menu,
        "miniprogrampage": _card,
        "wxcard": _card,
    }
)
