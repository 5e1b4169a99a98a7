"""The account's tags (platform.md 10); who carries which tag is kept with the phones."""

from typing import Final

from sandbox.answers import ApiError
from sandbox.content import byte_length

MAX_TAGS: Final = 100
MAX_TAGS_PER_USER: Final = 20
FIRST_ID: Final = 100
SYSTEM_TAGS: Final = ((2, "星标组"),)


class TagBook:
    """Tags by id; ids 0–2 belong to the system."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self._next = FIRST_ID
        self.clear()

    def clear(self) -> None:
        """Only the system tags."""
        self.names.clear()
        self.names.update(SYSTEM_TAGS)
        self._next = FIRST_ID

    def create(self, name: object) -> int:
        """A new tag's id; 45056 too many, 45157 duplicate, 45158 longer than 30 bytes."""
        clean = self._checked(name)
        if len(self.names) - len(SYSTEM_TAGS) >= MAX_TAGS:
            raise ApiError(45056)
        self.load(self._next, clean)
        return self._next - 1

    def rename(self, tag_id: object, name: object) -> None:
        """45058 for a system tag, 45159 for an unknown one."""
        self.names[self._own(tag_id)] = self._checked(name)

    def delete(self, tag_id: object) -> int:
        """Remove a tag; its id."""
        own = self._own(tag_id)
        del self.names[own]
        return own

    def require(self, tag_id: object) -> int:
        """The id of an existing tag; 45159 otherwise."""
        if isinstance(tag_id, bool) or not isinstance(tag_id, int) or tag_id not in self.names:
            raise ApiError(45159)
        return tag_id

    def load(self, tag_id: int, name: str) -> None:
        """Store a tag as it is (also from the state file)."""
        self.names[tag_id] = name
        self._next = max(self._next, tag_id + 1)

    def _own(self, tag_id: object) -> int:
        if tag_id in (0, 1, 2):
            raise ApiError(45058)
        return self.require(tag_id)

    def _checked(self, name: object) -> str:
        if not isinstance(name, str) or not name.strip():
            raise ApiError(45157, "empty name")
        if byte_length(name) > 30:
            raise ApiError(45158)
        if name in self.names.values():
            raise ApiError(45157)
        return name
