"""Whether the process lives, whether it can work, and its numbers."""

import hmac
import ipaddress
import logging

from aiohttp import web

from bot.web.metrics import Metrics
from storage import migrate
from storage.database import Database

log = logging.getLogger(__name__)


class Health:
    """`/healthz`, `/readyz`, `/metrics`."""

    def __init__(self, database: Database, metrics: Metrics, metrics_token: str) -> None:
        self._database, self._metrics, self._token = database, metrics, metrics_token
        self._head = migrate.head()

    async def alive(self, request: web.Request) -> web.Response:
        """200 as long as the event loop turns."""
        return web.Response(text="ok")

    async def ready(self, request: web.Request) -> web.Response:
        """200 when the database answers and has the newest schema, else 503 with what is missing."""
        try:
            at = await self._database.read(lambda work: migrate.revision(work))
        except Exception:
            log.exception("database does not answer")
            return web.json_response({"ready": False, "database": "down"}, status=503)
        ready = at == self._head
        return web.json_response({"ready": ready, "database": "up", "schema": at}, status=200 if ready else 503)

    async def metrics(self, request: web.Request) -> web.Response:
        """Prometheus text, for loopback or with the bearer token."""
        if not self._may_read(request):
            return web.Response(status=403, text="forbidden")
        return web.Response(body=self._metrics.text(), content_type="text/plain", charset="utf-8")

    def _may_read(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._token and hmac.compare_digest(given.encode(), self._token.encode()):
            return True
        forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
        return not forwarded and request.remote is not None and ipaddress.ip_address(request.remote).is_loopback
