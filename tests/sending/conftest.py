"""The databases with content of tests/wire."""

from tests.wire.conftest import any_url, file_url, filled_file, filled_postgres

__all__ = ["any_url", "file_url", "filled_file", "filled_postgres"]
