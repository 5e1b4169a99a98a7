"""A branch's drafts are its own: other branches see what was published, and write for nobody else's questions."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.services import cases, closing, drafts, duty_calendar, duty_issue, overview
from bot.services import letters as owed
from bot.services.actors import Actor, NotAllowed
from bot.services.entries import BadEntry
from storage import duties as duty_rows
from storage import letters, orgs, reminders
from storage.base import table
from storage.work import Work
from tests.console.desk import Desk
from tests.console.pages_kit import APPROVER, CITED, EDITOR, asked, content, load, meet, miss, plain

SAID, PLANNED = "东区职工年假按本区规定再加一天。", "东区职工年假还没定下来的说法。"


def own(answer: str) -> dict[str, object]:
    """A branch's own version."""
    return {"answer": answer, "citations": [CITED], "as_of": "2026-11-01", "review_by": "2027-11-01"}


@pytest.fixture
async def tree(desk: Desk) -> Mapping[str, int]:
    """Two districts; the eastern one has published one version and is drafting the next."""
    load(desk)
    made, now = await desk.tree(), desk.clock.now()
    east = made["east"]
    first = await desk.write(lambda work: drafts.save(work, EDITOR, "lv-annual", east, own(SAID), now))
    await desk.write(lambda work: drafts.hand_in(work, EDITOR, first.id, now))
    tried = desk.database.look(lambda work: drafts.trial(work, first.id))
    await desk.write(lambda work: drafts.publish(work, APPROVER, first.id, tried, now))
    await desk.write(lambda work: drafts.save(work, EDITOR, "lv-annual", east, own(PLANNED), now, note="先别说"))
    return made


@pytest.mark.parametrize(("place", "sees"), [("", True), ("city", True), ("east", True), ("west", False)])
async def test_a_branchs_drafts_are_shown_to_those_over_it(
    desk: Desk, tree: Mapping[str, int], place: str, sees: bool
) -> None:
    person = await desk.person("wang", "admin", tree.get(place))
    history = await person.get(f"/knowledge/lv-annual/history?branch={tree['east']}")
    assert (history.status, "再加一天" in plain(history)) == (200, True)
    assert ("还没定下来" in plain(history), "先别说" in history.text) == (sees, sees)
    assert ("本地版本第 2 版" in plain(await person.get("/knowledge/lv-annual"))) == sees


async def test_a_branch_that_published_nothing_has_no_history_for_others(desk: Desk, tree: Mapping[str, int]) -> None:
    now, west = desk.clock.now(), tree["west"]
    await desk.write(lambda work: drafts.save(work, EDITOR, "lv-sick", west, own(PLANNED), now))
    address = f"/knowledge/lv-sick/history?branch={west}"
    east = await desk.person("east", "admin", tree["east"])
    assert (await east.get(address)).status == 404
    assert (await (await desk.person("wang", "staff")).get(address)).status == 200


async def test_the_citys_drafts_are_shown_to_all_staff(desk: Desk, tree: Mapping[str, int]) -> None:
    now = desk.clock.now()
    await desk.write(lambda work: drafts.start(work, EDITOR, "own-1", content(), now))
    west = await desk.person("west", "staff", tree["west"])
    assert (await west.get("/knowledge/own-1/history")).status == 200


async def test_a_draft_is_for_a_gap_of_ones_own(desk: Desk, tree: Mapping[str, int]) -> None:
    now, west = desk.clock.now(), tree["west"]
    theirs = miss(desk, meet(desk, "a", tree["east-plant"]), "露天作业有没有降温费")
    mine = miss(desk, meet(desk, "b", tree["west-plant"]), "会员卡丢了怎么补办")
    actor = Actor("west", "editor", west, desk.org(west).path)

    def save(gap: int) -> int | None:
        return desk.database.writer.run(
            lambda work: drafts.save(work, actor, "lv-annual", west, own(SAID), now, gap_id=gap)
        ).gap_id

    with pytest.raises(NotAllowed):
        save(theirs)
    assert save(mine) == mine


async def test_a_draft_goes_on_when_its_gap_was_closed_meanwhile(desk: Desk, tree: Mapping[str, int]) -> None:
    now = desk.clock.now()
    gap = miss(desk, meet(desk, "a"), "露天作业有没有降温费")

    def save(entry_id: str) -> int | None:
        return desk.database.writer.run(
            lambda work: drafts.save(work, EDITOR, entry_id, 0, content(phrasings=[entry_id]), now, gap_id=gap)
        ).gap_id

    assert save("own-1") == gap
    await desk.write(lambda work: closing.dismiss(work, EDITOR, gap, "不用答", now))
    assert save("own-1") == gap


async def test_no_entry_is_called_like_a_page(desk: Desk) -> None:
    with pytest.raises(BadEntry) as refused:
        await desk.write(lambda work: drafts.start(work, EDITOR, "new", content(), desk.clock.now()))
    assert refused.value.problems == [("编号", "这个编号系统自己要用，请换一个")]


def shown(desk: Desk, actor: Actor) -> dict[str, int]:
    """The numbers of today that are not 0, by their words."""
    since = desk.clock.now() - timedelta(hours=3)
    found = desk.database.look(lambda work: overview.numbers(work, actor, since, "2026-11"))
    return {item.label: item.value for group in found.groups for item in group.items if item.value}


async def test_today_counts_for_a_branch_what_is_its_own(desk: Desk, tree: Mapping[str, int]) -> None:
    now = desk.clock.now()
    people = {code: meet(desk, code, tree[f"{code}-plant"]) for code in ("east", "west")}
    for code, times in (("east", 2), ("west", 3)):
        for _ in range(times):
            asked(desk, people[code], "faq:lv-annual", now, now)
        miss(desk, people[code], f"{code}区食堂几点开门")
        await desk.write(lambda work, code=code: cases.cases.open_case(work, people[code], "human", now))
    east = Actor("e", "staff", tree["east"], desk.org(tree["east"]).path)
    own = {"收到消息": 2, "直接回答": 2, "等待人工": 1, "没提交的草稿": 1, "没答上来的问题": 1, "已送达": 2}
    assert shown(desk, east) == own
    assert shown(desk, Actor("w", "staff", tree["west"], desk.org(tree["west"]).path)) == {
        **{key: value for key, value in own.items() if key != "没提交的草稿"},
        **dict.fromkeys(("收到消息", "直接回答", "已送达"), 3),
    }
    whole = {key: 5 if value == 2 else value for key, value in own.items()}
    assert shown(desk, EDITOR) == {**whole, "等待人工": 2, "30天内到期": 1}


@pytest.mark.parametrize(("place", "whole"), [("city", True), ("east", False)])
async def test_today_leaves_out_what_is_no_branchs(
    desk: Desk, tree: Mapping[str, int], place: str, whole: bool
) -> None:
    page = plain(await (await desk.person("wang", "staff", tree[place])).get("/"))
    assert ("只统计您所在的工会" in page) != whole
    for words in ("最近的通知", "后台任务", "已发布的问题", "30天内到期"):
        assert (words in page) == whole


async def test_duties_reminders_and_letters_are_cut_by_branch(desk: Desk, tree: Mapping[str, int]) -> None:
    now, paths = desk.clock.now(), {code: desk.org(tree[code]).path for code in ("east", "west")}

    def job(work: Work) -> None:
        line = {"title": "报表", "what": "做这件事。", "deadline_day": 25, "evidence": "none", "levels": ["基层"]}
        duty_calendar.load_calendar(
            work, [{"id": "one", **line, "basis": "惯例：以当年上级通知为准", "rule": "monthly"}]
        )
        org = orgs.get(work, tree["east-plant"])
        assert org is not None
        orgs.appoint(work, org, person, "主席", now.date().replace(day=1))
        work.session.flush()
        duty_issue.issue(work, "2026-11", now, desk.room.house)
        owed.plant_all(work, {"gap:1:1": (person, "给您的回复")}, now)
        work.execute(table(letters.Letter).update().values(state="kept"))
        planted = work.look(sa.select(table(reminders.Reminder).c.id)).scalars().first()
        firing = {"reminder_id": planted, "due_at": now, "result": "said", "at": now}
        work.append(reminders.Firing, {"id": work.new_id(), **firing})

    person = meet(desk, "c", tree["east-plant"])
    desk.database.writer.run(job)

    def counted(work: Work, path: str | None) -> tuple[int, int, int]:
        issued = sum(duty_rows.counts(work, "2026-11", path).values())
        return issued, sum(reminders.firing_counts(work, now, path).values()), letters.count_kept(work, path)

    found = [desk.database.look(lambda work, p=path: counted(work, p)) for path in (None, *paths.values())]
    assert found == [(1, 1, 1), (1, 1, 1), (0, 0, 0)]
