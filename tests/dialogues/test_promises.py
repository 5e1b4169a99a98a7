"""Where the bot says that somebody will come, there is a case: in a form too; in a group nothing is promised."""

from datetime import timedelta

import pytest
import yaml

from bot.testing import Talk
from storage import knowledge
from storage.cases import Case
from storage.work import Work
from tests.dialogues import filled
from tests.storage.kit import rows

GROUP = {"chat": "工友群", "mentioned": True}


def says(talk: Talk, text: str, **more: object) -> str:
    """The answer to a message, a minute after the one before."""
    talk.clock.move(timedelta(minutes=1))
    return "\n".join(talk.says(text, **more))


HANDED_OVER = [
    each
    for path in sorted((filled.CONTENT / "faq").glob("*.yaml"))
    for each in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["entries"]
    if each.get("hand_over")
]
COMES = ("联系您", "派人", "专人", "跟进")


@pytest.mark.parametrize("entry", HANDED_OVER, ids=lambda entry: entry["id"])
def test_in_a_group_nobody_is_promised_and_in_a_form_the_case_is_opened(talk: Talk, entry: dict[str, str]) -> None:
    published(talk, entry["id"])
    said = says(talk, entry["question"], key=f"faq:{entry['id']}", **GROUP)
    assert entry["question"] in said and "私聊" in said and "12351" in said
    assert [word for word in COMES if word in said] == [] == rows(talk.database, Case, "topic")
    for words in ("入会", "同意"):
        says(talk, words)
    said = says(talk, entry["question"])
    opened = [topic for (topic,) in rows(talk.database, Case, "topic")]
    assert len(opened) == 1 and said.endswith("请问您的姓名？（和身份证上一样）") == (opened == [entry["id"]])


def published(talk: Talk, entry_id: str) -> None:
    """Also an entry that a union has still to fill in."""

    def publish(work: Work) -> None:
        entry = knowledge.get(work, entry_id)
        assert entry is not None
        entry.status, entry.version = "published", entry.version + 1
        work.session.add(entry)

    talk.database.writer.run(publish)
    talk.database.look(talk.house.knowledge.refresh)
    assert talk.house.knowledge.get(entry_id)


def test_an_answer_that_promises_somebody_opens_a_case() -> None:
    entries = [
        each
        for path in sorted((filled.CONTENT / "faq").glob("*.yaml"))
        for each in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["entries"]
    ]
    assert [each["id"] for each in entries if "联系您" in each["answer"] and not each.get("hand_over")] == []
