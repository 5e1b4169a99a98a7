"""Letters: by a route that is open, else at the next visit, exactly once, never where it would hurt."""

import logging
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import FrozenClock
from bot.contract import Capabilities, Kind, Outcome, Result
from bot.search import Decision, Hit
from bot.search import Result as SearchResult
from bot.services import asking, letters
from bot.services.house import House
from bot.services.sensitive import Sensitive
from bot.testing import Talk
from storage import outbox, people
from storage.base import table
from storage.letters import Letter
from storage.outbox import Outbox
from storage.people import Known
from tests.rules.upkeep import BUS, Desk, written
from tests.sending.scripted import CAN, FREE, Scripted, open_window, sender
from tests.storage.kit import rows

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MATTER = {
    "id": "despair",
    "title": "轻生",
    "words": "您不是一个人，请拨打{hotline}。",
    "entries": [],
    "urgent": True,
    "signs": ["不想活"],
    "not": [],
}


def owe(desk: Desk, known: Known, at: datetime, text: str = "您问的问题有答案了\n班车六点半。", key: str = "k") -> None:
    planted = desk.database.writer.run(lambda work: letters.plant(work, f"{key}:{at}", known.person_id, text, at))
    assert planted


async def pass_on(desk: Desk, channel: Scripted, clock: FrozenClock, templates: bool = True) -> dict[str, int]:
    """The job, the sender, and the job again; what the second look found."""
    desk.deliver(clock.now())
    await sender(desk.database, channel, clock, **({} if templates else {"templates": frozenset()})).drain()
    return desk.deliver(clock.now())


async def test_an_open_window_tells_at_once(desk: Desk, clock: FrozenClock) -> None:
    now = clock.now()
    known = desk.worker("u1", now)
    open_window(desk.database, known, now + DAY, 5)
    owe(desk, known, now)
    assert desk.deliver(now) == {"sent": 1}
    assert rows(desk.database, Outbox, "lane", "template", "due_at", "state") == [
        (outbox.REMINDER, "notice", now, "queued")
    ]
    channel = Scripted(CAN)
    assert await pass_on(desk, channel, clock) == {"told": 1}
    assert channel.texts == ["您问的问题有答案了\n班车六点半。"]
    assert desk.states_of(known) == ["told"]
    assert await pass_on(desk, channel, clock) == {}
    assert len(channel.sent) == 1


async def test_behind_a_closed_window_it_is_kept(desk: Desk, clock: FrozenClock) -> None:
    known = desk.worker("u1", clock.now())
    owe(desk, known, clock.now())
    channel = Scripted(CAN)
    assert await pass_on(desk, channel, clock, templates=False) == {"kept": 1}
    assert (channel.sent, desk.states_of(known)) == ([], ["kept"])


async def test_a_template_tells_that_there_is_news_and_nothing_of_it(desk: Desk, clock: FrozenClock) -> None:
    known = desk.worker("u1", clock.now())
    owe(desk, known, clock.now(), "您问的问题有答案了\n11月25日您问过“被骂了怎么办”：\n答案。")
    channel = Scripted(CAN)
    assert await pass_on(desk, channel, clock) == {"kept": 1}
    (out,) = channel.sent
    assert (out.route, out.template) == ("template", "notice")
    assert out.fields == {
        "thing1": "您问的问题有答案了",
        "thing2": "回复任意内容即可查看",
        "time3": "2026-11-25 10:00",
    }


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome(Result.OK), "told"),
        (Outcome(Result.UNKNOWN, "timeout"), "kept"),
        (Outcome(Result.REJECTED, "40001"), "kept"),
        (Outcome(Result.UNREACHABLE, "43004"), "kept"),
        (Outcome(Result.OPTED_OUT, "43101"), "kept"),
    ],
)
async def test_only_what_was_heard_is_told(desk: Desk, clock: FrozenClock, outcome: Outcome, state: str) -> None:
    known = desk.worker("u1", clock.now())
    open_window(desk.database, known, clock.now() + DAY, 5)
    owe(desk, known, clock.now())
    channel = Scripted(Capabilities(windows=CAN.windows), lambda out: outcome)
    assert await pass_on(desk, channel, clock) == {state: 1}
    assert desk.states_of(known) == [state]


async def test_who_has_left_hears_when_they_are_back(desk: Desk, clock: FrozenClock) -> None:
    known = desk.worker("u1", clock.now())
    desk.follow(known, False)
    owe(desk, known, clock.now())
    assert desk.deliver(clock.now()) == {"kept": 1}
    assert rows(desk.database, Outbox, "id") == []


async def test_at_night_it_waits_for_the_morning_of_any_day(desk: Desk, clock: FrozenClock) -> None:
    clock.move(timedelta(days=3, hours=12))  # Saturday, 22:00
    known = desk.worker("u1", clock.now())
    owe(desk, known, clock.now())
    channel = Scripted(FREE)
    assert await pass_on(desk, channel, clock) == {}
    clock.move(timedelta(hours=11))  # Sunday, 9:00
    assert await pass_on(desk, channel, clock) == {"told": 1}
    assert len(channel.sent) == 1


async def test_what_could_not_leave_in_two_days_is_kept(desk: Desk, clock: FrozenClock) -> None:
    known = desk.worker("u1", clock.now())
    owe(desk, known, clock.now())
    desk.deliver(clock.now())
    clock.move(letters.TRY + HOUR)
    channel = Scripted(FREE)
    assert await pass_on(desk, channel, clock) == {"kept": 1}
    assert (channel.sent, desk.states_of(known)) == ([], ["kept"])


def test_after_half_a_year_it_is_not_worth_telling(desk: Desk, now: datetime) -> None:
    waiting, kept = desk.worker("u1", now), desk.worker("u2", now)
    desk.follow(kept, False)
    owe(desk, kept, now)
    desk.deliver(now)
    owe(desk, waiting, now, key="other")
    late = now + letters.WORTH
    assert desk.database.writer.run(lambda work: letters.tell(work, kept.person_id, late)) == []
    assert desk.deliver(late) == {"lapsed": 2}
    assert desk.states_of(waiting) == desk.states_of(kept) == ["lapsed"]


def test_a_letter_nobody_can_open_is_in_nobodys_way(
    desk: Desk, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    one, other, third = (desk.worker(f"u{number}", now) for number in range(3))
    for known in (one, third):
        owe(desk, known, now, key=known.user)
    desk.follow(third, False)
    spoil = sa.update(table(Letter)).values(text=b"of a key that is gone")
    desk.database.writer.run(lambda work: work.execute(spoil))
    owe(desk, other, now, key="other")
    with caplog.at_level(logging.ERROR):
        assert desk.deliver(now) == {"gone": 2, "sent": 1}
    assert {record.message for record in caplog.records} == {"a letter cannot be opened"}
    assert sorted(state for (state,) in rows(desk.database, Letter, "state")) == ["lapsed", "lapsed", "sending"]


def test_a_kept_letter_nobody_can_open_breaks_no_turn(desk: Desk, clock: FrozenClock) -> None:
    visitor = Visitor(desk, clock)
    spoil = sa.update(table(Letter)).values(text=b"of a key that is gone")
    desk.database.writer.run(lambda work: work.execute(spoil))
    assert visitor.says("你好").startswith("您好，我在")
    assert rows(desk.database, Letter, "state") == [("lapsed",)]


class Visitor:
    """Somebody with kept letters who comes back."""

    def __init__(self, desk: Desk, clock: FrozenClock, count: int = 1) -> None:
        house = House(sensitive=Sensitive([MATTER]), private_link="https://union.example/chat")
        self.desk, self.talk = Desk(desk.database, house, desk.places), Talk(desk.database, house, clock.now())
        self.talk.says("你好", "u1")
        (row,) = rows(desk.database, people.Address, "id", "person_id")
        self.known = Known(row[0], row[1], "u1", "", None, None, True, None, "", None, 0)
        self.desk.follow(self.known, False)
        for number in range(count):
            owe(self.desk, self.known, clock.now() + number * MINUTE, f"第{number + 1}封信\n内容。")
        self.desk.deliver(clock.now())
        self.desk.follow(self.known)
        assert set(self.states) == {"kept"}

    @property
    def states(self) -> list[str]:
        return self.desk.states_of(self.known)

    def says(self, text: str = "", **more: str) -> str:
        return "\n".join(self.talk.says(text, "u1", **more))


def test_at_the_next_visit_exactly_once(desk: Desk, clock: FrozenClock) -> None:
    visitor = Visitor(desk, clock)
    assert visitor.says("你好").endswith("您有1条工会的回复：\n\n第1封信\n内容。")
    assert visitor.states == ["told"]
    assert "封信" not in visitor.says("你好")


def test_a_repeated_push_gets_the_same_words(desk: Desk, clock: FrozenClock) -> None:
    visitor = Visitor(desk, clock)
    first = visitor.says("你好", dedupe="same")
    assert "第1封信" in first and visitor.states == ["told"]
    assert visitor.says("你好", dedupe="same") == first


def test_three_at_a_time_the_oldest_first(desk: Desk, clock: FrozenClock) -> None:
    visitor = Visitor(desk, clock, count=5)
    first = visitor.says("你好")
    assert "您有3条工会的回复：" in first and [first.index(f"第{n}封信") for n in (1, 2, 3)] == sorted(
        first.index(f"第{n}封信") for n in (1, 2, 3)
    )
    assert "第4封信" not in first
    second = visitor.says("谢谢")
    assert "您有2条工会的回复：" in second and "第4封信" in second and "第5封信" in second
    assert visitor.states == ["told"] * 5


@pytest.mark.parametrize("kind", [Kind.FOLLOW, Kind.IMAGE, Kind.CLICK])
def test_any_private_contact_will_do(desk: Desk, clock: FrozenClock, kind: Kind) -> None:
    visitor = Visitor(desk, clock)
    assert "第1封信" in visitor.says(kind=kind, key="help" if kind is Kind.CLICK else "")


def test_never_in_a_group(desk: Desk, clock: FrozenClock) -> None:
    visitor = Visitor(desk, clock)
    assert "封信" not in visitor.says("你好", chat="g1", mentioned=True)
    assert visitor.says("你好", chat="g1", mentioned=False) == ""
    assert visitor.states == ["kept"]
    assert "第1封信" in visitor.says("你好")


def test_never_beside_a_sensitive_matter(desk: Desk, clock: FrozenClock) -> None:
    visitor = Visitor(desk, clock)
    said = visitor.says("我不想活了")
    assert "您不是一个人" in said and "封信" not in said
    assert visitor.states == ["kept"]


def test_never_beside_an_answer_that_calls_for_a_person(desk: Desk, clock: FrozenClock) -> None:
    desk.load(clock.now(), death=written("工友去世了怎么办？", phrasings=["工友去世"], hand_over=True))
    visitor = Visitor(desk, clock)
    said = visitor.says("工友去世了怎么办？")
    assert "这件事最好由工会的工作人员直接帮您" in said and "封信" not in said


def test_never_in_the_middle_of_a_form(desk: Desk, clock: FrozenClock) -> None:
    visitor = Visitor(desk, clock)
    for text in ("入会", "同意", "张三", "我的任务"):
        assert "封信" not in visitor.says(text)
    assert "封信" not in visitor.says(kind=Kind.CLICK, key="help")
    assert visitor.states == ["kept"]
    assert "封信" not in visitor.says("稍后")
    assert "第1封信" in visitor.says("你好")


def test_a_list_to_choose_from_comes_last(desk: Desk, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    unsure = SearchResult(Decision.SUGGEST, (Hit("aa", "病假工资怎么算？", 0.5),))
    monkeypatch.setattr(asking, "ask", lambda *given, **more: unsure)
    visitor = Visitor(desk, clock)
    visitor.desk.load(clock.now(), aa=written("病假工资怎么算？"))
    desk.database.look(visitor.desk.house.knowledge.refresh)
    said = visitor.says("病假")
    assert said.index("第1封信") < said.index("请点一下或回复数字：\n[1. 病假工资怎么算？]")


def test_a_refusal_tells_no_letter(desk: Desk, clock: FrozenClock) -> None:
    visitor = Visitor(desk, clock)
    assert "封信" not in visitor.says("我的任务")
    assert visitor.states == ["kept"]


def test_the_whole_way_back_to_three_askers(desk: Desk, clock: FrozenClock) -> None:
    now = clock.now()
    talk = Talk(desk.database, desk.house, now)
    for user, words in zip(("a", "b", "c"), BUS, strict=True):
        assert "答不上来" in talk.says(words, user)[0]
    talk.pass_time(minutes=1)
    desk.put_out("bus-a", written(), talk.clock.now(), gap_id=desk.the_gap().id)
    news = talk.pass_time(minutes=1)
    assert sorted(news) == ["a", "b", "c"]
    for user, words in zip(("a", "b", "c"), BUS, strict=True):
        (letter,) = news[user]
        assert f"11月25日您问过“{words}”" in letter and "早班车六点半" in letter
    assert talk.pass_time(minutes=1) == {}
    assert "早班车六点半" in talk.says("班车几点发车？", "d")[0]
    assert desk.gaps() == []
