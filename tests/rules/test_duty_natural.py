"""Duties as people write about them: kind words around an order, receipts, percents, titles; and what is none of it."""

from datetime import date, datetime

import pytest

from bot.clock import SHANGHAI
from bot.services import duty_answers, duty_evidence, duty_requests, duty_titles
from bot.services.duty_answers import Entry, Listing, WhichDuty
from bot.services.duty_away import away_until
from bot.services.duty_requests import NoRequest, NoSuchColleague
from bot.services.house import House
from handlers.duty_courtesy import bare, ways
from storage import duties, duty_course, evidence
from storage.database import Database
from storage.people import Known
from storage.work import Work
from tests.rules.test_duty_orders import ASKED, LATER, NOTHING, NOVEMBER, Undo, outcome, said, words_of
from tests.rules.union import Town, line
from tests.storage.kit import meet

TITLES = ("会员变动月报", "工会经费拨缴提醒", "工会经费清缴", "完成年度目标责任书", "安全生产月", "年度考核自评")


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """Six lines; the last one wants a photo."""
    lines = [{**line(f"d{number}", 28), "title": title} for number, title in enumerate(TITLES, 1)]
    return Town(database, house).build(*lines[:-1], {**lines[-1], "evidence": "photo"})


@pytest.fixture
def cadre(town: Town) -> Known:
    """Somebody with these duties, all open."""
    known = town.cadre("u1", "shop", NOVEMBER)
    town.issue(NOVEMBER)
    return known


KIND = {
    "完成2，谢谢": "2 done",
    "2完成了，谢谢": "2 done",
    "2完成了谢谢老师": "2 done",
    "好的，2完成了": "2 done",
    "您好，2 完成": "2 done",
    "王主席，2、3都完成了，辛苦了": "2 done, 3 done",
    "老师 2完成了[抱拳]": "2 done",
    "[OK]2完成了👍": "2 done",
    "2完成✅": "2 done",
    "收到，2完成了，谢谢": "2 done",
    "已完成 2。": "2 done",
    "2完成啦": "2 done",
    "会员变动月报完成了": "1 done",
    "完成会员变动月报": "1 done",
    "会员变动月报 已完成，谢谢": "1 done",
    "11月的会员变动月报做完了": "1 done",
    "1. 会员变动月报 完成": "1 done",
    "完成1 会员变动月报": "1 done",
    "工会经费拨缴已完成": "2 done",
    "我们已完成工会经费清缴": "3 done",
    "完成年度目标责任书完成了": "4 done",
    "完成了完成年度目标责任书": "4 done",
    "年度目标责任书完成了": "4 done",
}
UNSURE = words_of(
    """工会经费完成了
    2. 会员变动月报 完成
    12月的会员变动月报完成了
    会员变动月报没完成
    还没完成会员变动月报
    完成年度目标责任书
    完成年度目标
    1. 会员变动月报
    1. 会员变动月报|11月28日前|已完成
    好的，3号完成了
    收到，3项都完成了，谢谢
    收到1
    收到 1、2
    1收到
    1、2都收到
    好的，收到
    收到，马上办
    收到，马上完成2
    收到6项任务，会尽快落实
    进度 50
    进度 2
    进度 2 3
    进度 2、3
    进度五成
    进度 2 50.5%
    2项进度50
    取消延期 2
    延期 2 不用了
    不延期了
    取消延期2项""",
    ASKED,
)
ORDINARY = words_of(
    """谢谢
    您好
    好的
    [抱拳]
    辛苦了老师
    会员变动月报怎么报
    会员变动月报
    会员变动月报完成了吗
    会员变动月报快完成了
    会员变动月报争取完成
    会员变动月报完成时间
    完成会员变动月报的步骤
    李四完成了会员变动月报
    变动月完成了
    收到工资100元
    收到处分怎么办
    马上办
    报告2完成
    领导2完成
    进度怎么查
    除了2都完成了，谢谢
    我要取消延期退休""",
    NOTHING,
)
ORDERS = {**KIND, **UNSURE, **ORDINARY}


def test_what_is_meant_by_natural_words(town: Town, cadre: Known) -> None:
    assert {words: outcome(town, cadre, words) for words in ORDERS} == ORDERS


def test_a_title_that_fits_several_is_answered_by_a_number_or_its_line(town: Town, cadre: Known) -> None:
    assert outcome(town, cadre, "工会经费完成了", "3") == "3 done"
    assert outcome(town, cadre, "工会经费完成了", "3，谢谢") == "3 done"
    assert outcome(town, cadre, "工会经费完成了", "3. 工会经费清缴") == "3 done"
    assert outcome(town, cadre, "2. 会员变动月报 完成", "1") == "1 done"
    assert outcome(town, cadre, "工会经费完成了", "会员变动月报怎么报") == NOTHING


def test_kind_words_of_others_are_left_alone(town: Town, cadre: Known) -> None:
    other = meet(town.database, "worker", NOVEMBER)
    words = ("完成2，谢谢", "好的，收到", "会员变动月报完成了", "进度 2 50")

    def job(work: Work) -> list[str]:
        return [said(work, town, other, each).topic for each in words]

    assert set(town.database.writer.run(job)) == {"unhandled"}


def told(town: Town, known: Known, *words: str) -> tuple[str, list[int | None], int]:
    """The last answer to these, the percents of the duties, and how many are received; nothing of it stays."""
    came: list[tuple[str, list[int | None], int]] = []

    def job(work: Work) -> None:
        answers = [said(work, town, known, each).said for each in words]
        found = [each.duty for each in duty_answers.listing(work, known.person_id, LATER).entries]
        received = sum(1 for each in found if each.state == "acknowledged")
        came.append((" ".join(answers[-1]), [each.percent for each in found], received))
        raise Undo

    with pytest.raises(Undo):
        town.database.writer.run(job)
    return came[0]


@pytest.mark.parametrize("words", ["收到1", "1收到", "收到 1、2", "1、2都收到"])
def test_a_receipt_with_numbers_is_for_the_whole_list_and_says_so(town: Town, cadre: Known, words: str) -> None:
    answer, _, received = told(town, cadre, words)
    assert received == len(TITLES)
    assert "整张清单" in answer


@pytest.mark.parametrize("words", ["好的，收到", "收到，马上办", "收到，谢谢", "已收到，会尽快落实", "收到任务"])
def test_a_receipt_in_other_words(town: Town, cadre: Known, words: str) -> None:
    answer, _, received = told(town, cadre, words)
    assert received == len(TITLES)
    assert "整张清单" not in answer


PERCENTS = {
    ("进度 2 50",): (2, 50),
    ("进度2 50%，谢谢",): (2, 50),
    ("2进度50",): (2, 50),
    ("2完成了50%",): (2, 50),
    ("完成 2 50%",): (2, 50),
    ("2完成一半了",): (2, 50),
    ("进度 50", "2"): (2, 50),
    ("进度 100", "2"): (2, 100),
    ("进度 2",): None,
    ("进度 2 3",): None,
    ("进度 2、3",): None,
    ("进度五成",): None,
    ("进度 150", "2"): None,
    ("2号完成50%",): None,
    ("2项完成50%",): None,
}


def test_a_percent_needs_no_sign_where_it_can_be_nothing_else(town: Town, cadre: Known) -> None:
    came = {words: told(town, cadre, *words)[1] for words in PERCENTS}
    noted = {words: [(n, each) for n, each in enumerate(found, 1) if each is not None] for words, found in came.items()}
    assert noted == {words: [one] if one else [] for words, one in PERCENTS.items()}


def test_kind_words_are_taken_off_an_order_never_off_its_reason() -> None:
    assert bare("您好,老师,2完成了,谢谢[抱拳]") == "2完成了"
    assert bare("谢谢") == bare("[抱拳]") == ""
    assert bare("报告2完成") == "报告2完成"
    assert bare("完成❷") == "完成❷"
    first = list(ways("好的,延期 2 到12月5日 因为忙,谢谢"))[:2]
    assert first == ["好的,延期 2 到12月5日 因为忙,谢谢", "延期 2 到12月5日 因为忙,谢谢"]


def listing(work: Work, known: Known) -> Listing:
    return duty_answers.listing(work, known.person_id, LATER)


def test_a_whole_title_goes_before_a_part_of_others_and_three_characters_mean_nothing(town: Town, cadre: Known) -> None:
    def named(words: str) -> list[int]:
        job = town.database.writer.run(lambda work: duty_titles.named(words, listing(work, cadre).open))
        return [each.number for each in job]

    assert named("工会经费清缴") == [3]
    assert named("工会经费") == [2, 3]
    assert named("工会 经费、拨缴") == [2]
    assert named("安全生") == named("会员变动季报") == []


def test_a_request_is_taken_back_by_whoever_has_the_duty(town: Town, cadre: Known) -> None:
    def job(work: Work, *words: str) -> list[str]:
        return [" ".join(said(work, town, cadre, each).said) for each in words]

    asked = "延期 2 到12月5日 因为等批复"
    answers = town.database.writer.run(lambda work: job(work, asked, "取消延期 2", "取消延期 2"))
    assert "已撤回，还是按11月28日截止" in answers[1]
    assert "没有等待审批的延期申请" in answers[2]

    def look(work: Work) -> tuple[list[tuple[str, str]], list[str]]:
        duty = listing(work, cadre).pick(2).duty
        requests = [(each.state, each.decided_by) for each in duty_course.requests_of(work, duty.id)]
        return requests, [each.what for each in duties.steps_of(work, duty.id)]

    who = f"person:{cadre.person_id}"
    assert town.database.writer.run(look) == ([("withdrawn", who)], ["asked", "withdrawn"])


def test_which_request_is_taken_back_is_asked_where_there_are_several(town: Town, cadre: Known) -> None:
    def job(work: Work) -> None:
        with pytest.raises(NoRequest):
            duty_requests.asked_later(work, listing(work, cadre))
        for number in (2, 3):
            entry = listing(work, cadre).pick(number)
            duty_requests.extend(work, cadre.person_id, entry, date(2026, 12, 5), "等批复", LATER)
        with pytest.raises(WhichDuty) as which:
            duty_requests.asked_later(work, listing(work, cadre))
        assert which.value.numbers == (2, 3)
        assert "已撤回" in said(work, town, cadre, "3延期不用了").said[0]
        assert "2. 工会经费拨缴提醒 的延期申请已撤回" in said(work, town, cadre, "不延期了").said[0]

    town.database.writer.run(job)


def hand(town: Town, known: Known, name: str) -> str:
    def job(work: Work) -> str:
        entry = listing(work, known).open[0]
        return duty_requests.hand_over(work, known.person_id, entry, name, LATER, town.house)

    return town.database.writer.run(job)


def test_nobody_on_leave_is_given_a_duty_unless_somebody_stands_in(town: Town, cadre: Known) -> None:
    other, third = town.cadre("u2", "shop", NOVEMBER), town.cadre("u3", "shop", NOVEMBER)
    town.call(cadre, "张三"), town.call(other, "李四"), town.call(third, "王五")
    town.leave(other, None, date(2026, 11, 5), date(2026, 11, 20))
    with pytest.raises(NoSuchColleague) as refused:
        hand(town, cadre, "李四")
    assert refused.value.words.startswith("李四正在请假（到11月20日）")
    assert town.database.writer.run(lambda work: listing(work, cadre).open[0].number) == 1
    town.leave(third, cadre, date(2026, 11, 5), date(2026, 11, 30))
    assert hand(town, cadre, "王五").endswith("王五请假到11月30日，这段时间由您代办。")

    def away(day: date) -> list[bool]:
        return town.database.look(
            lambda work: [away_until(work, each.person_id, day) is not None for each in (cadre, other, third)]
        )

    assert away(date(2026, 11, 5)) == [False, True, True]
    assert away(date(2026, 11, 21)) == [False, False, True]


def test_a_photo_that_comes_after_is_for_what_is_done_where_nothing_open_wants_one(town: Town, cadre: Known) -> None:
    def wanting(work: Work) -> list[Entry]:
        return duty_evidence.candidates(listing(work, cadre))

    assert [each.open for each in town.database.writer.run(wanting)] == [True]
    town.complete(cadre, 6, LATER)

    def later(work: Work) -> dict[str, int]:
        entries = wanting(work)
        assert [(each.number, each.open) for each in entries] == [(6, False)]
        duty_evidence.attach(work, cadre.person_id, entries, "oa", "m1", LATER, "photo")
        assert entries[0].duty.state == "done"
        return evidence.counts(work, entries[0].duty.id)

    assert town.database.writer.run(later) == {"photo": 1}
    december = datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)
    gone = town.database.writer.run(
        lambda work: duty_evidence.candidates(duty_answers.listing(work, cadre.person_id, december))
    )
    assert gone == []
