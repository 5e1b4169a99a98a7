"""Reading what a union edits as text: the FAQ, the duty calendar, the demo organisation. Strict: a typo is an error."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from bot.due_rules import check_rule
from bot.errors import Misconfigured

T = TypeVar("T")
Audience = Literal["worker", "cadre"]
RESERVED_IDS = ("new",)  # /knowledge/new is the form of a new entry
MOST_SAID = 20  # mistakes of a file that are told at once
MAX_FILE_BYTES = 4 * 1024 * 1024
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# What spreadsheets, YAML or a database cannot keep: control characters, halves of a pair, two that are no characters.
_UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def tidy(value: object) -> object:
    """Text without blanks around it, line ends as `\\n`, tabs as blanks. Raises ValueError for control characters."""
    if not isinstance(value, str):
        return value
    text = _LINE_ENDS.sub("\n", value).replace("\t", " ")
    if _UNFIT.search(text):
        raise ValueError("control characters")
    return text.strip()


def one_line(value: object) -> object:
    """Tidy text that must not have a line end within."""
    value = tidy(value)
    if isinstance(value, str) and "\n" in value:
        raise ValueError("more than one line")
    return value


_TEXT, _LINE = BeforeValidator(tidy), BeforeValidator(one_line)


def free_id(value: str) -> str:
    """An entry's id that is no page of the console. Raises ValueError."""
    if value in RESERVED_IDS:
        raise ValueError("a reserved id")
    return value


Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$"), AfterValidator(free_id)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]


class Strict(BaseModel):
    """What a file may hold: nothing that is not named."""

    model_config = ConfigDict(extra="forbid")


class Citation(Strict):
    """Where an answer is written."""

    law: Annotated[str, Field(min_length=2, max_length=80), _LINE]
    article: Annotated[str, Field(min_length=1, max_length=60), _LINE]
    version: Annotated[str, Field(min_length=2, max_length=160), _LINE]


class LocalField(Strict):
    """A figure or place that differs from city to city. A union fills in `value`; until then it is not shown."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    label: Annotated[str, Field(min_length=2, max_length=30), _LINE]
    hint: Annotated[str, Field(max_length=80), _LINE] = ""
    value: Annotated[str, Field(max_length=200), _LINE] = ""


class FaqEntry(Strict):
    """One entry of `content/faq/*.yaml`. A published one has a source; only a draft may still be without."""

    id: Slug
    question: Annotated[str, Field(min_length=2, max_length=60), _LINE]
    phrasings: list[Annotated[str, Field(min_length=1, max_length=200), _LINE]] = Field(min_length=1, max_length=60)
    answer: Annotated[str, Field(min_length=10, max_length=600), _TEXT]
    category: Annotated[str, Field(min_length=2, max_length=32), _LINE]
    citations: list[Citation] = Field(default_factory=list, max_length=12)
    as_of: Day
    review_by: Day
    scope: Literal["national", "local"] = "national"
    audience: list[Audience] = Field(default=["worker"], min_length=1, max_length=2)
    related: list[Slug] = Field(default_factory=list, max_length=8)
    hand_over: bool = False
    status: Literal["draft", "published", "retired"] = "published"
    fields: list[LocalField] = Field(default_factory=list, max_length=8)

    @model_validator(mode="after")
    def _sourced(self) -> Self:
        """Nothing is promised to a worker without a source, and nothing local is said as if it held everywhere."""
        if self.status == "published" and not self.citations:
            raise ValueError("a published entry needs a citation")
        if self.scope == "local" and "以当地规定为准" not in self.answer:
            raise ValueError("a local entry must say 以当地规定为准")
        if self.fields and self.scope != "local":
            raise ValueError("only a local entry has fields to fill in")
        if len({each.key for each in self.fields}) < len(self.fields):
            raise ValueError("two fields have the same key")
        return self


class SensitiveMatter(Strict):
    """One row of `content/sensitive.yaml`. `signs` and `not` are regular expressions over lower-case NFKC text."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    id: str = Field(pattern=r"^[a-z][a-z-]{1,31}$")
    title: str = Field(min_length=2, max_length=20)
    signs: list[re.Pattern[str]] = Field(min_length=1)
    not_: list[re.Pattern[str]] = Field(default_factory=list, alias="not")
    words: str = Field(min_length=10, max_length=300)
    entries: list[str] = Field(default_factory=list, max_length=6)
    urgent: bool = False

    @model_validator(mode="after")
    def _sayable(self) -> Self:
        """Words with a placeholder that nobody fills would fail when they are needed most."""
        try:
            self.words.format(hotline="", office="")
        except (LookupError, ValueError):
            raise ValueError("words may hold {hotline} and {office}, and no other brace") from None
        return self


class DutyNumber(Strict):
    """A number that a cadre reports: its stable key, what it is called and its unit."""

    key: str = Field(pattern=r"^[a-z][a-z_]{0,31}$")
    label: Annotated[str, Field(min_length=1, max_length=20), _LINE]
    unit: Annotated[str, Field(min_length=1, max_length=8), _LINE]


class DutyLine(Strict):
    """One line of `content/calendar.yaml`: in a `month` or by a `rule` for months, due on `deadline_day` or `deadline`.

    `deadline` is a rule of `bot/due_dates.py`; `role` the office whose duty it is; `ladder` the days from the deadline
    on which the silent are reminded.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")
    month: int | None = Field(default=None, ge=1, le=12)
    rule: Literal["monthly", "even_months", "quarterly", "half_yearly"] | None = None
    title: Annotated[str, Field(min_length=2, max_length=60), _LINE]
    what: Annotated[str, Field(min_length=2, max_length=300), _TEXT]
    deadline_day: int | None = Field(default=None, ge=1, le=31)
    deadline: Annotated[dict[str, Any], BeforeValidator(check_rule)] | None = None
    role: Annotated[str, Field(min_length=1, max_length=16), _LINE] | None = None
    ladder: list[Annotated[int, Field(ge=-60, le=60)]] | None = Field(default=None, min_length=1, max_length=10)
    evidence: Literal["none", "number", "photo", "file", "text"]
    numbers: list[DutyNumber] | None = Field(default=None, min_length=1, max_length=12)
    levels: list[Literal["基层", "街道", "区县", "市"]] = Field(min_length=1)
    basis: Annotated[str, Field(min_length=2, max_length=200), _LINE]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """One way to say when it recurs and one to say until when; numbers exactly where numbers are asked for."""
        if (self.month is None) == (self.rule is None):
            raise ValueError("give either month or rule")
        if (self.deadline_day is None) == (self.deadline is None):
            raise ValueError("give either deadline_day or deadline")
        if bool(self.numbers) != (self.evidence == "number"):
            raise ValueError("numbers go with evidence: number, and only with it")
        if self.ladder is not None and self.ladder != sorted(set(self.ladder)):
            raise ValueError("ladder is a rising list of days from the deadline, each once")
        return self


class Unit(Strict):
    """One union organisation of `content/demo.yaml`."""

    code: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,31}$")
    name: str
    level: Literal["市", "区县", "街道", "基层"]
    parent: str | None
    employer: str | None = None
    trade: str | None = Field(default=None, max_length=200)
    scene: str


class DemoPerson(Strict):
    """Who uses which phone of the sandbox."""

    openid: str
    name: str
    cadre: bool
    unit: str | None
    role: str | None
    bind_scene: str | None


class DemoEvent(Strict):
    """An event to try, dated from the day the demo is loaded: `in_days` later at `at`, for so many hours.

    `in_days` 0 with `at` empty begins an hour later, so that checking in can be tried at once.
    """

    title: str
    place: str
    about: str
    in_days: int = Field(ge=0, le=60)
    at: str = Field(default="", pattern=r"^(\d\d:\d\d)?$")
    hours: int = Field(ge=1, le=12)
    capacity: int | None = None
    questions: list[dict[str, Any]] = Field(default_factory=list)
    scene: str


class Demo(Strict):
    """The demo organisation."""

    organisation: dict[str, str]
    units: list[Unit]
    people: list[DemoPerson]
    events: list[DemoEvent] = Field(default_factory=list)


class MenuButton(Strict):
    """One button of the account's menu (platform reference 10)."""

    name: str = Field(min_length=1, max_length=20)
    type: str | None = None
    key: str | None = Field(default=None, max_length=128)
    url: str | None = Field(default=None, max_length=1024)
    sub_button: list["MenuButton"] | None = Field(default=None, max_length=5)


class Menu(Strict):
    """The account's menu."""

    button: list[MenuButton] = Field(min_length=1, max_length=3)


class _UnitsFile(BaseModel):
    """Other parts of the file, such as the demo's people, are left alone."""

    units: list[Unit]


class _FaqFile(Strict):
    entries: list[FaqEntry]


class _SensitiveFile(Strict):
    matters: list[SensitiveMatter]


class GoldenQuestion(Strict):
    """A question with the entry, or the entries, any of which is right."""

    ask: str = Field(min_length=2, max_length=120)
    expect: str | list[str]
    who: str = ""
    noise: str = ""


class Stranger(Strict):
    """A question that is none of ours."""

    ask: str = Field(min_length=2, max_length=120)
    kind: Literal["far", "near"]


class NearMiss(Strict):
    """Two questions that look alike and belong to two entries."""

    one: GoldenQuestion
    other: GoldenQuestion
    about: str


class GoldenFile(Strict):
    """Any part of the golden set; the files of `content/golden` together are the whole."""

    questions: list[GoldenQuestion] = Field(default_factory=list)
    unseen: list[GoldenQuestion] = Field(default_factory=list)
    out_of_scope: list[Stranger] = Field(default_factory=list)
    near_misses: list[NearMiss] = Field(default_factory=list)
    floors: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)


class _CalendarFile(Strict):
    duties: list[dict[str, Any]]


def read_faq(paths: list[Path]) -> list[dict[str, Any]]:
    """The entries of these files, ids unique. Raises Misconfigured naming file and place of every mistake."""
    entries = [each for path in paths for each in read(path, _FaqFile).entries]
    ids = [entry.id for entry in entries]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise Misconfigured(f"faq: ids used twice: {', '.join(twice)}")
    return [{**entry.model_dump(), "answer": entry.answer.strip()} for entry in entries]


def read_golden(folder: Path) -> GoldenFile:
    """The golden set of `content/golden/*.yaml`; empty where the folder is missing."""
    parts = [read(path, GoldenFile) for path in sorted(folder.glob("*.yaml"))]
    return GoldenFile(
        questions=[each for part in parts for each in part.questions],
        unseen=[each for part in parts for each in part.unseen],
        out_of_scope=[each for part in parts for each in part.out_of_scope],
        near_misses=[each for part in parts for each in part.near_misses],
        floors={key: share for part in parts for key, share in part.floors.items()},
    )


def read_sensitive(path: Path) -> list[dict[str, Any]]:
    """The sensitive matters, with their expressions as text. A union without the file has none: that is an error."""
    matters = read(path, _SensitiveFile).matters
    return [
        {
            **each.model_dump(exclude={"signs", "not_"}),
            "signs": [sign.pattern for sign in each.signs],
            "not": [excuse.pattern for excuse in each.not_],
        }
        for each in matters
    ]


def read_calendar(path: Path) -> list[dict[str, Any]]:
    """The lines of the duty calendar, ids unique. Raises Misconfigured naming the line and field of every mistake."""
    lines = read(path, _CalendarFile).duties
    good, wrong = [], []
    for number, line in enumerate(lines, 1):
        try:
            good.append(DutyLine.model_validate(line))
        except ValidationError as error:
            wrong += [f"duty {number} ({line.get('id', 'no id')}): {_place(each)}" for each in error.errors()]
    ids = [line.id for line in good]
    wrong += [f"id used twice: {each}" for each in sorted({each for each in ids if ids.count(each) > 1})]
    if wrong:
        more = f"; and {len(wrong) - MOST_SAID} more" if len(wrong) > MOST_SAID else ""
        raise Misconfigured(f"{path}: " + "; ".join(wrong[:MOST_SAID]) + more)
    return [line.model_dump(exclude_none=True) for line in good]


def read_menu(path: Path) -> dict[str, Any]:
    """The account's menu as the platform takes it."""
    return read(path, Menu).model_dump(exclude_none=True)


def read_units(path: Path) -> list[dict[str, Any]]:
    """The organisations of a file as they stand in it."""
    return [unit.model_dump() for unit in read(path, _UnitsFile).units]


def read_demo(path: Path) -> Demo:
    """The demo organisation."""
    return read(path, Demo)


def read(path: Path, model: type[T]) -> T:
    """A YAML file as what it should hold. Raises Misconfigured naming every mistake with its place."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise Misconfigured(f"{path}: larger than {MAX_FILE_BYTES} bytes")
        data = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)  # safe, and ten times as fast
        return TypeAdapter(model).validate_python(data)
    except OSError as error:
        raise Misconfigured(f"{path}: cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: not valid YAML: {error}") from None
    except ValidationError as error:
        raise Misconfigured(f"{path}: " + "; ".join(map(_place, error.errors()[:MOST_SAID]))) from None


def _place(mistake: Mapping[str, Any]) -> str:
    """A mistake as people read it: where, and what is wrong."""
    where = ".".join(str(part) for part in mistake["loc"])
    said = str(mistake["msg"]).removeprefix("Value error, ")
    return f"{where}: {said}" if where else said
