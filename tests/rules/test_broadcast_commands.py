"""`broadcast …`: the old form and the new ones, exit status, and what is printed."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from bot.app import open_database
from bot.cli import main
from bot.clock import SystemClock
from bot.config import load, new_secrets
from bot.services import group_copies
from bot.services.broadcasts import CLI
from storage import migrate, people
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.recipients import Recipient
from tests.storage.kit import rows

UNITS = [
    {"code": "city", "name": "示例市总工会", "level": "市", "parent": None, "scene": "unit_city"},
    {"code": "shop", "name": "示例商店工会", "level": "基层", "parent": "city", "scene": "unit_shop"},
]
TALK = ("--to", "followers", "--title", "讲座", "--text", "周五下午两点")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Database]:
    """Three people who follow. Commands open the same file themselves."""
    (tmp_path / "content").symlink_to(Path("content").resolve())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNIONBOT__DATABASE__URL", f"sqlite:///{tmp_path / 'u.db'}")
    for key, value in new_secrets().items():
        monkeypatch.setenv(key, value)
    (tmp_path / "u.yaml").write_text(yaml.safe_dump({"units": UNITS}), encoding="utf-8")
    assert main(["orgs", "import", "u.yaml"]) == 0
    database = open_database(load(None))
    migrate.upgrade(database.engine)
    database.start()
    now = SystemClock().now()
    for number in range(3):
        database.writer.run(lambda work, number=number: people.create(work, "oa", f"u{number}", "", now))
    capsys.readouterr()
    yield database
    database.close()


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def made(capsys: pytest.CaptureFixture[str]) -> str:
    found = re.match(r"broadcast (\d+): 3 people; the running server delivers it from ", said(capsys))
    assert found is not None
    return found[1]


def states(database: Database) -> list[str]:
    return [state for (state,) in rows(database, Broadcast, "state")]


def put(database: Database, broadcast_id: str, state: str, *recipients: str) -> None:
    """As jobs would leave it."""
    row, who = table(Broadcast), [person for (person,) in rows(database, people.Person, "id")]
    moved = sa.update(row).where(row.c.id == int(broadcast_id)).values(state=state)
    database.writer.run(lambda work: work.execute(moved))
    for person, each in zip(who, recipients, strict=False):
        values = {"broadcast_id": int(broadcast_id), "person_id": person, "state": each}
        database.writer.run(
            lambda work, values=values: work.append(Recipient, {"id": work.new_id(), "reason": "", **values})
        )


@pytest.mark.parametrize("form", [("broadcast",), ("broadcast", "send")])
def test_the_old_form_and_the_new_one_schedule_a_notice(
    database: Database, capsys: pytest.CaptureFixture[str], form: tuple[str, ...]
) -> None:
    assert main([*form, *TALK, "--dry-run"]) == 0
    assert said(capsys) == "3 people would get it\n"
    assert main([*form, *TALK]) == 0
    assert made(capsys)
    ((state, author, approver, any_hour),) = rows(database, Broadcast, "state", "author", "approver", "any_hour")
    assert (state, author, approver, any_hour) == ("scheduled", "cli", "", False)
    assert main([*form, *TALK]) == 1
    assert "already sent" in capsys.readouterr().err
    assert main([*form, *TALK, "--key", "again", "--now", "--receipt"]) == 0
    assert sorted(rows(database, Broadcast, "any_hour", "wants_receipt", "approver")) == [
        (False, False, ""),
        (True, True, "cli"),
    ]


def test_a_notice_that_cannot_go_out_ends_with_status_1(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["broadcast", *TALK, "--below", "nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err
    assert main(["broadcast", *TALK, "--hours", "0"]) == 1
    assert "有效时间" in capsys.readouterr().err
    assert main(["broadcast", *TALK, "--below", "shop"]) == 1
    assert "没有能收到" in capsys.readouterr().err
    assert states(database) == []


def test_a_notice_is_paused_resumed_and_cancelled(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    main(["broadcast", *TALK])
    number = made(capsys)
    for deed, state in (("pause", "paused"), ("resume", "scheduled"), ("cancel", "cancelled")):
        assert main(["broadcast", deed, number]) == 0
        assert said(capsys).endswith(f"; it is {state} now\n")
        assert states(database) == [state]
    assert main(["broadcast", "resume", number]) == 1
    assert "刚刚有变化" in capsys.readouterr().err
    assert main(["broadcast", "pause", "17"]) == 1
    assert "没有这条通知" in capsys.readouterr().err


def test_cancelling_what_everybody_has_says_that_nobody_waits(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["broadcast", *TALK])
    number = made(capsys)
    put(database, number, "done", "sent")
    assert main(["broadcast", "cancel", number]) == 1
    assert "没有人在等" in capsys.readouterr().err and states(database) == ["done"]


def test_a_number_that_nothing_can_have_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    for deed, number in (("pause", "9" * 23), ("show", "-1"), ("cancel", "x")):
        with pytest.raises(SystemExit) as ended:
            main(["broadcast", deed, number])
        assert ended.value.code == 2 and f"invalid row_id value: '{number}'" in capsys.readouterr().err


def test_what_staff_handed_in_is_approved(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    main(["broadcast", *TALK, "--now", "--at", f"{SystemClock().now() + timedelta(days=1):%Y-%m-%dT10:00}"])
    number = made(capsys)
    put(database, number, "pending")
    assert main(["broadcast", "approve", number]) == 0
    assert said(capsys) == f"broadcast {number} approved; it is scheduled now\n"


def test_lists_and_one_in_full(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["broadcast", "list"]) == 0
    assert said(capsys) == "no broadcasts\n"
    main(["broadcast", *TALK, "--receipt"])
    number = made(capsys)
    put(database, number, "partly_failed", "sent", "failed", "unknown")
    assert main(["broadcast", "list", "--state", "ended"]) == 0
    assert re.fullmatch(rf"{number}  partly_failed +\d{{4}}-\d\d-\d\d \d\d:\d\d +3 people  讲座\n", said(capsys))
    assert main(["broadcast", "show", number]) == 0
    lines = said(capsys).splitlines()
    assert lines[:3] == [f"broadcast {number}: 讲座", "state      partly_failed", "to         关注公众号的人"]
    assert "people     3, left out 0, attempt 1" in lines
    assert "states     failed 1, sent 1, unknown 1" in lines
    assert "receipts   0 of 1" in lines and not lines[-1].startswith("groups")
    now = SystemClock().now()
    database.writer.run(lambda work: group_copies.mark(work, CLI, int(number), 3, now))
    assert main(["broadcast", "show", number]) == 0
    assert said(capsys).splitlines()[-1] == "groups     pasted by staff into 3, not counted above"


def test_sent_again_to_those_not_reached(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    main(["broadcast", *TALK])
    number = made(capsys)
    put(database, number, "partly_failed", "sent", "failed", "unknown")
    assert main(["broadcast", "resend", number]) == 0
    assert said(capsys) == f"broadcast {number} is sent again, 1 people; it is sending now\n"
    assert main(["broadcast", "resend", number]) == 1
    put(database, number, "partly_failed")
    assert main(["broadcast", "resend", number, "--unknown-too"]) == 0
    assert sorted(attempt for (attempt,) in rows(database, Recipient, "attempt")) == [1, 1, 1, 2, 3]


def test_watching_says_how_far_it_is_until_it_has_ended(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["broadcast", *TALK])
    number = made(capsys)
    put(database, number, "sending", "sent", "queued", "failed")

    def later(seconds: float) -> None:
        put(database, number, "partly_failed")

    monkeypatch.setattr("bot.broadcast_commands.time.sleep", later)
    assert main(["broadcast", "show", number, "--watch"]) == 0
    assert said(capsys).splitlines() == [
        "sending reached 1, open 1, not reached 1 of 3",
        "partly_failed reached 1, open 1, not reached 1 of 3",
    ]
    put(database, number, "sending")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["broadcast", "show", number, "--watch"]) == 0
    shown = said(capsys).split("\r\x1b[K")
    assert shown[1].startswith("sending [################........] reached 1, open 1") and shown[2].endswith("\n")


def test_the_plan_of_a_notice_and_the_quotas_of_the_month(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["broadcast", "send", *TALK, "--now"]) == 0
    ((number,),) = rows(database, Broadcast, "id")
    capsys.readouterr()
    assert main(["broadcast", "plan", str(number)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("对象3人，可以通知0人")
    assert said[-1] == "注意：有3人现在没有渠道，等本人下次联系时告知。"
    assert main(["broadcast", "quotas"]) == 0
    assert capsys.readouterr().out == "客服消息（48小时内有互动）：今天已用0条，本月0条，今天还可发500000条\n"
    assert main(["broadcast", "plan", "1"]) == 1
