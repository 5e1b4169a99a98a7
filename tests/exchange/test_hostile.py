"""Files meant to break something: each is refused in words, at once, and within bounds."""

import random
import tracemalloc
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from bot.exchange import files, rows, workbook, writing
from bot.exchange.problems import BadFile
from tests.exchange.kit import entry, line, refused, repacked, saved, sheet

GOOD = writing.write([entry()])
PART = "xl/worksheets/sheet1.xml"


def put(cell: str, value: object) -> bytes:
    """The good file with one cell changed."""
    book = load_workbook(BytesIO(GOOD))
    book["问答"][cell] = value
    return saved(book)


def packed(**parts: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "不是xlsx文件"),
        (b"PK\x03\x04 and no more", "不是xlsx文件"),
        (b"entries: []", "不是xlsx文件"),
        (packed(readme=b"hello"), "不是xlsx文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "这是旧版的表格"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "文件有密码",
        ),
        (b"PK" + bytes(workbook.MAX_BYTES), "文件超过10MB"),
        (repacked(GOOD, lambda name, part: part, **{"xl/vbaProject.bin": b"x"}), "文件带有宏"),
        (
            repacked(GOOD, lambda name, part: part.replace(b"sheet.main", b"sheet.macroEnabled.main")),
            "文件带有宏",
        ),
        (repacked(GOOD, lambda name, part: b"<a><b>" if name == PART else part), "文件已损坏"),
        (repacked(GOOD, lambda name, part: b"" if name == "xl/workbook.xml" else part), "文件已损坏"),
        (repacked(GOOD, lambda name, part: part.replace(b'r="2"', b'r="two"')), "文件已损坏"),
        (GOOD[: len(GOOD) // 2], "不是xlsx文件"),
    ],
    ids=[*("empty", "cut", "text", "zip", "old", "locked", "huge", "macro", "xlsm"), "xml", "no book", "row", "half"],
)
def test_what_is_no_good_workbook(data: bytes, said: str) -> None:
    (reason,) = refused(rows.read, data)
    assert reason.startswith(f"a.xlsx: {said}")


def test_a_bomb_is_not_unpacked() -> None:
    """Two hundred megabytes in less than one of zip."""
    out = BytesIO()
    with ZipFile(BytesIO(GOOD)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        with new.open("xl/media/a.xml", "w", force_zip64=True) as part:
            for _ in range(200):
                part.write(bytes(2**20))
    bomb = out.getvalue()
    assert len(bomb) < 2**20
    tracemalloc.start()
    try:
        assert refused(rows.read, bomb) == ["a.xlsx: 文件解开后超过64MB，请分成几个文件。"]
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


def test_many_small_parts() -> None:
    many = {f"xl/{number}.bin": b"" for number in range(workbook.MAX_PARTS)}
    (reason,) = refused(rows.read, repacked(GOOD, lambda name, part: part, **many))
    assert "文件解开后超过64MB" in reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding: str) -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    laughs = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><x>&a8;</x>'
    bad = repacked(GOOD, lambda name, part: laughs.encode(encoding) if name == PART else part)
    (reason,) = refused(rows.read, bad)
    assert "不认识的内容" in reason


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://127.0.0.1","x")', ArrayFormula("D2", "=A1:A2")])
def test_formulas_are_named(formula: object) -> None:
    assert refused(rows.read, put("D2", formula)) == ["a.xlsx:问答:第2行 答案: 不能用公式，请只粘贴数值"]


def test_error_values_are_named() -> None:
    assert refused(rows.read, put("E2", "#N/A")) == ["a.xlsx:问答:第2行 分类: 是一个错误值"]


def test_merged_cells_are_named() -> None:
    book = load_workbook(BytesIO(GOOD))
    book["问答"].merge_cells("E2:E3")
    (reason,) = refused(rows.read, saved(book))
    assert reason == "a.xlsx: 工作表“问答”有合并的单元格（E2:E3），请取消合并再试。"


def test_merged_cells_of_another_sheet_do_no_harm() -> None:
    book = load_workbook(BytesIO(GOOD))
    book["说明"].merge_cells("A1:C1")
    assert len(rows.read(saved(book), "a.xlsx")) == 1


def test_a_cell_longer_than_a_spreadsheet_keeps() -> None:
    letter = "长" * (workbook.MAX_CELL + 1)
    long = repacked(GOOD, lambda name, part: part.replace("休息休假".encode(), letter.encode()))
    assert refused(rows.read, long) == ["a.xlsx:问答:第2行 分类: 超过32767个字"]


def test_a_file_that_lies_about_its_size_is_read_whole() -> None:
    lying = repacked(GOOD, lambda name, part: part.replace(b'<dimension ref="A1:N2"', b'<dimension ref="A1:A1"'))
    assert lying != GOOD
    assert [each.entry.model_dump() for each in rows.read(lying, "a.xlsx")] == [entry()]


def test_too_many_columns() -> None:
    assert "超过40列" in refused(rows.read, sheet([*line(), *["x"] * 30]))[0]


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 2)
    assert len(rows.read(sheet(line(), line(id="lv-b")), "a.xlsx")) == 2
    assert refused(rows.read, sheet(*[line()] * 3)) == ["a.xlsx: 超过2行，请分成几个文件。"]


def test_a_row_far_below_is_not_lost() -> None:
    book = load_workbook(BytesIO(GOOD))
    book["问答"].cell(90_000, 2, "孤单的一格")
    assert refused(rows.read, saved(book))[0].startswith("a.xlsx:问答:第90000行 ")


def test_a_file_of_another_program_without_styles() -> None:
    """openpyxl warns of it; a warning is an error in these tests."""
    bare = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    data = repacked(sheet(line()), lambda name, part: bare if name == "xl/styles.xml" else part)
    with pytest.warns(UserWarning, match="no stylesheet"):
        load_workbook(BytesIO(data), read_only=True).close()
    assert rows.read(data, "a.xlsx")[0].entry.as_of.year == 2026


@given(st.randoms(use_true_random=False))
def test_damaged_bytes_are_read_or_refused(dice: random.Random) -> None:
    data = bytearray(GOOD)
    for _ in range(dice.randrange(1, 20)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    try:
        rows.read(bytes(data), "a.xlsx")
    except BadFile as bad:
        assert bad.errors


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    assert refused(rows.read, data)


def test_a_text_too_long_for_a_cell_is_not_cut() -> None:
    with pytest.raises(BadFile) as refusal:
        writing.put(Workbook().worksheets[0].cell(1, 1), "长" * (workbook.MAX_CELL + 1))
    assert str(refusal.value.errors[0]) == "A1: 超过32767个字，请导出为YAML。"


@pytest.mark.parametrize("name", ["a.xls", "a.xlsm", "a.csv", "a", "a.json"])
def test_other_endings(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(GOOD)
    with pytest.raises(BadFile) as reading:
        files.read([file])
    with pytest.raises(BadFile) as writing_:
        files.write(file, [])
    assert reading.value.errors == writing_.value.errors
    assert file.read_bytes() == GOOD


def test_a_folder_and_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "a.xlsx"
    folder.mkdir()
    with pytest.raises(BadFile) as refusal:
        files.read([folder, tmp_path / "b.yaml"])
    assert len(refusal.value.errors) == 2
