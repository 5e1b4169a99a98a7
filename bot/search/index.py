"""The FAQ index: a question in anybody's words goes in, a decision with its entries comes out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.search.confidence import Decision, confidence, decide, lead
from bot.search.followup import core, leans
from bot.search.lexicon import DEFAULT, Lexicon
from bot.search.normal import normalise
from bot.search.ranking import Match, Ranking, bag

SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A question of the FAQ with the other ways in which people put it. `id` is unique within an index."""

    id: str
    question: str
    phrasings: tuple[str, ...]


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
        """Builds the index, about 0.1 ms a phrasing. Raises ValueError when an id occurs twice.

        Entries without a letter or digit in any of their texts are never found.
        """
        every = tuple(entries)
        if len({entry.id for entry in every}) < len(every):
            raise ValueError("the FAQ has an entry id twice")
        self._lexicon = lexicon
        self._entries, texts = _readable(every)
        self._asked = {entry.id: known[0] for entry, known in zip(self._entries, texts, strict=True)}
        self._exact = _exact(self._entries, texts)
        self._ranking = Ranking([[bag(text, lexicon) for text in known] for known in texts], lexicon)

    def ask(self, text: str, after: str | None = None, vector: Sequence[float] | None = None) -> Result:
        """Answers, offers up to three entries, or declines. Takes any text and never raises.

        `after` is the id of the entry that was answered last: a text that leans on it (`leans`) is understood with it.

        A known question or phrasing is answered from a table, whatever its width, script, courtesy or punctuation;
        one that stands in several entries is offered as a choice between them.
        """
        if known := self._exact.get(text):
            return known
        plain = normalise(text)
        if known := self._exact.get(plain):
            return known
        alone = self._search(plain) if plain else _DECLINED
        if alone.decision is Decision.ANSWER or after not in self._asked or not leans(text):
            return alone
        return self._search(core(text) + self._asked[after]) or alone

    def _search(self, plain: str) -> Result:
        matches = self._ranking.best(bag(plain, self._lexicon), SUGGESTIONS)
        if not matches:
            return _DECLINED
        best, second = matches[0], matches[1] if len(matches) > 1 else None
        decision = decide(best, lead(best, second))
        return _DECLINED if decision is Decision.DECLINE else Result(decision, self._hits(matches, second))

    def _hits(self, matches: Sequence[Match], second: Match | None) -> tuple[Hit, ...]:
        best = matches[0]
        scores = [confidence(best, lead(best, second))]
        scores += [min(scores[0], confidence(later, lead(later, best))) for _, later in pairwise(matches)]
        rows = [self._entries[match.row] for match in matches]
        return tuple(Hit(entry.id, entry.question, score) for entry, score in zip(rows, scores, strict=True))


def _readable(entries: Sequence[Entry]) -> tuple[list[Entry], list[list[str]]]:
    """Entries that can be found, and the distinct normalised texts of each, the question first."""
    texts = [list(dict.fromkeys(filter(None, map(normalise, (one.question, *one.phrasings))))) for one in entries]
    kept = [(entry, known) for entry, known in zip(entries, texts, strict=True) if known]
    return [entry for entry, _ in kept], [known for _, known in kept]


def _exact(entries: Sequence[Entry], texts: Sequence[Sequence[str]]) -> dict[str, Result]:
    """Result by text, as written and normalised. A standard question goes before other entries' phrasings."""
    asked: dict[str, list[Entry]] = {}
    phrased: dict[str, list[Entry]] = {}
    for entry, known in zip(entries, texts, strict=True):
        asked.setdefault(normalise(entry.question), []).append(entry)
        for text in known:
            phrased.setdefault(text, []).append(entry)
    found = {text: _certain(owners) for text, owners in (phrased | asked).items() if text}
    written = [text for entry in entries for text in (entry.question, *entry.phrasings)]
    return found | {text: found[plain] for text in written if (plain := normalise(text))}


def _certain(owners: Sequence[Entry]) -> Result:
    score = 1.0 / len(owners)
    hits = tuple(Hit(entry.id, entry.question, score) for entry in owners[:SUGGESTIONS])
    return Result(Decision.ANSWER if len(owners) == 1 else Decision.SUGGEST, hits)
