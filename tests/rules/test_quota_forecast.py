"""The month's quotas: what is used and left, what people agreed to, what planned mass sends would take."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import SHANGHAI
from bot.services import quota_forecast
from bot.services.quota_forecast import Forecast
from bot.services.reach_policy import ReachPolicy
from storage import quotas
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.work import Work
from tests.storage.mass_kit import Crowd

POLICY = ReachPolicy(templates={"notice": "T"}, notices={"notice": "N", "event": "E"}, mass=True)


@pytest.fixture
def crowd(database: Database, now: datetime) -> Crowd:
    """Five followers: the first had four mass sends, the second three; the third agreed to two notices."""
    made = Crowd(database, now, 5)
    for number in range(4):
        made.broadcast(made.people[: 1 + (number < 3)], "done", state="sent", settled_at=now)
    database.writer.run(lambda work: quotas.grant(work, made.people[2].address_id, "N", now, 2))
    for day, route, count in ((25, "template", 99_000), (24, "template", 500), (25, "mass", 7), (25, "custom", 3)):
        database.writer.run(lambda work, d=day, r=route, c=count: quotas.use(work, "oa", r, date(2026, 11, d), c))
    return made


def plan(crowd: Crowd, title: str, at: datetime, routes: list[str] | None, state: str = "scheduled") -> None:
    """A broadcast that has not gone out, to 900 people."""
    number = crowd.broadcast([], state)
    broadcasts = table(Broadcast)
    change = {"title": title, "not_before": at, "routes": routes, "expected": 900}
    statement = sa.update(broadcasts).where(broadcasts.c.id == number).values(**change)
    crowd.database.writer.run(lambda work: work.execute(statement))


def forecast(crowd: Crowd) -> Forecast:
    def ask(work: Work) -> Forecast:
        return quota_forecast.month(work, POLICY, crowd.at)

    return crowd.database.look(ask)


def test_the_month_in_words(crowd: Crowd, now: datetime) -> None:
    crowd.database.writer.run(lambda work: quotas.stop(work, "oa", "custom", now + timedelta(hours=14), "45009"))
    plan(crowd, "年货大集", datetime(2026, 11, 28, 10, 0, tzinfo=SHANGHAI), ["mass"])
    plan(crowd, "观影", datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI), ["custom", "mass"], "pending")
    plan(crowd, "下个月", datetime(2026, 12, 1, 0, 0, tzinfo=SHANGHAI), ["mass"])
    plan(crowd, "没有群发", now, ["custom"])
    plan(crowd, "照常", now, None)
    plan(crowd, "不批", now, ["mass"], "rejected")
    assert quota_forecast.sentences(forecast(crowd)) == [
        "客服消息（48小时内有互动）：今天已用3条，本月3条，平台暂停到11月26日 00:00",
        "订阅通知（本人同意过）：今天已用0条，本月0条",
        "模板消息：今天已用99000条，本月99500条，今天还可发1000条",
        "群发（每人每月最多4次）：今天已用7条，本月7条，今天还可发999993条，还可调用100次",
        "通知的订阅同意：1人，共2条没有用",
        "活动通知的订阅同意：0人，共0条没有用",
        "本月群发：还可收4次的3人，还可收1次的1人，不能再收的1人",
        "计划群发：11月28日 10:00“年货大集”，预计900人",
        "计划群发：11月30日 23:59“观影”，预计900人",
        "如果2次都发给所有人，有2人会收不全",
    ]


def test_the_days_for_a_chart(crowd: Crowd) -> None:
    days = [(day.day, route, count) for day, route, count in forecast(crowd).days]
    assert days == [(24, "template", 500), (25, "custom", 3), (25, "mass", 7), (25, "template", 99_000)]


def test_without_mass_sends_nothing_is_said_of_them(crowd: Crowd) -> None:
    plan(crowd, "年货大集", crowd.at, ["mass"])
    made = crowd.database.look(lambda work: quota_forecast.month(work, ReachPolicy(), crowd.at))
    assert (made.mass_left, made.planned, made.short) == ((), (), 0)
    assert len(quota_forecast.sentences(made)) == 1


def test_a_branch_reads_no_titles_of_others(crowd: Crowd) -> None:
    plan(crowd, "年货大集", datetime(2026, 11, 28, 10, 0, tzinfo=SHANGHAI), ["mass"])
    made = crowd.database.look(lambda work: quota_forecast.month(work, POLICY, crowd.at, "/1/2/"))
    assert [(each.title, each.people) for each in made.planned] == [("", 900)]


def test_what_is_to_go_out_as_soon_as_it_is_approved_counts(crowd: Crowd) -> None:
    crowd.broadcast([], "pending")
    crowd.database.writer.run(lambda work: work.execute(sa.update(table(Broadcast)).values(not_before=None)))
    made = crowd.database.look(lambda work: quota_forecast.month(work, POLICY, crowd.at))
    assert [(each.at, each.people) for each in made.planned] == [(crowd.at, 0)]


def test_calls_of_mass_sends_are_no_messages(crowd: Crowd) -> None:
    today = crowd.at.astimezone(SHANGHAI).date()
    crowd.database.writer.run(lambda work: quotas.use(work, "oa", "mass_calls", today, 99))
    found = forecast(crowd)
    (mass,) = [use for use in found.uses if use.route == "mass"]
    assert (mass.calls, mass.left_today) == (1, 10_000)
    assert "mass_calls" not in {route for _, route, _ in found.days}
