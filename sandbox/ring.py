"""A log that forgets its oldest entries when it holds too many or too heavy ones."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")


class Ring(Generic[T]):
    """At most ``max_items`` entries whose weights add up to at most ``max_weight`` (the newest always stays)."""

    def __init__(self, max_items: int, max_weight: int) -> None:
        self._items: deque[tuple[int, T]] = deque()
        self._max_items, self._max_weight, self._weight = max_items, max_weight, 0

    def add(self, item: T, weight: int = 1) -> None:
        """Append; drops old entries when over a limit."""
        self._items.append((weight, item))
        self._weight += weight
        while len(self._items) > 1 and (len(self._items) > self._max_items or self._weight > self._max_weight):
            self._weight -= self._items.popleft()[0]

    def clear(self) -> None:
        """Forget everything."""
        self._items.clear()
        self._weight = 0

    def newest(self, count: int) -> list[T]:
        """Up to ``count`` newest entries, oldest first."""
        return [item for _, item in islice(reversed(self._items), count)][::-1]

    def __iter__(self) -> Iterator[T]:
        return (item for _, item in self._items)

    def __len__(self) -> int:
        return len(self._items)
