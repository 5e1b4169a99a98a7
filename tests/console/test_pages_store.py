"""Lists and numbers straight from both databases: filters, search in JSON, Shanghai days, classes of time, branches."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.clock import local
from bot.services import catalogue, gaps, overview, statistics
from bot.services.actors import Actor
from bot.services.statistics import BadPeriod
from storage import catalogue as store
from storage import knowledge
from storage import statistics as numbers
from storage.catalogue import Wanted
from storage.misses import Sought
from tests.console.desk import Desk
from tests.console.pages_kit import EDITOR, ENTRIES, asked, load, meet, miss, opinion, stored

TODAY = date(2026, 11, 25)
SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
ALL = Actor("chen", "approver")


def ids(desk: Desk, **wanted: str) -> list[str]:
    """What the list shows."""
    sought = Wanted(**wanted)
    found = desk.database.look(
        lambda work: catalogue.listing(work, desk.room.house.knowledge, sought, 1, desk.clock.now())
    )
    return [each.id for each in found.lines]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["lv-annual", "lv-sick", "pay-heat", "lo-help", "lc-written"]),
        ({"status": "published"}, ["lv-annual", "lv-sick", "lo-help"]),
        ({"status": "expired"}, ["lc-written"]),
        ({"status": "expiring"}, ["lv-sick"]),
        ({"status": "retired"}, ["pay-heat"]),
        ({"status": "draft"}, []),
        ({"scope": "local"}, ["lo-help"]),
        ({"category": "劳动合同"}, ["lc-written"]),
        (
            {"words": "请问病假"},
            ["lv-annual", "lv-sick"],
        ),  # in a phrasing, kept as JSON; and what the search would offer
        ({"words": "LV-"}, ["lv-annual", "lv-sick"]),
        ({"words": "100%_"}, []),
        ({"branch": "any"}, []),
    ],
    ids=str,
)
async def test_the_list_shows_what_is_wanted(desk: Desk, wanted: dict[str, str], expected: list[str]) -> None:
    load(desk)
    found = ids(desk, **wanted)
    assert sorted(found) == sorted(expected)
    if "words" not in wanted:
        assert found == sorted(found, key=lambda each: (stored(desk, each).category, each))


async def test_a_branchs_own_version_past_its_date_asks_for_its_review(desk: Desk) -> None:
    """Its people are told the city's meanwhile; the list, and the number of the day, say that somebody must look."""
    load(desk)
    tree = await desk.tree()
    branches = [tree["east"], tree["west"]]
    days = [TODAY - timedelta(days=1), TODAY]
    for org_id, review_by in zip(branches, days, strict=True):
        values = {"values": {}, "citations": [], "as_of": TODAY - timedelta(days=90), "review_by": review_by}
        desk.database.writer.run(
            lambda work, org_id=org_id, values=values: knowledge.put_override(
                work, "lv-annual", org_id, values, desk.clock.now()
            )
        )
    assert ids(desk, status="own_expired") == ["lv-annual"]
    base, now = desk.room.house.knowledge, desk.clock.now()
    found = desk.database.look(lambda work: catalogue.listing(work, base, Wanted(status="own_expired"), 1, now))
    assert "1个本地版本过期" in [badge.words for badge in found.lines[0].badges]
    assert desk.database.look(lambda work: store.lapsed(work, TODAY)) == 1


async def test_words_are_also_understood_by_the_search(desk: Desk) -> None:
    load(desk)
    assert ids(desk, words="年假有几天啊")[0] == "lv-annual"


async def test_pages_are_cut_and_a_page_too_far_is_the_last(desk: Desk) -> None:
    load(desk, *({**ENTRIES[0], "id": f"e-{place:02d}", "question": f"问题{place}"} for place in range(45)))
    base, now = desk.room.house.knowledge, desk.clock.now()
    found = desk.database.look(lambda work: catalogue.listing(work, base, Wanted(), 9, now))
    assert (found.total, found.page, found.pages, len(found.lines)) == (45, 3, 3, 5)


async def test_days_begin_at_midnight_in_shanghai(desk: Desk) -> None:
    load(desk)
    person = meet(desk, "o1")
    before, after = datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC), datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    asked(desk, person, "faq:lv-annual", before)
    asked(desk, person, "suggest", after)
    asked(desk, person, "miss", after)
    asked(desk, person, "human", after)
    opinion(desk, person, "lv-annual", True, before)
    found = desk.database.look(lambda work: numbers.questions_by_day(work, SINCE, UNTIL, None))
    assert found == {(date(2026, 11, 24), "answered"): 1, (TODAY, "suggested"): 1, (TODAY, "declined"): 1}
    assert desk.database.look(lambda work: numbers.opinions_by_day(work, SINCE, UNTIL, None)) == {
        (date(2026, 11, 24), True): 1
    }


async def test_classes_of_response_time_have_sharp_edges(desk: Desk) -> None:
    person, at = meet(desk, "o1"), desk.clock.now()
    for seconds in (0.0, 0.5, 0.501, 1.0, 1.001, 2.0, 4.0, 4.001, 60.0):
        asked(desk, person, "miss", at, at + timedelta(seconds=seconds))
    asked(desk, person, "miss", at, at + timedelta(seconds=20), code="no repeat came")
    asked(desk, person, "miss", at)
    assert desk.database.look(lambda work: numbers.response_classes(work, SINCE, UNTIL, None)) == [2, 2, 2, 1, 2]


async def test_a_branch_counts_only_its_own_people(desk: Desk) -> None:
    load(desk)
    tree, at = await desk.tree(), desk.clock.now()
    east, west, nobody = meet(desk, "e", tree["east-plant"]), meet(desk, "w", tree["west-plant"]), meet(desk, "n")
    for person in (east, west, nobody):
        asked(desk, person, "faq:lv-annual", at, at + timedelta(seconds=1))
        opinion(desk, person, "lv-sick", person == west, at)
    gap = miss(desk, west, "西区的人先问的露天干活降温费")
    miss(desk, east, "东区的人后问的高温补贴", gap=gap)
    mine = Actor("east", "staff", tree["east"], desk.org(tree["east"]).path)
    found = desk.database.look(lambda work: statistics.numbers(work, mine, 7, desk.clock.now()))
    assert found.totals == (1, 0, 0)
    assert [(week.helpful, week.unhelpful) for week in found.weeks] == [(0, 0), (0, 1)]
    assert [(each.words, each.number) for each in found.gaps] == [("东区的人后问的高温补贴", 1)]
    assert [(each.id, each.number) for each in found.asked] == [("lv-annual", 1)]
    assert [(each.id, each.number) for each in found.disliked] == [("lv-sick", 1)]
    assert sum(count for _, count in found.speeds) == 1
    lines = desk.database.look(lambda work: gaps.listing(work, mine, Sought(), at))
    assert [(each.title, each.people) for each in lines] == [("东区的人后问的高温补贴", 1)]
    every = desk.database.look(lambda work: gaps.listing(work, ALL, Sought(), at))
    assert [(each.title, each.people) for each in every] == [("西区的人先问的露天干活降温费", 2)]


async def test_a_period_ends_today_and_its_weeks_begin_on_mondays(desk: Desk) -> None:
    load(desk)
    opinion(desk, meet(desk, "o1"), "lv-annual", True, desk.clock.now())
    found = desk.database.look(lambda work: statistics.numbers(work, ALL, 30, desk.clock.now()))
    assert (found.first, found.last, len(found.days)) == (date(2026, 10, 27), TODAY, 30)
    assert [week.first for week in found.weeks[1:]] == [date(2026, 11, day) for day in (2, 9, 16, 23)]
    assert all(week.first.weekday() == 0 for week in found.weeks[1:])
    assert [week.rate for week in found.weeks] == [None] * 4 + [1.0]


@pytest.mark.parametrize("text", ["8", "0", "-7", "7 ", "９０", "7;drop", "1000"])
def test_only_three_periods_exist(text: str) -> None:
    with pytest.raises(BadPeriod):
        statistics.period_of(text)


async def test_today_tells_what_the_base_waits_for(desk: Desk) -> None:
    load(desk)
    miss(desk, meet(desk, "o1"), "高温天露天干活给不给降温费")
    now = desk.clock.now()
    midnight = local(now).replace(hour=0, minute=0)
    groups = desk.database.look(lambda work: overview.numbers(work, EDITOR, midnight, "2026-11")).groups
    waiting = next(each for each in groups if each.title == "知识库待办")
    assert [(each.label, each.value, each.unit) for each in waiting.items] == [
        ("没提交的草稿", 0, "份"),
        ("等待审核", 0, "份"),
        ("没答上来的问题", 1, "组"),
        ("30天内到期", 1, "条"),
        ("本地版本过期", 0, "条"),
        ("来访时告知的回复", 0, "封"),
    ]


async def test_opinions_of_an_entry_are_counted_since_a_moment(desk: Desk) -> None:
    load(desk)
    now = desk.clock.now()
    for place, helpful in enumerate((True, True, False)):
        opinion(desk, meet(desk, f"o{place}"), "lv-annual", helpful, now)
    opinion(desk, meet(desk, "old"), "lv-annual", False, now - timedelta(days=200))
    assert desk.database.look(lambda work: store.opinions(work, "lv-annual", now - timedelta(days=90))) == (2, 1)
