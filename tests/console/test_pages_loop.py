"""The whole loop: three people ask the same unknown thing, two of the staff answer it, all three hear of it."""

import asyncio

from bot.testing import Talk
from storage import misses, people, revisions
from storage.misses import Sought
from tests.console.desk import Desk
from tests.console.pages_kit import city_form, load, plain

ASKED = {"a": "集体宿舍能不能养猫", "b": "集体宿舍养猫行不行", "c": "请问集体宿舍可以养猫吗"}
ANSWER = "集体宿舍不养猫狗，走廊里也不行。"


async def test_what_three_people_asked_comes_back_to_all_of_them(desk: Desk) -> None:
    load(desk)
    talk = Talk(desk.database, desk.room.house, desk.clock.now())
    for user, words in ASKED.items():
        talk.says(words, user)
    await asyncio.to_thread(talk.pass_time, hours=1)
    desk.later(hours=1)
    found = desk.database.look(lambda work: misses.gaps_within(work, Sought(kind="unknown")))
    assert [people_ for _, people_ in found] == [3]
    gap = found[0][0].id

    liu, chen = await desk.person("liu", "editor"), await desk.person("chen", "approver")
    await liu.get(f"/knowledge/new?gap={gap}")
    form = city_form(id="own-cat", gap=gap, question=ASKED["a"], answer=ANSWER, phrasings="宿舍养猫", action="hand_in")
    assert (await liu.post("/knowledge/new", **form)).status == 303
    revision = desk.database.look(lambda work: revisions.open_all(work, "own-cat")[0].id)
    gone = desk.database.look(lambda work: people.find(work, "talk", "c"))
    assert gone
    await desk.write(lambda work: people.mark_unfollowed(work, gone.id))  # nothing can be pushed there now
    await chen.get("/queue")
    assert (await chen.post(f"/queue/{revision}/publish")).status == 303

    told = await asyncio.to_thread(talk.pass_time, minutes=5)
    assert set(told) == {"a", "b"}
    for user in ("a", "b"):
        assert f"“{ASKED[user]}”" in told[user][0] and ANSWER in told[user][0]
    await asyncio.to_thread(talk.pass_time, minutes=5)
    page = plain(await chen.get(f"/gaps/{gap}"))
    assert "已经告诉 2 人" in page and "等对方下次来访时告知 1 人" in page
    visit = "\n".join(talk.says("您好", "c"))
    assert f"“{ASKED['c']}”" in visit and ANSWER in visit
    assert "已经告诉 3 人" in plain(await chen.get(f"/gaps/{gap}"))
