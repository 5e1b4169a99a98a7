"""What comes with the software: it changes only what is its own, and tells nobody of what they cannot see."""

from datetime import datetime, timedelta
from typing import Any

from bot.services import shipped
from storage import misses
from storage.work import Work
from tests.rules.upkeep import ANN, BEA, Desk, written

DAY = timedelta(days=1)
LATER = "文件里的：八点整发车，请准时到站。"


def load(desk: Desk, now: datetime, **entries: dict[str, Any]) -> dict[str, int]:
    """As a start does."""
    made = [{"id": key.replace("_", "-"), **each} for key, each in entries.items()]
    return desk.database.writer.run(lambda work: shipped.load(work, made, now))


def test_it_creates_and_updates_only_its_own(desk: Desk, now: datetime) -> None:
    load(desk, now, bus_a=written(), bus_b=written("饭卡丢了怎么办？"), bus_c=written("宿舍怎么申请？"))
    desk.put_out("bus-a", written(answer="有人改过：七点整发车，请准时。"), now)
    desk.load(now, bus_b=written("饭卡丢了怎么办？", answer="经办人导入的：请到三号窗口补办。"))
    later = {key: written(answer=LATER) for key in ("bus_a", "bus_b", "bus_c", "bus_d")}
    assert load(desk, now + DAY, **later) == {"new": 1, "changed": 1, "same": 0, "kept": 2}
    answers = [desk.entry(f"bus-{each}").answer[:3] for each in "abcd"]
    assert answers == ["有人改", "经办人", "文件里", "文件里"]
    assert load(desk, now + DAY, **later) == {"new": 0, "changed": 0, "same": 2, "kept": 2}


def test_what_somebody_is_writing_is_left_to_them(desk: Desk, now: datetime) -> None:
    load(desk, now, bus_a=written())
    one = desk.handed_in(ANN, "bus-a", written(answer="正在改的：七点整发车，请准时。"), now)
    new = desk.handed_in(ANN, "bus-b", written("饭卡丢了怎么办？"), now)
    assert load(desk, now + DAY, bus_a=written(answer=LATER), bus_b=written(answer=LATER))["kept"] == 2
    for each in (one, new):
        assert desk.publish(BEA, each, now + DAY).state == "published"


def dislike(desk: Desk, now: datetime) -> Any:
    """Somebody found no help in an answer, and gave a reason."""
    known = desk.worker("u1", now)
    desk.asked(known, "", now, "disliked", entry_id="bus-a", reason="看不懂")
    desk.group(now + DAY)
    return known


def test_nobody_hears_of_an_improvement_that_is_none(desk: Desk, now: datetime) -> None:
    load(desk, now, bus_a=written())
    known = dislike(desk, now)
    longer = written(phrasings=["请问班车几点发车？", "厂车几点开"], as_of="2026-11-20", review_by="2027-12-01")
    assert load(desk, now + DAY, bus_a=longer)["changed"] == 1
    assert desk.letters_of(known) == [] and desk.the_gap().kind == "review"
    assert load(desk, now + DAY, bus_a={**longer, "answer": LATER})["changed"] == 1
    assert ["改好了" in words for _, words in desk.letters_of(known)] == [True]
    assert desk.gaps() == []


def test_an_entry_that_answers_again_is_no_improvement_either(desk: Desk, now: datetime) -> None:
    """Who asked while it was overdue hears of it; who disliked the very same words does not."""
    load(desk, now, bus_a=written())
    known, other = dislike(desk, now), desk.worker("u2", now)
    overdue = now + 400 * DAY
    desk.asked(other, "班车几点发车", overdue, "expired", entry_id="bus-a")
    desk.group(overdue)
    load(desk, overdue + DAY, bus_a=written(as_of="2027-12-01", review_by="2028-12-01"))
    assert desk.letters_of(known) == []
    assert ["有答案了" in words for _, words in desk.letters_of(other)] == [True]


def test_a_publication_with_the_same_words_promises_nothing(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    known = dislike(desk, now)
    gap = desk.the_gap()
    desk.put_out("bus-a", written(phrasings=["厂车几点开"]), now + DAY, gap_id=gap.id)
    assert desk.letters_of(known) == []

    def state(work: Work) -> str:
        found = misses.gap(work, gap.id)
        assert found is not None
        return found.state

    assert desk.database.look(state) == "answered"
