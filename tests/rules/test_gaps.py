"""From misses to gaps: what is grouped, when, and what staff may do with a gap."""

from datetime import datetime, timedelta

import pytest

from bot.search import Decision, Hit, Result
from bot.services import closing, misses
from bot.services.actors import Actor, NotAllowed
from storage import forgetting, inbox, letters
from storage import misses as kept
from storage.misses import Gap, Miss, Opinion
from storage.people import Known
from storage.work import Work
from tests.rules.upkeep import ADA, ANN, BUS, Desk, written
from tests.storage.kit import rows

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def answered(desk: Desk, known: Known, entry_id: str, words: str, at: datetime, chat: str = "") -> None:
    """An answer of the bot, as the inbox remembers it."""

    def job(work: Work) -> None:
        values = {"channel": "oa", "dedupe": f"{known.user}{at}{words}", "person_id": known.person_id, "kind": "text"}
        topic, key = f"faq:{entry_id}", inbox.chat_key(work, chat)
        inbox.record(work, text=words, id=work.new_id(), topic=topic, received_at=at, chat=key, **values)

    desk.database.writer.run(job)


def suggested(desk: Desk, known: Known, words: str, at: datetime) -> None:
    hits = (Hit("bus-a", "甲？", 0.5), Hit("bus-b", "乙？", 0.4))
    result = Result(Decision.SUGGEST, hits)
    desk.database.writer.run(lambda work: misses.remember(work, 7, known.person_id, words, result, at))


def pick(desk: Desk, known: Known, entry_id: str, at: datetime) -> bool:
    return desk.database.writer.run(lambda work: misses.picked(work, known.person_id, entry_id, at))


def dislike(desk: Desk, known: Known, at: datetime, helpful: bool = False, chat: str = "") -> str | None:
    return desk.database.writer.run(lambda work: misses.keep_opinion(work, 9, known.person_id, helpful, at, chat))


def explain(desk: Desk, known: Known, reason: str, at: datetime) -> bool:
    return desk.database.writer.run(lambda work: misses.keep_reason(work, known.person_id, reason, at))


def test_three_wordings_of_three_people_are_one_gap(desk: Desk, now: datetime) -> None:
    asked = [desk.worker(f"u{number}", now) for number in range(3)]
    for known, words in zip(asked, BUS, strict=True):
        desk.asked(known, words, now)
    other = desk.worker("u9", now)
    desk.asked(other, "食堂的饭卡丢了怎么补办", now + MINUTE)
    assert desk.group(now + MINUTE) == {"opened": 2, "joined": 2}
    bus, card = desk.gaps()
    assert (bus.kind, bus.words, bus.asked, bus.state) == ("unknown", BUS[0], 3, "open")
    assert desk.people_of(bus) == {each.person_id for each in asked}
    assert desk.people_of(card) == {other.person_id}
    assert desk.group(now + DAY) == {}


def test_who_asked_before_the_answer_and_is_grouped_after_it_is_told(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    first, late, later, other = (desk.worker(f"u{number}", now) for number in range(4))
    desk.asked(first, BUS[0], now)
    desk.group(now)
    suggested(desk, late, BUS[1], now + MINUTE)
    desk.asked(other, "食堂的饭卡丢了怎么补办", now + MINUTE)
    desk.answer(ANN, desk.the_gap(), "bus-a", now + 2 * MINUTE)
    desk.asked(later, BUS[2], now + 3 * MINUTE)
    assert desk.group(now + HOUR) == {"joined": 1, "opened": 2}
    assert [desk.states_of(each) for each in (first, late, later, other)] == [["waiting"], ["waiting"], [], []]
    assert [gap.asked for gap in desk.gaps("answered")] == [2]


def test_who_met_an_old_entry_just_before_it_was_renewed_is_told(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written(review_by="2026-11-24"))
    desk.review(now)
    known = desk.worker("u1", now)
    desk.asked(known, "班车几点", now, "expired", entry_id="bus-a")
    desk.put_out("bus-a", written(), now + MINUTE)
    assert desk.group(now + MINUTE) == {"joined": 1}
    assert desk.states_of(known) == ["waiting"] and desk.gaps() == []


def test_one_person_who_asks_twice_counts_once_as_a_person(desk: Desk, now: datetime) -> None:
    known = desk.worker("u1", now)
    for number in range(2):
        desk.asked(known, BUS[number], now + number * MINUTE)
    desk.group(now + HOUR)
    gap = desk.the_gap()
    assert (gap.asked, gap.first_at, gap.last_at) == (2, now, now + MINUTE)
    (asker,) = desk.database.look(lambda work: kept.askers(work, gap.id))
    assert (asker.words, asker.at, asker.path) == (BUS[0], now, "")


def test_a_question_like_a_closed_gap_opens_a_new_one(desk: Desk, now: datetime) -> None:
    desk.asked(desk.worker("u1", now), BUS[0], now)
    desk.group(now)
    desk.dismiss(ADA, desk.the_gap(), "不归工会管", now)
    desk.asked(desk.worker("u2", now), BUS[1], now)
    assert desk.group(now) == {"opened": 1}
    assert (desk.the_gap().words, len(desk.gaps("dismissed"))) == (BUS[1], 1)


def test_suggestions_wait_half_an_hour_to_be_picked(desk: Desk, now: datetime) -> None:
    known = desk.worker("u1", now)
    suggested(desk, known, BUS[0], now)
    assert desk.group(now + 29 * MINUTE) == {}
    assert desk.group(now + 30 * MINUTE) == {"opened": 1}
    assert rows(desk.database, Miss, "decision", "suggested", "picked") == [("suggest", ["bus-a", "bus-b"], "")]


def test_a_picked_suggestion_is_kept_but_is_no_gap(desk: Desk, now: datetime) -> None:
    known = desk.worker("u1", now)
    suggested(desk, known, BUS[0], now)
    assert not pick(desk, known, "bus-c", now)
    assert pick(desk, known, "bus-b", now + MINUTE)
    assert not pick(desk, known, "bus-a", now + 2 * MINUTE)
    assert desk.group(now + DAY) == {}
    assert rows(desk.database, Miss, "picked", "gap_id") == [("bus-b", None)]


def test_none_of_these_is_a_gap_at_once_also_after_a_look(desk: Desk, now: datetime) -> None:
    one, other = desk.worker("u1", now), desk.worker("u2", now)
    for known in (one, other):
        suggested(desk, known, BUS[0], now)
    assert pick(desk, one, misses.NONE, now)
    assert not pick(desk, one, misses.NONE, now)
    assert pick(desk, other, "bus-a", now) and pick(desk, other, misses.NONE, now)
    assert desk.group(now) == {"opened": 1, "joined": 1}


def test_nothing_can_be_picked_later_than_half_an_hour(desk: Desk, now: datetime) -> None:
    known = desk.worker("u1", now)
    suggested(desk, known, BUS[0], now)
    assert not pick(desk, known, "bus-a", now + 31 * MINUTE)


def test_a_disliked_answer_asks_for_a_review_of_its_entry_once(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    one, other = desk.worker("u1", now), desk.worker("u2", now)
    for known in (one, other):
        answered(desk, known, "bus-a", "班车几点", now)
    assert dislike(desk, one, now + MINUTE) == "bus-a"
    assert dislike(desk, one, now + 2 * MINUTE) == "bus-a"
    assert explain(desk, one, "过时了", now + 3 * MINUTE)
    assert dislike(desk, other, now + MINUTE) == "bus-a"
    assert desk.group(now + HOUR) == {"opened": 1, "joined": 1}
    gap = desk.the_gap()
    assert (gap.kind, gap.entry_id, gap.words, gap.asked) == ("review", "bus-a", "班车几点发车？", 2)
    assert sorted(rows(desk.database, Miss, "decision", "reason")) == [("disliked", ""), ("disliked", "过时了")]
    found = sorted(rows(desk.database, Opinion, "helpful", "reason"))
    assert found == [(False, ""), (False, "过时了")]


def test_the_last_opinion_counts(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    known = desk.worker("u1", now)
    assert dislike(desk, known, now) is None
    answered(desk, known, "bus-a", "班车几点", now)
    for helpful in (False, True):
        dislike(desk, known, now + MINUTE, helpful)
    assert rows(desk.database, Opinion, "helpful") == [(True,)]
    assert dislike(desk, known, now + timedelta(days=2, seconds=1)) is None


def test_a_reason_needs_a_disliked_answer_of_the_last_half_hour(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    known = desk.worker("u1", now)
    answered(desk, known, "bus-a", "班车几点", now)
    assert not explain(desk, known, "过时了", now)
    dislike(desk, known, now)
    assert not explain(desk, known, "过时了", now + 31 * MINUTE)


def test_reasons_are_blanked_with_the_words(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    known = desk.worker("u1", now)
    answered(desk, known, "bus-a", "班车几点", now)
    dislike(desk, known, now)
    explain(desk, known, "我们三车间不停这一站", now)
    desk.database.writer.run(lambda work: kept.forget_before(work, now + HOUR))
    assert rows(desk.database, Miss, "words", "reason") == [("", "")]
    assert rows(desk.database, Opinion, "helpful", "reason") == [(False, "")]


def test_a_reason_goes_to_the_answer_it_is_about(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written(), bus_b=written("饭卡丢了怎么办？"))
    known = desk.worker("u1", now)

    def say(work: Work, entry_id: str, reason: str) -> str | None:
        return misses.keep_opinion(work, 9, known.person_id, False, now + 3 * MINUTE, "", entry_id, reason)

    for minute, entry_id in enumerate(("bus-a", "bus-b")):
        answered(desk, known, entry_id, f"问{entry_id}", now + minute * MINUTE)
    for entry_id, reason in (("bus-a", ""), ("bus-b", "太长"), ("bus-a", "太短"), ("bus-a", "")):
        assert desk.database.writer.run(lambda work, e=entry_id, r=reason: say(work, e, r)) == entry_id
    found = rows(desk.database, Miss, "entry_id", "words", "reason")
    assert found == [("bus-a", "问bus-a", "太短"), ("bus-b", "问bus-b", "太长")]


def test_in_a_group_only_what_was_answered_there_is_judged(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written(), bus_b=written("饭卡丢了怎么办？"))
    known = desk.worker("u1", now)
    answered(desk, known, "bus-a", "私下问的", now)
    assert dislike(desk, known, now + MINUTE, chat="g1") is None
    answered(desk, known, "bus-b", "群里问的", now + MINUTE, chat="g1")
    answered(desk, known, "bus-a", "又私下问", now + 2 * MINUTE)
    assert dislike(desk, known, now + 3 * MINUTE, chat="g1") == "bus-b"
    assert dislike(desk, known, now + 3 * MINUTE, chat="g2") is None
    assert dislike(desk, known, now + 3 * MINUTE) == "bus-a"


def test_an_entry_past_its_date_asks_for_a_review_once(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written(review_by="2026-11-24"), bus_b=written("饭卡？", review_by="2026-11-25"))
    assert desk.review(now) == {"asked": 1}
    assert desk.review(now + HOUR) == {}
    gap = desk.the_gap()
    assert (gap.kind, gap.entry_id, gap.asked) == ("review", "bus-a", 0)
    known = desk.worker("u1", now)
    desk.asked(known, "班车几点", now, "expired", entry_id="bus-a")
    assert desk.group(now) == {"joined": 1}
    assert desk.review(now + DAY) == {"asked": 1}
    assert {each.entry_id for each in desk.gaps()} == {"bus-a", "bus-b"}


def test_a_review_of_an_overdue_entry_cannot_be_waved_away(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written(review_by="2026-11-24"))
    desk.review(now)
    with pytest.raises(closing.NoGap):
        desk.dismiss(ADA, desk.the_gap(), "以后再说", now)


def test_retiring_an_entry_ends_its_review(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written(review_by="2026-11-24"))
    desk.review(now)
    desk.put_out("bus-a", written(review_by="2026-11-24", status="retired"), now)
    assert desk.gaps() == []
    assert [gap.reason for gap in desk.gaps("dismissed")] == [closing.RETIRED]
    assert desk.review(now + DAY) == {}


def test_a_file_that_renews_an_entry_ends_its_review(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written(review_by="2026-11-24"))
    desk.review(now)
    known = desk.worker("u1", now)
    desk.asked(known, "班车几点", now, "expired", entry_id="bus-a")
    desk.group(now)
    desk.load(now + DAY, bus_a=written())
    assert desk.gaps() == []
    ((state, words),) = desk.letters_of(known)
    assert state == "waiting"
    assert words.startswith("您问的问题有答案了\n11月25日您问过“班车几点”：\n早班车六点半")


def test_what_is_blank_is_not_grouped_but_a_disliked_tap_is(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    known = desk.worker("u1", now)
    desk.asked(known, "", now)
    desk.asked(known, "", now, "disliked", entry_id="bus-a")
    assert desk.group(now) == {"opened": 1}
    assert desk.the_gap().kind == "review"


def test_a_gap_is_taken_up_by_somebody_with_an_account(desk: Desk, now: datetime) -> None:
    desk.asked(desk.worker("u1", now), BUS[0], now)
    desk.group(now)
    gap = desk.the_gap()
    assert desk.assign(ANN, gap, "ann", now).assignee == "ann"
    assert desk.assign(ANN, gap, "", now).assignee == ""
    for nobody in ("mallory", "x" * 300):
        with pytest.raises(closing.NoGap):
            desk.assign(ANN, gap, nobody, now)


def test_a_dismissed_gap_needs_a_reason_and_tells_nobody(desk: Desk, now: datetime) -> None:
    known = desk.worker("u1", now)
    desk.asked(known, BUS[0], now)
    desk.group(now)
    gap = desk.the_gap()
    with pytest.raises(closing.NoGap):
        desk.dismiss(ANN, gap, "  ", now)
    done = desk.dismiss(ANN, gap, "理由" * 300, now)
    assert (done.state, len(done.reason), done.closed_at) == ("dismissed", 200, now)
    assert desk.letters_of(known) == []
    for again in (lambda: desk.dismiss(ANN, gap, "再来", now), lambda: desk.assign(ANN, gap, "ann", now)):
        with pytest.raises(closing.NoGap):
            again()


def test_an_existing_entry_answers_a_gap(desk: Desk, now: datetime) -> None:
    desk.load(
        now, bus_a=written(), old=written("饭卡？", review_by="2026-11-24"), gone=written("校车？", status="retired")
    )
    known = desk.worker("u1", now)
    desk.asked(known, BUS[1], now - DAY)
    desk.group(now)
    gap = desk.the_gap()
    for wrong in ("old", "gone", "no-such"):
        with pytest.raises(closing.NoGap):
            desk.answer(ANN, gap, wrong, now)
    with pytest.raises(NotAllowed):
        desk.answer(Actor("joe", "staff"), gap, "bus-a", now)
    assert desk.answer(ANN, gap, "bus-a", now) == 1
    (closed,) = desk.gaps("answered")
    assert (closed.entry_id, closed.closed_at) == ("bus-a", now)
    assert desk.letters_of(known)[0][1].startswith(f"您问的问题有答案了\n11月24日您问过“{BUS[1]}”：")


def test_a_branch_deals_with_its_own_people_only(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    mine, theirs = desk.worker("u1", now, "shop"), desk.worker("u2", now, "west")
    for known in (mine, theirs):
        desk.asked(known, BUS[0], now)
    desk.group(now)
    gap, east = desk.the_gap(), desk.actor("eve", "editor", "east")
    with pytest.raises(NotAllowed):
        desk.dismiss(east, gap, "不归我们管", now)
    assert desk.answer(east, gap, "bus-a", now) == 1
    assert (desk.states_of(mine), desk.states_of(theirs)) == (["waiting"], [])
    assert desk.the_gap().id == gap.id
    assert desk.answer(desk.actor("wes", "editor", "west"), gap, "bus-a", now) == 1
    assert desk.states_of(theirs) == ["waiting"]
    assert desk.gaps() == []  # the east was told before


def test_a_gap_of_another_branch_is_out_of_reach(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    desk.asked(desk.worker("u1", now, "shop"), BUS[0], now)
    desk.asked(desk.worker("u2", now), "食堂的饭卡丢了怎么补办", now)
    desk.group(now)
    west = desk.actor("wes", "editor", "west")
    for gap in desk.gaps():
        for act in (
            lambda gap=gap: desk.answer(west, gap, "bus-a", now),
            lambda gap=gap: desk.dismiss(west, gap, "不", now),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_a_gap_does_not_go_by_the_words_of_who_wants_them_gone(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    first, second = desk.worker("u1", now), desk.worker("u2", now)
    desk.asked(first, BUS[0], now)
    desk.asked(second, BUS[1], now + MINUTE)
    desk.asked(first, "食堂的饭卡丢了怎么补办", now + 2 * MINUTE)
    desk.group(now + 2 * MINUTE)
    assert {words for (words,) in rows(desk.database, Gap, "words")} == {BUS[0], "食堂的饭卡丢了怎么补办"}
    desk.database.writer.run(lambda work: forgetting.forget_said(work, first.person_id, owed=True))
    assert {words for (words,) in rows(desk.database, Gap, "words")} == {BUS[1], ""}


def test_retention_blanks_words_and_drops_told_letters(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    known = desk.worker("u1", now)
    desk.asked(known, BUS[0], now)
    desk.asked(known, "食堂的饭卡丢了怎么补办", now + MINUTE)
    desk.group(now + MINUTE)
    bus, _ = desk.gaps()
    desk.answer(ANN, bus, "bus-a", now + MINUTE)

    def forget(work: Work) -> tuple[int, int]:
        later = now + DAY
        return kept.forget_before(work, later), letters.forget_before(work, later)

    assert desk.database.writer.run(forget) == (2, 0)
    assert {words for (words,) in rows(desk.database, Miss, "words")} == {""}
    assert [gap.words for gap in desk.gaps("answered")] == [""]
    assert [gap.words for gap in desk.gaps()] == ["食堂的饭卡丢了怎么补办"]
    assert desk.states_of(known) == ["waiting"]
    tell = f"UPDATE letter SET state = 'told', told_at = '{now:%Y-%m-%d %H:%M:%S.%f}'"
    desk.database.writer.run(lambda work: work.execute(kept.sa.text(tell)))
    assert desk.database.writer.run(forget) == (0, 1)
    assert desk.letters_of(known) == []


def test_after_retention_a_letter_quotes_nobody_elses_words(desk: Desk, now: datetime) -> None:
    first, second = desk.worker("u1", now), desk.worker("u2", now)
    desk.asked(first, BUS[0], now)
    desk.asked(second, BUS[1], now + DAY)
    desk.group(now + DAY)
    desk.database.writer.run(lambda work: kept.forget_before(work, now + HOUR))
    desk.put_out("bus-a", written(), now + DAY, gap_id=desk.the_gap().id)
    quotes = [desk.letters_of(each)[0][1].splitlines()[1] for each in (first, second)]
    assert quotes == ["11月25日您问过“班车几点发车？”：", f"11月26日您问过“{BUS[1]}”："]
