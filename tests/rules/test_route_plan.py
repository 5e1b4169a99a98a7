"""What staff see before they send: people by route, what it costs, how long it takes, who is left out."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.calendar import Hours
from bot.clock import SHANGHAI, local
from bot.services import plan_words, route_costs, route_plan
from bot.services.house import House
from bot.services.plans import Plan, Words
from bot.services.reach_policy import ReachPolicy
from bot.services.route_costs import Frame, Spent
from storage import quotas
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.people import Address
from storage.recipients import Recipient
from storage.work import Work
from tests.storage.audience_kit import Town, of, unfollow

FULL = ReachPolicy(templates={"notice": "T"}, notices={"notice": "N"}, mass=True)
BARE = ReachPolicy(mass=True)
EVERYBODY = of(("who", "followers"))
START = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)
address = table(Address)


@pytest.fixture
def town(database: Database, now: datetime) -> Town:
    """Eight followers: chen may be written to for an hour, wang agreed to a notice."""
    made = Town(database, now)
    for name in ("chen", "wang", "li", "zhao", "sun", "zhou", "wu", "zheng"):
        made.person(name)
    made.address("chen", window="message", window_left=1, window_until=now + timedelta(hours=1))
    database.writer.run(lambda work: quotas.grant(work, made.addresses["wang"], "N", now))
    return made


def planned(town: Town, policy: ReachPolicy, allowed: Any = None, rule: Any = EVERYBODY, **more: Any) -> Plan:
    house, topic = House(reach=policy), more.pop("topic", "activity")
    return town.database.look(lambda work: route_plan.plan(work, rule, topic, allowed, house, town.now, **more))


def routes(plan: Plan) -> dict[str, int]:
    return {cost.route: cost.people for cost in plan.costs}


def had_mass(town: Town, name: str, count: int) -> None:
    """Mass sends of a person this month."""

    def job(work: Work) -> None:
        for _ in range(count):
            number = work.new_id()
            what = {"key": f"k{number}", "title": "讲座", "text": "讲座", "segment": {}, "state": "done"}
            work.session.add(Broadcast(id=number, author="test", created_at=town.now, **what))
            work.session.flush()
            whose = {"person_id": town.ids[name], "address_id": town.addresses[name], "broadcast_id": number}
            work.session.add(Recipient(id=work.new_id(), state="sent", route="mass", settled_at=town.now, **whose))

    town.database.writer.run(job)


def test_everybody_is_counted_once(town: Town) -> None:
    unfollow(town, "zhou")
    town.address("wu", refused="48002")
    town.stop("activity", "zheng")
    plan = planned(town, FULL, rule=of(("seen_days", 3)))
    assert routes(plan) == {"custom": 1, "notice": 1, "template": 3}
    assert (plan.people, plan.reachable, plan.kept) == (8, 5, 0)
    assert plan.left_out == {"not_following": 1, "refused": 1, "opted_out": 1}


def test_who_has_no_route_is_kept_and_told_how_they_could_be_reached(town: Town) -> None:
    had_mass(town, "li", 4)
    plan = planned(town, BARE)
    assert (routes(plan), plan.kept, plan.instead) == ({"custom": 1}, 7, {"mass": 6})
    assert "有6人现在没有渠道，如果加选“群发”可以通知到。" in plan.warnings
    assert "有1人现在没有渠道，等本人下次联系时告知。" in plan.warnings


def test_a_mass_send_says_what_it_costs(town: Town) -> None:
    had_mass(town, "li", 4)
    had_mass(town, "zhao", 3)
    plan = planned(town, BARE, ("custom", "mass"))
    assert (routes(plan), plan.kept, plan.last_mass) == ({"custom": 1, "mass": 6}, 1, 1)
    assert "群发：每人每个自然月最多收4次，这次用掉6人各1次；交给平台以后不能停止。" in plan.warnings
    assert "这次之后，有1人本月不能再收群发。" in plan.warnings


def test_a_mass_send_to_one_is_none(town: Town) -> None:
    town.stop("law", *(name for name in town.ids if name not in ("chen", "li")))
    plan = planned(town, BARE, ("custom", "mass"), topic="law")
    assert (routes(plan), plan.kept, plan.left_out) == ({"custom": 1, "mass": 0}, 1, {"opted_out": 6})


def test_the_plan_is_what_is_true_when_it_starts(town: Town, now: datetime) -> None:
    assert routes(planned(town, BARE, at=now + timedelta(minutes=59)))["custom"] == 1
    assert routes(planned(town, BARE, at=now + timedelta(hours=1)))["custom"] == 0
    night = START.replace(hour=22)
    assert planned(town, BARE, at=night).starts == datetime(2026, 11, 26, 9, 0, tzinfo=SHANGHAI)
    assert planned(town, BARE, at=night, any_hour=True).starts == night


def test_the_template_shows_little_and_the_plan_says_what(town: Town) -> None:
    title, text = (
        "关于开展2026年冬季送温暖走访慰问活动的通知",
        "请各基层工会于十二月五日前报送走访慰问名单，联系人王主席。",
    )
    words = Words(title, text, f"【{title}】\n{text}")
    plan = planned(town, FULL, words=words)
    assert plan.shown["thing1"] == "关于开展2026年冬季送温暖走访慰问活动"
    assert plan.shown["thing2"] == "请各基层工会于十二月五日前报送走访慰问名"
    assert [each for each in plan.warnings if "前20个字" in each] == [
        "模板消息和订阅通知的标题只显示前20个字：“关于开展2026年冬季送温暖走访慰问活动”。",
        "模板消息和订阅通知的正文只显示前20个字：“请各基层工会于十二月五日前报送走访慰问名”。全文要在对话里看。",
    ]
    assert not [each for each in planned(town, BARE, words=words).warnings if "前20个字" in each]
    long = Words("讲座", "长" * 700, "【讲座】\n" + "长" * 700)
    assert "全文2113字节" in planned(town, BARE, words=long).warnings[0]


def test_what_is_used_today_and_this_month_is_told(town: Town, now: datetime) -> None:
    day = START.date()
    for when, count in ((day, 99_996), (day - timedelta(days=24), 7), (day - timedelta(days=25), 1000)):
        town.database.writer.run(lambda work, d=when, c=count: quotas.use(work, "oa", "template", d, c))
    plan = planned(town, FULL)
    cost = next(each for each in plan.costs if each.route == "template")
    assert (cost.used_today, cost.used_month, cost.quota, cost.left) == (99_996, 100_003, 100_000, 4)
    assert (cost.people, cost.today, cost.left_after, cost.late) == (6, 4, 0, 0)
    assert cost.ends.astimezone(SHANGHAI) == datetime(2026, 11, 26, 9, 0, 0, 40_000, tzinfo=SHANGHAI)
    assert plan.ends == cost.ends
    assert "模板消息当天额度不够：2人要等到下一天或以后，预计11月26日 09:00发完。" in plan.warnings
    short = planned(town, FULL, hours=12)
    assert short.late == 2
    assert "其中2人在有效时间内排不到，到时不再发送。可以延长有效时间，或缩小范围。" in short.warnings


def test_a_closed_route_waits_until_it_opens(town: Town, now: datetime) -> None:
    until = now + timedelta(hours=3)
    town.database.writer.run(lambda work: quotas.stop(work, "oa", "template", until, "45009"))
    cost = next(each for each in planned(town, FULL).costs if each.route == "template")
    assert (cost.people, cost.today, cost.left) == (6, 0, 0)
    assert cost.ends == until + timedelta(seconds=6 / 50)


def test_sentences_for_a_terminal(town: Town) -> None:
    town.stop("activity", "zheng")
    lines = plan_words.sentences(planned(town, FULL))
    assert lines == [
        "对象8人，可以通知7人，预计11月25日 10:00开始，不到1分钟发完。",
        "客服消息（48小时内有互动）：1人；本月已用0条，当天已用0条，当天还可发500000条，这次之后剩499999条",
        "订阅通知（本人同意过）：1人；本月已用0条，当天已用0条",
        "模板消息：5人；本月已用0条，当天已用0条，当天还可发100000条，这次之后剩99995条",
        "群：0人，公众号不能往群里发，系统里没有登记群；由工作人员复制文字，自己贴",
        "不发送：1人，本人退订了这类通知",
    ]


def test_nobody_is_said(town: Town) -> None:
    town.stop("activity", *town.ids)
    plan = planned(town, FULL)
    assert plan.warnings == ("没有可以通知的人，请检查发送对象。",)
    assert (plan.seconds, plan.reachable) == (0, 0)


@pytest.mark.parametrize(
    ("people", "ends", "late"),
    [
        (0, START, 0),
        (100_000, START + timedelta(seconds=2000), 0),
        (100_001, datetime(2026, 11, 26, 9, 0, 0, 20_000, tzinfo=SHANGHAI), 0),
        (250_000, datetime(2026, 11, 27, 9, 0, tzinfo=SHANGHAI) + timedelta(seconds=1000), 0),
        (1_000_000, datetime(2026, 12, 4, 9, 0, tzinfo=SHANGHAI) + timedelta(seconds=2000), 700_000),
    ],
)
def test_a_quota_of_a_day_goes_on_in_the_mornings(people: int, ends: datetime, late: int) -> None:
    frame = Frame(START, START + timedelta(hours=48), Hours())
    (cost,) = route_costs.of({"template": people}, ReachPolicy(), Spent({}, {}, {}), frame)
    assert (cost.ends, cost.late) == (ends, late)


@pytest.mark.parametrize(
    ("at", "hours", "any_hour", "ends", "late"),
    [
        (17, 48, False, datetime(2026, 11, 26, 11, 0, tzinfo=SHANGHAI), 0),  # two of three hours are left for tomorrow
        (17, 48, True, datetime(2026, 11, 25, 20, 0, tzinfo=SHANGHAI), 0),
        (17, 17, False, datetime(2026, 11, 26, 11, 0, tzinfo=SHANGHAI), 180_000),
        (10, 1, False, datetime(2026, 11, 25, 13, 0, tzinfo=SHANGHAI), 360_000),
        (17, 2, True, datetime(2026, 11, 25, 20, 0, tzinfo=SHANGHAI), 180_000),
    ],
)
def test_in_the_evening_it_stops_and_what_comes_after_its_time_is_late(
    at: int, hours: int, any_hour: bool, ends: datetime, late: int
) -> None:
    starts = datetime(2026, 11, 25, at, tzinfo=SHANGHAI)
    frame = Frame(starts, starts + timedelta(hours=hours), Hours(), any_hour)
    policy = ReachPolicy(per_day={"custom": 600_000})
    (cost,) = route_costs.of({"custom": 540_000}, policy, Spent({}, {}, {}), frame)  # three hours at fifty a second
    assert (cost.ends, cost.late) == (ends, late)


@pytest.mark.parametrize(
    ("route", "people", "ends", "late"),
    [
        # 8 hours of 180 000 on the first day, 9 on each that follows; worth sending until the second day at 10
        ("custom", 1_440_000 + 1_620_000 + 90_000, datetime(2026, 11, 27, 9, 30, tzinfo=SHANGHAI), 1_440_000 + 90_000),
        # two calls left of the first day, three on each that follows: the last one on the third
        ("mass", 60_000, datetime(2026, 11, 27, 9, 0, 1, tzinfo=SHANGHAI), 10_000),
    ],
)
def test_later_days_have_an_evening_and_calls_of_their_own(route: str, people: int, ends: datetime, late: int) -> None:
    frame = Frame(START, START + timedelta(hours=24), Hours())
    policy = ReachPolicy(mass=True, per_day={"mass": 1_000_000, "mass_calls": 3})
    (cost,) = route_costs.of({route: people}, policy, Spent({"mass_calls": 1}, {}, {}), frame)
    assert (cost.ends, cost.late) == (ends, late)
    assert cost.today == (1_440_000 if route == "custom" else 20_000)


def test_what_is_not_through_by_the_evening_is_said_as_such(town: Town) -> None:
    slow = ReachPolicy(templates={"notice": "T"}, per_second=1 / 3600)
    plan = planned(town, slow, ("template",), at=START.replace(hour=17))
    assert "模板消息当天发不完：7人要等到下一天或以后，预计11月26日 16:00发完。" in plan.warnings


def test_routes_share_the_rate_and_mass_sends_take_a_second_each() -> None:
    frame = Frame(START, START + timedelta(hours=48), Hours())
    people = {"custom": 500, "notice": 500, "mass": 20_001}
    costs = route_costs.of(people, ReachPolicy(), Spent({}, {}, {}), frame)
    assert [(cost.ends - START).total_seconds() for cost in costs] == [20, 20, 3]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "不到1分钟"),
        (59.9, "不到1分钟"),
        (60, "1分钟"),
        (61, "2分钟"),
        (3600, "1小时"),
        (11_041, "3小时5分钟"),
        (172_800, "2天"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert plan_words.took(seconds) == words


def test_one_statement_whatever_the_size(town: Town) -> None:
    said: list[str] = []
    sa.event.listen(town.database.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    planned(town, FULL, ("custom", "mass"))
    assert len([each for each in said if "FROM person" in each]) == 1


def test_small_mass_sends_use_up_the_calls_of_the_day() -> None:
    frame, policy = Frame(START, START + timedelta(hours=48), Hours()), ReachPolicy(mass=True)
    spent = Spent({"mass": 198, "mass_calls": 99}, {"mass": 198}, {})
    (cost,) = route_costs.of({"mass": 15_000}, policy, spent, frame)
    assert (cost.left, cost.calls_left, cost.today) == (10_000, 1, 10_000)
    (none,) = route_costs.of({"mass": 3}, policy, Spent({"mass_calls": 100}, {}, {}), frame)
    assert (none.calls_left, none.today, none.ends.day) == (0, 0, 26)
    (other,) = route_costs.of({"custom": 3}, policy, spent, frame)
    assert other.calls_left is None


def test_the_plan_warns_of_few_calls_of_the_day(town: Town) -> None:
    calls = "群发当天还可调用{}次"
    day = local(town.now).date()
    assert calls.format(100) not in "".join(planned(town, BARE, ("mass",)).warnings)
    town.database.writer.run(lambda work: quotas.use(work, "oa", "mass_calls", day, 91))
    assert f"{calls.format(9)}，这次至少用1次，之后最多剩8次" in "".join(planned(town, BARE, ("mass",)).warnings)
    town.database.writer.run(lambda work: quotas.use(work, "oa", "mass_calls", day, 9))
    plan = planned(town, BARE, ("mass",))
    assert plan.costs[0].today == 0
    assert f"{calls.format(0)}，" in "".join(plan.warnings)
    assert "等到下一天" in "".join(plan.warnings)
