"""Posting from threads: one `requests` session a thread."""

import importlib
import threading
from typing import Any

from benchmarks.queues import message

requests: Any = importlib.import_module("requests")  # installed in the peer's environment only
_mine = threading.local()


def post(user: str) -> None:
    """One message; raises what goes wrong."""
    if not hasattr(_mine, "session"):
        _mine.session = requests.Session()
    answer = _mine.session.post(message.URL, data=message.body(user), headers=message.HEADERS, timeout=5)
    message.check(answer.content)
