"""The question base: shapes, ids, lengths, dates, phrasings that belong to one entry only, and coverage."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import ValidationError

from bot.search.normal import normalise
from tests.content.models import Entry, FaqFile, load_entries

ENTRIES = load_entries()
IDS = {entry.id for entry in ENTRIES}
# fmt: off
WORST_CASES = {
    "wi-death", "wi-48h", "wi-illegal", "wm-harass", "dp-group", "mg-complain", "mg-emergency", "join-minor",
    "sf-child", "wage-crime", "la-urgent", "hp-temp",
}
ASKED_MOST = {
    "join-who", "join-how", "join-no-union", "join-dispatch", "join-migrant", "join-new-forms", "member-dues",
    "member-transfer", "member-quit", "lv-annual", "lv-annual-new", "wage-sick", "lv-sick-period", "lv-marriage",
    "wm-maternity", "lv-paternity", "wm-breast", "wage-ot-rate", "wage-monthly-days", "wage-min", "wage-arrears",
    "wage-pay-time", "lc-probation", "lc-double-pay", "lc-severance", "lc-illegal-fire", "lc-resign", "lc-layoff",
    "wi-apply", "wi-level-7-10", "dp-limit", "la-who", "dp-union-help", "sf-heat", "wm-forbid", "rt-age", "hp-dibao",
    "nf-injury", "mg-pay",
}

# What the policy map holds beside labour law.
UNION_WORK = {
    "入会与会籍", "工会组织", "民主管理", "会费与经费", "女职工", "困难帮扶与就业",
    "技能与劳模", "互助保障", "金秋助学", "活动与服务阵地",
}
# fmt: on


BY_ENTRY = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)


def plain(text: str) -> str:
    """Letters and digits only: a second, cruder idea of sameness than the bot's own."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def test_enough_published_entries() -> None:
    assert sum(entry.status == "published" for entry in ENTRIES) >= 220
    assert ASKED_MOST <= IDS


def test_ids_are_unique() -> None:
    assert len(IDS) == len(ENTRIES)


@BY_ENTRY
def test_related_entries_exist(entry: Entry) -> None:
    assert set(entry.related) <= IDS - {entry.id}
    assert len(set(entry.related)) == len(entry.related)


@BY_ENTRY
def test_dates_leave_time_for_a_review(entry: Entry) -> None:
    assert entry.as_of < entry.review_by <= entry.as_of + timedelta(days=731)


def test_the_base_does_not_go_dark_in_one_week() -> None:
    """Every entry that expires is a question to nobody until somebody has reviewed it: a few a week can be reviewed."""
    published = [entry.review_by for entry in ENTRIES if entry.status == "published"]
    weeks = Counter(day.isocalendar()[:2] for day in published)
    assert max(weeks.values()) <= len(published) / 5


@pytest.mark.parametrize("sameness", [plain, normalise])
def test_a_phrasing_belongs_to_one_entry(sameness: Callable[[str], str]) -> None:
    said = Counter(sameness(text) for entry in ENTRIES for text in (entry.question, *entry.phrasings))
    assert [text for text, times in said.items() if times > 1 or not text] == []


@BY_ENTRY
def test_many_ways_of_asking_and_something_to_fill_in(entry: Entry) -> None:
    assert 8 <= len(entry.phrasings) <= 24
    assert max(map(len, entry.phrasings)) <= 24
    assert bool(entry.fields) == (entry.scope == "local")


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.fields], ids=lambda entry: entry.id)
def test_fields_are_empty_here_and_say_what_belongs_in_them(entry: Entry) -> None:
    assert {field.value for field in entry.fields} == {""}
    assert (
        len({field.key for field in entry.fields}) == len({field.label for field in entry.fields}) == len(entry.fields)
    )
    assert all(len(field.label) <= 30 and 4 <= len(field.hint) <= 80 for field in entry.fields)


@BY_ENTRY
def test_answers_are_spoken_not_pasted(entry: Entry) -> None:
    for paper in ("《", "》", "本法", "第一款", "用人单位应当", "劳动者应当", "**", "http"):
        assert paper not in entry.answer


def test_who_needs_a_person_gets_one() -> None:
    assert {entry.id for entry in ENTRIES if entry.hand_over} >= WORST_CASES


def test_promises_of_a_call_back_are_kept() -> None:
    """Whoever is told that a cadre will get in touch must be handed over."""
    promised = {
        e.id
        for e in ENTRIES
        if any(w in e.answer for w in ("会联系您", "尽快联系您", "联系您，", "主动联系", "会跟进"))
    }
    assert promised <= {entry.id for entry in ENTRIES if entry.hand_over}


def test_the_categories_of_the_policy_map_are_there() -> None:
    assert {entry.category for entry in ENTRIES} >= UNION_WORK


@BY_ENTRY
def test_fields_are_for_the_local_union_to_fill_in(entry: Entry) -> None:
    assert [each.key for each in entry.fields if each.value] == []
    assert all(len(each.label) <= 30 and 4 <= len(each.hint) <= 80 for each in entry.fields)
    assert len({each.key for each in entry.fields}) == len(entry.fields) <= 8
    assert entry.fields or entry.status == "published"


@pytest.mark.parametrize(
    "change",
    [{"colour": "red"}, {"hand_over": "no"}, {"phrasings": ["one"]}, {"answer": "长" * 321}, {"scope": "city"}],
)
def test_the_shape_is_strict(change: dict[str, object]) -> None:
    good = ENTRIES[0].model_dump()
    assert FaqFile.model_validate({"entries": [good]}).entries == [ENTRIES[0]]
    with pytest.raises(ValidationError):
        FaqFile.model_validate({"entries": [good | change]})
