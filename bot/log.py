"""Logs for operators: constant text plus fields, one line each, never what people said or who they are."""

import logging
import logging.config
from typing import Any

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class FieldFormatter(logging.Formatter):
    """`time level logger: constant text key=value …`."""

    def format(self, record: logging.LogRecord) -> str:
        """The ordinary line with the record's extra fields behind it."""
        line = super().format(record)
        extra = " ".join(f"{key}={value}" for key, value in vars(record).items() if key not in _STANDARD)
        return f"{line} {extra}" if extra else line


def configure(level: str = "INFO") -> None:
    """Send all logs to stderr."""
    settings: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"fields": {"()": FieldFormatter, "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "fields"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            "alembic": {"level": "WARNING"},
            "apscheduler": {"level": "WARNING"},
            "aiohttp.access": {"level": "WARNING"},
        },
    }
    logging.config.dictConfig(settings)
