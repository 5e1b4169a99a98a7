"""Followers and their tags (platform.md 10)."""

from collections.abc import Sequence
from typing import Any, Final

from sandbox.answers import ApiError, Json, ok
from sandbox.calling import Call, require_phone
from sandbox.phones import Phone
from sandbox.tags import MAX_TAGS_PER_USER
from sandbox.world import World

PAGE: Final = 10_000
BATCH: Final = 100
TAG_BATCH: Final = 50


def info(world: World, call: Call) -> Json:
    """user/info: no nickname, no picture (since 2021)."""
    if not call.query.get("openid"):
        raise ApiError(41009)
    return _info(require_phone(world, call.query["openid"]))


def info_batch(world: World, call: Call) -> Json:
    """user/info/batchget, at most 100 people."""
    wanted = call.json.get("user_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= BATCH:
        raise ApiError(40032)
    users = [item.get("openid") if isinstance(item, dict) else None for item in wanted]
    return {"user_info_list": [_info(require_phone(world, user)) for user in users]}


def followers(world: World, call: Call) -> Json:
    """user/get: 10 000 openids a page."""
    users = [phone.user for phone in world.phones.followers()]
    return {"total": len(users), **_page(users, call.query.get("next_openid", ""))}


def remark(world: World, call: Call) -> Json:
    """user/info/updateremark, fewer than 30 characters."""
    phone = require_phone(world, call.json.get("openid"))
    text = call.json.get("remark")
    if not isinstance(text, str) or len(text) >= 30:
        raise ApiError(40035, "remark")
    phone.remark = text
    return ok()


def tag_create(world: World, call: Call) -> Json:
    """tags/create."""
    tag = _tag(call)
    return {"tag": {"id": world.tags.create(tag.get("name")), "name": tag["name"]}}


def tag_list(world: World, _call: Call) -> Json:
    """tags/get with the number of followers of each."""
    counts = dict.fromkeys(world.tags.names, 0)
    for phone in world.phones.followers():
        for tag in phone.tags:
            counts[tag] = counts.get(tag, 0) + 1
    return {"tags": [{"id": tag, "name": name, "count": counts[tag]} for tag, name in world.tags.names.items()]}


def tag_update(world: World, call: Call) -> Json:
    """tags/update."""
    tag = _tag(call)
    world.tags.rename(tag.get("id"), tag.get("name"))
    return ok()


def tag_delete(world: World, call: Call) -> Json:
    """tags/delete; people lose the tag."""
    gone = world.tags.delete(_tag(call).get("id"))
    for phone in world.phones:
        phone.tags -= {gone}
    return ok()


def tag_members(world: World, call: Call) -> Json:
    """tags/members/batchtagging: at most 50 openids (40032), 20 tags a person (45059)."""
    tag = world.tags.require(call.json.get("tagid"))
    members = _members(world, call)
    if any(len(phone.tags | {tag}) > MAX_TAGS_PER_USER for phone in members):
        raise ApiError(45059)
    for phone in members:
        phone.tags |= {tag}
    return ok()


def untag_members(world: World, call: Call) -> Json:
    """tags/members/batchuntagging."""
    tag = world.tags.require(call.json.get("tagid"))
    for phone in _members(world, call):
        phone.tags -= {tag}
    return ok()


def tags_of(world: World, call: Call) -> Json:
    """tags/getidlist."""
    return {"tagid_list": sorted(require_phone(world, call.json.get("openid")).tags)}


def tagged(world: World, call: Call) -> Json:
    """user/tag/get: followers with a tag, 10 000 a page."""
    tag = world.tags.require(call.json.get("tagid"))
    users = [phone.user for phone in world.phones.followers() if tag in phone.tags]
    return _page(users, str(call.json.get("next_openid", "")))


def _tag(call: Call) -> dict[str, Any]:
    tag = call.json.get("tag")
    if not isinstance(tag, dict):
        raise ApiError(47001)
    return tag


def _members(world: World, call: Call) -> list[Phone]:
    users = call.json.get("openid_list")
    if not isinstance(users, list) or not 1 <= len(users) <= TAG_BATCH:
        raise ApiError(40032)
    phones = [require_phone(world, user) for user in users]
    if not all(phone.follows for phone in phones):
        raise ApiError(43004)
    return phones


def _page(users: Sequence[str], after: str) -> Json:
    if after and after not in users:
        raise ApiError(40003)
    start = users.index(after) + 1 if after else 0
    part = list(users[start : start + PAGE])
    data = {"data": {"openid": part}} if part else {}
    return {"count": len(part), **data, "next_openid": part[-1] if part else ""}


def _info(phone: Phone) -> Json:
    if not phone.follows:
        return {"subscribe": 0, "openid": phone.user}
    return {
        "subscribe": 1,
        "openid": phone.user,
        "nickname": "",
        "sex": 0,
        "language": "zh_CN",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": int(phone.subscribed_at),
        "remark": phone.remark,
        "groupid": 0,
        "tagid_list": sorted(phone.tags),
        "subscribe_scene": "ADD_SCENE_QR_CODE" if phone.scene else "ADD_SCENE_SEARCH",
        "qr_scene": int(phone.scene) if phone.scene.isascii() and phone.scene.isdigit() else 0,
        "qr_scene_str": "" if phone.scene.isascii() and phone.scene.isdigit() else phone.scene,
    }
