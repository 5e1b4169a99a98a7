"""An entry is written by one and published by another: states, rights, conflicts, the golden gate."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.search import Index
from bot.services import drafts
from bot.services import golden as golden_
from bot.services.actors import Actor, NotAllowed, of_account
from bot.services.drafts import BreaksGolden, Conflict, Despite, Trial
from bot.services.entries import BadEntry
from bot.services.golden import Golden, Question
from storage import audit, revisions
from storage.audit import Audit
from storage.knowledge import Override
from storage.revisions import Revision
from tests.rules.upkeep import ADA, ANN, BEA, Desk, own, written
from tests.storage.kit import rows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVE = Actor("eve", "approver")


def refused(error: type[Exception], act: Any) -> str:
    """The words of a refusal."""
    with pytest.raises(error) as caught:
        act()
    return str(getattr(caught.value, "words", ""))


def reject(desk: Desk, actor: Actor, revision: Revision, note: str, now: datetime) -> Revision:
    return desk.database.writer.run(lambda work: drafts.reject(work, actor, revision.id, note, now))


def discard(desk: Desk, actor: Actor, revision: Revision, now: datetime) -> Revision:
    return desk.database.writer.run(lambda work: drafts.discard(work, actor, revision.id, now))


def actions(desk: Desk) -> list[str]:
    found = rows(desk.database, Audit, "at", "actor", "action")
    return [f"{actor} {action}" for _, actor, action in sorted(found)]


def test_from_draft_to_published(desk: Desk, now: datetime) -> None:
    draft = desk.draft(ANN, "bus-a", written(), now, note="新线路" * 100)
    assert (draft.state, draft.number, draft.base, len(draft.note)) == ("draft", 1, 0, 200)
    assert desk.hand_in(ANN, draft, now + HOUR).state == "pending"
    made = desk.publish(BEA, draft, now + 2 * HOUR)
    assert (made.state, made.reviewer, made.decided_at) == ("published", "bea", now + 2 * HOUR)
    entry = desk.entry("bus-a")
    assert (entry.question, entry.version, entry.status) == ("班车几点发车？", 1, "published")
    assert actions(desk) == ["staff:ann entry_draft", "staff:ann entry_hand_in", "staff:bea entry_publish"]
    assert desk.database.look(lambda work: audit.of_subject(work, "entry:bus-a"))[0].note == "revision 1"


def test_history_keeps_every_version(desk: Desk, now: datetime) -> None:
    for number in range(3):
        desk.put_out("bus-a", written(answer=f"第{number}版：早班车六点半发车。"), now + number * HOUR)
    history = desk.database.look(lambda work: revisions.history(work, "bus-a"))
    assert [(each.number, each.base, each.content["answer"][:3]) for each in history] == [
        (3, 2, "第2版"),
        (2, 1, "第1版"),
        (1, 0, "第0版"),
    ]
    assert desk.entry("bus-a").version == 3


def test_nobody_publishes_their_own_whatever_their_role(desk: Desk, now: datetime) -> None:
    for actor in (BEA, ADA):
        mine = desk.handed_in(actor, f"bus-{actor.name}", written(), now)
        assert "另一位审核人" in refused(NotAllowed, lambda mine=mine, actor=actor: desk.publish(actor, mine, now))
        refused(NotAllowed, lambda mine=mine, actor=actor: reject(desk, actor, mine, "不好", now))


def test_an_editor_publishes_nothing_and_staff_write_nothing(desk: Desk, now: datetime) -> None:
    made = desk.handed_in(ANN, "bus-a", written(), now)
    assert "审核人" in refused(NotAllowed, lambda: desk.publish(Actor("eve", "editor"), made, now))
    assert "编辑" in refused(NotAllowed, lambda: desk.draft(Actor("joe", "staff"), "bus-b", written(), now))


def test_a_branch_does_not_touch_the_citys_entry_nor_its_neighbours(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    east = desk.actor("eve", "approver", "east")
    west, shop = desk.places["west"].id, desk.places["shop"].id
    refused(NotAllowed, lambda: desk.draft(east, "bus-a", written(), now))
    refused(NotAllowed, lambda: desk.draft(east, "bus-a", own("东区班车七点发车，请准时。"), now, west))
    city = desk.handed_in(ANN, "bus-a", written(answer="改成七点钟发车，请准时到站。"), now)
    refused(NotAllowed, lambda: desk.publish(east, city, now))
    refused(NotAllowed, lambda: discard(desk, east, city, now))
    below = desk.handed_in(desk.actor("sue", "editor", "shop"), "bus-a", own("商店班车八点发车，请准时。"), now, shop)
    assert desk.publish(east, below, now).state == "published"
    assert rows(desk.database, Override, "org_id", "answer") == [(shop, "商店班车八点发车，请准时。")]


def test_a_branch_that_is_none_is_nobodys(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    refused(NotAllowed, lambda: desk.draft(ADA, "bus-a", own("没有的工会说的话，不能保存。"), now, 12345))
    gone = desk.database.look(lambda work: of_account(work, "x", "admin", 12345))
    assert not gone.within(desk.places["city"].path)
    city = desk.places["city"].id
    assert desk.database.look(lambda work: of_account(work, "x", "editor", city)).path is None
    assert desk.database.look(lambda work: of_account(work, "x", "editor", None)).path is None


def test_one_draft_at_a_time(desk: Desk, now: datetime) -> None:
    draft = desk.draft(ANN, "bus-a", written(), now)
    assert "ann正在改" in refused(Conflict, lambda: desk.draft(BEA, "bus-a", written(), now))
    again = desk.draft(ANN, "bus-a", written(answer="写得更清楚了：六点半东门发车。"), now + HOUR)
    assert (again.id, again.number, again.updated_at) == (draft.id, 1, now + HOUR)
    refused(NotAllowed, lambda: desk.hand_in(BEA, draft, now))
    assert discard(desk, BEA, draft, now).state == "discarded"
    assert desk.draft(BEA, "bus-a", written(), now).number == 2
    refused(Conflict, lambda: discard(desk, BEA, draft, now))


def test_only_the_author_or_who_may_approve_gives_a_draft_up(desk: Desk, now: datetime) -> None:
    draft = desk.draft(ANN, "bus-a", written(), now)
    refused(NotAllowed, lambda: discard(desk, Actor("eve", "editor"), draft, now))
    assert discard(desk, ANN, draft, now).state == "discarded"


def test_rejected_it_goes_back_with_the_reason(desk: Desk, now: datetime) -> None:
    made = desk.handed_in(ANN, "bus-a", written(), now)
    refused(Conflict, lambda: reject(desk, BEA, made, "  ", now))
    back = reject(desk, BEA, made, "缺少周末的班次" * 100, now)
    assert (back.state, back.reviewer, len(back.review_note)) == ("draft", "bea", 200)
    refused(Conflict, lambda: desk.publish(BEA, made, now))
    better = desk.draft(ANN, "bus-a", written(answer="工作日六点半，周末七点半发车。"), now)
    assert (better.reviewer, better.review_note) == ("", "")
    assert desk.publish(BEA, desk.hand_in(ANN, better, now), now).state == "published"


def test_a_moved_base_is_a_conflict_until_the_draft_was_sent_back(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    made = desk.handed_in(ANN, "bus-a", written(answer="我改的：六点三刻发车。请准时。"), now)
    desk.load(now + HOUR, bus_a=written(answer="文件改的：七点整发车。请准时。"))
    assert "退回" in refused(Conflict, lambda: desk.publish(BEA, made, now + HOUR))
    assert desk.entry("bus-a").answer.startswith("文件改的")
    reject(desk, BEA, made, "内容已经变了", now + HOUR)
    desk.draft(ANN, "bus-a", written(answer="合起来：七点整发车，周末不开。"), now + HOUR)
    assert desk.publish(BEA, desk.hand_in(ANN, made, now + HOUR), now + 2 * HOUR).state == "published"
    assert (desk.entry("bus-a").version, desk.entry("bus-a").answer[:3]) == (3, "合起来")


def test_what_was_tried_is_what_is_published(desk: Desk, now: datetime) -> None:
    made = desk.handed_in(ANN, "bus-a", written(), now)
    tried = desk.database.look(lambda work: drafts.trial(work, made.id))
    desk.draft(ANN, "bus-a", written("别的问题是什么？"), now + HOUR)
    desk.hand_in(ANN, made, now + HOUR)

    def publish() -> None:
        desk.database.writer.run(lambda work: drafts.publish(work, BEA, made.id, tried, now + HOUR))

    assert "刚刚又改了" in refused(Conflict, publish)
    desk.publish(BEA, made, now + HOUR)
    refused(Conflict, publish)


def test_a_base_that_moved_since_it_was_tried_is_tried_again(desk: Desk, now: datetime) -> None:
    one = desk.handed_in(ANN, "bus-a", written(), now)
    tried = desk.database.look(lambda work: drafts.trial(work, one.id))
    desk.put_out("bus-b", written("饭卡丢了怎么办？"), now)

    def publish() -> None:
        desk.database.writer.run(lambda work: drafts.publish(work, BEA, one.id, tried, now))

    assert "再点一次" in refused(Conflict, publish)
    assert desk.publish(BEA, one, now).state == "published"


def test_the_golden_gate_refuses_with_the_list(desk: Desk, now: datetime) -> None:
    desk.load(
        now, bus_a=written(phrasings=["请问班车几点发车"]), card_a=written("饭卡丢了怎么补办？", phrasings=["饭卡补办"])
    )
    golden = Golden(
        (Question("班车几点发车", frozenset({"bus-a"})), Question("饭卡丢了怎么补办", frozenset({"card-a"})))
    )
    changed = written("怎么领取失业金？", phrasings=["失业金领多久"])
    moved = desk.handed_in(ANN, "bus-a", changed, now)
    with pytest.raises(BreaksGolden) as caught:
        desk.publish(BEA, moved, now, golden)
    assert [(each.ask, each.expect) for each in caught.value.broken] == [("班车几点发车", ("bus-a",))]
    assert "1个黄金问题" in caught.value.words
    assert desk.entry("bus-a").version == 1
    assert desk.database.look(lambda work: revisions.in_state(work, "pending"))[0].id == moved.id


def test_a_wrong_answer_can_be_taken_back_whoever_asks_for_it(desk: Desk, now: datetime) -> None:
    """Golden questions that no entry may answer any more break nothing; those that another one may still do."""
    desk.load(now, bus_a=written(phrasings=["请问班车几点发车"]), bus_b=written("厂车时刻表在哪？"))
    alone = Question("班车几点发车", frozenset({"bus-a"}))
    both = Question("请问班车几点发车", frozenset({"bus-a", "bus-b"}))
    retired = desk.handed_in(ANN, "bus-a", written(status="retired"), now)
    tried = desk.database.look(lambda work: drafts.trial(work, retired.id))
    assert golden_.apart(Golden((alone, both)), tried.before, tried.after) == [alone]
    assert golden_.apart(Golden((alone, both)), tried.after, tried.after) == []
    assert [each.ask for each in golden_.broken(Golden((alone, both)), Index(()), tried.after)] == []
    assert desk.publish(BEA, retired, now, Golden((alone,))).state == "published"
    assert desk.entry("bus-a").status == "retired"


@pytest.mark.parametrize(
    ("reason", "words"), [("", ""), ("行", "4到200"), (" 行 行  ", "4到200"), ("长" * 201, "4到200")]
)
def test_breaking_them_knowingly_wants_a_reason(desk: Desk, now: datetime, reason: str, words: str) -> None:
    desk.load(now, bus_a=written())
    tried = moved_trial(desk, now)
    golden = Golden((Question("班车几点发车", frozenset({"bus-a"})),))
    with pytest.raises(BreaksGolden) as caught:
        drafts.examine(tried, golden, reason)
    assert (words in caught.value.problem, bool(caught.value.problem)) == (True, bool(words))
    assert drafts.examine(tried, golden, " 班车停运了 ") == Despite(1, "班车停运了")
    assert drafts.examine(tried, Golden(), "班车停运了") == Despite()


def moved_trial(desk: Desk, now: datetime) -> Trial:
    """A draft that makes of an entry another one."""
    moved = desk.handed_in(ANN, "bus-a", written("怎么领取失业金？", phrasings=["失业金领多久"]), now)
    return desk.database.look(lambda work: drafts.trial(work, moved.id))


def test_what_was_broken_knowingly_is_in_the_audit(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    tried = moved_trial(desk, now)
    (pending,) = desk.database.look(lambda work: revisions.in_state(work, "pending"))
    reason = "停" * 200
    desk.database.writer.run(lambda work: drafts.publish(work, BEA, pending.id, tried, now, Despite(3, reason)))
    lines = desk.database.look(lambda work: audit.of_subject(work, "entry:bus-a"))
    noted = {(each.actor, each.note) for each in lines if each.action == "entry_publish_despite_golden"}
    assert noted == {("staff:bea", "3 golden questions broken"), ("staff:bea", reason)}


def test_what_is_out_of_date_is_not_published(desk: Desk, now: datetime) -> None:
    old = desk.handed_in(ANN, "bus-a", written(as_of="2026-01-01", review_by="2026-11-24"), now)
    assert "复核期限" in refused(Conflict, lambda: desk.publish(BEA, old, now))
    today = desk.handed_in(ANN, "bus-b", written(as_of="2026-01-01", review_by="2026-11-25"), now)
    assert desk.publish(BEA, today, now).state == "published"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"citations": []}, "依据"),
        ({"answer": "太短"}, "答案"),
        ({"question": ""}, "标准问法"),
        ({"phrasings": []}, "其他问法"),
        ({"review_by": "2026-10-01"}, "复核期限"),
        ({"as_of": "昨天"}, "核对日期"),
        ({"colour": "red"}, "colour"),
        ({"answer": "x" * 601}, "答案"),
    ],
)
def test_what_cannot_be_kept_is_said_in_chinese(desk: Desk, now: datetime, change: dict[str, Any], place: str) -> None:
    words = refused(BadEntry, lambda: desk.draft(ANN, "bus-a", written(**change), now))
    assert place in words and desk.database.look(lambda work: revisions.open_of(work, "bus-a")) is None


def test_a_branch_writes_on_top_of_an_entry_only(desk: Desk, now: datetime) -> None:
    east = desk.places["east"].id
    assert "还没有这一条" in refused(
        BadEntry, lambda: desk.draft(ADA, "bus-a", own("东区班车七点发车，请准时。"), now, east)
    )
    desk.load(now, bus_a=written())
    refused(BadEntry, lambda: desk.draft(ADA, "bus-a", own("东区班车七点发车，请准时。", citations=[]), now, east))
    refused(BadEntry, lambda: desk.draft(ADA, "bus-a", own(values={"rent": "500元"}), now, east))
    refused(BadEntry, lambda: desk.draft(ADA, "bus-a", own("短"), now, east))


def test_a_draft_names_a_gap_that_is_there(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written(review_by="2026-11-24"))
    desk.review(now)
    review = desk.the_gap()
    refused(Conflict, lambda: desk.draft(ANN, "bus-b", written("末班车几点？"), now, gap_id=4711))
    refused(Conflict, lambda: desk.draft(ANN, "bus-b", written("末班车几点？"), now, gap_id=review.id))
    assert desk.draft(ANN, "bus-a", written(), now, gap_id=review.id).gap_id == review.id
