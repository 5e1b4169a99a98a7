"""Row ids made in the process, so that a row's id is known before it is written."""

import itertools
import secrets
import threading


class Ids:
    """Unique 62-bit ids without asking anybody: every process draws a random block of 2**32 ids and counts in it.

    Two processes share a block with a chance of 1 in 2**30 per pair; if that ever happens, the primary key refuses the
    second row and the unit of work repeats the job with new ids. Ids are not ordered by time: order by a time column.
    Thread-safe.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count((secrets.randbits(30) << 32) + 1)

    def next(self) -> int:
        """One new id."""
        with self._lock:  # without it a reserved range could begin between reading the counter and counting
            return next(self._numbers)

    def reserve(self, count: int) -> int:
        """The first of `count` consecutive new ids."""
        with self._lock:
            first = next(self._numbers)
            self._numbers = itertools.count(first + count)
            return first
