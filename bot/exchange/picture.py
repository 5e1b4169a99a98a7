"""A circular as PNG pictures that can be sent to a group: names, bars, numbers, and what they mean. Pure but the font.

A picture is 1080 wide, which phones show without blur, and has at most `ROWS` unions: it stays far below the two
megabytes that a group takes.
"""

from collections.abc import Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

from bot.exchange import fonts
from bot.exchange.fonts import Font
from bot.services.circular import Circular, Row, percent

ROWS = 40
WIDTH, EDGE, LINE, BAR = 1080, 48, 118, 18
PAPER, INK, DIM, GROUND = "#ffffff", "#1c1c1c", "#5b5b5b", "#e6e6e6"
DONE, MARK = "#1f6f54", "#b4442c"
_BREAKS = "，。；："


class _Fonts(NamedTuple):
    title: Font
    text: Font
    small: Font


def count(given: Circular) -> int:
    """How many pictures the circular takes."""
    return max(1, -(-len(given.rows) // ROWS))


def draw(given: Circular, page: int = 1, font: Path | None = None) -> bytes:
    """One picture, counted from 1. Raises NoFont where the machine has no font with Chinese letters."""
    path = font or fonts.find()
    sizes = _Fonts(*(fonts.opened(path, size) for size in (46, 30, 25)))
    rows = given.rows[(page - 1) * ROWS : page * ROWS]
    foot = [line for note in given.notes for line in wrapped(note, sizes.small, WIDTH - 2 * EDGE)]
    height = 262 + LINE * (len(rows) + 1) + 38 * len(foot) + EDGE
    picture = Image.new("RGB", (WIDTH, height), PAPER)
    pen = ImageDraw.Draw(picture)
    y = _head(pen, given, page, sizes)
    for row in (given.total, *rows):
        _row(pen, y, row, given, sizes)
        y += LINE
    for place, line in enumerate(foot):
        pen.text((EDGE, y + 12 + 38 * place), line, DIM, sizes.small)
    into = BytesIO()
    picture.quantize(64).save(into, "PNG", optimize=True)
    return into.getvalue()


def _head(pen: ImageDraw.ImageDraw, given: Circular, page: int, sizes: _Fonts) -> int:
    pages = f"（{page}/{count(given)}）" if count(given) > 1 else ""
    pen.text((EDGE, 40), fitting(given.title + pages, sizes.title, WIDTH - 2 * EDGE), INK, sizes.title)
    pen.text((EDGE, 108), fitting(given.union, sizes.text, WIDTH - 2 * EDGE), DIM, sizes.text)
    day, y = given.as_of, 166
    said = f"截至{day.year}年{day.month}月{day.day}日，全年时间已过{percent(given.elapsed)}"
    pen.line((EDGE + 4, y, EDGE + 4, y + 34), MARK, 5)
    pen.text((EDGE + 18, y), said, MARK, sizes.text)
    return 232


def _row(pen: ImageDraw.ImageDraw, y: int, row: Row, given: Circular, sizes: _Fonts) -> None:
    _, goal, number, share, gap, reports = row.words
    said = f"{number} / {goal}　{share}" if row.goal is not None else f"{number}（目标未定）"
    room = WIDTH - 2 * EDGE - pen.textlength(said, sizes.text) - 24
    pen.text((EDGE, y), fitting(row.name, sizes.text, room), INK, sizes.text)
    pen.text((WIDTH - EDGE, y), said, INK, sizes.text, anchor="ra")
    _bar(pen, y + 46, row, given)
    more = f"{reports}个单位报齐" + (f"　与时间进度{gap}" if row.gap is not None else "")
    pen.text((EDGE, y + 72), more, DIM, sizes.small, anchor="lt")


def _bar(pen: ImageDraw.ImageDraw, y: int, row: Row, given: Circular) -> None:
    """How much of the target is reached, and a mark where the year stands. Without a number there is no bar at all."""
    right = WIDTH - EDGE
    pen.rectangle((EDGE, y, right, y + BAR), GROUND)
    reached = row.share
    if reached is None and given.share_of_whole and row.number is not None:
        reached = Fraction(row.number, 100_00)
    if reached is not None and reached > 0:
        pen.rectangle((EDGE, y, EDGE + int(min(reached, Fraction(1)) * (right - EDGE)), y + BAR), DONE)
    if row.gap is not None:
        at = EDGE + int(given.elapsed * (right - EDGE))
        pen.line((at, y - 4, at, y + BAR + 4), MARK, 5)


def fitting(text: str, font: Font, room: float) -> str:
    """The text, shortened with … where it is wider than the room."""
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(text + "…") > room:
        text = text[:-1]
    return text + "…"


def wrapped(text: str, font: Font, room: float) -> Sequence[str]:
    """Lines no wider than the room; no line begins with a mark that belongs to the one before."""
    lines, line = [], ""
    for letter in text:
        if line and letter not in _BREAKS and font.getlength(line + letter) > room:
            lines.append(line)
            line = ""
        line += letter
    return [*lines, line] if line else lines
