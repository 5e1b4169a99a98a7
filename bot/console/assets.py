"""Style, script and icon, read once at start and served from memory: no path of a request touches the disk."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. `version` is a hash of it, so that a browser may keep it for ever."""

    body: bytes
    kind: str
    version: str


class Assets:
    """The files of a folder that browsers may ask for."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files: Mapping[str, Asset] = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in sorted(folder.rglob("*"))
            if path.suffix in TYPES
        }

    def url(self, name: str) -> str:
        """The address of a file. Raises KeyError when there is none of that name."""
        return f"/static/{name}?v={self._files[name].version}"

    async def serve(self, request: web.Request) -> web.Response:
        """Answer `/static/{name}`; HTTPNotFound for anything that is not one of the files."""
        asset = self._files.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        known = request.query.get("v") == asset.version
        kept = "public, max-age=31536000, immutable" if known else "no-cache"
        return web.Response(body=asset.body, content_type=asset.kind, charset="utf-8", headers={"Cache-Control": kept})


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(body, TYPES[path.suffix], hashlib.sha256(body).hexdigest()[:12])
