"""A branch's drafts are its own: other branches see what was published, and write for nobody else's questions."""

from collections.abc import Mapping

import pytest

from bot.services import closing, drafts
from bot.services.actors import Actor, NotAllowed
from bot.services.closing import NoGap
from bot.services.entries import BadEntry
from tests.console.desk import Desk
from tests.console.pages_kit import APPROVER, CITED, EDITOR, content, load, meet, miss, plain

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
    with pytest.raises(NoGap):
        save("own-2")


async def test_no_entry_is_called_like_a_page(desk: Desk) -> None:
    with pytest.raises(BadEntry) as refused:
        await desk.write(lambda work: drafts.start(work, EDITOR, "new", content(), desk.clock.now()))
    assert refused.value.problems == [("编号", "这个编号系统自己要用，请换一个")]
