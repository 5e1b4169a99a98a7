"""The account's menu with the platform's validations (platform.md 10)."""

import copy
from collections.abc import Iterator
from typing import Any, Final

from sandbox.answers import ApiError, Json
from sandbox.content import byte_length

KEY_TYPES: Final = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
URL_TYPES: Final = frozenset({"view", "miniprogram"})
MEDIA_TYPES: Final = frozenset({"media_id", "view_limited", "article_id", "article_view_limited"})
QUOTA_TYPES: Final = frozenset({"click", "scancode_push", "scancode_waitmsg"})


class MenuStore:
    """At most one menu."""

    def __init__(self) -> None:
        self.menu: Json | None = None
        self.menu_id = 0

    def clear(self) -> None:
        """No menu."""
        self.menu = None

    def create(self, body: Json) -> None:
        """Replace the menu; raises 40016–40027 when it breaks a rule."""
        buttons = body.get("button")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
            raise ApiError(40016)
        for button in buttons:
            _check_top(button)
        self.menu = {"button": [_with_subs(button) for button in buttons]}
        self.menu_id += 1

    def get(self) -> Json:
        """The menu; 46003 when there is none."""
        if self.menu is None:
            raise ApiError(46003)
        return copy.deepcopy(self.menu)

    def find(self, name: str, value: str) -> Json | None:
        """The button whose ``name`` (key or url) has this value."""
        return next((button for button in self._buttons() if button.get(name) == value), None)

    def _buttons(self) -> Iterator[Json]:
        for button in (self.menu or {}).get("button", []):
            yield button
            yield from button["sub_button"]


def _with_subs(button: Json) -> Json:
    subs = [{**sub, "sub_button": []} for sub in button.get("sub_button") or []]
    return {**button, "sub_button": subs}


def _check_top(button: Any) -> None:
    if not isinstance(button, dict):
        raise ApiError(40016)
    _size(button.get("name"), 16, 40018)
    subs = button.get("sub_button")
    if not subs:
        _check_action(button, (40017, 40019, 40020))
        return
    if not isinstance(subs, list) or len(subs) > 5:
        raise ApiError(40023)
    for sub in subs:
        _check_sub(sub)


def _check_sub(sub: Any) -> None:
    if not isinstance(sub, dict):
        raise ApiError(40023)
    if sub.get("sub_button"):
        raise ApiError(40022)
    _size(sub.get("name"), 60, 40025)
    _check_action(sub, (40024, 40026, 40027))


def _check_action(button: Json, codes: tuple[int, int, int]) -> None:
    kind = button.get("type")
    if kind in KEY_TYPES:
        _size(button.get("key"), 128, codes[1])
    elif kind in URL_TYPES:
        _size(button.get("url"), 1024, codes[2])
        if kind == "miniprogram" and not (button.get("appid") and button.get("pagepath")):
            raise ApiError(codes[0])
    elif kind not in MEDIA_TYPES:
        raise ApiError(codes[0])
    elif not (button.get("media_id") or button.get("article_id")):
        raise ApiError(40007)


def _size(value: object, limit: int, code: int) -> None:
    if not isinstance(value, str) or not 1 <= byte_length(value) <= limit:
        raise ApiError(code)
