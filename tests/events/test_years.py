"""Dates of another year than that in which an event was written name the year, wherever they are compared, too."""

from datetime import datetime, timedelta

import pytest

from bot.clock import SHANGHAI
from bot.services import event_desk, event_words
from bot.services.events import Draft
from storage.events import Event

WRITTEN = datetime(2026, 11, 25, 10, tzinfo=SHANGHAI)


def draft(starts: datetime) -> Draft:
    return Draft("新年音乐会", "市工人文化宫", "带上身份证。", starts, starts + timedelta(hours=2))


def event(starts: datetime) -> Event:
    given = draft(starts)
    return Event(
        number=11,
        title=given.title,
        place=given.place,
        about=given.about,
        starts_at=starts,
        ends_at=given.ends_at,
        state="open",
        created_at=WRITTEN,
    )


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        (datetime(2026, 12, 31, 19, tzinfo=SHANGHAI), "12月31日（周四）19:00–21:00"),
        (datetime(2027, 1, 5, 19, tzinfo=SHANGHAI), "2027年1月5日（周二）19:00–21:00"),
        (datetime(2026, 12, 31, 23, tzinfo=SHANGHAI), "12月31日（周四）23:00到2027年1月1日（周五）01:00"),
    ],
)
def test_the_year_is_named_where_it_is_another(starts: datetime, words: str) -> None:
    assert event_words.when(event(starts)) == words


def test_what_stays_as_it_was_is_no_change() -> None:
    starts = datetime(2027, 1, 5, 19, tzinfo=SHANGHAI)
    assert event_desk.differences(event(starts), draft(starts)) == []
    ((what, was, will),) = event_desk.differences(event(starts), draft(starts + timedelta(days=1)))
    assert (what, was[:5], will[:9]) == ("时间", "2027年", "2027年1月6日")
