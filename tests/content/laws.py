"""Read access to the committed index of laws and to the list of figures that were derived by hand."""

from collections.abc import Mapping
from functools import cache

from tests.content.models import DATA, Slug, Strict, Text, load_yaml


class Article(Strict):
    """A cited article: canonical figures (see figures.py) and short key phrases."""

    figures: list[str]
    key_text: list[str]


class Law(Strict):
    """A law: which version was read, when its text was fetched, which labels it has."""

    version: str
    status: str
    snapshot: str | None
    labels: list[str]
    cited: dict[str, Article]


class LawIndex(Strict):
    """tests/data/law_articles.json. `topics`: id → [tier, confidence, scope] of the policy map."""

    newest_snapshot: str
    topics: dict[str, tuple[int, str, str]]
    laws: dict[str, Law]


class Derived(Strict):
    """A figure that no cited article states, and why it may be said."""

    figure: Text
    reason: Text


class DerivedFile(Strict):
    """tests/data/derived_figures.yaml."""

    derived: dict[Slug, list[Derived]]


@cache
def load_laws() -> LawIndex:
    """The index, read once; rebuilt by build_law_articles.py, never edited by hand."""
    text = (DATA / "law_articles.json").read_text(encoding="utf-8")
    return LawIndex.model_validate_json(text)


def load_derived() -> Mapping[str, list[Derived]]:
    """Entry id → derived figures."""
    return DerivedFile.model_validate(load_yaml(DATA / "derived_figures.yaml")).derived
