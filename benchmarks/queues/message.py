"""The message that every queue delivers, and where to. From the environment: PLATFORM, QUEUE (Redis or PostgreSQL)."""

import json
import os

URL = f"{os.environ.get('PLATFORM', 'http://127.0.0.1:1')}/cgi-bin/message/custom/send?access_token=benchmark"
QUEUE = os.environ.get("QUEUE", "redis://127.0.0.1:6379/0")
AT_ONCE = int(os.environ.get("AT_ONCE", "64"))
HEADERS = {"Content-Type": "application/json"}
TEXT = "【通知】\n困难职工帮扶申请本月25日截止，请尽快到所在工会办理。"


def users(count: int) -> list[str]:
    """So many followers."""
    return [f"oBench{number:022d}" for number in range(count)]


def body(user: str) -> bytes:
    """The request's body."""
    message = {"touser": user, "msgtype": "text", "text": {"content": TEXT}}
    return json.dumps(message, ensure_ascii=False).encode()


class Refused(Exception):
    """The platform did not take it: the queue tries again."""


def check(answer: bytes) -> None:
    """Raises Refused unless the platform took the message."""
    code = json.loads(answer)["errcode"]
    if code:
        raise Refused(code)
