"""Reading forms: bounded, decoded strictly, and refused with the right status when they are not what a form is."""

from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict

MAX_BODY = 512 * 1024
MAX_FIELDS = 200


async def read_form(request: web.Request) -> MultiDict[str]:
    """The fields of a form. 413 for a body over 512 KiB, 415 for another kind of body, 400 for a broken one."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    body = await request.read()
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise web.HTTPBadRequest from None
    if any("\0" in value for _, value in pairs):  # no text that people type; PostgreSQL refuses it
        raise web.HTTPBadRequest
    return MultiDict(pairs)
