"""The whole loop on the real wire: asked three ways, answered once, heard by everybody who asked."""

from datetime import datetime, timedelta
from typing import Any

from bot.services import closing, drafts
from bot.services.actors import Actor
from bot.services.golden import Golden
from storage import misses
from storage.misses import Gap
from storage.revisions import CITY
from storage.work import Work
from tests.wire.room import CHEN, LI, WANG, Room

ANN, BEA = Actor("ann", "editor"), Actor("bea", "approver")
BUS = {CHEN: "厂里的班车几点发车", WANG: "请问厂里班车早上几点发车啊", LI: "班车发车时间是几点"}
ENTRY = "own-bus"
WRITTEN = {
    "question": "班车几点发车？",
    "phrasings": ["班车发车时间", "厂里班车几点开"],
    "answer": "早班车6点半从东门发车，每半小时一班，末班车22点。",
    "category": "生活服务",
    "citations": [{"law": "示例市总工会班车通知", "article": "全文", "version": "2026-11-01施行"}],
    "as_of": "2026-11-01",
    "review_by": "2027-11-01",
}


class Staff:
    """What staff do to a running bot. Everything goes through the services, as the console's pages do it."""

    def __init__(self, room: Room) -> None:
        self.room = room

    async def gaps(self) -> list[tuple[Gap, int]]:
        """What the list of open gaps shows: the gap and how many people asked it."""
        return list(await self.room.bot.database.read(lambda work: misses.gaps_within(work, None, "open")))

    async def draft(self, actor: Actor, gap: Gap, data: dict[str, Any]) -> int:
        """Write an entry for a gap and hand it in; the revision's id."""

        def job(work: Work) -> int:
            closing.assign(work, actor, gap.id, "", self.now)
            made = drafts.save(work, actor, ENTRY, CITY, data, self.now, gap_id=gap.id)
            return drafts.hand_in(work, actor, made.id, self.now).id

        return await self.room.written(job)

    async def publish(self, actor: Actor, revision_id: int) -> None:
        """Try it, run the golden questions, publish."""
        tried = await self.room.bot.database.read(lambda work: drafts.trial(work, revision_id))
        drafts.examine(tried, Golden())
        await self.room.written(lambda work: drafts.publish(work, actor, revision_id, tried, self.now))

    @property
    def now(self) -> datetime:
        """The moment of both clocks."""
        return self.room.clock.now()


async def work_a_while(room: Room, minutes: int = 1) -> None:
    """Time passes: the jobs run, the sender sends, the jobs see what came of it."""
    for _ in range(2):
        room.clock.move(timedelta(minutes=minutes))
        await room.run_jobs()
        await room.settled()


async def test_three_ask_one_answers_all_three_hear(any_room: Room) -> None:
    room, staff = any_room, Staff(any_room)
    for user in BUS:
        await room.reply(user, "follow")
    assert "答不上来" in await room.says(LI, BUS[LI])
    room.clock.move(timedelta(hours=47))
    for user in (CHEN, WANG):
        assert "答不上来" in await room.says(user, BUS[user])
    await work_a_while(room)
    ((gap, people),) = await staff.gaps()
    assert (gap.words, people, gap.asked) == (BUS[LI], 3, 3)

    room.clock.move(timedelta(hours=2))  # LI's window has closed, the others' are open
    await staff.publish(BEA, await staff.draft(ANN, gap, WRITTEN))
    await work_a_while(room)
    assert await staff.gaps() == []
    for user in (CHEN, WANG):
        (letter,) = await room.received(user, "custom")
        assert f"11月27日您问过“{BUS[user]}”" in letter and "早班车6点半" in letter and "班车通知" in letter
    assert await room.received(LI, "custom") == []
    assert letters(room) == {"told": 2, "kept": 1}

    room.clock.move(timedelta(days=20))
    await work_a_while(room)
    said = await room.says(LI, "你好")
    assert "您有1条工会的回复：" in said and f"11月25日您问过“{BUS[LI]}”" in said and "早班车6点半" in said
    assert "早班车" not in await room.says(LI, "谢谢")
    assert letters(room) == {"told": 3}
    for user in BUS:
        assert "早班车6点半" in await room.says(user, "班车几点发车？")
    assert len(await room.received(CHEN, "custom")) == 1


async def test_news_for_who_has_left_waits_until_they_are_back(room: Room) -> None:
    staff = Staff(room)
    await room.reply(CHEN, "follow")
    await room.says(CHEN, BUS[CHEN])
    await work_a_while(room)
    ((gap, _),) = await staff.gaps()
    await room.phone(CHEN, "unfollow")
    await staff.publish(BEA, await staff.draft(ANN, gap, WRITTEN))
    await work_a_while(room)
    assert letters(room) == {"kept": 1}
    assert "早班车6点半" in await room.reply(CHEN, "follow")
    assert letters(room) == {"told": 1}


async def test_nothing_of_what_was_asked_is_in_the_logs(room: Room, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    staff = Staff(room)
    await room.reply(CHEN, "follow")
    await room.says(CHEN, BUS[CHEN])
    await work_a_while(room)
    ((gap, _),) = await staff.gaps()
    await staff.publish(BEA, await staff.draft(ANN, gap, WRITTEN))
    await work_a_while(room)
    ours = [record for record in caplog.records if record.name.startswith(("bot", "storage", "handlers"))]
    assert ours
    for record in ours:
        assert "班车" not in f"{record.getMessage()} {record.__dict__}"
        assert CHEN not in f"{record.getMessage()} {record.__dict__}"


def letters(room: Room) -> dict[str, int]:
    """Letters by state."""
    return {row["state"]: row["n"] for row in room.rows("SELECT state, count(*) AS n FROM letter GROUP BY state")}
