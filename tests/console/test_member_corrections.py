"""Staff correct what is registered of a member: checked, sealed, masked in the trail, told to the member."""

from typing import Any

import pytest

from bot.clock import FrozenClock
from bot.services import member_requests
from storage import members as rows
from storage import people
from storage.members import HASH_OF_ID, HASH_OF_MOBILE, ID_PURPOSE, MOBILE_PURPOSE, Member
from tests.console.desk import Desk, Person, Seen
from tests.console.pages_kit import letters_of, plain
from tests.members.people import id_number, mobile
from tests.members.world import World, line, sheet

WHY = "核对证件原件，登记时写错"


@pytest.fixture
def world(desk: Desk, clock: FrozenClock) -> World:
    return World(desk.database, clock.now()).build()


def hidden(number: str) -> str:
    """As pages and the trail show it."""
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


async def corrected(person: Person, member: Member, **typed: Any) -> Seen:
    """The form as a browser sends it after the page was opened: what is not typed is as it was shown."""
    path = f"/members/{member.id}/correct"
    seen = typed.pop("seen", "") or (await person.get(path)).hidden("seen")
    shown = {"name": member.name, "employer": member.employer, "work_status": member.work_status, "migrant": "是"}
    return await person.post(path, **{**shown, "reason": WHY, "seen": seen, **typed})


async def test_every_fact_is_changed_sealed_and_written_down_masked(desk: Desk, world: World) -> None:
    member = world.enrolled(1)
    chen = await desk.person("chen", "approver")
    page = await chen.get(f"/members/{member.id}")
    assert f'href="/members/{member.id}/correct"' in page.text
    desk.later(minutes=1)
    facts = {"name": "李思", "id_number": id_number(7), "mobile": mobile(8), "employer": "东区铁器厂"}
    seen = await corrected(chen, member, **facts, work_status="退休", migrant="否")
    assert (seen.status, seen.headers["Location"]) == (303, f"/members/{member.id}"), plain(seen)
    now = world.member(member.id)
    assert (now.name, now.employer, now.work_status, now.migrant) == ("李思", "东区铁器厂", "退休", False)
    seal = desk.database.seal
    assert seal.open(now.id_number or b"", ID_PURPOSE) == id_number(7)
    assert seal.open(now.mobile or b"", MOBILE_PURPOSE) == mobile(8)
    hashes = (seal.fingerprint(id_number(7), HASH_OF_ID), seal.fingerprint(mobile(8), HASH_OF_MOBILE))
    assert (now.id_hash, now.mobile_hash) == hashes
    person = desk.database.look(lambda work: people.get(work, member.person_id or 0))
    assert person is not None and person.name == "李思"
    notes = sorted(line[3] for line in desk.lines("member_correct"))
    assert notes == sorted(
        [
            f"姓名 李** → 李**：{WHY}",
            f"身份证号 {hidden(id_number(1))} → {hidden(id_number(7))}：{WHY}",
            f"手机号 {hidden(mobile(1))} → {hidden(mobile(8))}：{WHY}",
            f"工作单位 东** → 东**：{WHY}",
            f"就业状况 在岗 → 退休：{WHY}",
            f"是否农民工 是 → 否：{WHY}",
        ]
    )
    assert world.event(member.id, "correct").reason == f"姓名、身份证号、手机号、工作单位、就业状况、是否农民工：{WHY}"
    letter = letters_of(desk, member.person_id or 0)[-1]
    assert "更正了：姓名、身份证号" in letter and "东区铁厂工会" in letter
    kept = [letter, str(desk.lines()), (await chen.get(f"/members/{member.id}")).text]
    assert not any(number in text for text in kept for number in (*facts.values(), id_number(1)) if number.isdigit())


async def test_a_page_shows_no_whole_number_and_leaves_what_was_not_typed(desk: Desk, world: World) -> None:
    member = world.enrolled(1)
    chen = await desk.person("chen", "approver")
    page = await chen.get(f"/members/{member.id}/correct")
    for number in (id_number(1), mobile(1)):
        assert f"现在是 {hidden(number)}，不改就空着。" in page.text and number not in page.text
    seen = await corrected(chen, member)
    assert seen.status == 422 and "没有要改的内容" in seen.text
    seen = await corrected(chen, member, id_number=id_number(1), mobile=mobile(1))
    assert seen.status == 422 and "没有要改的内容" in seen.text
    assert desk.lines("member_correct") == [] and world.events(member.id) == ["join"]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("id_number", id_number(1)[:-1] + "0", "号码对不上校验"),
        ("id_number", "1", "18位"),
        ("mobile", "1380013", "11位"),
        ("name", "李4", "数字"),
        ("work_status", "董事长", "从列出的里面选"),
        ("migrant", "也许", "从列出的里面选"),
        ("reason", "改", "4到100个字"),
        ("reason", f"给李四改成{mobile(3)}", "不要写姓名"),
    ],
)
async def test_what_does_not_fit_is_said_beside_its_field(
    desk: Desk, world: World, field: str, typed: str, said: str
) -> None:
    member = world.enrolled(1)
    chen = await desk.person("chen", "approver")
    seen = await corrected(chen, member, employer="东区铁器厂", **{field: typed})
    wrong = seen.text.partition(f'name="{field}"')[2].partition("</div>")[0]
    assert seen.status == 422 and said in wrong and 'aria-invalid="true"' in wrong, plain(seen)
    assert 'value="东区铁器厂"' in seen.text
    assert world.member(member.id).employer == "东区铁厂" and desk.lines("member_correct") == []


async def test_a_number_of_another_member_is_refused(desk: Desk, world: World) -> None:
    member, other = world.enrolled(1), world.enrolled(2, "mill", name="王五")
    chen = await desk.person("chen", "approver")
    seen = await corrected(chen, member, id_number=id_number(2), mobile=mobile(9))
    assert seen.status == 422 and "另一位会员名下" in seen.text and other.name not in seen.text
    kept = world.member(member.id)
    assert (kept.id_hash, kept.mobile_hash) == (member.id_hash, member.mobile_hash)


async def test_a_page_that_is_too_old_changes_nothing(desk: Desk, world: World) -> None:
    member, now = world.enrolled(1), desk.clock.now()
    chen = await desk.person("chen", "approver")
    mark = (await chen.get(f"/members/{member.id}/correct")).hidden("seen")
    desk.later(minutes=1)

    def changed(work: Any) -> None:
        asked = member_requests.ask(work, member.person_id or 0, "correct", {"mobile": mobile(5)}, now)
        member_requests.accept(work, chen_is, asked.id, desk.clock.now())

    chen_is = world.actor("chen", "approver", "city")
    await desk.write(changed)
    for stale in (mark, ""):
        seen = await chen.post(f"/members/{member.id}/correct", name="李思", reason=WHY, seen=stale)
        assert seen.status == 409 and "有了变化" in seen.text and "李思" not in seen.text
    assert world.member(member.id).name == "李四"
    assert (await corrected(chen, world.member(member.id), name="李思")).status == 303


async def test_only_who_decides_there_may(desk: Desk, world: World) -> None:
    member = world.enrolled(1, "mill")
    path = f"/members/{member.id}/correct"
    wang = await desk.person("wang")
    dong = await desk.person("dong", "approver", world.places["east"].id)
    for who in (wang, dong):
        assert (await who.get(path)).status == 403
        assert (await who.post(path, name="李思", reason=WHY, seen="x")).status == 403
    assert "更正登记的信息" not in (await wang.get(f"/members/{member.id}")).text
    assert world.member(member.id).name == "李四" and len(desk.lines("refused")) == 4


async def test_who_left_is_not_corrected_and_who_was_listed_is(desk: Desk, world: World) -> None:
    world.brought(sheet(line(1, 手机号="", 就业状况="", 是否农民工="")))
    member = world.everybody()[0]
    chen = await desk.person("chen", "approver")
    seen = await corrected(chen, member, mobile=mobile(4), work_status="在岗", migrant="")
    assert seen.status == 303 and world.member(member.id).migrant is None
    assert sorted(line[3] for line in desk.lines("member_correct")) == [
        f"就业状况 （空） → 在岗：{WHY}",
        f"手机号 （空） → {hidden(mobile(4))}：{WHY}",
    ]

    def gone(work: Any) -> None:
        held = rows.held(work, member.id)
        assert held is not None
        held.state = "left"

    await desk.write(gone)
    assert f"/members/{member.id}/correct" not in (await chen.get(f"/members/{member.id}")).text
    seen = await corrected(chen, world.member(member.id), name="李思")
    assert seen.status == 422 and "已退会" in seen.text
