"""Questions about the rules that sound like events are asked of the knowledge base, whatever events there are."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from bot.services.house import House
from bot.testing import Talk
from storage.base import table
from storage.database import Database
from storage.inbox import Inbound
from storage.work import Work
from tests.events.kit import hold

TITLES = ("职工观影", "工会技能培训", "社保政策宣讲", "女职工体检", "五一劳动竞赛报名会")
QUESTIONS = (
    "工会活动经费怎么报销",
    "工会活动能发现金吗",
    "不参加活动扣工资合法吗",
    "公司组织活动受伤算工伤吗",
    "周末参加公司活动算加班吗",
    "参加工会要交钱吗",
    "参加工会有什么好处",
    "怎么参加工会",
    "参加社保要多少钱",
    "我要参加社保",
    "公司不给参加社保怎么办",
    "参加培训公司要不要发工资",
    "参加技能培训可以请假吗",
    "参加职工代表大会算出勤吗",
    "参加医疗互助怎么办理",
    "怎么参加医疗互助",
    "劳动竞赛怎么组织",
    "技能提升补贴怎么申请",
    "职称考试在哪里报名",
    "成人高考怎么报名",
    "报名费公司给报销吗",
    "疗休养名额怎么分配",
    "疗休养可以带家属吗",
    "劳模名额有多少",
    "取消年假怎么办",
    "公司取消高温补贴合法吗",
    "公司取消我的年终奖",
    "取消劳动合同要赔钱吗",
    "取消加班费可以吗",
    "五一活动加班怎么算工资",
    "三八活动放半天假吗",
    "女职工活动有补贴吗",
    "团建活动必须参加吗",
    "体检名额公司不给怎么办",
)


@pytest.fixture
def talk(database: Database, house: House, now: datetime) -> Talk:
    for title in TITLES:
        hold(database, house, now, title=title)
    talk = Talk(database, house, now)
    talk.says("报名 11", "u1")
    assert talk.says("张三丰", "u1")[0].startswith("报名成功")
    return talk


@pytest.mark.parametrize("shown", [True, False])
def test_policy_questions_are_not_taken_for_events(talk: Talk, shown: bool) -> None:
    taken = []
    for question in QUESTIONS:
        if shown:
            talk.says("活动 12", "u1")
        talk.says(question, "u1")
        if _topic(talk.database).startswith("event"):
            taken.append(question)
    assert taken == []


def _topic(database: Database) -> str:
    """What the last message was taken for."""
    rows = table(Inbound)

    def job(work: Work) -> str:
        return str(work.look(sa.select(rows.c.topic).order_by(rows.c.received_at.desc(), rows.c.id.desc())).scalar())

    return database.look(job)
