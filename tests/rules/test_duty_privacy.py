"""What cadres gave with their duties: shown to them, deleted when they ask, forgotten in time, never in clear."""

from base64 import b64encode
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.jobs import forget_applications, forget_duties
from bot.jobs.job import Moment
from bot.services import absences, bindings, duty_export, own_data, privacy
from bot.services.actors import Actor
from bot.services.house import House
from storage import cadres, duty_requests, evidence, forgetting, orgs
from storage.absences import Absence
from storage.audit import Audit
from storage.cases import Case
from storage.database import Database
from storage.duties import DutyStep
from storage.duty_requests import DutyRequest
from storage.duty_values import DutyValue, put
from storage.evidence import Evidence
from storage.orgs import Binding
from storage.people import Known, Person
from storage.work import Work
from tests.members.test_nothing_in_clear import dumped
from tests.rules.union import Town, line
from tests.storage.kit import count, meet, rows

CHEN = Actor("chen", "approver")
WORDS, WHY, PHOTO = "慰问了病房里的赵钱孙", "因为我住院开刀", b"\xff\xd8\xff\xe0 a face " * 40
NAME, FUTURE = "周吴郑", "冯陈褚"


@pytest.fixture
def town(database: Database, house: House) -> Town:
    return Town(database, house).build(line("a", 20), line("c", 28))


def gives(town: Town, known: Known, now: datetime) -> int:
    """Words, a photo, one on its way, one nobody placed, a number, a request with its reason, leave; the duty."""
    duty_id = town.duties_of(known, "2026-11")[0][0].id
    mine = (duty_id, known.person_id)

    def job(work: Work) -> None:
        evidence.add_text(work, *mine, WORDS, now)
        for media, placed in (("m1", True), ("m2", True), ("m3", False)):
            assert evidence.add_media(work, *mine, "photo", "oa", media, now, placed)
        put(work, duty_id, "visited", 1200, f"person:{known.person_id}", now)
        duty_requests.ask_later(work, *mine, date(2026, 12, 5), WHY, now)

    town.database.writer.run(job)
    piece = next(each for each, media in rows(town.database, Evidence, "id", "media_id") if media == "m1")
    town.database.writer.run(lambda work: evidence.keep(work, piece, PHOTO, "image/jpeg", f"{piece}.jpg", now))
    return duty_id


@pytest.fixture
def known(town: Town, now: datetime) -> Known:
    """A cadre with a name, a colleague, duties, everything of `gives`, and leave ahead."""
    known, other = town.cadre("u1", "shop", now), town.cadre("u2", "shop", now, office="副主席")
    town.call(known, NAME)
    town.issue(now)
    gives(town, known, now)
    who, by = other.person_id, f"person:{known.person_id}"
    first, last = date(2026, 12, 1), date(2026, 12, 10)
    town.database.writer.run(lambda work: absences.take(work, known.person_id, first, last, who, by, now, town.house))
    return known


def forget(town: Town, now: datetime) -> dict[str, int]:
    return forget_duties.run(town.database, town.house, Moment(now, now))


def left(town: Town) -> list[Any]:
    return sorted(rows(town.database, Evidence, "media_id", "state", "body", "size"))


def test_ones_own_things_are_told_with_since_and_until(town: Town, known: Known, now: datetime) -> None:
    said = "\n".join(town.database.look(lambda work: own_data.words(work, known.person_id, town.house, now)))
    for each in (
        f"姓名：{NAME}",
        "示例商店工会 主席，2026年1月1日起。",
        "一共2项，完成0项，没办完2项",
        "照片、文件和文字：4件",
        "2028年11月26日自动删除",
        "延期的理由：1条，加密保存，决定后90天",
        "请假：12月1日到12月10日，由示例商店工会副主席代",
    ):
        assert each in said
    assert WORDS not in said and WHY not in said
    worker = meet(town.database, "worker", now)
    said = "\n".join(town.database.look(lambda work: own_data.words(work, worker.person_id, town.house, now)))
    assert "职务" not in said and "任务" not in said and "请假" not in said


def test_deleting_leaves_the_record_of_work_without_words_and_photos(town: Town, known: Known, now: datetime) -> None:
    steps = count(town.database, DutyStep)
    before = town.database.writer.run(lambda work: privacy.delete(work, known.person_id, now))
    assert (before.office, before.served) == (True, True)
    assert {row[1:] for row in left(town)} == {("erased", None, 0)} and len(left(town)) == 4
    assert rows(town.database, DutyRequest, "reason", "state") == [(None, "pending")]
    assert rows(town.database, DutyValue, "hundredths") == [(1200,)] and count(town.database, DutyStep) == steps
    assert [row[0] for row in rows(town.database, Person, "name") if row[0]] == [NAME]  # needed while in office
    assert count(town.database, Absence) == 1  # not over: it says whom to tell
    assert rows(town.database, Case, "topic") == [("privacy",)]
    notes = "".join(note for (note,) in rows(town.database, Audit, "note"))
    assert WORDS not in notes and WHY not in notes and "12月1日" not in notes and "evidence=4" in notes


def test_what_is_erased_is_not_fetched_or_kept_after_all(town: Town, known: Known, now: datetime) -> None:
    town.database.writer.run(lambda work: privacy.delete(work, known.person_id, now))
    assert not town.database.look(lambda work: evidence.any_due(work, ["oa"], now + timedelta(hours=1)))
    late = next(each for each, media in rows(town.database, Evidence, "id", "media_id") if media == "m2")
    town.database.writer.run(lambda work: evidence.keep(work, late, PHOTO, "image/jpeg", "x.jpg", now))
    assert {row[1:] for row in left(town)} == {("erased", None, 0)}


def test_another_persons_things_stay(town: Town, known: Known, now: datetime) -> None:
    other = next(each for (each,) in rows(town.database, Person, "id") if each != known.person_id)
    town.database.writer.run(lambda work: privacy.delete(work, other, now))
    assert {row[1] for row in left(town)} == {"kept", "waiting", "unplaced"}
    assert rows(town.database, DutyRequest, "reason") != [(None,)]


def test_a_former_cadre_has_no_case_and_no_name(town: Town, known: Known, now: datetime) -> None:
    leaves_office(town, known, now.date() - timedelta(days=1))
    before = town.database.writer.run(lambda work: privacy.delete(work, known.person_id, now))
    assert (before.office, before.served) == (False, True)
    assert count(town.database, Case) == 0 and {row[0] for row in rows(town.database, Person, "name")} == {""}


def leaves_office(town: Town, known: Known, until: date) -> None:
    def job(work: Work) -> None:
        for held, _ in cadres.offices_ever(work, known.person_id):
            held.until = until
            work.session.add(held)

    town.database.writer.run(job)


def test_evidence_goes_after_two_years(town: Town, known: Known, now: datetime) -> None:
    assert forget(town, now + timedelta(days=731))["evidence"] == 0
    assert forget(town, now + timedelta(days=732, seconds=1))["evidence"] == 2
    assert [row[1:] for row in left(town) if row[1] == "erased"] == [("erased", None, 0)] * 2
    assert forget(town, now + timedelta(days=733))["evidence"] == 0


def test_reasons_go_after_the_decision_or_a_year(town: Town, known: Known, now: datetime) -> None:
    assert forget(town, now + timedelta(days=366))["reasons"] == 0  # it waits
    ((duty_id,),) = rows(town.database, DutyRequest, "duty_id")
    town.database.writer.run(lambda work: duty_requests.withdraw(work, duty_id, now))
    assert forget(town, now + timedelta(days=90))["reasons"] == 0
    assert forget(town, now + timedelta(days=90, seconds=1))["reasons"] == 1
    assert rows(town.database, DutyRequest, "state", "reason") == [("withdrawn", None)]


def test_a_reason_that_waits_for_ever_goes_after_a_year(town: Town, known: Known, now: datetime) -> None:
    assert forget(town, now + timedelta(days=366, seconds=1))["reasons"] == 1


def test_leave_is_dropped_a_year_after_its_end(town: Town, known: Known, now: datetime) -> None:
    last = datetime(2026, 12, 10, 4, tzinfo=now.tzinfo)
    assert forget(town, last + timedelta(days=366))["leave"] == 0
    assert forget(town, last + timedelta(days=367))["leave"] == 1 and count(town.database, Absence) == 0


def test_names_of_cadres_stay_while_in_office_and_a_year(town: Town, known: Known, now: datetime, house: House) -> None:
    town.unfollow(known)
    later = now + timedelta(days=800)
    assert forget_applications.run(town.database, house, Moment(later, later))["names"] == 0
    assert forget(town, later)["names"] == 0
    assert town.database.writer.run(lambda work: forgetting.forget_names(work, [known.person_id], later.date())) == 0
    leaves_office(town, known, now.date())
    assert forget(town, now + timedelta(days=366))["names"] == 0
    assert forget(town, now + timedelta(days=367))["names"] == 1
    assert {row[0] for row in rows(town.database, Person, "name")} == {""}


def test_the_name_of_a_code_nobody_used_goes_when_it_runs_out(town: Town, now: datetime) -> None:
    def make(work: Work) -> None:
        shop = orgs.by_code(work, "shop")
        assert shop is not None
        bindings.make(work, CHEN, shop.id, "财务", FUTURE, 7, now)

    town.database.writer.run(make)
    assert forget(town, now + timedelta(days=7))["codes"] == 0
    assert forget(town, now + timedelta(days=7, seconds=1))["codes"] == 1
    assert rows(town.database, Binding, "name") == [(None,)]


def test_the_copy_has_words_in_full_and_nothing_of_other_branches(town: Town, known: Known, now: datetime) -> None:
    made = town.database.look(lambda work: duty_export.record(work, CHEN, known.person_id))
    assert made["工会职务"][0]["职务"] == "主席" and made["请假"][0]["从"] == "2026-12-01"
    assert [each["任务"] for each in made["任务"]] == ["任务a", "任务c"]
    assert ("照片", "正在取回", "") in {(each["种类"], each["状态"], each["文字"]) for each in made["佐证"]}
    assert WORDS in {each["文字"] for each in made["佐证"]} and len(made["佐证"]) == 4
    assert [each["原因"] for each in made["任务的申请"]] == [WHY]
    elsewhere = Actor("li", "approver", 1, "/1/999/")
    seen = town.database.look(lambda work: duty_export.record(work, elsewhere, known.person_id))
    assert seen == {"工会职务": [{"职务": "主席", "说明": "在别的工会，请由那个工会导出"}]}


def test_nothing_of_it_is_on_the_disk_or_in_the_log(
    town: Town, known: Known, now: datetime, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def make(work: Work) -> None:
        shop = orgs.by_code(work, "shop")
        assert shop is not None
        bindings.make(work, CHEN, shop.id, "财务", FUTURE, 7, now)

    with caplog.at_level("DEBUG"):
        town.database.writer.run(make)
        forget(town, now)
    kept = dumped(town.database, tmp_path, url)
    assert "示例商店工会".encode() in kept and NAME.encode() in kept  # what is not sealed is found
    for secret in (WORDS.encode(), WHY.encode(), FUTURE.encode(), PHOTO[:42], b64encode(PHOTO[:42])):
        assert secret not in kept and secret.hex().encode() not in kept
        assert secret.decode(errors="replace") not in caplog.text
