"""Temporary files in memory, where there is room: a disk that syncs costs more than most tests."""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
GIB = 2**30


def home(room: int) -> str | None:
    """A folder in memory with so many bytes free; None where there is none: then the disk does."""
    try:
        free = shutil.disk_usage(MEMORY).free
    except OSError:
        return None
    return str(MEMORY) if free >= room and os.access(MEMORY, os.W_OK) else None
