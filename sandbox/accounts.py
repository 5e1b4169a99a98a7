"""Token calls, menu, QR codes, media and quota tools."""

from sandbox.answers import ApiError, Blob, Json, ok
from sandbox.calling import Call
from sandbox.mediastore import SIZE_LIMITS
from sandbox.quota import DAILY_LIMITS
from sandbox.world import World


def classic_token(world: World, call: Call) -> Json:
    """GET token."""
    query = call.query
    _check_ip(world, call)
    world.tokens.check_credentials(query.get("appid"), query.get("secret"), query.get("grant_type"))
    return world.tokens.classic(call.now)


def stable_token(world: World, call: Call) -> Json:
    """POST stable_token."""
    body = call.json
    _check_ip(world, call)
    world.tokens.check_credentials(body.get("appid"), body.get("secret"), body.get("grant_type"))
    return world.tokens.stable(call.now, force=body.get("force_refresh") is True)


def _check_ip(world: World, call: Call) -> None:
    if world.faults.current.ip_not_allowed:
        raise ApiError(40164, f"{call.ip} ipv6 ::ffff:{call.ip}, not in whitelist")


def menu_create(world: World, call: Call) -> Json:
    """menu/create."""
    world.menu.create(call.json)
    world.hub.touch()
    return ok()


def menu_get(world: World, _call: Call) -> Json:
    """menu/get; 46003 without a menu."""
    return {"menu": world.menu.get()}


def menu_delete(world: World, _call: Call) -> Json:
    """menu/delete."""
    world.menu.clear()
    world.hub.touch()
    return ok()


def qrcode_create(world: World, call: Call) -> Json:
    """qrcode/create."""
    scene = world.scenes.create(call.json, call.now)
    world.hub.touch()
    answer: Json = {"ticket": scene.ticket, "url": scene.url}
    if scene.expires_at is not None:
        answer["expire_seconds"] = int(scene.expires_at - call.now)
    return answer


def media_upload(world: World, call: Call) -> Json:
    """media/upload: multipart field ``media``; 40004 type, 40006 size, 41005 no file."""
    kind = call.query.get("type", "")
    limit = SIZE_LIMITS.get(kind)
    if limit is None:
        raise ApiError(40004)
    upload = call.uploads.get("media")
    if upload is None or not upload.filename or not upload.data:
        raise ApiError(41005)
    if len(upload.data) > limit:
        raise ApiError(40006)
    blob = Blob(upload.content_type, upload.data, upload.filename)
    media_id = world.media.add(kind, blob, call.now)
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: media_id, "created_at": int(call.now), "item": []}


def media_get(world: World, call: Call) -> Json | Blob:
    """media/get: the file itself, for a video the address to fetch it from."""
    if not call.query.get("media_id"):
        raise ApiError(41006)
    media = world.media.get(call.query["media_id"], call.now)
    if media.kind == "video":
        return {"video_url": f"{world.config.base_url}/sandbox/media/{call.query['media_id']}"}
    return media.blob


def quota_get(world: World, call: Call) -> Json:
    """openapi/quota/get."""
    path = str(call.json.get("cgi_path", "")).removeprefix("/cgi-bin/")
    limit = DAILY_LIMITS.get(path)
    if limit is None:
        raise ApiError(76021)
    used = world.quota.used(path, call.now)
    return ok(quota={"daily_limit": limit, "used": used, "remain": max(0, limit - used)})


def clear_quota(world: World, call: Call) -> Json:
    """clear_quota: ten times a month."""
    if call.json.get("appid") != world.config.app_id:
        raise ApiError(40013)
    world.quota.reset_by_api(call.now)
    return ok()


def rid_get(world: World, call: Call) -> Json:
    """openapi/rid/get: what a failed call looked like."""
    record = world.calls.by_rid(str(call.json.get("rid", "")))
    if record is None:
        raise ApiError(76001)
    return ok(
        request={
            "invoke_time": int(record.at),
            "cost_in_ms": int(record.millis),
            "request_url": world.wire.clean(record.query),
            "request_body": world.wire.clean(record.request.decode("utf-8", "replace")),
            "response_body": record.response.decode("utf-8", "replace"),
            "client_ip": call.ip,
        }
    )
