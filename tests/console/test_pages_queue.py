"""Publishing: a second person, the golden questions first, and never one's own draft."""

import re
from datetime import timedelta

import pytest

from bot.services.golden import Golden, Question
from storage import revisions
from tests.console.desk import Desk, Person, open_desk
from tests.console.pages_kit import ANSWER, city_form, load, meet, miss, plain, stored

EDIT = "/knowledge/lv-annual/edit"
GOLDEN = Golden(
    (Question("年休假有几天", frozenset({"lv-annual"})), Question("病假工资怎么算", frozenset({"lv-sick"})))
)


async def hand_in(desk: Desk, author: Person, **more: str) -> int:
    """A draft of the annual leave entry, handed in; its id."""
    await author.get(EDIT)
    seen = await author.post(EDIT, **city_form(action="hand_in", **more))
    assert seen.status == 303, seen.text
    return desk.database.look(lambda work: revisions.open_all(work, "lv-annual")[0].id)


async def test_a_second_person_publishes(desk: Desk) -> None:
    load(desk)
    liu, chen = await desk.person("liu", "editor"), await desk.person("chen", "approver")
    revision = await hand_in(desk, liu, answer=ANSWER.replace("5天", "6天"))
    page = await chen.get("/queue")
    assert "liu同志 起草" in plain(page) and "补充问法" in page.text
    assert '删去：</span>5</del><ins><span class="unseen">新增：</span>6</ins>' in page.text
    seen = await chen.post(f"/queue/{revision}/publish")
    assert (seen.status, seen.headers["Location"]) == (303, "/queue")
    entry = stored(desk, "lv-annual")
    assert (entry.answer, entry.version) == (ANSWER.replace("5天", "6天"), 2)
    answer = desk.room.house.knowledge.get("lv-annual")
    assert answer and answer.text == entry.answer  # this process knows at once
    assert ("staff:chen", "entry_publish", "entry:lv-annual", "revision 2") in desk.lines()
    assert "已发布" in (await chen.get("/queue")).text


async def test_nobody_decides_on_words_they_have_not_read(desk: Desk) -> None:
    load(desk)
    liu, chen = await desk.person("liu", "editor"), await desk.person("chen", "approver")
    revision = await hand_in(desk, liu)
    page = await chen.get("/queue")
    seen = re.findall('name="seen" value="([^"]+)"', page.text)
    assert len(set(seen)) == 1 and len(seen) == 2  # with both buttons
    desk.clock.move(timedelta(minutes=1))
    assert await hand_in(desk, liu, answer=ANSWER.replace("5天", "6天")) == revision
    for deed in ("publish", "reject"):
        answer = await chen.post(f"/queue/{revision}/{deed}", note="不行", seen=seen[0])
        assert (answer.status, "刚刚又改了这份草稿" in answer.text) == (409, True)
    assert stored(desk, "lv-annual").version == 1
    again = re.findall('name="seen" value="([^"]+)"', (await chen.get("/queue")).text)
    assert (await chen.post(f"/queue/{revision}/publish", seen=again[0])).status == 303


async def test_nobody_publishes_their_own(desk: Desk) -> None:
    load(desk)
    chen = await desk.person("chen", "approver")
    revision = await hand_in(desk, chen)
    page = await chen.get("/queue")
    assert "要由另一位审核人发布" in page.text
    assert f"/queue/{revision}/publish" not in page.text
    for deed in ("publish", "reject"):
        seen = await chen.post(f"/queue/{revision}/{deed}", note="不行")
        assert (seen.status, "另一位审核人" in seen.text) == (403, True)
    assert [line[2] for line in desk.lines("refused")] == [
        "POST /queue/{revision}/publish",
        "POST /queue/{revision}/reject",
    ]
    assert stored(desk, "lv-annual").version == 1


async def test_editors_do_not_publish(desk: Desk) -> None:
    load(desk)
    liu = await desk.person("liu", "editor")
    revision = await hand_in(desk, liu)
    assert (await liu.post(f"/queue/{revision}/publish")).status == 403


async def test_a_change_that_breaks_golden_questions_is_refused_with_the_list(desk: Desk) -> None:
    load(desk)
    async with open_desk(desk.database, desk.room.house, desk.clock, golden=GOLDEN) as strict:
        liu, chen = await strict.person("liu", "editor"), await strict.person("chen", "approver")
        revision = await hand_in(strict, liu, question="怎么领取失业金", phrasings="失业金领多久")
        await chen.get("/queue")
        seen = await chen.post(f"/queue/{revision}/publish")
        assert seen.status == 409
        words = plain(seen)
        assert "会让 1 个黄金问题答错" in words
        table = seen.text.partition("会答错的黄金问题")[2].partition("</table>")[0]
        assert table.count("年休假有几天") == 2  # the question, and the entry that should say it
        assert "答不上来" in table  # what would be said instead
        assert table.count('role="row"') == 2  # the head, and the one question that breaks
        assert stored(strict, "lv-annual").version == 1
        good = await chen.post(f"/queue/{revision}/reject", note="问法不能丢")
        assert good.status == 303
        assert "问法不能丢" in (await liu.get(EDIT)).text


async def test_an_approver_may_publish_all_the_same_and_says_why(desk: Desk) -> None:
    load(desk)
    async with open_desk(desk.database, desk.room.house, desk.clock, golden=GOLDEN) as strict:
        liu, chen = await strict.person("liu", "editor"), await strict.person("chen", "approver")
        revision = await hand_in(strict, liu, question="怎么领取失业金", phrasings="失业金领多久")
        await chen.get("/queue")
        refused = await chen.post(f"/queue/{revision}/publish", despite="行")
        assert refused.status == 409 and "理由要写4到200个字" in refused.text
        (seen,) = set(re.findall('name="seen" value="([^"]+)"', refused.text))
        assert 'name="despite" minlength="4" maxlength="200"' in refused.text
        done = await chen.post(f"/queue/{revision}/publish", despite="这条问法本来就不对", seen=seen)
        assert (done.status, stored(strict, "lv-annual").version) == (303, 2)
        noted = [line[3] for line in strict.lines("entry_publish_despite_golden")]
        assert sorted(noted) == ["1 golden questions broken", "这条问法本来就不对"]
        assert "明知有黄金问题会答错" in (await chen.get("/audit")).text


async def test_a_wrong_answer_is_taken_back_and_the_page_says_what_nothing_answers_then(desk: Desk) -> None:
    load(desk)
    async with open_desk(desk.database, desk.room.house, desk.clock, golden=GOLDEN) as strict:
        liu, chen = await strict.person("liu", "editor"), await strict.person("chen", "approver")
        revision = await hand_in(strict, liu, status="retired")
        page = plain(await chen.get("/queue"))
        assert "这 1 个黄金问题不再有条目可以回答，不算答错" in page
        assert (await chen.post(f"/queue/{revision}/publish")).status == 303
        assert stored(strict, "lv-annual").status == "retired"


@pytest.mark.parametrize("note", ["", "   "])
async def test_rejecting_wants_a_reason(desk: Desk, note: str) -> None:
    load(desk)
    revision = await hand_in(desk, await desk.person("liu", "editor"))
    chen = await desk.person("chen", "approver")
    await chen.get("/queue")
    assert (await chen.post(f"/queue/{revision}/reject", note=note)).status == 409


async def test_what_was_decided_is_not_decided_again(desk: Desk) -> None:
    load(desk)
    revision = await hand_in(desk, await desk.person("liu", "editor"))
    chen = await desk.person("chen", "approver")
    await chen.get("/queue")
    assert (await chen.post(f"/queue/{revision}/publish")).status == 303
    assert (await chen.post(f"/queue/{revision}/publish")).status == 409
    assert (await chen.post("/queue/42/reject", note="没有")).status == 409


async def test_a_draft_of_an_older_version_cannot_be_published(desk: Desk) -> None:
    load(desk)
    revision = await hand_in(desk, await desk.person("liu", "editor"))
    load(desk, {**revisions_content(desk), "id": "lv-annual", "answer": "文件里又改了一次答案。"})
    chen = await desk.person("chen", "approver")
    page = await chen.get("/queue")
    assert "起草之后这一条又改过" in page.text
    assert f"/queue/{revision}/publish" not in page.text
    assert (await chen.post(f"/queue/{revision}/publish")).status == 409


def revisions_content(desk: Desk) -> dict[str, object]:
    """What the first version said."""
    return dict(desk.database.look(lambda work: revisions.history(work, "lv-annual")[-1].content))


async def test_publishing_tells_who_asked_and_the_gap_says_how_far_it_came(desk: Desk) -> None:
    load(desk)
    askers = [meet(desk, name) for name in "abc"]
    gap = miss(desk, askers[0], "露天作业有没有降温费")
    for each in askers[1:]:
        miss(desk, each, "降温费给不给", gap=gap)
    liu, chen = await desk.person("liu", "editor"), await desk.person("chen", "approver")
    await liu.get(f"/knowledge/new?gap={gap}")
    await liu.post("/knowledge/new", **city_form(id="own-heat", gap=gap, question="有没有降温费", action="hand_in"))
    revision = desk.database.look(lambda work: revisions.open_all(work, "own-heat")[0].id)
    await chen.get("/queue")
    assert (await chen.post(f"/queue/{revision}/publish")).status == 303
    page = plain(await chen.get(f"/gaps/{gap}"))
    assert "等待发送 3 人" in page and "已回答" in page and "有没有降温费" in page
    assert "我来处理" not in page


async def test_a_branch_sees_only_its_own_queue(desk: Desk) -> None:
    load(desk)
    tree = await desk.tree()
    await hand_in(desk, await desk.person("liu", "editor"))
    east = await desk.person("east", "approver", tree["east"])
    assert "现在没有等待审核的内容" in (await east.get("/queue")).text
    revision = desk.database.look(lambda work: revisions.open_all(work, "lv-annual")[0].id)
    assert (await east.post(f"/queue/{revision}/publish")).status == 403
