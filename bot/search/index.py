"""The FAQ index: a question in anybody's words goes in, a decision with its entries comes out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.search import terms, texts
from bot.search.confidence import Decision, Ranked, Weights, decide, of_others, rank
from bot.search.followup import core, leans, merge, says
from bot.search.lexicon import DEFAULT, Lexicon
from bot.search.nearness import Nearness
from bot.search.normal import normalise
from bot.search.ranking import Ranking
from bot.search.terms import Asked, Longs, Table
from bot.search.texts import Entry

SUGGESTIONS = 3
_COMPLETE = 0.8  # confidence from which a short question that says all is not read as a follow-up
WEIGHTS = Weights.read()


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found. `score` is the calibrated confidence, 0..1, that it is what was meant."""

    id: str
    question: str
    score: float


@dataclass(frozen=True, slots=True)
class Result:
    """A decision with up to three hits, best first. A declined question has none."""

    decision: Decision
    hits: tuple[Hit, ...]


_DECLINED = Result(Decision.DECLINE, ())


class Index:
    """Immutable once built and safe to share between threads; queries read memory only and are deterministic."""

    def __init__(
        self,
        entries: Iterable[Entry],
        lexicon: Lexicon = DEFAULT,
        previous: "Index | None" = None,
        vectors: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        """Builds the index, about 15 µs a phrasing. Raises ValueError when an id occurs twice.

        Entries without a letter or digit in any of their texts are never found. What was worked out for entries that
        stand unchanged in `previous` is taken from there, if it has the same lexicon. `vectors` are embeddings by
        phrasing, all of one length; texts without one are found by their words.
        """
        every = tuple(entries)
        if len({entry.id for entry in every}) < len(every):
            raise ValueError("the FAQ has an entry id twice")
        self._lexicon = lexicon
        self._texts: texts.Texts
        self._exact: texts.Rows
        old = previous if previous is not None and previous._lexicon is lexicon else None
        before = old._texts if old else None
        self._texts, source, new = texts.read(every, before)
        fresh = terms.of_texts(new, lexicon.finder)
        table = self._assembled(source, fresh, old) if old else fresh
        self._ranking = Ranking(table, self._texts.owners(), lexicon)
        self._rows = {entry.id: row for row, entry in enumerate(self._texts.entries)}
        self._exact = texts.tables(self._texts, source, (old._texts, old._exact) if old else None)
        self._near = Nearness(self._texts.entries, vectors or {})

    def _assembled(self, source: Longs, fresh: Table, old: "Index") -> Table:
        return texts.assembled(self._texts, source, fresh, old._ranking.table(), old._texts.starts)

    def __len__(self) -> int:
        """How many entries can be found."""
        return len(self._texts.entries)

    def ask(self, text: str, after: str | None = None, vector: Sequence[float] | None = None) -> Result:
        """Answers, offers up to three entries, or declines. Takes any text and never raises.

        A known question or phrasing is answered from a table, whatever its width, script, courtesy or punctuation;
        one that stands in several entries is offered as a choice between them. `after` is the id of the entry that was
        answered last: a text that leans on it is understood with it, a complete question is not disturbed. `vector` is
        the embedding of the text, of the kind and length of the index's; others are not looked at.
        """
        plain = normalise(text)
        if known := self._certain(plain):
            return known
        asked = terms.read(plain, self._lexicon)
        alone = self._rank(asked, vector) if vector is not None or self._says_something(asked) else None
        row = self._rows.get(after) if after is not None and leans(text) else None
        leaning = self._lean(text, row) if row is not None and self._needs_more(asked.terms, text, alone) else None
        return self._result(leaning) or self._result(alone) or _DECLINED

    def _says_something(self, asked: Asked) -> bool:
        kinds = {self._lexicon.concepts[each].kind for each in terms.concepts_of(asked.terms)}
        return bool(asked.loose or kinds - {"asks"})

    def _needs_more(self, asked: Mapping[int, float], text: str, alone: Ranked | None) -> bool:
        whole, at_length = says(asked, text, self._lexicon)
        return not at_length and not (whole and alone is not None and alone.confidence >= _COMPLETE)

    def rank(self, text: str, count: int = 10) -> list[Hit]:
        """The best entries whatever the confidence, best first; a known text's entries come first."""
        plain = normalise(text)
        certain = self._certain(plain)
        ranked = self._rank(terms.read(plain, self._lexicon), None)
        hits = list(certain.hits) if certain else []
        hits += (
            [hit for hit in self._hits(ranked, count) if hit.id not in {known.id for known in hits}] if ranked else []
        )
        return hits[:count]

    def __contains__(self, entry_id: object) -> bool:
        """Whether there is an entry with this id."""
        return entry_id in self._rows

    def owners(self, text: str) -> list[tuple[str, str]]:
        """(id, question) of every entry that has this text, as the search sees it, for its question or a phrasing."""
        rows = self._exact.get(normalise(text), ())
        known = (self._texts.entries[row] for row in ((rows,) if isinstance(rows, int) else rows))
        return [(entry.id, entry.question) for entry in known]

    def _certain(self, plain: str) -> Result | None:
        rows = self._exact.get(plain)
        if rows is None:
            return None
        found = (rows,) if isinstance(rows, int) else texts.standard(self._texts, plain, rows)
        entries = [self._texts.entries[row] for row in found[:SUGGESTIONS]]
        decision = Decision.ANSWER if len(found) == 1 else Decision.SUGGEST
        return Result(decision, tuple(Hit(entry.id, entry.question, 1.0 / len(found)) for entry in entries))

    def _rank(self, asked: Asked, vector: Sequence[float] | None) -> Ranked | None:
        near = self._near.to(vector)
        found = self._ranking.candidates(asked, near.rows)
        return None if found is None else near.adjust(rank(found, WEIGHTS))

    def _lean(self, text: str, row: int) -> Ranked | None:
        before = terms.of_question(self._texts.known[row][0], self._lexicon)
        asked = terms.read(core(text), self._lexicon)
        return self._rank(merge(asked, before, self._lexicon), None)

    def _result(self, ranked: Ranked | None) -> Result | None:
        decision = decide(ranked, WEIGHTS.bands) if ranked else Decision.DECLINE
        if ranked is None or decision is Decision.DECLINE:
            return None
        return Result(decision, tuple(self._hits(ranked, SUGGESTIONS)))

    def _hits(self, ranked: Ranked, count: int) -> list[Hit]:
        entries = [self._texts.entries[row] for row in ranked.rows[:count]]
        sure = of_others(ranked)
        return [Hit(entry.id, entry.question, score) for entry, score in zip(entries, sure, strict=False)]
