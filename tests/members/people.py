"""Invented people: numbers that are well formed and nobody's."""

from collections.abc import Iterator
from datetime import date, timedelta

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
REGION = "110000"  # a whole city; cards of people name a district


def id_number(place: int, born: date = date(1990, 1, 1)) -> str:
    """The `place`-th made-up number: one birthday holds 1000 of them, then comes the next day."""
    day = born + timedelta(days=place // 1000)
    head = f"{REGION}{day:%Y%m%d}{place % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(head, WEIGHTS, strict=True))
    return head + "10X98765432"[total % 11]


def mobile(place: int) -> str:
    """The `place`-th made-up mobile number."""
    return f"1{3 + place % 7}0{place:08d}"[:11]


def people(count: int) -> Iterator[tuple[str, str, str]]:
    """Names with ID and mobile numbers."""
    surnames, given = "赵钱孙李周吴郑王冯陈", "甲乙丙丁戊己庚辛壬癸"
    for place in range(count):
        name = surnames[place % 10] + given[place // 10 % 10] + given[place // 100 % 10]
        yield name, id_number(place), mobile(place)
