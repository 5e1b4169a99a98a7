"""What is written and read again is the same, whatever people have put into it."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.content import FaqEntry, read_faq
from bot.exchange import cells, documents, files, rows, workbook, writing
from tests.exchange.kit import entry, saved
from tests.wire.room import CONTENT

NASTY = st.sampled_from(
    ["=1+1", "+86", "-", "@SUM(A1)", "|", "\\", "\\|", "｜", "《", "》", "_x000D_", "#N/A", "'", "# ", ": "]
)
SIGNS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufffe\uffff")
PIECES = st.one_of(NASTY, st.text(SIGNS, min_size=1, max_size=4))


def texts(least: int, most: int, *more: str) -> st.SearchStrategy[str]:
    """Text of one line (`more`: also these signs within) that an entry may hold."""
    pieces = st.one_of(PIECES, st.sampled_from(more)) if more else PIECES
    joined = st.lists(pieces, min_size=1, max_size=4).map(lambda parts: "".join(parts)[:most].strip())
    return joined.map(lambda text: text.ljust(least, "字"))


SLUGS = st.text("abz09-", min_size=1, max_size=12).map("e".__add__)
DAYS = st.dates(date(2000, 1, 1), date(2098, 1, 1))
CITATIONS = st.builds(dict, law=texts(2, 80), article=texts(1, 60), version=texts(2, 160))
FIELDS = st.builds(
    dict,
    key=st.text("abz09_", max_size=10).map("k".__add__),
    label=texts(2, 30),
    hint=st.one_of(st.just(""), texts(1, 80)),
    value=st.one_of(st.just(""), texts(1, 200)),
)


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """Any valid entry."""
    local = draw(st.booleans())
    as_of = draw(DAYS)
    return FaqEntry.model_validate(
        {
            "id": draw(SLUGS),
            "question": draw(texts(2, 60)),
            "phrasings": draw(st.lists(texts(1, 60), min_size=1, max_size=2)),
            "answer": draw(texts(10, 500, "\n", "\n\n", "\n  ")) + ("以当地规定为准" if local else ""),
            "category": draw(texts(2, 32)),
            "citations": draw(st.lists(CITATIONS, min_size=1, max_size=2)),
            "as_of": as_of,
            "review_by": draw(st.dates(date.fromordinal(as_of.toordinal() + 1), date(2099, 12, 31))),
            "scope": "local" if local else "national",
            "audience": draw(st.lists(st.sampled_from(["worker", "cadre"]), min_size=1, max_size=2)),
            "related": draw(st.lists(SLUGS, max_size=2)),
            "hand_over": draw(st.booleans()),
            "status": draw(st.sampled_from(["draft", "published", "retired"])),
            "fields": draw(st.lists(FIELDS, max_size=2, unique_by=lambda each: each["key"])) if local else [],
        }
    ).model_dump()


def again(ending: str, written: bytes) -> list[Mapping[str, Any]]:
    """What is read from a file."""
    read = rows.read if ending == ".xlsx" else documents.read
    return [each.entry.model_dump() for each in read(written, f"a{ending}")]


@settings(max_examples=50)
@given(st.lists(entries(), min_size=1, max_size=2))
def test_an_xlsx_comes_back_equal(every: list[dict[str, Any]]) -> None:
    assert again(".xlsx", writing.write(every)) == every


@given(st.lists(entries(), min_size=1, max_size=2))
def test_a_yaml_comes_back_equal(every: list[dict[str, Any]]) -> None:
    assert again(".yaml", documents.write(every)) == every


@pytest.mark.parametrize("ending", [".xlsx", ".yaml"])
def test_the_whole_content_comes_back_equal(ending: str, tmp_path: Path) -> None:
    every = read_faq(sorted((CONTENT / "faq").glob("*.yaml")))
    file = tmp_path / f"a{ending}"
    files.write(file, every)
    assert [each.entry.model_dump() for each in files.read([file])] == every
    assert [each.name for each in tmp_path.iterdir()] == [file.name]


def test_what_stands_twice_is_written_twice() -> None:
    """YAML would otherwise write the second one as an alias, which is refused when read."""
    one = entry()
    two = one | {"id": "lv-other"}
    assert again(".yaml", documents.write([one, two])) == [one, two]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(lambda text: text.strip()))
def test_any_text_comes_back_from_a_cell_as_text(text: str) -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.title = "问答"
    writing.put(page.cell(1, 1), text)
    assert [row.cells[1] for row in workbook.read(saved(book), "问答")] == [text]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "#N/A", "=cmd|' /C calc'!A1"])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    book = Workbook()
    cell = book.worksheets[0].cell(1, 1)
    writing.put(cell, text)
    seen = load_workbook(BytesIO(saved(book))).worksheets[0].cell(1, 1)
    assert seen.data_type == "s"
    assert seen.quotePrefix or text == "#N/A"


def test_the_sheet_is_made_for_people() -> None:
    book = load_workbook(BytesIO(writing.write([entry()])))
    page = book["问答"]
    assert book.sheetnames == ["问答", "说明"]
    assert {each.sheet_state for each in book.worksheets} == {"visible"}
    assert page.freeze_panes == "A2"
    assert not any(page.column_dimensions[letter].hidden for letter in "ABCDEFGHIJKLMN")
    assert page["G2"].is_date and page["G2"].value.date() == date(2026, 4, 19)
    offered = {each.formula1 for each in page.data_validations.dataValidation}
    assert '"是,否"' in offered and '"发布,草稿,停用"' in offered and '"全国,地方"' in offered
    explained = [cell.value for cell in book["说明"]["A"]]
    assert set(explained) >= {cell.value for cell in page[1]}


@given(st.lists(st.text(SIGNS, max_size=8).map(str.strip), min_size=1, max_size=4))
def test_parts_of_a_line_come_back(parts: list[str]) -> None:
    assert cells.split(cells.join(parts)) == parts


@given(st.text("《》甲乙", max_size=8))
def test_brackets_of_a_law_come_off_again(law: str) -> None:
    assert cells.out_of_brackets(cells.in_brackets(law)) == law
