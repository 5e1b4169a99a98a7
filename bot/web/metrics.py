"""Counters for operators in Prometheus text; no labels that could name a person."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest


class Metrics:
    """One registry per application, so that two applications in one process do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._refused = Counter(
            "unionbot_pushes_refused", "Pushes refused at the door", ["channel", "status"], registry=self._registry
        )
        self._turns = Histogram(
            "unionbot_turn_seconds",
            "Time from a verified push to its answer",
            ["channel"],
            buckets=(0.005, 0.02, 0.1, 0.5, 1, 2, 4, 5),
            registry=self._registry,
        )

    def refused(self, channel: str, status: int) -> None:
        """A push was refused."""
        self._refused.labels(channel, str(status)).inc()

    def timed(self, channel: str) -> Callable[[float], None]:
        """Where the seconds of a channel's turns are noted; ask once, it is on the hot path."""
        return self._turns.labels(channel).observe

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)
