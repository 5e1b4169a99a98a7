"""What staff do between two turns of a dialogue: write an entry, and have somebody else publish it.

A step is `staff: {entry: ID, …}` with the entry's fields; what is left out is as the entry has it, or made up. `org` (a
code of the demo organisation) makes it a branch's own version, `gap: true` says that it answers the only open question.
"""

from typing import Any

from bot.services import drafts
from bot.services.actors import Actor
from bot.services.golden import Golden
from bot.testing import Talk
from storage import knowledge, misses, orgs, revisions
from storage.work import Work
from tests.dialogues import reviewing

WRITES, PUBLISHES = Actor("editor", "editor"), Actor("approver", "approver")
DATES = {"as_of": "2026-11-01", "review_by": "2028-11-01"}
CITED = {"citations": [{"law": "示例市总工会通知", "article": "全文", "version": "2026-11-01施行"}]}


def act(talk: Talk, step: dict[str, Any]) -> None:
    """Draft, hand in, try, publish; every process knows it afterwards. `{review: …}` is about an application."""
    if "review" in step:
        reviewing.act(talk, step)
        return
    given = dict(step)
    entry_id, code, answers_gap = str(given.pop("entry")), given.pop("org", ""), bool(given.pop("gap", False))
    now = talk.clock.now()

    def write(work: Work) -> int:
        org = orgs.by_code(work, code) if code else None
        more = {"gap_id": _gap(work)} if answers_gap else {}
        data = {**CITED, **DATES, **given} if org else {**_said(work, entry_id), **CITED, **DATES, **given}
        made = drafts.save(work, WRITES, entry_id, org.id if org else revisions.CITY, data, now, **more)
        return drafts.hand_in(work, WRITES, made.id, now).id

    made = talk.database.writer.run(write)
    tried = talk.database.look(lambda work: drafts.trial(work, made))
    drafts.examine(tried, Golden())
    talk.database.writer.run(lambda work: drafts.publish(work, PUBLISHES, made, tried, now))
    talk.database.look(talk.house.knowledge.refresh)


def _said(work: Work, entry_id: str) -> dict[str, Any]:
    """What the entry says now."""
    entry = knowledge.get(work, entry_id)
    if entry is None:
        return {"category": "生活服务"}
    kept = ("question", "phrasings", "answer", "category", "related", "audience", "scope", "hand_over", "fields")
    return {name: getattr(entry, name) or [] if name == "fields" else getattr(entry, name) for name in kept}


def _gap(work: Work) -> int:
    (gap,) = misses.open_gaps(work, "unknown")
    return gap.id
