"""Entries as people write them: checked with reasons in Chinese, turned into rows, brought in from files."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.content import Citation, FaqEntry
from bot.errors import Refusal
from bot.services import closing
from bot.services.actors import FILES, Actor
from storage import knowledge, revisions
from storage.work import Work

NAMES = {
    "id": "编号",
    "question": "标准问法",
    "phrasings": "其他问法",
    "answer": "答案",
    "category": "分类",
    "citations": "依据",
    "law": "法规名称",
    "article": "条款",
    "version": "版本",
    "as_of": "核对日期",
    "review_by": "复核期限",
    "scope": "适用范围",
    "audience": "对象",
    "related": "相关问题",
    "hand_over": "转人工",
    "status": "状态",
    "fields": "本地项目",
    "key": "项目代号",
    "label": "项目名称",
    "hint": "项目提示",
    "value": "本地内容",
    "values": "本地内容",
}
_REASONS = {
    "missing": "没有填写",
    "string_too_short": "至少写{min_length}个字",
    "string_too_long": "最多写{max_length}个字",
    "too_short": "至少要有{min_length}项",
    "too_long": "最多{max_length}项",
    "literal_error": "只能是{expected}",
    "extra_forbidden": "没有这一项",
    "string_pattern_mismatch": "只能用小写英文字母、数字和连字符",
    "string_type": "要写成文字",
    "list_type": "要写成列表",
    "model_type": "要写成几个“名称: 内容”",
    "bool_type": "只能是true（是）或false（否）",
    "bool_parsing": "只能是true（是）或false（否）",
    "greater_than_equal": "不能早于{ge}",
    "less_than_equal": "不能晚于{le}",
}
_OWN_WORDS = {  # the field they are about (empty: where they stand), and the words
    "a published entry needs a citation": ("citations", "发布的内容要写明依据"),
    "a local entry must say 以当地规定为准": ("answer", "地方性的答案里要写“以当地规定为准”"),
    "only a local entry has fields to fill in": ("fields", "只有地方性的条目才有本地项目"),
    "two fields have the same key": ("fields", "有两个本地项目的代号相同"),
    "a reserved id": ("id", "这个编号系统自己要用，请换一个"),
    "control characters": ("", "有看不见的控制字符，请删掉重新输入"),
    "more than one line": ("", "要写在一行里，不能换行"),
}
_DATES = ("as_of", "review_by")


class BadEntry(Refusal):
    """What was written cannot be kept; `problems` are (place, reason), both in Chinese for people."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("；".join(f"{place}：{reason}" for place, reason in problems))
        self.problems = problems


class OverrideContent(BaseModel):
    """What a branch says differently from the city's entry."""

    model_config = ConfigDict(extra="forbid")
    answer: str = Field(default="", max_length=600)
    values: dict[str, str] = Field(default_factory=dict, max_length=8)
    citations: list[Citation] = Field(default_factory=list, max_length=12)
    as_of: date
    review_by: date
    active: bool = True


def validated(data: Mapping[str, Any]) -> FaqEntry:
    """The entry, checked. Raises BadEntry."""
    try:
        entry = FaqEntry.model_validate(dict(data))
    except ValidationError as error:
        raise BadEntry(problems_of(error)) from None
    if entry.review_by <= entry.as_of:
        raise BadEntry([(NAMES["review_by"], "要晚于核对日期")])
    return entry


def validated_override(data: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    """A branch's own version as JSON, checked; `keys` are the entry's fields. Raises BadEntry."""
    try:
        own = OverrideContent.model_validate(dict(data))
    except ValidationError as error:
        raise BadEntry(problems_of(error)) from None
    if unknown := sorted(set(own.values) - keys):
        raise BadEntry([(NAMES["values"], f"没有这些项目：{'、'.join(unknown)}")])
    if any(len(value) > 200 for value in own.values.values()):
        raise BadEntry([(NAMES["values"], "每项最多写200个字")])
    if own.answer and len(own.answer.strip()) < 10:
        raise BadEntry([(NAMES["answer"], "至少写10个字")])
    if (own.answer or any(own.values.values())) and not own.citations:
        raise BadEntry([(NAMES["citations"], "请写明本地规定的依据")])
    if own.review_by <= own.as_of:
        raise BadEntry([(NAMES["review_by"], "要晚于核对日期")])
    return own.model_dump(mode="json")


def problems_of(error: ValidationError) -> list[tuple[str, str]]:
    """Each mistake as (place, reason) in Chinese, at most twenty."""
    return [_problem(each) for each in error.errors()[:20]]


def _problem(error: Any) -> tuple[str, str]:
    own = str((error.get("ctx") or {}).get("error", ""))
    if own in _OWN_WORDS:
        field, words = _OWN_WORDS[own]
        return NAMES[field] if field else _place(error["loc"]), words
    return _place(error["loc"]), _reason(error)


def _place(loc: tuple[int | str, ...]) -> str:
    return "".join(f"第{part + 1}项" if isinstance(part, int) else name_of(part) for part in loc) or "整条"


def name_of(key: str) -> str:
    """What a field is called for people; an unknown one as it stands, cut, with nothing that steers a terminal."""
    return NAMES.get(key) or "".join(sign if sign.isprintable() else " " for sign in key[:30])


def _reason(error: Any) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    if kind.startswith("date"):
        return "日期要写成2026-11-26这样"
    words = _REASONS.get(kind, "内容不对")
    try:
        return words.format(**context).replace(" or ", "或")
    except KeyError:
        return "内容不对"


def of_row(row: knowledge.Entry) -> dict[str, Any]:
    """An entry of the database as it is written in files, in the order of `FaqEntry`."""
    return {name: getattr(row, name) if name != "fields" else row.fields or [] for name in FaqEntry.model_fields}


def content_of(entry: FaqEntry) -> dict[str, Any]:
    """An entry as JSON, for a revision."""
    return {**entry.model_dump(mode="json", exclude={"id"}), "answer": entry.answer.strip()}


def row_content(entry: knowledge.Entry) -> dict[str, Any]:
    """What an entry says now, as a revision's content."""
    said = {name: value for name, value in of_row(entry).items() if name != "id"}
    return {**said, **{key: said[key].isoformat() for key in _DATES}}


def override_content(override: knowledge.Override) -> dict[str, Any]:
    """What a branch says now, as a revision's content."""
    said = {name: getattr(override, name) for name in OverrideContent.model_fields}
    return {**said, **{key: said[key].isoformat() for key in _DATES}}


def columns(content: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of `storage.knowledge.Entry` from a revision's content."""
    return {**content, **{key: date.fromisoformat(content[key]) for key in _DATES}}


override_columns = columns


def load(work: Work, entries: Iterable[Mapping[str, Any]], now: datetime, by: Actor = FILES) -> dict[str, int]:
    """Bring validated entries in as published revisions; idempotent. Counts by effect: new, changed, same."""
    work.alone(knowledge.CHANGING)
    counts = {"new": 0, "changed": 0, "same": 0}
    numbers = revisions.numbers(work)
    for each in entries:
        counts[_load(work, each, numbers, by, now)] += 1
    return counts


def _load(work: Work, entry: Mapping[str, Any], numbers: dict[str, int], by: Actor, now: datetime) -> str:
    entry_id = entry["id"]
    content = content_of(FaqEntry.model_validate(dict(entry)))
    known = knowledge.get(work, entry_id)
    version, before = known.version if known else 0, closing.earlier(known, now)
    effect = knowledge.put(work, entry_id, columns(content), now)
    if effect != "same":
        numbers[entry_id] = numbers.get(entry_id, 0) + 1
        revisions.add_published(work, entry_id, numbers[entry_id], version, content, by.name, now)
    if before is not None and effect == "changed":
        closing.entry_loaded(work, by, entry_id, before, now)
    return effect
