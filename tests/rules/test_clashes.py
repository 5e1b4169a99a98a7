"""What an editor writes must go with the other entries: no words of theirs, and no related entry that is nowhere."""

from datetime import datetime
from typing import Any

import pytest

from bot.search import Entry, Index
from bot.services.drafts import Conflict
from bot.services.entries import BadEntry
from tests.rules.upkeep import ANN, BEA, Desk, written

CARD = written("饭卡丢了怎么办？", phrasings=["饭卡补办"])


def problems(desk: Desk, now: datetime, entry_id: str = "card-b", **change: Any) -> list[tuple[str, str]]:
    """What a draft is refused for."""
    with pytest.raises(BadEntry) as refused:
        desk.draft(ANN, entry_id, {**CARD, "question": "饭卡怎么退？", "phrasings": ["退饭卡"], **change}, now)
    return refused.value.problems


def test_words_of_another_entry_are_a_problem_of_their_field(desk: Desk, now: datetime) -> None:
    desk.load(now, card_a=CARD, bus_a=written(status="draft"), old_a=written("宿舍怎么申请？", status="retired"))
    taken = "已经是“饭卡丢了怎么办？”（card-a）的问法，请换一个"
    assert problems(desk, now, question="请问飯卡補辦") == [("标准问法", f"“请问飯卡補辦”{taken}")]
    assert problems(desk, now, phrasings=["退饭卡", "饭卡丢了怎么办"]) == [("其他问法", f"“饭卡丢了怎么办”{taken}")]
    ((place, reason),) = problems(desk, now, phrasings=["班车几点发车"])
    assert place == "其他问法" and "（bus-a）" in reason  # a draft in the base has its words too
    assert desk.draft(ANN, "card-b", written("宿舍怎么申请？"), now).state == "draft"  # a retired entry has none
    assert desk.draft(ANN, "card-a", CARD, now).state == "draft"  # and one's own are no clash


def test_taking_an_entry_back_needs_no_words_of_its_own(desk: Desk, now: datetime) -> None:
    desk.load(now, card_a=CARD, card_b=CARD)
    desk.put_out("card-b", {**CARD, "status": "retired"}, now)
    assert desk.entry("card-b").status == "retired"


def test_related_entries_must_be_there(desk: Desk, now: datetime) -> None:
    desk.load(now, card_a=CARD)
    words = "没有这些别的条目：nowhere、card-b"
    assert problems(desk, now, related=["card-a", "nowhere", "card-b"]) == [("相关问题", words)]
    good = {**CARD, "question": "饭卡怎么退？", "phrasings": ["退饭卡"], "related": ["card-a"]}
    assert desk.draft(ANN, "card-b", good, now).state == "draft"


def test_words_that_became_anothers_meanwhile_stop_the_publication(desk: Desk, now: datetime) -> None:
    mine = desk.handed_in(ANN, "card-b", CARD, now)
    desk.load(now, card_a=CARD)
    with pytest.raises(Conflict) as refused:
        desk.publish(BEA, mine, now)
    assert "（card-a）" in refused.value.words and "退回" in refused.value.words


def test_the_index_knows_whose_words_these_are() -> None:
    index = Index([Entry("a", "饭卡丢了怎么办？", ("饭卡补办",)), Entry("b", "饭卡补办", ())])
    assert index.owners("請問飯卡補辦") == [("a", "饭卡丢了怎么办？"), ("b", "饭卡补办")]
    assert [each[0] for each in index.owners("饭卡丢了怎么办")] == ["a"]
    assert index.owners("班车") == index.owners("") == []
