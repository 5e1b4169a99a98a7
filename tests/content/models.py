"""Strict shapes of the content files: unknown keys, wrong types and repeated YAML keys are refused."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "content"
DATA = ROOT / "tests" / "data"

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=64)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Level = Literal["基层", "街道", "区县", "市"]


class Strict(BaseModel):
    """No unknown keys, no silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Citation(Strict):
    """A law by its full title, the article's label in it, and the version that was read."""

    law: Text
    article: Text
    version: Text


class LocalField(Strict):
    """What a local union fills in."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Text
    hint: str = ""
    value: str = ""


class Entry(Strict):
    """One question and its answer."""

    id: Slug
    question: Text
    phrasings: list[Text] = Field(min_length=6)
    answer: Annotated[str, StringConstraints(min_length=20, max_length=320, strip_whitespace=True)]
    category: Annotated[str, StringConstraints(min_length=2, max_length=32)]
    citations: list[Citation]
    as_of: date
    review_by: date
    scope: Literal["national", "local"]
    audience: list[Literal["worker", "cadre"]] = Field(min_length=1)
    related: list[Slug]
    hand_over: bool
    status: Literal["published", "draft"]
    fields: list[LocalField] = Field(default_factory=list)

    @model_validator(mode="after")
    def consistent(self) -> Self:
        """What is published has a source; what is local can be filled in."""
        if self.status == "published" and not self.citations:
            raise ValueError("a published entry needs a citation")
        if self.fields and self.scope != "local":
            raise ValueError("only a local entry has fields to fill in")
        return self


class FaqFile(Strict):
    """A file of content/faq: entries of one category."""

    entries: list[Entry] = Field(min_length=1)


class Number(Strict):
    """A number that a cadre reports: its stable key, what it is called and its unit."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
    label: Text
    unit: Text


class Duty(Strict):
    """One duty of the cadres' year."""

    id: Slug
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    rule: Literal["monthly", "even_months", "quarterly", "half_yearly"] | None = None
    title: Annotated[str, StringConstraints(min_length=4, max_length=24)]
    what: Annotated[str, StringConstraints(min_length=10, max_length=120)]
    deadline_day: Annotated[int, Field(ge=1, le=31)] | None = None
    deadline: dict[str, bool | int | str] | None = None
    role: Annotated[str, StringConstraints(min_length=2, max_length=16)] | None = None
    ladder: list[int] | None = None
    evidence: Literal["none", "number", "photo", "file", "text"]
    numbers: list[Number] | None = None
    levels: list[Level] = Field(min_length=1)
    basis: Annotated[str, StringConstraints(pattern=r"^(法：\S+ \S+|惯例：以当年上级通知为准)$")]

    @model_validator(mode="after")
    def consistent(self) -> Self:
        """Either a month or a rule; one way to say until when; numbers exactly when numbers are asked for."""
        if (self.month is None) == (self.rule is None):
            raise ValueError("either month or rule")
        if (self.deadline_day is None) == (self.deadline is None):
            raise ValueError("either deadline_day or deadline")
        if bool(self.numbers) != (self.evidence == "number"):
            raise ValueError("numbers belong to evidence: number")
        return self


class CalendarFile(Strict):
    """content/calendar.yaml."""

    duties: list[Duty]


class _OneOfEachKey(yaml.CSafeLoader):
    """PyYAML keeps the last of two equal keys without a word; this loader refuses them."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise yaml.constructor.ConstructorError(None, None, f"repeated key in {keys}", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def load_yaml(path: Path) -> Any:
    """The document in a YAML file; repeated keys raise ConstructorError."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_OneOfEachKey)  # a SafeLoader: builds plain data only


def load_entries() -> list[Entry]:
    """Every entry of content/faq, in the order of the files. Shared: change copies only."""
    return list(_entries())


@cache
def _entries() -> tuple[Entry, ...]:
    paths = sorted((CONTENT / "faq").glob("*.yaml"))
    return tuple(entry for path in paths for entry in FaqFile.model_validate(load_yaml(path)).entries)


def load_duties() -> list[Duty]:
    """Every duty of content/calendar.yaml."""
    return CalendarFile.model_validate(load_yaml(CONTENT / "calendar.yaml")).duties
