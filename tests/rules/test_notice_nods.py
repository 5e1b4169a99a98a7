"""好的 and 👌 right after a notice that asks for 收到 are one, and only there; who cannot come is told what to do."""

from datetime import datetime

import pytest

from bot.testing import Talk
from storage.database import Database
from tests.rules.notices_kit import HOUR, broadcast, kept, met, recipients, sent, talk


def later(speaker: Talk) -> datetime:
    speaker.clock.move(HOUR)
    return speaker.clock.now()


@pytest.mark.parametrize("words", ["👌", "好的", "知道了", "OK", "好的，谢谢", "一定准时参加"])
def test_right_after_the_notice_it_is_a_receipt(database: Database, now: datetime, words: str) -> None:
    speaker = talk(database, now)
    sent(database, broadcast(database, now, wants_receipt=True), met(speaker), later(speaker))
    assert speaker.says(words) == ["好的，“法律援助日”记下您收到了，谢谢。"]
    assert recipients(database, "acked_at") == [(speaker.clock.now(),)]


def test_after_anything_else_was_said_it_is_none(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    sent(database, broadcast(database, now, wants_receipt=True), person, now)
    later(speaker)
    speaker.says("年假有几天")
    later(speaker)
    speaker.says("好的")
    assert recipients(database, "acked_at") == [(None,)]


def test_after_a_notice_that_asks_for_nothing_it_is_none(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    sent(database, broadcast(database, now, "会议", wants_receipt=True), person, later(speaker))
    sent(database, broadcast(database, now, "不用回"), person, later(speaker))
    speaker.says("好的")
    assert recipients(database, "acked_at") == [(None,), (None,)]


def test_of_several_it_is_for_those_told_since_the_last_word(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    sent(database, broadcast(database, now, "旧的", wants_receipt=True), person, now - HOUR)
    sent(database, broadcast(database, now, "新的", wants_receipt=True), person, later(speaker))
    assert speaker.says("好的") == ["好的，“新的”记下您收到了，谢谢。"]
    speaker.says("通知 2")
    assert speaker.says("👌") == ["好的，“旧的”记下您收到了，谢谢。"]


def test_what_waited_is_confirmed_by_a_nod_to_the_answer_that_told_it(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    kept(database, broadcast(database, now, wants_receipt=True), [person], now)
    assert "看到后请回复" in speaker.says("你好")[-1]
    assert speaker.says("嗯嗯") == ["好的，“法律援助日”记下您收到了，谢谢。"]


def test_nobody_else_is_meant(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    sent(database, broadcast(database, now, wants_receipt=True), met(speaker), later(speaker))
    met(speaker, "u2")
    speaker.says("好的", user="u2")
    speaker.says("好的", chat="g1", mentioned=True)
    speaker.says("谢谢")
    assert recipients(database, "acked_at") == [(None,)]


def test_said_again_in_other_words_it_is_politeness(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    sent(database, broadcast(database, now, wants_receipt=True), met(speaker), later(speaker))
    assert "记下您收到了" in speaker.says("收到收到")[0]
    assert speaker.says("好滴，收到。张三") == ["不客气，有需要随时找我。"]


@pytest.mark.parametrize("words", ["收到，请假", "收到，我不去", "好的，我去不了"])
def test_who_cannot_come_and_has_no_place_hears_that_it_is_not_noted(
    database: Database, now: datetime, words: str
) -> None:
    speaker = talk(database, now)
    sent(database, broadcast(database, now, wants_receipt=True), met(speaker), later(speaker))
    said = speaker.says(words)
    assert said[0].startswith("好的，“法律援助日”记下您收到了")
    assert "还没有记下" in said[-1]
