"""收到: for the notices that ask for it, for duties, for both in one message; a tap is for its notice alone."""

from datetime import datetime

import pytest

from bot.services import notice_items
from bot.services.house import House
from storage.database import Database
from storage.mass_jobs import MassJob
from tests.rules.notices_kit import DAY, HOUR, broadcast, kept, met, recipients, sent, talk, turn
from tests.rules.union import Town, line


def test_one_and_several_notices_are_named(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    sent(database, broadcast(database, now, "高温补贴", wants_receipt=True), person, now - HOUR)
    assert speaker.says("收到") == ["好的，“高温补贴”记下您收到了，谢谢。"]
    for place, title in enumerate(("会议", "讲座")):
        made = broadcast(database, now, title, wants_receipt=True)
        sent(database, made, person, now - 6 * DAY + place * HOUR, state="unknown")
    assert speaker.says("好的，收到，谢谢[抱拳]") == ["好的，2条通知都记下您收到了：“会议”“讲座”。谢谢。"]
    assert {acked for (acked,) in recipients(database, "acked_at")} == {now}
    assert speaker.says("收到") == ["不客气，有需要随时找我。"]


@pytest.mark.parametrize("state", ["unknown", "accepted"])
def test_whose_message_nobody_knew_the_end_of_has_it(database: Database, now: datetime, state: str) -> None:
    speaker = talk(database, now)
    person, made = met(speaker), broadcast(database, now, wants_receipt=True)
    sent(database, made, person, now - HOUR, state=state, reason="no_answer" if state == "unknown" else "")
    speaker.says("收到")
    known = {"unknown": "sent"}.get(state, state)  # the receipt of what was accepted still comes
    assert recipients(database, "state", "reason", "acked_at") == [(known, "", now)]


def test_nothing_asks(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    sent(database, broadcast(database, now, "不用回"), person, now)
    sent(database, broadcast(database, now, "太久了", wants_receipt=True), person, now - 8 * DAY)
    sent(database, broadcast(database, now, "没发出", wants_receipt=True), person, None, state="queued")
    sent(database, broadcast(database, now, "先前一次", wants_receipt=True), person, now, latest=False)
    sent(database, broadcast(database, now, "别人的", wants_receipt=True), met(speaker, "u2"), now)
    assert speaker.says("收到") == ["不客气，有需要随时找我。"]
    assert {acked for (acked,) in recipients(database, "acked_at")} == {None}


@pytest.mark.parametrize(
    "words",
    [
        "收到！",
        "通知收到了",
        "已收到通知，谢谢",
        "好的老师，收到，一定准时参加",
        "收到，会按时到",
        "知道了，谢谢领导",
        "嗯嗯，看到了",
        "会议通知已阅",
        "我知道了",
        "收到[抱拳]",
        "全部收到",
        "了解",
    ],
)
def test_in_whatever_words(database: Database, now: datetime, words: str) -> None:
    speaker = talk(database, now)
    sent(database, broadcast(database, now, wants_receipt=True), met(speaker), now)
    assert speaker.says(words)[0].startswith("好的，“法律援助日”记下您收到了")


@pytest.mark.parametrize("words", ["收到了吗", "没收到", "收到货怎么退", "谢谢", "知道了年假有几天"])
def test_what_is_no_receipt(database: Database, now: datetime, words: str) -> None:
    speaker = talk(database, now)
    sent(database, broadcast(database, now, wants_receipt=True), met(speaker), now)
    speaker.says(words)
    assert recipients(database, "acked_at") == [(None,)]


def test_in_a_group_nothing_is_noted(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    sent(database, broadcast(database, now, wants_receipt=True), met(speaker), now)
    said = speaker.says("收到", chat="g1", mentioned=True)[0]
    assert "法律援助日" not in said and recipients(database, "acked_at") == [(None,)]


def test_a_tap_is_for_its_notice_alone_and_whenever_it_comes(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    old, new = (broadcast(database, now, title, wants_receipt=True) for title in ("旧的", "新的"))
    sent(database, old, person, now - 20 * DAY)
    sent(database, new, person, now)
    choice = notice_items.receipt(old)
    assert speaker.says(choice.label, key=choice.id) == ["好的，“旧的”记下您收到了，谢谢。"]
    assert speaker.says(choice.label, key=choice.id) == ["“旧的”之前已经记下您收到了，谢谢。"]
    assert recipients(database, "acked_at") == [(now,), (None,)]
    for strange in (f"received:{old}", "received:12", "received:x", "received:" + "9" * 40):
        assert speaker.says("收到", user="u2", key=strange) == ["不客气，有需要随时找我。"]


def test_what_is_shown_late_may_be_confirmed(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    person = met(speaker)
    kept(database, broadcast(database, now, wants_receipt=True), [person], now)
    assert speaker.says("收到")[0].startswith("不客气")  # it is told with this very answer
    assert recipients(database, "state", "acked_at") == [("sent", None)]
    assert "等您回复“收到”" in speaker.says("通知")[0]
    assert "记下您收到了" in speaker.says("收到", key=notice_items.RECEIPT)[0]
    assert "您已回复“收到”" in speaker.says("通知 1")[0]


def test_a_mass_send_counts_once_the_platform_has_it(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    made = broadcast(database, now, wants_receipt=True)
    sent(database, made, met(speaker), None, state="massed", mass_job_id=5)
    assert speaker.says("收到")[0].startswith("不客气")
    database.writer.run(lambda work: work.session.add(_mass(made, now)))
    assert speaker.says("收到")[0].startswith("好的")


def _mass(broadcast_id: int, now: datetime) -> object:
    values = {"broadcast_id": broadcast_id, "number": 1, "channel": "oa", "client_id": "m1", "due_at": now}
    return MassJob(id=5, state="accepted", created_at=now, **values)


def test_a_stopped_notice_may_still_be_confirmed(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    made = broadcast(database, now, wants_receipt=True)
    sent(database, made, met(speaker), now)
    turn(database, made, state="cancelled")
    assert speaker.says("收到")[0].startswith("好的")


@pytest.mark.parametrize("words", ["收到", "收到，马上落实", "好的收到", "收到 1、2"])
def test_a_cadre_confirms_both_in_one_message(database: Database, now: datetime, house: House, words: str) -> None:
    town = Town(database, house).build(line("a", 27), line("b", 28))
    known = town.cadre("u1", "shop", now, channel="talk")
    town.issue(now)
    sent(database, broadcast(database, now, wants_receipt=True), known.person_id, now)
    speaker = talk(database, now)
    (said,) = speaker.says(words)
    assert said == ("好的，2项任务都已确认收到；1条通知也记下您收到了：“法律援助日”。做完一项任务回复“完成 编号”。")
    assert recipients(database, "acked_at") == [(now,)]
    assert {duty.state for duty, _ in town.duties_of(known, "2026-11")} == {"acknowledged"}
    assert speaker.says("收到") == ["都确认过了，谢谢。做完一项回复“完成 编号”。"]


def test_a_tap_below_a_notice_confirms_no_duties(database: Database, now: datetime, house: House) -> None:
    town = Town(database, house).build(line("a", 27))
    known = town.cadre("u1", "shop", now, channel="talk")
    town.issue(now)
    made = broadcast(database, now, wants_receipt=True)
    sent(database, made, known.person_id, now)
    assert talk(database, now).says("收到", key=notice_items.receipt(made).id)[0].startswith("好的，“法律援助日”")
    assert {duty.state for duty, _ in town.duties_of(known, "2026-11")} == {"issued"}


def test_with_duties_that_were_confirmed_only_the_notice_is_named(
    database: Database, now: datetime, house: House
) -> None:
    town = Town(database, house).build(line("a", 27))
    known = town.cadre("u1", "shop", now, channel="talk")
    town.issue(now)
    town.acknowledge(known, now)
    sent(database, broadcast(database, now, wants_receipt=True), known.person_id, now)
    assert talk(database, now).says("收到") == ["好的，“法律援助日”记下您收到了，谢谢。"]
