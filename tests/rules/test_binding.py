"""Binding as a cadre meets it: kind answers to every kind of code, guessing, two unions, a shared office, leaving."""

from datetime import date, datetime, timedelta

import pytest

from bot.services import bindings, privacy
from bot.services.house import House
from bot.testing import Talk
from storage import orgs
from storage.audit import Audit
from storage.base import table
from storage.cases import Case
from storage.database import Database
from storage.duties import Duty
from storage.orgs import Appointment, Binding
from storage.work import Work
from tests.joining.kit import says, talk
from tests.rules.test_cadres import CHEN
from tests.rules.union import Town, line
from tests.storage.kit import count, rows

WRONG = "2345 6789 abcd efgh jkmn"


@pytest.fixture
def town(database: Database, house: House) -> Town:
    return Town(database, house).build(line("a", 26), line("c", 31), line("s", 31, ("街道",)))


@pytest.fixture
def speaker(town: Town, now: datetime) -> Talk:
    return talk(town.database, now)


def code_for(town: Town, now: datetime, office: str = "主席", unit: str = "shop", days: int = 7) -> str:
    def job(work: Work) -> str:
        org = orgs.by_code(work, unit)
        assert org is not None
        return bindings.make(work, CHEN, org.id, office, "", days, now)[0]

    return town.database.writer.run(job)


@pytest.mark.parametrize("how", ["绑定 {}", "绑定码：{}", "绑定{}", "{}", "bind_{}"])
def test_a_code_is_taken_however_it_is_sent(town: Town, speaker: Talk, now: datetime, how: str) -> None:
    code = code_for(town, now)
    spoken = bindings.spaced(code) if how == "{}" else code
    said = "\n".join(says(speaker, how.format(spoken.upper() if how == "绑定 {}" else spoken)))
    assert "已绑定：示例商店工会 主席" in said and "示例商店工会 2026年11月任务（共2项，未完成2项）" in said
    assert "1. 任务a｜11月26日前" in said and count(town.database, Duty) == 2


@pytest.mark.parametrize("words", ["绑定", "绑定码", "怎么绑定", "绑定 23"])
def test_who_says_only_so_is_told_how(town: Town, speaker: Talk, words: str) -> None:
    assert "整个发给我" in says(speaker, words)[0]


def test_every_code_that_gives_nothing_has_a_kind_answer(town: Town, speaker: Talk, now: datetime) -> None:
    used, late = code_for(town, now), code_for(town, now, days=1)
    says(speaker, f"绑定 {used}", user="first")
    assert "已经有人用过" in says(speaker, f"绑定 {used}", user="second")[0]
    assert "没有这个绑定码" in says(speaker, f"绑定 {WRONG}", user="second")[0]
    speaker.clock.move(timedelta(days=2))
    assert "11月26日已过期" in says(speaker, f"绑定 {late}", user="second")[0]
    assert count(town.database, Appointment) == 1


def test_guessing_is_stopped_for_an_hour_and_scanning_is_not(town: Town, speaker: Talk, now: datetime) -> None:
    code, other = code_for(town, now), code_for(town, now, "财务")
    for _ in range(bindings.TRIES):
        assert "没有这个绑定码" in says(speaker, f"绑定 {WRONG}")[0]
        speaker.pass_time(minutes=1)
    assert "请一小时后再试" in says(speaker, f"绑定 {code}")[0]
    assert count(town.database, Appointment) == 0 and rows(town.database, Binding, "used_by") == [(None,), (None,)]
    assert "已绑定" in says(speaker, f"绑定 {other}", user="somebody")[0]  # nobody else is held up
    assert "已绑定" in "\n".join(speaker.says(kind="scan", scene=f"bind_{code}"))


def test_after_the_hour_the_right_code_counts_again(town: Town, speaker: Talk, now: datetime) -> None:
    code = code_for(town, now)
    for _ in range(bindings.TRIES):
        says(speaker, f"绑定 {WRONG}")
    speaker.clock.move(timedelta(minutes=61))
    assert "已绑定" in says(speaker, f"绑定 {code}")[0]


def test_one_person_in_two_unions_has_one_list_that_says_which(town: Town, speaker: Talk, now: datetime) -> None:
    says(speaker, f"绑定 {code_for(town, now)}")
    said = "\n".join(says(speaker, f"绑定 {code_for(town, now, '经办人', 'street')}"))
    assert "已绑定：示例街道总工会 经办人" in said and "共3项，未完成3项" in said
    assert "任务a（示例商店工会）" in said and "任务s（示例街道总工会）" in said
    assert len({number for (number,) in rows(town.database, Duty, "number")}) == 3


def test_an_office_that_somebody_holds_is_shared_and_both_know(town: Town, speaker: Talk, now: datetime) -> None:
    says(speaker, f"绑定 {code_for(town, now)}", user="first")
    said = "\n".join(says(speaker, f"绑定 {code_for(town, now)}", user="second"))
    assert "现在还有1位同志绑定着主席" in said and "未完成2项" in said
    assert count(town.database, Duty) == 4 and count(town.database, Appointment) == 2
    assert "现在还有" not in "\n".join(says(speaker, f"绑定 {code_for(town, now, '财务')}", user="third"))


def test_stepping_down_asks_first_and_leaves_the_duties_to_the_next(town: Town, speaker: Talk, now: datetime) -> None:
    says(speaker, f"绑定 {code_for(town, now)}")
    assert "请先回复“解除绑定”" in says(speaker, "确定解除绑定")[0]
    asked = says(speaker, "解除绑定")[0]
    assert "确定解除示例商店工会 主席的绑定吗" in asked and "没办完的2项" in asked
    assert count(town.database, Audit) == 2
    done = "\n".join(says(speaker, "确定解除绑定"))
    assert "已解除示例商店工会 主席的绑定（2026年11月25日）" in done and "2项任务等下一位" in done
    assert rows(town.database, Appointment, "until") == [(date(2026, 11, 24),)]
    assert rows(town.database, Case, "topic", "state") == [("stepped_down", "open")]
    assert "给工会干部用" in says(speaker, "解除绑定")[0] and "给工会干部用" in says(speaker, "确定解除绑定")[0]
    said = "\n".join(says(speaker, f"绑定 {code_for(town, now)}", user="next"))
    assert "前任留下2项没办完的任务" in said


def test_of_several_offices_the_one_that_is_meant_ends(town: Town, speaker: Talk, now: datetime) -> None:
    says(speaker, f"绑定 {code_for(town, now)}", f"绑定 {code_for(town, now, '经办人', 'street')}")
    asked = says(speaker, "解除绑定")[0]
    assert "您有2个职务" in asked and "1. 示例街道总工会 经办人" in asked and "2. 示例商店工会 主席" in asked
    assert "没有第3个职务" in says(speaker, "解除绑定 3")[0]
    says(speaker, "解绑 1", "确定解除绑定")
    ended = table(Appointment).c
    left = town.database.look(lambda work: work.look(ended.office.table.select().where(ended.until.is_(None))).all())
    assert [each.office for each in left] == ["主席"]


def test_a_question_in_between_ends_the_asking(town: Town, speaker: Talk, now: datetime) -> None:
    says(speaker, f"绑定 {code_for(town, now)}", "解除绑定", "我的任务")
    assert "请先回复“解除绑定”" in says(speaker, "确定解除绑定")[0]
    assert rows(town.database, Appointment, "until") == [(None,)]


def test_a_group_neither_binds_nor_unbinds(town: Town, speaker: Talk, now: datetime) -> None:
    code = code_for(town, now)
    assert "不要发在群里" in "\n".join(speaker.says(f"绑定 {code}", chat="g1", mentioned=True))
    assert "不要发在群里" in "\n".join(speaker.says(code, chat="g1", mentioned=True))
    says(speaker, f"绑定 {code}", "解除绑定")
    speaker.says("确定解除绑定", chat="g1", mentioned=True)
    assert rows(town.database, Appointment, "until") == [(None,)]


def test_deleting_ones_data_says_what_of_the_office_stays(town: Town, speaker: Talk, now: datetime) -> None:
    says(speaker, f"绑定 {code_for(town, now)}")
    asked = says(speaker, "删除我的信息")[0]
    assert "办任务交的照片、文件、文字和延期的理由" in asked and "任务办没办和报的数字" in asked
    known = rows(town.database, Appointment, "person_id")[0][0]
    assert town.database.look(lambda work: privacy.standing(work, known, now)).office
    assert "办任务交的照片" in "\n".join(says(speaker, "确定删除"))
    assert "· 工会职务：示例商店工会 主席，2026年11月25日起。" in "\n".join(says(speaker, "我的信息"))
