"""The plan of a notice that is written, and of one still in the form, as the staff of a branch see it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.services import broadcast_plan, broadcasts
from bot.services.actors import Actor, NotAllowed
from bot.services.broadcasts import BadNotice
from bot.services.house import House
from storage.database import Database
from tests.rules.notices import ANN, TALK, Notices, build


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


def test_a_notice_and_its_draft_have_the_same_plan(notices: Notices) -> None:
    written = notices.written(wants_receipt=True)
    plan = notices.do(broadcast_plan.of, ANN, written.id)
    draft = notices.do(broadcast_plan.of_draft, ANN, broadcasts.draft_of(written))
    assert plan == draft
    assert (plan.people, plan.reachable, plan.kept) == (6, 0, 6)
    assert plan.warnings == ("有6人现在没有渠道，等本人下次联系时告知。",)


def test_it_starts_when_the_notice_does(notices: Notices) -> None:
    tomorrow = notices.now + timedelta(days=1)
    assert notices.do(broadcast_plan.of, ANN, notices.written(at=tomorrow).id).starts == tomorrow


def test_a_branch_plans_for_its_own_people_only(notices: Notices) -> None:
    shop = notices.branch("shop")
    assert notices.do(broadcast_plan.of_draft, shop, TALK).people == 1
    assert notices.do(broadcast_plan.of, shop, notices.written(actor=shop).id).people == 1
    with pytest.raises(NotAllowed):
        notices.do(broadcast_plan.of, shop, notices.written().id)


def test_who_may_not_write_has_no_plan_and_a_wrong_draft_neither(notices: Notices) -> None:
    with pytest.raises(NotAllowed):
        notices.do(broadcast_plan.of_draft, Actor("sam", "staff"), TALK)
    with pytest.raises(BadNotice):
        notices.do(broadcast_plan.of_draft, ANN, replace(TALK, title=""))
