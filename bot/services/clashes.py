"""Words that belong to one entry only: a question or phrasing of two entries would be answered by neither."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.content import FaqEntry
from bot.search import Index, normalise
from bot.services.entries import NAMES
from storage import knowledge
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Clash:
    """Two entries with the same words, of which the first is brought in now. `key` is `question` or `phrasings`."""

    entry_id: str
    other_id: str
    key: str
    words: str


def found(kept: Iterable[knowledge.Entry], entries: Sequence[FaqEntry], changes: Collection[str]) -> Iterator[Clash]:
    """Words of a new or changed entry (`changes`) that belong to another one already; retired entries own none."""
    mine = {each.id for each in entries}
    owners = {plain: row.id for row in kept if row.id not in mine for _, _, plain in _words(row)}
    owners |= {plain: each.id for each in entries if each.id not in changes for _, _, plain in _words(each)}
    for each in entries:
        for key, words, plain in _words(each) if each.id in changes else ():
            other = owners.setdefault(plain, each.id)
            if other != each.id:
                yield Clash(each.id, other, key, words)


def _words(entry: FaqEntry | knowledge.Entry) -> Iterator[tuple[str, str, str]]:
    """(column, words, the same as the search sees them) of an entry that owns its words."""
    if entry.status == "retired":
        return
    said = [("question", entry.question), *(("phrasings", each) for each in entry.phrasings)]
    for key, words in said:
        if plain := normalise(words):
            yield key, words, plain


def problems(work: Work, entry: FaqEntry, index: Index) -> list[tuple[str, str]]:
    """What does not go with the other entries, as (place, reason) in Chinese: words that an entry of the index or a
    draft in the base has, and related entries that are nowhere. A table of the index is looked at, not the whole base.
    """
    drafts = {plain: row for row in knowledge.unpublished(work) for _, _, plain in _words(row)}
    found: list[tuple[str, str]] = []
    for key, words, plain in _words(entry):
        owners = [*index.owners(words), *((row.id, row.question) for row in (drafts.get(plain),) if row)]
        if other := next((each for each in owners if each[0] != entry.id), None):
            found.append((NAMES[key], f"“{words}”已经是“{other[1]}”（{other[0]}）的问法，请换一个"))
    nowhere = [each for each in entry.related if each == entry.id or knowledge.get(work, each) is None]
    return [*found, *([(NAMES["related"], f"没有这些别的条目：{'、'.join(nowhere)}")] if nowhere else [])]
