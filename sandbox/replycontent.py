"""Passive replies by MsgType: which fields they need and how they look in the chat (platform.md 1.6)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from xml.etree.ElementTree import Element

from sandbox.content import TEXT_LIMIT_BYTES, Content, byte_length, text_content
from sandbox.findings import Findings
from sandbox.xmlread import child_text

ONE_ARTICLE_KINDS: Final = frozenset({"text", "image", "voice", "video", "news", "location"})
MAX_ARTICLES: Final = 8
Reader = Callable[[Element, Findings, str], Content]


def read_content(root: Element, findings: Findings, answered: str) -> Content:
    """The bubble of a reply to a push of type ``answered``; stops with a failed check when it is broken."""
    kind = child_text(root, "MsgType")
    findings.require("msg_type", kind in READERS, f"MsgType {kind[:40]!r}")
    return READERS[kind](root, findings, answered)


def _text(root: Element, findings: Findings, _: str) -> Content:
    text = child_text(root, "Content")
    findings.require("content", bool(text.strip()), "text reply without Content")
    size = byte_length(text)
    findings.require("text_bytes", size <= TEXT_LIMIT_BYTES, f"{size} of {TEXT_LIMIT_BYTES} bytes")
    return text_content(text)


def _image(root: Element, findings: Findings, _: str) -> Content:
    return Content("image", "[图片]", fields=_media(root, findings, "Image/MediaId"))


def _voice(root: Element, findings: Findings, _: str) -> Content:
    return Content("voice", "[语音]", fields=_media(root, findings, "Voice/MediaId"))


def _video(root: Element, findings: Findings, _: str) -> Content:
    fields = _media(root, findings, "Video/MediaId")
    return Content("video", child_text(root, "Video/Title") or "[视频]", fields=fields)


def _media(root: Element, findings: Findings, path: str) -> Mapping[str, str]:
    media_id = child_text(root, path)
    findings.require("media_id", findings.media_known(media_id), f"{path} is not a media_id of this account")
    return {"media_id": media_id}


def _music(root: Element, findings: Findings, _: str) -> Content:
    findings.require("music", root.find("Music") is not None, "no Music element")
    article = {
        "title": child_text(root, "Music/Title"),
        "description": child_text(root, "Music/Description"),
        "url": child_text(root, "Music/MusicUrl"),
        "picurl": "",
    }
    return Content("news", "[音乐]", articles=(article,))


def _news(root: Element, findings: Findings, answered: str) -> Content:
    items = root.findall("Articles/item")
    findings.require("articles", bool(items), "news reply without Articles")
    counted = child_text(root, "ArticleCount")
    findings.require("article_count", counted == str(len(items)), f"ArticleCount {counted[:8]!r}, {len(items)} items")
    limit = 1 if answered in ONE_ARTICLE_KINDS else MAX_ARTICLES
    findings.note("article_limit", len(items) <= limit, f"{len(items)} articles, {limit} are shown")
    return Content("news", articles=tuple(_article(item) for item in items[:limit]))


def _article(item: Element) -> dict[str, str]:
    names = {"title": "Title", "description": "Description", "picurl": "PicUrl", "url": "Url"}
    return {key: child_text(item, name) for key, name in names.items()}


def _transfer(root: Element, _findings: Findings, _: str) -> Content:
    account = child_text(root, "TransInfo/KfAccount")
    return Content("transfer", "已转接人工客服", fields={"kf_account": account} if account else {})


READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "text": _text,
        "image": _image,
        "voice": _voice,
        "video": _video,
        "music": _music,
        "news": _news,
        "transfer_customer_service": _transfer,
    }
)
