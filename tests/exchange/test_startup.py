"""Starting again changes nothing that staff have written; serving loads nothing at all."""

from datetime import datetime

import pytest

from bot.app import Application
from bot.clock import FrozenClock
from bot.config import load
from bot.preparing import load_content
from bot.services import drafts
from storage import knowledge as base
from storage.revisions import CITY
from storage.work import Work
from tests.exchange.conftest import ANNUAL, APPROVER, EDITOR, SICK, Terminal
from tests.wire.room import CONTENT, configuration

IMPROVED = "连续工作满1年就有带薪年休假，本单位从入职当天算起。"


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    """A terminal whose content folder has everything that `make run` loads."""
    for name in ("calendar.yaml", "demo.yaml"):
        (terminal.folder / "content" / name).write_bytes((CONTENT / name).read_bytes())
    load_content(load())
    return terminal


def publish(work: Work, now: datetime) -> None:
    """One person writes, another one publishes."""
    written = {key: value for key, value in ANNUAL.items() if key != "id"} | {"answer": IMPROVED}
    revision = drafts.save(work, EDITOR, "lv-annual", CITY, written, now)
    drafts.hand_in(work, EDITOR, revision.id, now)
    work.session.flush()
    drafts.publish(work, APPROVER, revision.id, drafts.trial(work, revision.id), now)


def answers(terminal: Terminal) -> dict[str, str]:
    return terminal.look(lambda work: {each.id: each.answer for each in base.every(work)})


def loads(terminal: Terminal) -> list[str]:
    """What starts have changed, by the audit."""
    return [note for action, note in terminal.audited() if action == "faq_shipped"]


def test_a_second_start_keeps_what_staff_wrote(filled: Terminal, now: datetime) -> None:
    filled.write(lambda work: publish(work, now))
    filled.content(ANNUAL, SICK | {"answer": SICK["answer"] + "具体看单位规定。"})
    load_content(load())
    assert answers(filled) == {"lv-annual": IMPROVED, "lv-sick": SICK["answer"] + "具体看单位规定。"}
    assert filled.history("lv-annual") == ["shipped", "bianji"]
    assert filled.history("lv-sick") == ["shipped", "shipped"]
    load_content(load())
    assert filled.history("lv-sick") == ["shipped", "shipped"]
    assert loads(filled) == ["2 new, 0 changed, 0 kept", "0 new, 1 changed, 1 kept"]


def test_a_start_does_not_undo_what_an_operator_imported(filled: Terminal) -> None:
    """Least of all does it publish again what was taken back."""
    written, retired = ANNUAL | {"answer": IMPROVED}, SICK | {"status": "retired"}
    assert filled.run("faq", "import", filled.file("a.yaml", written, retired)).status == 0
    filled.content(ANNUAL | {"category": "年假"}, SICK)
    load_content(load())
    assert answers(filled)["lv-annual"] == IMPROVED
    assert filled.look(lambda work: [each.id for each in base.published(work)]) == ["lv-annual"]
    assert filled.history("lv-sick") == ["shipped", "import"]
    assert loads(filled) == ["2 new, 0 changed, 0 kept"]


def test_what_was_brought_in_before_shipped_content_had_a_name_is_an_operators(terminal: Terminal) -> None:
    """Its author is `import`, like an operator's own: nothing tells them apart, so nothing is written over."""
    for name in ("calendar.yaml", "demo.yaml"):
        (terminal.folder / "content" / name).write_bytes((CONTENT / name).read_bytes())
    terminal.ok("faq", "import", terminal.file("a.yaml", ANNUAL | {"related": []}))
    terminal.content(ANNUAL | {"answer": IMPROVED}, SICK)
    load_content(load())
    assert (answers(terminal)["lv-annual"], terminal.history("lv-annual")) == (ANNUAL["answer"], ["import"])
    assert terminal.history("lv-sick") == ["shipped"]


def test_an_import_by_hand_does_replace_it(filled: Terminal, now: datetime) -> None:
    """Who names a file means it; the history keeps what stood there."""
    filled.write(lambda work: publish(work, now))
    assert filled.ok("faq", "import", filled.file("a.xlsx", ANNUAL)) == "0 new, 1 changed, 0 unchanged\n"
    assert answers(filled)["lv-annual"] == ANNUAL["answer"]
    assert filled.history("lv-annual") == ["shipped", "bianji", "import"]


async def test_serving_loads_nothing(terminal: Terminal, clock: FrozenClock) -> None:
    config = configuration(load().database.url, "http://127.0.0.1:1")
    async with Application(config, clock) as app:
        assert await app.database.read(base.state) == (0, 0, 0, 0)
    assert terminal.rows() == {}
