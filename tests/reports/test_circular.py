"""The circular: units and never people, what it rests on, as a table and as pictures; and no font is no riddle."""

from datetime import date
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image

from bot.exchange import fonts, picture, report
from bot.exchange.fonts import NoFont
from bot.services import circular, indicators, targets
from bot.services.circular import Circular, Row
from tests.reports.test_indicators import moment
from tests.reports.tree import ADMIN, GROWTH, Tree

MIDYEAR = date(2026, 6, 30)


def drawable() -> bool:
    try:
        fonts.find()
    except NoFont:
        return False
    return True


needs_font = pytest.mark.skipif(not drawable(), reason="no font with Chinese letters is installed")


def made(tree: Tree, indicator_id: str = "growth", ranking: bool = False) -> Circular:
    return tree.database.look(
        lambda work: circular.make(work, ADMIN, indicator_id, 2026, tree.ids["city"], MIDYEAR, ranking)
    )


def busy(tree: Tree) -> None:
    """Targets, and half of the reports."""

    def job(work: Any) -> None:
        targets.set_own(work, ADMIN, "growth", 2026, tree.ids["city"], "400", tree.now)
        wanted = {tree.ids["east"]: "200", tree.ids["west"]: "165"}
        targets.spread(work, ADMIN, "growth", 2026, tree.ids["city"], wanted, targets.mark_of({}), tree.now)

    tree.database.writer.run(job)
    tree.told("mill", "2026-05", moment(5, 20), joined=60, left=0)
    tree.told("forge", "2026-05", moment(5, 20), state="issued")
    tree.told("shop", "2026-05", moment(5, 20), joined=100, left=0)


def fake(rows: int) -> Circular:
    """A circular of so many unions with long names."""
    names = [f"示例市第{place}经济技术开发区新就业形态劳动者联合工会委员会" for place in range(rows)]
    each = [Row(name, 10_000, 100 * place, Fraction(place, 100), 500, "3/4", "人") for place, name in enumerate(names)]
    notes = ["口径：" + "各月报的入会减去退会，只加基层工会报的数。" * 5]
    return Circular("2026年会员净增情况通报", "示例市总工会", notes, each[0], each, Fraction(1, 2), MIDYEAR, False)


def test_it_says_what_it_rests_on_and_nobody_by_name(tree: Tree) -> None:
    busy(tree)
    found = made(tree)
    assert (found.title, found.union) == ("2026年会员净增情况通报", "示例市总工会")
    words = "".join(found.notes)
    assert "截至2026年6月30日（北京时间），全年时间已过49.6%" in words
    assert "3个应报单位里2个已报齐，应报3份，已报2份；没有报的不按零计算" in words
    assert "下级目标合计365人，还有35人没有分到下级" in words
    assert GROWTH["what"] in words and "数字计入任务所属的月份" in words
    assert [row.words for row in (*found.rows, found.total)] == [
        ("东区总工会", "200人", "60人", "30%", "差39人", "1/2"),
        ("西区总工会", "165人", "100人", "60.6%", "超18人", "1/1"),
        ("示例市总工会", "400人", "160人", "40%", "差38人", "2/3"),
    ]
    assert [row.name for row in made(tree, ranking=True).rows] == ["西区总工会", "东区总工会"]


def test_a_cut_off_day_is_said(tree: Tree) -> None:
    tree.database.writer.run(lambda work: indicators.load(work, [GROWTH | {"cut_off": 25}]))
    assert "每月25日截止，之后报的数字计入下个月" in "".join(made(tree).notes)


def test_the_table_has_numbers_and_words_for_what_is_missing(tree: Tree) -> None:
    busy(tree)
    rows = [[cell.value for cell in row] for row in load_workbook(BytesIO(report.circular(made(tree))))["通报"]]
    assert rows[2] == ["单位", "年度目标（人）", "完成（人）", "完成率", "与时间进度相差（人）", "报齐单位"]
    assert rows[3] == ["东区总工会", 200, 60, 0.3, -39, "1/2"]
    assert rows[5][0] == "示例市总工会（合计）"
    assert any("口径：" in str(row[0]) for row in rows[6:])
    funds = [
        [cell.value for cell in row] for row in load_workbook(BytesIO(report.circular(made(tree, "funds"))))["通报"]
    ]
    assert funds[3] == ["东区总工会", "未定", "未报", "—", "—", "0/0"]


def test_what_is_not_told_has_no_distance_from_the_year(tree: Tree) -> None:
    busy(tree)
    tree.database.writer.run(
        lambda work: targets.set_own(work, ADMIN, "growth", 2026, tree.ids["forge"], "120", tree.now)
    )
    east = tree.database.look(lambda work: circular.make(work, ADMIN, "growth", 2026, tree.ids["east"], MIDYEAR))
    assert east.rows[1].words == ("东区铁厂工会", "120人", "未报", "—", "—", "0/1")
    rows = [[cell.value for cell in row] for row in load_workbook(BytesIO(report.circular(east)))["通报"]]
    assert rows[4] == ["东区铁厂工会", 120, "未报", "—", "—", "0/1"]


@needs_font
def test_the_picture_is_small_and_as_wide_as_a_phone_shows(tree: Tree) -> None:
    busy(tree)
    body = picture.draw(made(tree))
    with Image.open(BytesIO(body)) as seen:
        assert (seen.format, seen.width) == ("PNG", picture.WIDTH)
        colours = {colour for _, colour in seen.convert("RGB").getcolors(100_000) or []}
    assert len(colours) > 10
    assert len(body) < 300_000


@needs_font
def test_many_unions_are_several_pictures_below_the_limit_of_a_group() -> None:
    given = fake(95)
    assert picture.count(given) == 3
    sizes = [len(picture.draw(given, page)) for page in (1, 2, 3)]
    assert max(sizes) < 1_000_000


@needs_font
def test_words_are_wrapped_and_shortened_to_the_room() -> None:
    font = fonts.opened(fonts.find(), 25)
    lines = picture.wrapped(fake(1).notes[0], font, 500)
    assert "".join(lines) == fake(1).notes[0]
    assert len(lines) > 2 and all(font.getlength(line) <= 530 for line in lines)
    assert not any(line[0] in "，。；：" for line in lines)
    short = picture.fitting(fake(1).rows[0].name, font, 300)
    assert short.endswith("…") and font.getlength(short) <= 300


def test_without_a_font_the_words_say_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NoFont) as none:
        fonts.find([tmp_path])
    assert "fonts-noto-cjk" in none.value.words
    (tmp_path / "simhei.ttf").write_bytes(b"no font")
    assert fonts.find([tmp_path]).name == "simhei.ttf"
    with pytest.raises(NoFont):
        picture.draw(fake(1), font=tmp_path / "simhei.ttf")
