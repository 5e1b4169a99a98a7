"""Control API of the phones (contract: /sandbox/phones/…)."""

from typing import Any

from aiohttp import web

from sandbox import actions
from sandbox.answers import Json
from sandbox.edge import ControlError, control, number_of, phone_of, read_body, text_of
from sandbox.pushes import Push
from sandbox.world import World

MAX_TEXT = 20_000
MAX_PHONES = 300


async def add_phone(request: web.Request, world: World) -> Json:
    """A new phone, not yet following."""
    body = await read_body(request)
    if len(world.phones.shown()) >= MAX_PHONES:
        raise ControlError(409, "手机太多了")
    phone = world.phones.make(text_of(body, "name", 40), text_of(body, "role", 40, "职工"))
    world.hub.touch(phone.user)
    return phone.view()


async def follow(request: web.Request, world: World) -> Json:
    """Follow, perhaps through a scene."""
    body = await read_body(request)
    scene = text_of(body, "scene", 64, "")
    return await _over(request, actions.follow(world, phone_of(request, world), scene))


async def unfollow(request: web.Request, world: World) -> Json:
    """Stop following."""
    return await _over(request, actions.unfollow(world, phone_of(request, world)))


async def scan(request: web.Request, world: World) -> Json:
    """Scan a code."""
    body = await read_body(request)
    return await _over(request, actions.scan(world, phone_of(request, world), text_of(body, "scene", 64)))


async def say(request: web.Request, world: World) -> Json:
    """Type a text or tap a choice."""
    body = await read_body(request)
    menu_id = body.get("menu_id")
    tapped = "" if menu_id is None else str(menu_id)[:64]
    return await _over(request, actions.say(world, phone_of(request, world), text_of(body, "text", MAX_TEXT), tapped))


async def send(request: web.Request, world: World) -> Json:
    """Send a picture, a voice, a place…"""
    body = await read_body(request)
    kind = text_of(body, "kind", 20)
    given = {name: value for name, value in body.items() if name != "kind"}
    return await _over(request, actions.send(world, phone_of(request, world), kind, given))


async def tap(request: web.Request, world: World) -> Json:
    """Tap a menu button."""
    body = await read_body(request)
    key, url = text_of(body, "key", 200, ""), text_of(body, "url", 1100, "")
    if not key and not url:
        raise ControlError(400, "缺少 key 或 url")
    return await _over(request, actions.tap(world, phone_of(request, world), key, url, body))


async def consent(request: web.Request, world: World) -> Json:
    """Answer a subscription pop-up."""
    body = await read_body(request)
    push = actions.consent(
        world,
        phone_of(request, world),
        text_of(body, "template_id", 100),
        number_of(body, "count", 1, 1000, 1),
        accept=body.get("accept") is not False,
        change=body.get("change") is True,
    )
    return await _over(request, push)


async def event(request: web.Request, world: World) -> Json:
    """Any other event."""
    body = await read_body(request)
    fields: Any = body.get("xml_fields") or {}
    if not isinstance(fields, dict):
        raise ControlError(400, "xml_fields 必须是对象")
    name = text_of(body, "event", 64)
    return await _over(request, world.outbox.event(phone_of(request, world).user, name, fields))


async def settings(request: web.Request, world: World) -> Json:
    """Blacklist (by the account) and mute (by the person)."""
    body = await read_body(request)
    phone = phone_of(request, world)
    for name in ("blocked", "muted"):
        if name in body:
            setattr(phone, name, body[name] is True)
    world.hub.touch(phone.user)
    return {"push": None, "phone": phone.view()}


async def push_state(request: web.Request, world: World) -> Json:
    """A recent push."""
    push = world.driver.get(request.match_info["id"])
    if push is None:
        raise ControlError(404, "没有这次推送")
    return push.view()


async def _over(request: web.Request, push: Push) -> Json:
    if request.query.get("wait") != "0":
        await push.done.wait()
    return {"push": push.view()}


def routes() -> list[web.RouteDef]:
    """Routes of this module."""
    one = "/sandbox/phones/{user}"
    table = {"follow": follow, "unfollow": unfollow, "scan": scan, "text": say, "message": send, "menu": tap}
    more = {"consent": consent, "event": event, "settings": settings}
    return [
        web.post("/sandbox/phones", control(add_phone)),
        web.get("/sandbox/pushes/{id}", control(push_state)),
        *(web.post(f"{one}/{name}", control(handler)) for name, handler in (table | more).items()),
    ]
