"""Strict shapes of content/golden: what is asked, what must come of it, and how often."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from tests.content.models import CONTENT, Slug, Strict, Text, load_yaml

GOLDEN = CONTENT / "golden"
Ask = Annotated[str, StringConstraints(min_length=2, max_length=120, pattern=r"^\S(?:.*\S)?$")]
Share = Annotated[float, Field(ge=0, le=1)]


def listed(value: object) -> object:
    """`expect: id` is short for `expect: [id]`."""
    return [value] if isinstance(value, str) else value


Topics = Annotated[list[Slug], Field(min_length=1, max_length=3), BeforeValidator(listed)]


class Question(Strict):
    """A question in scope; `expect` holds every topic that is a right answer, the best first."""

    ask: Ask
    expect: Topics
    who: Literal["rider", "migrant", "worker", "woman", "cadre", "retiree"] | None = None
    noise: Literal["typo", "traditional", "voice", "wide"] | None = None


class Stranger(Strict):
    """A question out of scope."""

    ask: Ask
    kind: Literal["far", "near"]


class Side(Strict):
    """One question of a near miss."""

    ask: Ask
    expect: Slug


class NearMiss(Strict):
    """Two questions that look alike and belong to two topics."""

    one: Side
    other: Side
    about: Text

    @model_validator(mode="after")
    def apart(self) -> Self:
        """The two sides ask different things of different topics."""
        if self.one.expect == self.other.expect or self.one.ask == self.other.ask:
            raise ValueError("the sides of a near miss must differ in words and in topic")
        return self


class Floors(Strict):
    """Shares the search must reach; the two `_answered` kinds of strangers are ceilings."""

    top1: Share
    recall3: Share
    answered: Share
    precision: Share
    far_answered: Share
    near_answered: Share
    pairs: Share
    unseen_top1: Share
    unseen_recall3: Share


class QuestionFile(Strict):
    """content/golden/questions.yaml."""

    questions: list[Question]


class UnseenFile(Strict):
    """content/golden/unseen.yaml."""

    unseen: list[Question]
    out_of_scope: list[Stranger]


class StrangerFile(Strict):
    """content/golden/out_of_scope.yaml."""

    out_of_scope: list[Stranger]


class NearMissFile(Strict):
    """content/golden/near_misses.yaml."""

    near_misses: list[NearMiss]


class FloorFile(Strict):
    """content/golden/floors.yaml."""

    floors: Floors


def load_questions() -> list[Question]:
    """Every question in scope."""
    return QuestionFile.model_validate(load_yaml(GOLDEN / "questions.yaml")).questions


def load_unseen() -> list[Question]:
    """Every question in scope that nobody learns from."""
    return UnseenFile.model_validate(load_yaml(GOLDEN / "unseen.yaml")).unseen


def load_strangers() -> list[Stranger]:
    """Every question out of scope."""
    unseen = UnseenFile.model_validate(load_yaml(GOLDEN / "unseen.yaml")).out_of_scope
    return StrangerFile.model_validate(load_yaml(GOLDEN / "out_of_scope.yaml")).out_of_scope + unseen


def load_near_misses() -> list[NearMiss]:
    """Every pair of look-alikes."""
    return NearMissFile.model_validate(load_yaml(GOLDEN / "near_misses.yaml")).near_misses


def load_floors() -> Floors:
    """The shares `faq check` compares with."""
    return FloorFile.model_validate(load_yaml(GOLDEN / "floors.yaml")).floors
