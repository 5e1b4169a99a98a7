"""Charts as plain geometry; `charts.html` draws it as SVG. Lengths are units of the picture, 400 wide. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.services.statistics import KINDS, Week

WIDTH, HEIGHT = 400, 220
LEFT, RIGHT, TOP, BOTTOM = 36, 8, 12, 28
ROW = 34  # height of a horizontal bar with its words


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; `series` counts from 1 and chooses the colour, `words` are read out and shown on touch."""

    x: float
    y: float
    width: float
    height: float
    series: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place; `anchor` is start, middle or end."""

    x: float
    y: float
    words: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture: `rules` are heights of horizontal lines, `dots` and `lines` draw a course with gaps."""

    title: str
    description: str
    height: float = HEIGHT
    bars: list[Bar] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)
    dots: list[Bar] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def stacked(days: Sequence[tuple[date, int, int, int]]) -> Chart:
    """Questions a day, one bar a day: answered below, suggested, declined on top."""
    top = _nice(max((sum(each[1:]) for each in days), default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(days), 1)
    bars: list[Bar] = []
    for place, (day, *counts) in enumerate(days):
        floor = float(HEIGHT - BOTTOM)
        for series, (name, count) in enumerate(zip(KINDS.values(), counts, strict=True), 1):
            tall = count / top * (HEIGHT - TOP - BOTTOM)
            floor -= tall
            if count:
                words = f"{_short(day)} {name}{count}条"
                bars.append(_bar(LEFT + place * step + step * 0.1, floor, step * 0.8, tall, series, words))
    total = sum(sum(each[1:]) for each in days)
    description = f"{len(days)}天一共{total}条，柱子从下到上是{'、'.join(KINDS.values())}。"
    rules, labels = _axis(top, "条")
    return Chart(
        "每天的提问", description, bars=bars, rules=rules, labels=labels + _days([each[0] for each in days], step)
    )


def rates(weeks: Sequence[Week]) -> Chart:
    """Share of people who were helped, a dot a week; a week without opinions is a gap."""
    step = (WIDTH - LEFT - RIGHT) / max(len(weeks), 1)
    dots: list[Bar] = []
    courses: list[list[tuple[float, float]]] = [[]]
    for place, week in enumerate(weeks):
        if week.rate is None:
            courses.append([])
            continue
        x, y = LEFT + (place + 0.5) * step, HEIGHT - BOTTOM - week.rate * (HEIGHT - TOP - BOTTOM)
        total = week.helpful + week.unhelpful
        words = f"{_short(week.first)}起一周 有帮助{round(week.rate * 100)}%（{total}人评价）"
        dots.append(_bar(x, y, 0, 0, 1, words))
        courses[-1].append((x, y))
    lines = [" ".join(f"{x:.1f},{y:.1f}" for x, y in each) for each in courses if len(each) > 1]
    said = sum(each.helpful + each.unhelpful for each in weeks)
    rules, labels = _axis(100, "%")
    labels += _days([each.first for each in weeks], step)
    return Chart(
        "每周的有帮助率", f"{said}人评价；没有评价的周空着。", rules=rules, labels=labels, dots=dots, lines=lines
    )


def shares(classes: Sequence[tuple[str, int]], title: str, unit: str) -> Chart:
    """Parts of a whole as horizontal bars, each with its share and number."""
    total = sum(count for _, count in classes)
    bars: list[Bar] = []
    labels: list[Label] = []
    for place, (name, count) in enumerate(classes):
        share, y = (count / total if total else 0.0), place * ROW
        bars.append(_bar(0, y + 18, WIDTH, 9, 0))
        if count:
            bars.append(_bar(0, y + 18, max(share * WIDTH, 2), 9, 1, f"{name} {round(share * 100)}%"))
        labels.append(Label(0, y + 13, name, "start"))
        labels.append(Label(WIDTH, y + 13, f"{share * 100:.1f}% · {count}{unit}", "end"))
    return Chart(title, f"一共{total}{unit}。", height=len(classes) * ROW, bars=bars, labels=labels)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far one has come, 0 to 100, with its name and the numbers in words. `done` None: nothing to draw."""

    name: str
    words: str
    done: float | None


def reached(name: str, words: str, share: float | None) -> Reached:
    """One bar; what is over the target fills it, what is below nought is none."""
    return Reached(name, words, None if share is None else round(min(max(share, 0.0), 1.0) * 100, 1))


def balance(years: Sequence[tuple[str, int]], title: str, unit: str, about: str) -> Chart:
    """Gains above a middle line and losses below it, a bar each."""
    top = _nice(max((abs(number) for _, number in years), default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(years), 1)
    middle = TOP + (HEIGHT - TOP - BOTTOM) / 2
    bars: list[Bar] = []
    labels = [Label(LEFT - 5, round(y + 4, 1), words, "end") for y, words in _middle(top, unit, middle)]
    for place, (name, number) in enumerate(years):
        tall = abs(number) / top * (HEIGHT - TOP - BOTTOM) / 2
        x, y = LEFT + (place + 0.2) * step, middle - tall if number > 0 else middle
        words = f"{name}{number:+d}{unit}"
        bars.append(_bar(x, y, step * 0.6, tall, 1 if number > 0 else 3, words))
        labels.append(Label(round(x + step * 0.3, 1), HEIGHT - 8, name))
        over = y - 4 if number > 0 else y + tall + 13
        labels.append(Label(round(x + step * 0.3, 1), round(over, 1), f"{number:+d}"))
    rules = [round(y, 1) for y, _ in _middle(top, unit, middle)]
    return Chart(title, about, bars=bars, labels=labels, rules=rules)


def _middle(top: int, unit: str, middle: float) -> list[tuple[float, str]]:
    half = (HEIGHT - TOP - BOTTOM) / 2
    return [(middle - half, f"+{top}{unit}"), (middle, "0"), (middle + half, f"-{top}{unit}")]


def _bar(x: float, y: float, width: float, height: float, series: int, words: str = "") -> Bar:
    return Bar(round(x, 1), round(y, 1), round(width, 1), round(height, 1), series, words)


def _axis(top: int, unit: str) -> tuple[list[float], list[Label]]:
    rules: list[float] = []
    labels: list[Label] = []
    for share in (0.0, 0.5, 1.0):
        y = HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
        rules.append(round(y, 1))
        labels.append(Label(LEFT - 5, round(y + 4, 1), f"{round(top * share)}{unit if share else ''}", "end"))
    return rules, labels


def _days(days: Sequence[date], step: float) -> list[Label]:
    """At most five dates below the chart, the last one always."""
    every = max(1, -(-len(days) // 5))
    shown = [place for place in range(len(days) - 1, -1, -every)]
    return [Label(round(LEFT + (place + 0.5) * step, 1), HEIGHT - 8, _short(days[place])) for place in shown]


def _short(day: date) -> str:
    return f"{day.month}/{day.day}"


def _nice(number: int) -> int:
    """The next even number that people count in: 2, 4, 10, 20, 40, 100 …"""
    for power in range(12):
        for digit in (2, 4, 10):
            if number <= digit * 10**power:
                return int(digit * 10**power)
    return number


def columns(steps: Sequence[tuple[str, int]], title: str, unit: str, about: str) -> Chart:
    """One bar a step, in their order; at most five of their names below, the last one always."""
    top = _nice(max((number for _, number in steps), default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(steps), 1)
    rules, labels = _axis(top, unit)
    bars: list[Bar] = []
    for place, (name, number) in enumerate(steps):
        tall = number / top * (HEIGHT - TOP - BOTTOM)
        if number:
            x = LEFT + (place + 0.1) * step
            bars.append(_bar(x, HEIGHT - BOTTOM - tall, step * 0.8, tall, 1, f"{name} {number}{unit}"))
    every = max(1, -(-len(steps) // 5))
    for place in range(len(steps) - 1, -1, -every):
        labels.append(Label(round(LEFT + (place + 0.5) * step, 1), HEIGHT - 8, steps[place][0]))
    return Chart(title, about, bars=bars, rules=rules, labels=labels)
