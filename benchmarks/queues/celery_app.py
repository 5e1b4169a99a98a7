"""Celery on Redis: a task a recipient, acknowledged late, given back when a worker process dies."""

import importlib
import sys
from typing import Any

from benchmarks.queues import by_requests, message

celery: Any = importlib.import_module("celery")  # installed in the peer's environment only
app: Any = celery.Celery("bench", broker=message.QUEUE)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=8,
    worker_disable_rate_limits=True,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_pool_limit=128,
    task_default_queue="bench",
)


def _send(user: str) -> None:
    """Deliver one."""
    by_requests.post(user)


send: Any = app.task(name="send", max_retries=5, autoretry_for=(message.Refused,))(_send)


def main(count: int) -> None:
    """Queue them over one connection."""
    with app.connection_for_write() as connection, app.amqp.Producer(connection) as producer:
        for user in message.users(count):
            send.apply_async((user,), producer=producer)


if __name__ == "__main__":
    main(int(sys.argv[1]))
