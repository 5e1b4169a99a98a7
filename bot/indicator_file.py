"""Reading `content/indicators.yaml`: what a union counts, each with its definition. Strict: a typo is an error."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from bot.content import Strict, one_line, read
from bot.errors import Misconfigured

OneLine = BeforeValidator(one_line)


class IndicatorLine(Strict):
    """One line of `content/indicators.yaml`. Keys of numbers come with +1 or -1."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")
    title: Annotated[str, Field(min_length=2, max_length=20), OneLine]
    unit: Annotated[str, Field(min_length=1, max_length=4), OneLine]
    what: Annotated[str, Field(min_length=10, max_length=300), OneLine]
    templates: list[str] = Field(min_length=1, max_length=12)
    levels: list[Literal["基层", "街道", "区县", "市"]] = Field(min_length=1)
    numerator: dict[str, Literal[1, -1]] = Field(min_length=1, max_length=8)
    denominator: dict[str, Literal[1, -1]] | None = Field(default=None, min_length=1, max_length=8)
    how: Literal["sum", "last"] = "sum"
    cut_off: int | None = Field(default=None, ge=1, le=31)

    @model_validator(mode="after")
    def _in_percent(self) -> Self:
        """A share is shown in percent; anything else is a plain count."""
        if (self.denominator is not None) != (self.unit == "%"):
            raise ValueError("an indicator with a denominator has the unit %, and only such a one")
        return self


class _IndicatorsFile(Strict):
    indicators: list[IndicatorLine]


def read_indicators(path: Path) -> list[dict[str, Any]]:
    """The indicators with their definitions, ids unique; none where the file is missing. Raises Misconfigured."""
    if not path.is_file():
        return []
    lines = read(path, _IndicatorsFile).indicators
    if len({line.id for line in lines}) < len(lines):
        raise Misconfigured(f"{path}: an id is used twice")
    return [line.model_dump() for line in lines]
