"""Rules behind the pages: merging and splitting gaps, answering and closing cases, previews that tell the truth."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.calendar import Hours, working_time
from bot.channels.talk import as_text
from bot.clock import SHANGHAI
from bot.contract import Choice, Outgoing
from bot.services import cases, closing, drafts, gaps, preview
from bot.services.actors import Actor, NotAllowed
from bot.services.cases import NoCase
from bot.services.closing import NoGap
from bot.services.drafts import Conflict
from bot.services.entries import BadEntry
from bot.testing import Talk
from storage import letters, misses, revisions
from tests.console.desk import Desk
from tests.console.pages_kit import APPROVER, EDITOR, ENTRIES, content, entry, letters_of, load, meet, miss


def branch(desk: Desk, org_id: int, role: str = "editor") -> Actor:
    """Somebody of a branch."""
    return Actor("east", role, org_id, desk.org(org_id).path)


async def test_merging_moves_people_and_drafts(desk: Desk) -> None:
    load(desk)
    now = desk.clock.now()
    one, other = meet(desk, "a"), meet(desk, "b")
    left = miss(desk, one, "露天作业有没有降温费", at=now - timedelta(days=5))
    right = miss(desk, other, "会员卡丢了怎么补办")
    await desk.write(lambda work: drafts.start(work, EDITOR, "own-1", content(), now, gap_id=left))
    await desk.write(lambda work: gaps.merge(work, EDITOR, left, right, now))
    source, into = desk.database.look(lambda work: (misses.gap(work, left), misses.gap(work, right)))
    assert source and into
    assert (source.state, source.reason, source.asked) == ("dismissed", gaps.MERGED, 0)
    assert (into.asked, into.first_at) == (2, now - timedelta(days=5))
    assert {each.person_id for each in desk.database.look(lambda work: misses.askers(work, right))} == {one, other}
    assert [each.entry_id for each in desk.database.look(lambda work: revisions.of_gap(work, right))] == ["own-1"]
    assert desk.lines("gap_merge") == [("staff:liu", "gap_merge", f"gap:{left}", f"into gap:{right}")]


async def test_only_open_gaps_without_an_answer_are_merged(desk: Desk) -> None:
    load(desk)
    now, person = desk.clock.now(), meet(desk, "a")
    unknown = miss(desk, person, "露天作业有没有降温费")
    review = miss(desk, person, "看不懂", "disliked", entry_id="lv-sick")
    for source, into in ((unknown, review), (review, unknown), (unknown, unknown), (unknown, 7)):
        with pytest.raises(NoGap):
            await desk.write(lambda work, a=source, b=into: gaps.merge(work, EDITOR, a, b, now))


async def test_a_branch_does_not_merge_what_others_asked_too(desk: Desk) -> None:
    load(desk)
    tree, now = await desk.tree(), desk.clock.now()
    mine = branch(desk, tree["east"])
    left = miss(desk, meet(desk, "a", tree["east-plant"]), "露天作业有没有降温费")
    miss(desk, meet(desk, "b", tree["west-plant"]), "降温费有没有", gap=left)
    right = miss(desk, meet(desk, "c", tree["east-plant"]), "会员卡丢了怎么补办")
    with pytest.raises(NotAllowed):
        await desk.write(lambda work: gaps.merge(work, mine, left, right, now))
    await desk.write(lambda work: gaps.merge(work, mine, right, left, now))


async def test_splitting_makes_a_gap_of_its_own(desk: Desk) -> None:
    load(desk)
    now = desk.clock.now()
    gap = miss(desk, meet(desk, "a"), "露天作业有没有降温费")
    miss(desk, meet(desk, "b"), "会员卡丢了怎么补办", gap=gap)
    other = desk.database.look(lambda work: misses.of_gap(work, gap)[1])
    made = await desk.write(lambda work: gaps.split(work, EDITOR, gap, other.id, now))
    assert (made.words, made.kind, made.asked) == ("会员卡丢了怎么补办", "unknown", 1)
    kept = desk.database.look(lambda work: misses.gap(work, gap))
    assert kept and kept.asked == 1
    with pytest.raises(NoGap):
        await desk.write(lambda work: gaps.split(work, EDITOR, gap, other.id, now))
    assert desk.lines("gap_split") == [("staff:liu", "gap_split", f"gap:{gap}", f"gap:{made.id}")]


async def test_a_branch_splits_only_its_own_peoples_words(desk: Desk) -> None:
    load(desk)
    tree, now = await desk.tree(), desk.clock.now()
    gap = miss(desk, meet(desk, "a", tree["east-plant"]), "露天作业有没有降温费")
    miss(desk, meet(desk, "b", tree["west-plant"]), "会员卡丢了怎么补办", gap=gap)
    mine, foreign = desk.database.look(lambda work: misses.of_gap(work, gap))
    actor = branch(desk, tree["east"])
    with pytest.raises(NotAllowed):
        await desk.write(lambda work: gaps.split(work, actor, gap, foreign.id, now))
    await desk.write(lambda work: gaps.split(work, actor, gap, mine.id, now))


async def test_the_preview_is_what_the_bot_says(desk: Desk) -> None:
    load(
        desk, *ENTRIES, entry("hurt", "工伤了怎么办", hand_over=True), entry("more", "婚假几天", related=["lv-annual"])
    )
    talk = Talk(desk.database, desk.room.house, desk.clock.now())
    asked = {"lv-annual": "年休假有几天", "lo-help": "困难帮扶怎么申请", "hurt": "工伤了怎么办", "more": "婚假几天"}
    for entry_id, question in asked.items():
        answer = desk.room.house.knowledge.get(entry_id)
        assert answer
        shown = desk.database.look(lambda work, a=answer: preview.bubble(work, a, desk.room.house))
        taps = tuple(Choice(str(place), label) for place, label in enumerate(shown.taps))
        assert talk.says(question) == [as_text(Outgoing(1, shown.text, desk.clock.now(), taps))]


async def test_a_tried_question_is_asked_with_the_draft_in_the_base(desk: Desk) -> None:
    load(desk)
    said = content(question="高温天露天作业有没有降温费", phrasings=["降温费给不给"])
    found = desk.database.look(lambda work: preview.try_city(work, desk.room.house, "own-1", said, "降温费给不给"))
    assert (found.decision, found.good) == ("直接回答", True)
    assert [each[:2] for each in found.hits] == [("own-1", "高温天露天作业有没有降温费")]
    assert desk.room.house.knowledge.get("own-1") is None


async def test_a_taken_id_is_refused_and_a_fresh_one_is_none(desk: Desk) -> None:
    load(desk)
    now = desk.clock.now()
    with pytest.raises(BadEntry) as refused:
        await desk.write(lambda work: drafts.start(work, EDITOR, "lv-annual", content(), now))
    assert refused.value.problems == [("编号", "这个编号已经有了，请换一个")]
    fresh = [await desk.write(drafts.fresh_id) for _ in range(3)]
    assert len(set(fresh)) == 3
    for each in fresh:
        await desk.write(lambda work, entry_id=each: drafts.start(work, EDITOR, entry_id, content(), now))


async def test_an_old_version_comes_back_as_a_draft_unless_one_is_open(desk: Desk) -> None:
    load(desk)
    now = desk.clock.now()
    first = desk.database.look(lambda work: revisions.history(work, "lv-annual")[0])
    made = await desk.write(lambda work: drafts.restore(work, EDITOR, first.id, now))
    assert (made.state, made.content, made.note) == ("draft", first.content, "恢复第1版")
    with pytest.raises(Conflict):
        await desk.write(lambda work: drafts.restore(work, EDITOR, first.id, now))


async def test_a_reply_is_one_letter_however_often_it_is_sent(desk: Desk) -> None:
    person, now = meet(desk, "a"), desk.clock.now()
    case = await desk.write(lambda work: cases.cases.open_case(work, person, "human", now)[0].id)
    assert await desk.write(lambda work: cases.reply(work, EDITOR, case, "请带身份证来窗口。", now))
    assert not await desk.write(lambda work: cases.reply(work, EDITOR, case, " 请带身份证来窗口。 ", now))
    assert letters_of(desk, person) == ["工会工作人员给您的回复\n请带身份证来窗口。"]
    assert desk.database.look(lambda work: letters.states_of(work, f"case:{case}:")) == {"waiting": 1}
    assert len(desk.lines("case_reply")) == 1


@pytest.mark.parametrize("words", ["", " ", "好", "长" * 501, "\x07\x07好"])
async def test_a_reply_has_bounds(desk: Desk, words: str) -> None:
    person, now = meet(desk, "a"), desk.clock.now()
    case = await desk.write(lambda work: cases.cases.open_case(work, person, "human", now)[0].id)
    with pytest.raises(NoCase):
        await desk.write(lambda work: cases.reply(work, EDITOR, case, words, now))


async def test_a_case_is_taken_closed_and_then_over(desk: Desk) -> None:
    person, now = meet(desk, "a"), desk.clock.now()
    case = await desk.write(lambda work: cases.cases.open_case(work, person, "human", now)[0].id)
    await desk.write(lambda work: cases.take(work, EDITOR, case, now))
    await desk.write(lambda work: cases.close(work, APPROVER, case, "已电话说明", now))
    stored = desk.database.look(lambda work: cases.cases.get(work, case))
    assert stored and (stored.assignee, stored.outcome, stored.state) == ("liu", "已电话说明", "closed")
    with pytest.raises(NoCase):
        await desk.write(lambda work: cases.take(work, EDITOR, case, now))
    assert [line[1] for line in desk.lines() if line[1].startswith("case")] == ["case_take", "case_close"]


async def test_cases_of_other_branches_are_neither_listed_nor_opened(desk: Desk) -> None:
    tree, now = await desk.tree(), desk.clock.now()
    person = meet(desk, "a", tree["west-plant"])
    case = await desk.write(lambda work: cases.cases.open_case(work, person, "human", now)[0].id)
    east, house = branch(desk, tree["east"]), desk.room.house
    assert desk.database.look(lambda work: cases.listing(work, east, "open", house, now)) == []
    with pytest.raises(NotAllowed):
        desk.database.look(lambda work: cases.one(work, east, case, house, now))
    west = branch(desk, tree["west"])
    assert [each.id for each in desk.database.look(lambda work: cases.listing(work, west, "open", house, now))] == [
        case
    ]


async def test_nobody_is_numbered_with_a_whole_id(desk: Desk) -> None:
    person, now = meet(desk, "a"), desk.clock.now()
    case = await desk.write(lambda work: cases.cases.open_case(work, person, "human", now)[0].id)
    line = desk.database.look(lambda work: cases.one(work, EDITOR, case, desk.room.house, now))
    assert line.visitor == f"访客{person % 10_000:04d}"


def test_working_time_leaves_out_nights_and_weekends() -> None:
    friday = datetime(2026, 11, 20, 17, 0, tzinfo=SHANGHAI)
    monday = datetime(2026, 11, 23, 10, 30, tzinfo=SHANGHAI)
    assert working_time(friday, monday, Hours()) == timedelta(hours=2, minutes=30)
    assert working_time(monday, friday, Hours()) == timedelta()
    long_ago = datetime(1990, 1, 1, tzinfo=UTC)
    assert working_time(long_ago, monday, Hours()) < timedelta(days=366)


async def test_dismissing_wants_a_reason(desk: Desk) -> None:
    gap, now = miss(desk, meet(desk, "a"), "露天作业有没有降温费"), desk.clock.now()
    with pytest.raises(NoGap):
        await desk.write(lambda work: closing.dismiss(work, EDITOR, gap, "  ", now))
