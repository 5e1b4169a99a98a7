"""A list of targets as xlsx: hostile bytes in, rows out."""

from bot.exchange import tables
from bot.services.target_lists import Line

WORDS = {
    "unit": ("工会", "工会代号", "编码", "单位", "工会名称", "unit"),
    "indicator": ("指标", "指标代号", "indicator"),
    "year": ("年份", "年度", "year"),
    "goal": ("目标", "年度目标", "target"),
}


def read(data: bytes) -> tuple[list[Line], list[str]]:
    """The rows of a list with 工会, 指标, 年份 and 目标, and what cannot be read, in words. Raises Unreadable."""
    lines: list[Line] = []
    wrong: list[str] = []
    for row, given in tables.read(data, WORDS, tuple(WORDS)):
        said: dict[str, str] = {}
        for key, value in given.items():
            said[key], problem = tables.plain(value)
            wrong += [f"第{row}行 {WORDS[key][0]}: {problem}"] if problem else []
        if any(said.values()):
            lines.append(Line(row, *(said.get(key, "") for key in WORDS)))
    return lines, wrong
