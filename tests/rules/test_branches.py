"""A branch's own version: what it inherits, whose is nearest, who hears of it, and when it ends."""

from datetime import datetime, timedelta

from bot.services import answers
from storage import knowledge, misses
from storage.work import Work
from tests.rules.upkeep import ANN, BEA, BUS, Desk, own, written

DAY = timedelta(days=1)
LOCAL = {
    "scope": "local",
    "answer": "班车时间各区不同，以当地规定为准。",
    "fields": [{"key": "first", "label": "首班车", "value": "6:30"}, {"key": "phone", "label": "咨询电话"}],
}


def said(desk: Desk, entry_id: str, code: str, now: datetime) -> answers.Answer:
    """What the running bot tells somebody of a union."""
    desk.database.look(desk.house.knowledge.refresh)
    org_id = desk.places[code].id if code else None
    found = desk.database.look(lambda work: desk.house.knowledge.get_for(work, entry_id, org_id, now))
    assert found is not None
    return found


def test_what_a_branch_leaves_empty_is_inherited(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written(**LOCAL))
    city = said(desk, "bus-a", "", now)
    assert city.figures == (("首班车", "6:30"),)
    desk.put_out("bus-a", own(values={"phone": "12351"}), now, desk.places["east"].id)
    east = said(desk, "bus-a", "east", now)
    assert (east.text, east.figures) == (city.text, (("首班车", "6:30"), ("咨询电话", "12351")))
    assert east.sources == "《示例东区工会通知》；《示例市总工会班车通知》第二条"
    words = answers.full(east)
    assert "本地规定：\n· 首班车：6:30\n· 咨询电话：12351" in words and "核对于2026年11月1日" in words
    assert said(desk, "bus-a", "west", now) == said(desk, "bus-a", "city", now) == city


def test_the_nearest_branch_wins(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    desk.put_out("bus-a", own("东区的班车七点整发车，请准时。"), now, desk.places["east"].id)
    assert said(desk, "bus-a", "shop", now).text.startswith("东区")
    desk.put_out("bus-a", own("商店的班车八点整发车，请准时。"), now, desk.places["shop"].id)
    places = ("shop", "east", "west", "city", "")
    assert [said(desk, "bus-a", each, now).text[:2] for each in places] == ["商店", "东区", "早班", "早班", "早班"]


def test_an_expired_or_withdrawn_version_falls_back(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    east, shop = desk.places["east"].id, desk.places["shop"].id
    desk.put_out("bus-a", own("东区的班车七点整发车，请准时。"), now, east)
    desk.put_out("bus-a", own("商店的班车八点整发车，请准时。", review_by="2026-11-25"), now, shop)
    assert said(desk, "bus-a", "shop", now).text[:2] == "商店"
    assert said(desk, "bus-a", "shop", now + DAY).text[:2] == "东区"
    desk.put_out("bus-a", own(active=False), now, east)
    assert said(desk, "bus-a", "shop", now + DAY).text[:2] == "早班"


def test_a_version_without_words_of_its_own_ends_with_the_citys(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written(**{**LOCAL, "review_by": "2026-11-26"}))
    desk.put_out("bus-a", own(values={"phone": "12351"}), now, desk.places["east"].id)
    assert not said(desk, "bus-a", "east", now + DAY).expired(answers.day_of(now + DAY))
    assert said(desk, "bus-a", "east", now + 2 * DAY).expired(answers.day_of(now + 2 * DAY))


def test_only_the_people_of_the_branch_hear_of_it(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written("校车几点发车？"))
    east, west, none = desk.worker("u1", now, "shop"), desk.worker("u2", now, "west"), desk.worker("u3", now)
    for known in (east, west, none):
        desk.asked(known, BUS[0], now)
    desk.group(now)
    gap = desk.the_gap()
    editor, approver = desk.actor("sue", "editor", "east"), desk.actor("eve", "approver", "east")
    mine = desk.handed_in(
        editor, "bus-a", own("东区的班车七点整发车，请准时。"), now, desk.places["east"].id, gap_id=gap.id
    )
    desk.publish(approver, mine, now)
    ((state, words),) = desk.letters_of(east)
    assert state == "waiting" and "东区的班车七点整发车" in words
    assert desk.letters_of(west) == desk.letters_of(none) == []
    assert desk.the_gap().id == gap.id
    desk.put_out("bus-a", written("校车几点发车？", answer="全市的班车九点整发车，请准时。"), now, gap_id=gap.id)
    assert [len(desk.letters_of(each)) for each in (east, west, none)] == [1, 1, 1]
    assert "全市的班车九点整" in desk.letters_of(west)[0][1]
    assert desk.gaps() == []


def test_the_city_tells_everybody_in_the_words_of_their_branch(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    desk.put_out("bus-a", own("东区的班车七点整发车，请准时。"), now, desk.places["east"].id)
    east, west = desk.worker("u1", now, "shop"), desk.worker("u2", now, "west")
    for known in (east, west):
        desk.asked(known, BUS[0], now)
    desk.group(now)
    desk.answer(BEA, desk.the_gap(), "bus-a", now)
    assert "东区的班车七点整" in desk.letters_of(east)[0][1]
    assert "早班车六点半" in desk.letters_of(west)[0][1]


def test_a_gap_asked_in_one_branch_is_closed_by_it(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    desk.asked(desk.worker("u1", now, "shop"), BUS[0], now)
    desk.group(now)
    east = desk.places["east"].id
    desk.put_out("bus-a", own("东区的班车七点整发车，请准时。"), now, east, gap_id=desk.the_gap().id)
    assert [gap.state for gap in desk.gaps("answered")] == ["answered"]


def test_a_branch_does_not_end_the_review_of_the_citys_entry(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written(review_by="2026-11-24"))
    desk.review(now)
    east = desk.worker("u1", now, "shop")
    desk.put_out("bus-a", own("东区的班车七点整发车，请准时。"), now, desk.places["east"].id)
    assert desk.the_gap().kind == "review"
    desk.asked(east, "班车几点", now, "expired", entry_id="bus-a")
    desk.group(now)
    desk.put_out("bus-a", own("东区的班车改七点半发车，请准时。"), now, desk.places["east"].id)
    assert "改七点半" in desk.letters_of(east)[0][1]
    assert desk.the_gap().kind == "review"


def test_nobody_is_told_what_is_out_of_date(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written(**{**LOCAL, "review_by": "2026-11-24"}))
    east = desk.worker("u1", now, "shop")
    desk.asked(east, "班车几点", now, "expired", entry_id="bus-a")
    desk.group(now)
    desk.put_out("bus-a", own(values={"phone": "12351"}), now, desk.places["east"].id)
    assert desk.letters_of(east) == []
    assert desk.the_gap().kind == "review"


def test_taking_a_version_back_tells_nobody(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    east = desk.worker("u1", now, "shop")
    desk.put_out("bus-a", own("东区的班车七点整发车，请准时。"), now, desk.places["east"].id)
    desk.asked(east, BUS[0], now)
    desk.group(now)
    gap = desk.the_gap()
    desk.put_out("bus-a", own(active=False), now, desk.places["east"].id, gap_id=gap.id)
    assert desk.letters_of(east) == [] and desk.the_gap().id == gap.id


def test_disliked_answers_come_back_improved(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    disliked, expired = desk.worker("u1", now), desk.worker("u2", now)
    desk.asked(disliked, "班车几点", now, "disliked", entry_id="bus-a")
    desk.asked(expired, "班车几点啊", now, "expired", entry_id="bus-a")
    desk.group(now)
    desk.put_out("bus-a", written(answer="写清楚了：工作日六点半，周末七点半。"), now)
    assert desk.letters_of(disliked)[0][1].startswith("您提过意见的内容改好了\n11月25日您看过“班车几点发车？”")
    assert desk.letters_of(expired)[0][1].startswith("您问的问题有答案了\n11月25日您问过“班车几点啊”")
    assert desk.gaps() == []


def test_long_questions_are_quoted_in_part(desk: Desk, now: datetime) -> None:
    known = desk.worker("u1", now)
    desk.asked(known, "班车" * 100, now)
    desk.group(now)
    desk.put_out("bus-a", written(), now, gap_id=desk.the_gap().id)
    assert f"“{'班车' * 20}…”" in desk.letters_of(known)[0][1]


def test_letters_are_planted_once_a_person(desk: Desk, now: datetime) -> None:
    known = desk.worker("u1", now)
    for number in range(3):
        desk.asked(known, BUS[number], now + number * DAY)
    desk.group(now + 3 * DAY)
    gap = desk.the_gap()
    desk.put_out("bus-a", written(), now + 3 * DAY, gap_id=gap.id)
    desk.put_out("bus-a", written(answer="再改一次：六点三刻从东门发车。"), now + 4 * DAY, gap_id=gap.id)
    assert len(desk.letters_of(known)) == 1
    desk.asked(known, BUS[0], now + 5 * DAY)
    desk.group(now + 5 * DAY)
    desk.answer(ANN, desk.the_gap(), "bus-a", now + 5 * DAY)
    assert len(desk.letters_of(known)) == 2


def test_a_thousand_people_are_told_with_few_statements(desk: Desk, now: datetime) -> None:
    desk.load(now, bus_a=written())
    known = desk.worker("u1", now)
    desk.asked(known, BUS[0], now)
    desk.group(now)
    gap = desk.the_gap()

    def crowd(work: Work) -> None:
        for number in range(1000):
            person_id = work.new_id()
            work.append(misses.Person, {"id": person_id, "created_at": now})
            values = {"suggested": None, "entry_id": "", "gap_id": gap.id}
            misses.record(work, number, person_id, BUS[1], "decline", now, **values)

    desk.database.writer.run(crowd)
    ran: list[str] = []
    knowledge.sa.event.listen(desk.database.engine, "before_cursor_execute", lambda *given: ran.append(given[2]))
    assert desk.answer(ANN, gap, "bus-a", now) == 1001
    assert len(ran) < 40
