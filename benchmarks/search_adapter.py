"""Our search as the harness of the evaluation folder sees any other: `--module benchmarks.search_adapter`."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.search import Entry, Index


class Unionbot:
    """Ranks by `Index.rank`, is as sure as the score of the first hit, decides by `Index.ask`."""

    def build(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Build the index."""
        self._index = Index(Entry(each["id"], each["question"], tuple(each["aliases"])) for each in entries)

    def query(self, text: str) -> list[tuple[str, float]]:
        """The ten best entries."""
        return [(hit.id, hit.score) for hit in self._index.rank(text, 10)]

    def decide(self, text: str) -> tuple[str, list[str]]:
        """What the bot would do. A suggestion counts as right when any of its hits is; an answer by its first."""
        result = self._index.ask(text)
        hits = result.hits[:1] if result.decision == "answer" else result.hits
        return result.decision.value, [hit.id for hit in hits]


ADAPTERS = {"unionbot": Unionbot}
