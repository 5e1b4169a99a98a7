"""Every entry rests on existing articles of the version it names, and every figure it states stands in one of them."""

from datetime import date

import pytest
import yaml

from tests.content.figures import figures
from tests.content.laws import load_derived, load_laws
from tests.content.models import Entry, load_duties, load_entries
from tests.content.stated import PINNED, everything, stated

ENTRIES = load_entries()
INDEX = load_laws()
DERIVED = load_derived()
BY_ID = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)


def supported(entry: Entry) -> set[str]:
    """Figures of the cited articles, and the dates in the cited versions (`2025-09-01施行`)."""
    found: set[str] = set()
    for citation in entry.citations:
        found |= set(INDEX.laws[citation.law].cited[citation.article].figures)
        found |= figures(citation.version)
    return found


@BY_ID
def test_only_settled_topics_are_published(entry: Entry) -> None:
    """What no national text settles stays a draft until a union has filled it in."""
    settled = INDEX.topics[entry.id][1] in {"high", "medium"}
    assert entry.status == ("published" if settled else "draft")


@BY_ID
def test_citations_exist_in_the_version_named(entry: Entry) -> None:
    for citation in entry.citations:
        law = INDEX.laws[citation.law]
        assert citation.version == law.version
        assert citation.article in law.labels
        assert citation.article in law.cited
    assert len({(c.law, c.article) for c in entry.citations}) == len(entry.citations)


@BY_ID
def test_figures_stand_in_a_cited_article(entry: Entry) -> None:
    allowed = supported(entry) | {derived.figure for derived in DERIVED.get(entry.id, [])}
    assert figures(entry.answer) - allowed == set()


@BY_ID
def test_local_rules_are_named_as_such(entry: Entry) -> None:
    _, confidence, scope = INDEX.topics[entry.id]
    local = scope != "national" or confidence == "low"
    assert entry.scope == ("local" if local else "national")
    assert ("以当地规定为准" in entry.answer) == local


@BY_ID
def test_as_of_is_the_oldest_text_in_force_that_was_read(entry: Entry) -> None:
    laws = [INDEX.laws[citation.law] for citation in entry.citations]
    dates = [law.snapshot for law in laws if law.snapshot and law.status == "现行"]
    assert entry.as_of == date.fromisoformat(min(dates, default=INDEX.newest_snapshot))


@BY_ID
def test_local_samples_are_not_cited_as_law(entry: Entry) -> None:
    assert all(INDEX.laws[citation.law].status in {"现行", "旧版·仅参考"} for citation in entry.citations)


@BY_ID
def test_an_older_text_is_named_as_such(entry: Entry) -> None:
    """Only the 2008 charter could be read; who hears of it is pointed to the one in force."""
    older = [citation.law for citation in entry.citations if INDEX.laws[citation.law].status == "旧版·仅参考"]
    assert not older or "现行工会章程" in entry.answer


@pytest.mark.parametrize("entry_id", sorted(DERIVED))
def test_derived_figures_are_needed(entry_id: str) -> None:
    entry = next(entry for entry in ENTRIES if entry.id == entry_id)
    listed = {derived.figure for derived in DERIVED[entry_id]}
    assert listed <= figures(entry.answer)
    assert listed.isdisjoint(supported(entry))


def test_duties_by_law_cite_existing_articles() -> None:
    by_law = [duty.basis.removeprefix("法：").split(" ") for duty in load_duties() if duty.basis.startswith("法：")]
    assert by_law
    assert [pair for pair in by_law if pair[1] not in INDEX.laws[pair[0]].labels] == []


def test_duties_by_law_state_no_figure_of_their_own() -> None:
    for duty in load_duties():
        if duty.basis.startswith("法："):
            law, article = duty.basis.removeprefix("法：").split(" ")
            assert figures(duty.what) <= set(INDEX.laws[law].cited[article].figures), duty.id


def test_the_index_holds_facts_not_sentences() -> None:
    phrases = [text for law in INDEX.laws.values() for article in law.cited.values() for text in article.key_text]
    assert phrases
    assert max(map(len, phrases)) <= 30


def test_every_clause_states_the_figures_it_was_read_with() -> None:
    """A figure of the right article in the wrong place is wrong too; see `tests/content/stated.py`."""
    pinned = yaml.load(PINNED.read_text(encoding="utf-8"), yaml.CSafeLoader)
    now = everything()
    changed = {key: (pinned.get(key), now.get(key)) for key in {*pinned, *now} if pinned.get(key) != now.get(key)}
    assert changed == {}


@pytest.mark.parametrize(("right", "wrong"), [("1个月", "3个月"), ("10天", "15天"), ("150%", "200%")])
def test_a_figure_in_the_wrong_place_is_noticed(right: str, wrong: str) -> None:
    entries = [entry for entry in ENTRIES if right in entry.answer]
    assert entries
    for entry in entries:
        assert stated(entry.model_copy(update={"answer": entry.answer.replace(right, wrong)})) != stated(entry)
