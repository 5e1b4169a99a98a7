"""A union at work, for the tests of the pages: entries, people of two districts, what they asked and thought."""

import re
from datetime import datetime
from typing import Any

from sqlmodel import select

from bot.forms.personal import masked
from bot.services import entries, misses
from bot.services.actors import Actor
from storage import inbox, letters, outbox, people, revisions
from storage import knowledge as base
from storage import misses as rows
from storage.base import table
from storage.letters import Letter
from storage.people import Person
from storage.work import Work
from tests.console.desk import Desk, Seen
from tests.console.desk import Person as Browser

ANSWER = "连续工作满1年就有带薪年休假，满1年不满10年的每年5天。"
CITED = {"law": "职工带薪年休假条例", "article": "第三条", "version": "2008-01-01施行"}
EDITOR, APPROVER = Actor("liu", "editor"), Actor("chen", "approver")


def entry(entry_id: str, question: str, **more: Any) -> dict[str, Any]:
    """An entry as `faq import` takes it."""
    return {
        "id": entry_id,
        "question": question,
        "phrasings": [f"{question}吗", f"请问{question}"],
        "answer": ANSWER,
        "category": "休息休假",
        "citations": [CITED],
        "as_of": "2026-06-01",
        "review_by": "2027-06-01",
        **more,
    }


ENTRIES = (
    entry("lv-annual", "年休假有几天"),
    entry("lv-sick", "病假工资怎么算", review_by="2026-12-10"),
    entry("lc-written", "入职多久必须签劳动合同", category="劳动合同", review_by="2026-11-01"),
    entry("pay-heat", "高温津贴一个月多少钱", status="retired"),
    entry(
        "lo-help",
        "困难帮扶怎么申请",
        answer="带身份证和困难证明到工会窗口申请，标准以当地规定为准。",
        scope="local",
        fields=[{"key": "place", "label": "窗口地址", "hint": "街道门牌", "value": "示例路1号"}],
    ),
)


def content(**more: Any) -> dict[str, Any]:
    """What stands in a form or a revision of a city's entry."""
    return {
        key: value for key, value in entry("x", more.pop("question", "新问题怎么办"), **more).items() if key != "id"
    }


def load(desk: Desk, *wanted: dict[str, Any]) -> None:
    """Publish entries, as a file would, and let this process know."""
    now = desk.clock.now()
    desk.database.writer.run(lambda work: entries.load(work, wanted or ENTRIES, now))
    desk.database.look(desk.room.house.knowledge.refresh)


def meet(desk: Desk, user: str, org_id: int | None = None) -> int:
    """Somebody with one address, perhaps of a union; their id."""
    now = desk.clock.now()

    def job(work: Work) -> int:
        known = people.create(work, "oa", user, "", now)
        work.execute(table(Person).update().where(table(Person).c.id == known.person_id).values(org_id=org_id))
        return known.person_id

    return desk.database.writer.run(job)


def miss(desk: Desk, person_id: int, words: str, decision: str = "decline", **more: Any) -> int:
    """A question that got no good answer, put into its gap at once; the gap's id."""
    now: datetime = more.pop("at", desk.clock.now())
    grouped = more.pop("gap", None)
    values = {"suggested": None, "picked": "", "entry_id": "", "reason": "", **more}

    def job(work: Work) -> int:
        inbound = work.new_id()
        rows.record(work, inbound, person_id, masked(words), decision, now, **values)
        made = rows.of_inbound(work, inbound)
        assert made is not None
        into = rows.gap(work, grouped) if grouped else None
        if into is not None:
            rows.join(work, made, into)
        else:
            misses.group(work, made.id, now)
        assert made.gap_id is not None
        return made.gap_id

    return desk.database.writer.run(job)


def asked(
    desk: Desk, person_id: int, topic: str, at: datetime, answered: datetime | None = None, code: str = ""
) -> None:
    """A push that was taken for a topic, with the reply that was written then."""

    def job(work: Work) -> None:
        inbound = work.new_id()
        inbox.record(
            work,
            text="",
            id=inbound,
            channel="oa",
            dedupe=f"d{inbound}",
            person_id=person_id,
            kind="text",
            topic=topic,
            received_at=at,
        )
        if answered is not None:
            address = people.addresses_of(work, person_id)[0].id
            sent = {"inbound_id": inbound, "route": "reply", "code": code, "settled_at": answered}
            outbox.put(work, person_id=person_id, address_id=address, text="好", state="sent", now=at, **sent)

    desk.database.writer.run(job)


def opinion(desk: Desk, person_id: int, entry_id: str, helpful: bool, at: datetime) -> None:
    """What somebody thinks of an answer."""
    desk.database.writer.run(lambda work: rows.put_opinion(work, person_id, entry_id, helpful, at))


def stored(desk: Desk, entry_id: str) -> base.Entry:
    """An entry as it is in the base."""
    found = desk.database.look(lambda work: base.get(work, entry_id))
    assert found is not None
    return found


def letters_of(desk: Desk, person_id: int) -> list[str]:
    """What is owed to a person, in words."""

    def job(work: Work) -> list[str]:
        found = work.session.exec(select(Letter).where(Letter.person_id == person_id)).all()
        return [letters.words(work, each) for each in found]

    return desk.database.look(job)


def city_form(**more: Any) -> dict[str, Any]:
    """A filled-in form of a city's entry, as a browser sends it."""
    return {
        "question": "年休假有几天",
        "phrasings": "年假几天\n带薪年假有多少",
        "answer": ANSWER,
        "category": "休息休假",
        "citation-law": CITED["law"],
        "citation-article": CITED["article"],
        "citation-version": CITED["version"],
        "as_of": "2026-11-20",
        "review_by": "2027-11-20",
        "scope": "national",
        "status": "published",
        "audience": "worker",
        "note": "补充问法",
        "action": "save",
        **more,
    }


async def draft(desk: Desk, browser: Browser, entry_id: str, **more: Any) -> int:
    """A draft written and handed in by somebody; its id."""
    await browser.get("/")
    seen = await browser.post(f"/knowledge/{entry_id}/edit", **city_form(action="hand_in", **more))
    assert seen.status == 303, seen.text
    return desk.database.look(lambda work: revisions.open_all(work, entry_id)[0].id)


def plain(seen: Seen) -> str:
    """The words of a page without its marks and line breaks."""
    spaced = re.sub(r"</(?:dt|dd|div|li|td|th|p|h\d)>", " ", seen.text)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", spaced))
