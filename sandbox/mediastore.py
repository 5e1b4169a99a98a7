"""Temporary media: uploads of the account and files sent by people, three days each (platform.md 5.2)."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sandbox.answers import ApiError, Blob

LIFETIME_S: Final = 3 * 86_400
MAX_BYTES: Final = 64_000_000
SIZE_LIMITS: Final[Mapping[str, int]] = MappingProxyType(
    {"image": 10 * 2**20, "voice": 2 * 2**20, "video": 10 * 2**20, "thumb": 64 * 2**10}
)
SAMPLE_PNG: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, slots=True)
class Media:
    """One file; ``created_at`` epoch seconds."""

    kind: str
    created_at: float
    blob: Blob


class MediaStore:
    """Files by media_id; the oldest go when they hold more than 64 MB together."""

    def __init__(self) -> None:
        self._files: dict[str, Media] = {}
        self._bytes = 0

    def clear(self) -> None:
        """Forget every file."""
        self._files.clear()
        self._bytes = 0

    def add(self, kind: str, blob: Blob, now: float) -> str:
        """Store a file; its media_id."""
        media_id = secrets.token_urlsafe(48)
        self._files[media_id] = Media(kind, now, blob)
        self._bytes += len(blob.data)
        while self._bytes > MAX_BYTES and len(self._files) > 1:
            self._bytes -= len(self._files.pop(next(iter(self._files))).blob.data)
        return media_id

    def known(self, media_id: object, now: float) -> bool:
        """Whether the file exists and is younger than three days."""
        media = self._files.get(media_id) if isinstance(media_id, str) else None
        return media is not None and now < media.created_at + LIFETIME_S

    def get(self, media_id: object, now: float) -> Media:
        """The file; 40007 when it does not exist or is older than three days."""
        if not isinstance(media_id, str) or not self.known(media_id, now):
            raise ApiError(40007)
        return self._files[media_id]
