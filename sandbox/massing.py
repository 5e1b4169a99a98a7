"""Mass sends to everybody, a tag or a list of openids, and the preview (platform.md 5.2)."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any, Final

import orjson

from sandbox.answers import ApiError, Json, ok
from sandbox.calling import Call, require_phone
from sandbox.content import Content
from sandbox.massbook import MassJob
from sandbox.outbox import MASS_SENDER
from sandbox.phones import Phone
from sandbox.sending import build_content
from sandbox.world import World

MIN_OPENIDS: Final = 2
MAX_OPENIDS: Final = 10_000
CLIENT_ID_BYTES: Final = 64
CHUNK: Final = 500
MASS_TYPES: Final = frozenset({"text", "image", "voice", "mpnews", "wxcard", "mpvideo"})


def send_all(world: World, call: Call) -> Json:
    """message/mass/sendall."""
    target = call.json.get("filter")
    if not isinstance(target, dict):
        raise ApiError(40035, "filter")
    to_all = target.get("is_to_all") is True
    tag = None if to_all else world.tags.require(target.get("tag_id"))
    message = _mass_content(world, call)
    client = _client_id(call.json, target)
    world.mass.refuse_repeat(client, call.now)
    if to_all:
        world.mass.count_to_all(call.now)
    people = [phone for phone in world.phones.followers() if tag is None or tag in phone.tags]
    return _submit(world, call, people, message, client)


def send_list(world: World, call: Call) -> Json:
    """message/mass/send: 2 to 10 000 openids (40130)."""
    users = call.json.get("touser")
    if not isinstance(users, list) or not MIN_OPENIDS <= len(users) <= MAX_OPENIDS:
        raise ApiError(40130)
    message = _mass_content(world, call)
    client = _client_id(call.json, users)
    world.mass.refuse_repeat(client, call.now)
    people = [world.phones.get(user) for user in dict.fromkeys(str(user) for user in users)]
    return _submit(world, call, people, message, client)


def preview(world: World, call: Call) -> Json:
    """message/mass/preview to one follower; only ``touser`` is known here (towxname: 40132)."""
    if "touser" not in call.json and "towxname" in call.json:
        raise ApiError(40132)
    phone = require_phone(world, call.json.get("touser"))
    if not phone.follows:
        raise ApiError(43004)
    content, text = _mass_content(world, call)
    msg_id = world.ids.job()
    world.chats.deliver(phone, content, "mass", text, str(msg_id))
    return ok(errmsg="preview success", msg_id=msg_id)


def get(world: World, call: Call) -> Json:
    """message/mass/get."""
    given = call.json.get("msg_id")
    job = world.mass.job(int(given) if isinstance(given, str) and given.isdigit() else given)
    if job is None:
        raise ApiError(40035, "msg_id")
    return {"msg_id": job.msg_id, "msg_status": job.status}


def _mass_content(world: World, call: Call) -> tuple[Content, str]:
    if call.json.get("msgtype") not in MASS_TYPES:
        raise ApiError(40008)
    if call.json["msgtype"] == "mpvideo":
        return build_content(world, {"msgtype": "video", "video": call.json.get("mpvideo")}, call.now)
    return build_content(world, call.json, call.now)


def _client_id(body: Json, target: Any) -> str:
    given = body.get("clientmsgid")
    if given is None:
        scope = orjson.dumps([target, body.get(str(body.get("msgtype")))], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(scope).hexdigest()
    if not isinstance(given, str) or not 1 <= len(given.encode()) <= CLIENT_ID_BYTES:
        raise ApiError(45067)
    return given


def _submit(
    world: World, call: Call, people: Sequence[Phone | None], message: tuple[Content, str], client: str
) -> Json:
    job = world.mass.open(client, world.ids.job(), world.ids.job(), call.now)
    world.mass_jobs.spawn(_run(world, job, people, message, client))
    return ok(errmsg="send job submission success", msg_id=job.msg_id, msg_data_id=job.msg_data_id)


async def _run(
    world: World, job: MassJob, people: Sequence[Phone | None], message: tuple[Content, str], client: str
) -> None:
    content, text = message
    filtered, failed = 0, 0
    refused = world.faults.current.mass_status
    for number, phone in enumerate(people):
        if number % CHUNK == 0:
            await asyncio.sleep(0)
        if phone is None or not phone.follows:
            failed += 1
        elif phone.blocked or phone.muted or not world.mass.may_receive(phone.user, world.clock.now()):
            filtered += 1
        elif refused:
            failed += 1
        else:
            world.mass.received[phone.user] += 1
            world.chats.deliver(phone, content, "mass", text, str(job.msg_id), client)
    job.status = "SEND_FAIL" if refused else "SEND_SUCCESS"
    _finish(world, job, len(people), filtered, failed, refused or "send success")


def _finish(world: World, job: MassJob, total: int, filtered: int, failed: int, status: str) -> None:
    counts = {
        "MsgID": job.msg_id,
        "Status": status,
        "TotalCount": total,
        "FilterCount": total - filtered,
        "SentCount": total - filtered - failed,
        "ErrorCount": failed,
        "CopyrightCheckResult": {"Count": 0, "ResultList": "", "CheckState": 0},
        "ArticleUrlResult": {"Count": 0, "ResultList": ""},
    }
    world.outbox.finish_event(MASS_SENDER, "MASSSENDJOBFINISH", counts)
