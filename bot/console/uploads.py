"""Reading a form with a file: parts one by one, bounded, and the file's own name not even looked at."""

from typing import NamedTuple

from aiohttp import BodyPartReader, web
from multidict import MultiDict

from bot.console.reading import MAX_FIELDS

MAX_FILE = 10 * 1024 * 1024
MAX_TEXT = 4096  # bytes of another field


class Upload(NamedTuple):
    """The fields of a form and the bytes of its file."""

    fields: MultiDict[str]
    data: bytes


KEPT = web.RequestKey("upload", Upload)  # where the form lies on the request


async def read_upload(request: web.Request) -> Upload:
    """The form, read once a request. 413 for a file over 10 MiB, 415 for another kind of body, 400 for a broken one."""
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType
    kept: Upload | None = request.get(KEPT)
    if kept is not None:
        return kept
    fields: MultiDict[str] = MultiDict()
    data = b""
    try:
        parts = await request.multipart()
        while (part := await parts.next()) is not None:
            if not isinstance(part, BodyPartReader) or len(fields) > MAX_FIELDS:
                raise web.HTTPBadRequest
            if part.filename is not None:
                data = await _bounded(part, MAX_FILE)
            else:
                fields.add(part.name or "", (await _bounded(part, MAX_TEXT)).decode())
    except ValueError:
        raise web.HTTPBadRequest from None
    if any("\0" in value for value in fields.values()):
        raise web.HTTPBadRequest
    request[KEPT] = Upload(fields, data)
    return Upload(fields, data)


async def _bounded(part: BodyPartReader, limit: int) -> bytes:
    body = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        body += chunk
        if len(body) > limit:
            raise web.HTTPRequestEntityTooLarge(limit, len(body))
    return bytes(body)
