"""The session cookie: out of reach of scripts, sent by our own pages only, over TLS only where there is TLS."""

from aiohttp import web

from bot.console.origin import is_secure
from bot.console.room import FLASH

SESSION = "session"
LONGEST = 100


def session_cookie(request: web.Request) -> str:
    """What the browser sent; empty when nothing, or nothing we could have given out."""
    sent = request.cookies.get(SESSION, "")
    return sent if len(sent) <= LONGEST and sent.isascii() else ""


def flash_key(request: web.Request) -> str:
    """The key of the message to show once."""
    return request.cookies.get(FLASH, "")[:LONGEST]


def keep_session(answer: web.StreamResponse, request: web.Request, cookie: str) -> None:
    """Give the browser its cookie; it ends with the browser, the session earlier."""
    answer.set_cookie(SESSION, cookie, path="/", httponly=True, samesite="Strict", secure=is_secure(request))


def drop_session(answer: web.StreamResponse, request: web.Request) -> None:
    """Take the cookie away."""
    answer.del_cookie(SESSION, path="/", httponly=True, samesite="Strict", secure=is_secure(request))


def drop_flash(answer: web.StreamResponse) -> None:
    """The message was shown."""
    answer.del_cookie(FLASH, path="/", httponly=True, samesite="Strict")
