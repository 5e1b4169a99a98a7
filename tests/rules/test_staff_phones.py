"""Staff's own phones: a code binds once, shortly, in private; 停止发送 stops what is theirs to stop, asking first."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.contract import Kind
from bot.services import staff_phones
from bot.testing import Talk
from storage import audit, orgs, staff
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.inbox import Inbound
from storage.staff import Staff
from storage.work import Work
from tests.rules.notices_kit import HOUR, broadcast, met, person_of, talk
from tests.rules.union import Town, line
from tests.storage.kit import rows, together

MINUTE = timedelta(minutes=1)


def account(database: Database, now: datetime, name: str = "li", role: str = "approver", org: str = "") -> int:
    """An account of the console."""

    def add(work: Work) -> int:
        place = orgs.by_code(work, org) if org else None
        made = Staff(id=work.new_id(), name=name, display=name, role=role, password="x", created_at=now)
        made.org_id = place.id if place else None
        staff.save(work, made)
        return made.id

    return database.writer.run(add)


def code_for(database: Database, staff_id: int, now: datetime) -> str:
    return database.writer.run(lambda work: staff_phones.begin(work, staff_id, now))


def bound(speaker: Talk, user: str = "u1", **more: str) -> int:
    """Somebody whose phone belongs to an account; the account's id."""
    made = account(speaker.database, speaker.clock.now(), **more)
    code = code_for(speaker.database, made, speaker.clock.now())
    assert "工作手机" in speaker.says(f"工作手机 {code}", user)[0]
    return made


def owners(database: Database) -> list[tuple[int | None, ...]]:
    return [tuple(row) for row in rows(database, Staff, "person_id")]


def lines(database: Database, action: str) -> list[tuple[str, str]]:
    found = database.look(lambda work: audit.newest(work, 50, action=action))
    return sorted((each.actor, each.subject) for each in found)


@pytest.mark.parametrize("said", ["工作手机 {0}", "工作手机{0}", "绑定工作手机：{1}", "我的工作手机 {1}"])
def test_a_code_binds_once(database: Database, now: datetime, said: str) -> None:
    speaker = talk(database, now)
    code = code_for(database, account(database, now), now)
    words = said.format(code, staff_phones.spaced(code))
    answer = speaker.says(words)[0]
    assert "账号“li”的工作手机" in answer and "停止发送" in answer and "不是您本人操作" in answer
    assert owners(database) == [(person_of(database, "u1"),)]
    assert "不对" in speaker.says(words, "u2")[0]
    assert owners(database) == [(person_of(database, "u1"),)]
    assert lines(database, "phone_on") == [("staff:li", "staff:li")]
    assert code not in str(rows(database, Staff, "phone_code")) and rows(database, Inbound, "text") == [(None,)] * 2


def test_scanned_it_binds_too_also_who_follows_by_it(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    first, other = account(database, now), account(database, now, "wang", "editor")
    scene = staff_phones.SCENE + code_for(database, first, now)
    assert "工作手机" in speaker.says(kind=Kind.FOLLOW, scene=scene)[0]
    scene = staff_phones.SCENE + code_for(database, other, now)
    said = speaker.says(user="u2", kind=Kind.SCAN, scene=scene)[0]
    assert "账号“wang”" in said and "停止发送" not in said
    assert "不对" in speaker.says(user="u3", kind=Kind.SCAN, scene="phone_x")[0]


def test_a_code_counts_for_ten_minutes_and_a_new_one_takes_its_place(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    made = account(database, now)
    first, second = code_for(database, made, now), code_for(database, made, now)
    assert "不对" in speaker.says(f"工作手机 {first}")[0]
    speaker.clock.move(staff_phones.LIFE)
    assert "不对" in speaker.says(f"工作手机 {second}")[0]
    speaker.work()
    assert rows(database, Staff, "phone_code", "phone_code_until") == [(None, None)]


def test_guessing_is_capped(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    code = code_for(database, account(database, now), now)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for _ in range(staff_phones.TRIES):
        assert "不对" in speaker.says(f"工作手机 {wrong}")[0]
    assert "试错的次数" in speaker.says(f"工作手机 {code}")[0]
    assert "已经是账号" in speaker.says(f"工作手机 {code}", "u2")[0]


def test_in_a_group_a_code_is_not_taken(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    code = code_for(database, account(database, now), now)
    assert "不要发在群里" in speaker.says(f"工作手机 {code}", chat="g1", mentioned=True)[0]
    assert owners(database) == [(None,)]


def test_a_phone_belongs_to_one_account_and_an_account_has_one(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    first = bound(speaker)
    other = account(database, now, "wang")
    code = code_for(database, other, now)
    assert "另一个账号" in speaker.says(f"工作手机 {code}")[0]
    assert "已经是账号“wang”" in speaker.says(f"工作手机 {code}", "u2")[0]  # refused is not spent
    code = code_for(database, first, now)
    speaker.says(f"工作手机 {code}", "u3")
    assert sorted(owners(database)) == sorted([(person_of(database, "u3"),), (person_of(database, "u2"),)])


def test_of_two_who_show_a_code_at_once_one_has_it(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    code = code_for(database, account(database, now), now)
    persons = [met(speaker, user) for user in ("u1", "u2")]
    taken: list[int] = []

    def show(person_id: int) -> Callable[[], None]:
        def act() -> None:
            database.writer.run(lambda work: staff_phones.bind(work, person_id, code, now))
            taken.append(person_id)

        return act

    errors = together(*map(show, persons))
    assert [type(each).__name__ for each in errors] == ["WrongPhoneCode"]
    assert owners(database) == [(taken[0],)]


def test_removed_and_switched_off_accounts_have_no_phone(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    made = bound(speaker)
    person = person_of(database, "u1")
    assert database.look(lambda work: staff_phones.actor_of(work, person)) is not None

    def off(work: Work) -> None:
        found = staff.for_change(work, made)
        assert found is not None
        found.active = False
        staff.save(work, found)

    database.writer.run(off)
    assert database.look(lambda work: staff_phones.actor_of(work, person)) is None
    with pytest.raises(staff_phones.NoAccount):
        code_for(database, made, now)
    assert [database.writer.run(lambda work: staff_phones.remove(work, made, now)) for _ in range(2)] == [True, False]
    assert owners(database) == [(None,)] and lines(database, "phone_off") == [("staff:li", "staff:li")]


def states(database: Database) -> dict[str, str]:
    return dict(rows(database, Broadcast, "title", "state"))


def test_an_approver_stops_what_is_going_out_after_a_question(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    bound(speaker)
    broadcast(database, now, "在发的")
    broadcast(database, now, "在准备的", state="resolving")
    broadcast(database, now, "就要发的", state="scheduled", not_before=now + HOUR)
    broadcast(database, now, "明天的", state="scheduled", not_before=now + 20 * HOUR)
    broadcast(database, now, "发完的", state="done")
    before = states(database)
    said = speaker.says("停止发送")[0]
    assert (
        said.startswith("要暂停这3条通知吗？") and "· 就要发的（11:00发送）" in said and "· 在发的（正在发送）" in said
    )
    assert "10分钟内回复“确定停止”" in said and states(database) == before
    said = speaker.says("确定停止")[0]
    assert said.startswith("已暂停3条通知：") and "· 在准备的（正在准备）" in said and "收不回来" in said
    paused = dict.fromkeys(("在发的", "在准备的", "就要发的"), "paused")
    assert states(database) == {**before, **paused}
    assert [actor for actor, _ in lines(database, "broadcast_pause")] == ["staff:li"] * 3
    assert speaker.says("停止发送") == ["现在没有正在发送的通知，一小时内也没有要发送的。"]


def test_a_branch_stops_only_its_own(database: Database, now: datetime) -> None:
    Town(database, talk(database, now).house).build(line("a", 27))
    places = {code: org.id for code in ("street", "city") if (org := _place(database, code))}
    broadcast(database, now, "街道的", org_id=places["street"])
    broadcast(database, now, "市里的")
    speaker = talk(database, now)
    bound(speaker, org="street")
    assert "市里的" not in speaker.says("停止发送")[0]
    speaker.says("确定停止")
    assert states(database) == {"街道的": "paused", "市里的": "sending"}


def _place(database: Database, code: str) -> orgs.Organisation | None:
    return database.look(lambda work: orgs.by_code(work, code))


def test_sure_counts_only_right_after_the_question_and_covers_what_began_since(
    database: Database, now: datetime
) -> None:
    speaker = talk(database, now)
    bound(speaker)
    broadcast(database, now, "甲")
    assert "请先回复“停止发送”" in speaker.says("确定停止")[0]
    speaker.says("停止发送")
    speaker.clock.move(11 * MINUTE)
    assert "请先回复“停止发送”" in speaker.says("确定停止")[0]
    assert states(database) == {"甲": "sending"}
    speaker.says("停止发送")
    broadcast(database, now, "乙")
    speaker.says("确定停止")
    assert states(database) == {"甲": "paused", "乙": "paused"}


def test_who_lost_the_right_meanwhile_stops_nothing(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    made = bound(speaker)
    broadcast(database, now, "甲")
    speaker.says("停止发送")

    def demote(work: Work) -> None:
        found = staff.for_change(work, made)
        assert found is not None
        found.role = "editor"
        staff.save(work, found)

    database.writer.run(demote)
    speaker.says("确定停止")
    assert states(database) == {"甲": "sending"}


def test_everybody_else_hears_how_to_stop_what_they_get(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    broadcast(database, now, "甲")
    said = speaker.says("停止发送", "u2")
    assert len(said) == 1 and said[0].startswith("是您自己不想再收到某类通知吗？回复“退订”")
    bound(speaker, name="wang", role="editor")
    assert "您的账号没有" in speaker.says("停止发送")[0]
    for user in ("u1", "u2"):
        speaker.says("确定停止", user)
    assert states(database) == {"甲": "sending"}


def test_in_a_group_nothing_is_stopped(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    bound(speaker)
    broadcast(database, now, "甲")
    speaker.says("停止发送")
    assert "甲" not in speaker.says("停止发送", chat="g1", mentioned=True)[0]
    speaker.says("确定停止", chat="g1", mentioned=True)
    assert states(database) == {"甲": "sending"}


def test_it_works_in_the_middle_of_a_form(database: Database, now: datetime) -> None:
    speaker = talk(database, now)
    bound(speaker)
    broadcast(database, now, "甲")
    speaker.says("入会")
    speaker.says("同意")
    assert "要暂停这1条通知吗" in speaker.says("停止发送")[0]
    assert "已暂停1条通知" in speaker.says("确定停止")[0]
    assert states(database) == {"甲": "paused"}
