"""Answering from the knowledge base: the search index and the answers of this process, kept beside the database."""

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.search import Entry as SearchEntry
from bot.search import Index, Result
from bot.services import answers
from bot.services.answers import Answer
from storage import embeddings, knowledge, orgs
from storage.work import Work

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Base:
    """The published base at one moment: what is asked of it sees all of it or nothing of it."""

    state: knowledge.State = ()
    index: Index = field(default_factory=lambda: Index(()))
    answers: Mapping[str, Answer] = field(default_factory=dict)
    branches: Mapping[str, Mapping[int, Answer]] = field(default_factory=dict)  # entry -> branch -> its answer
    dimension: int = 0  # length of the vectors in the index; 0 without any


def build(work: Work, previous: Base | None = None, model: str = "") -> Base:
    """The published base as it stands; what did not change since `previous` is not analysed again.

    With the name of an embedding model the index also gets its vectors, as far as there are any.
    """
    state = knowledge.state(work, model)
    entries = {entry.id: entry for entry in knowledge.published(work)}
    branches: dict[str, dict[int, Answer]] = {}
    for each in knowledge.overrides(work):
        if each.entry_id in entries:
            branches.setdefault(each.entry_id, {})[each.org_id] = answers.of_branch(entries[each.entry_id], each)
    vectors = embeddings.load(work, model, texts(entries.values())) if model else {}
    index = Index(
        map(searched, entries.values()), previous=previous.index if previous else None, vectors=vectors or None
    )
    said = {entry.id: answers.of_entry(entry) for entry in entries.values()}
    return Base(state, index, said, branches, max(map(len, vectors.values()), default=0))


def searched(entry: knowledge.Entry) -> SearchEntry:
    """An entry as the search knows it."""
    return SearchEntry(entry.id, entry.question, tuple(entry.phrasings))


def texts(entries: Iterable[knowledge.Entry]) -> list[str]:
    """What is searched of these entries: questions and phrasings, each once, in their order."""
    return list(dict.fromkeys(text for entry in entries for text in (entry.question, *entry.phrasings)))


class Knowledge:
    """The published entries of this process. `refresh` swaps everything at once; reads never wait for it.

    `model` names the embedding model whose vectors the index is given; empty without one.
    """

    def __init__(self, model: str = "", base: Base | None = None) -> None:
        """`base`: what was built of this database, or of one that this is a copy of, if it was."""
        self._model = model
        self._lock = threading.Lock()
        self._base = base or Base()

    @property
    def base(self) -> Base:
        """The base in use now."""
        return self._base

    def refresh(self, work: Work) -> bool:
        """Rebuild when the base has changed since the last call; returns whether it did."""
        with self._lock:
            if knowledge.state(work, self._model) == self._base.state:
                return False
            self._base = build(work, self._base, self._model)
            log.info("knowledge index rebuilt", extra={"entries": len(self._base.answers)})
            return True

    def ask(self, text: str, after: str | None = None, vector: Sequence[float] | None = None) -> Result:
        """Search; never raises. `after` is the entry answered last, `vector` an embedding of the text."""
        return self._base.index.ask(text, after=after, vector=vector)

    def get(self, entry_id: str) -> Answer | None:
        """The city's answer of a published entry."""
        return self._base.answers.get(entry_id)

    def get_for(self, work: Work, entry_id: str, org_id: int | None, now: datetime) -> Answer | None:
        """The answer for somebody of a branch: the nearest branch's own, upwards, that is in force; else the city's."""
        base = self._base
        own = base.branches.get(entry_id)
        org = orgs.get(work, org_id) if own and org_id is not None else None
        return answers.nearest(base.answers.get(entry_id), own or {}, org.path if org else "", now)

    def questions(self, ids: Iterable[str], now: datetime | None = None) -> list[tuple[str, str]]:
        """(id, question) of those ids that are published; with a moment only of those that still answer then."""
        known = self._base.answers
        today = answers.day_of(now) if now else date.min
        return [(each, known[each].question) for each in ids if each in known and not known[each].expired(today)]

    def __len__(self) -> int:
        return len(self._base.answers)
