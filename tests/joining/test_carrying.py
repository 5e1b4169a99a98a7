"""Notices, topics, tags and registrations go along to the person whose address this becomes; nothing stands twice."""

from datetime import datetime

from bot.services import topic_choices
from storage import broadcasts, people
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.events import Registration
from storage.notice_items import NoticeItem
from storage.recipients import Recipient
from storage.segments import PersonTag
from storage.work import Work
from tests.joining.kit import joins, says, start, talk
from tests.joining.test_resuming import code
from tests.storage.audience_kit import Town
from tests.storage.kit import rows


def ids(database: Database, town: Town, *names: str) -> list[int]:
    """People who spoke, for the town's kit."""
    for name in names:
        found = database.look(lambda work, name=name: people.find(work, "talk", name))
        assert found is not None
        town.ids[name] = found.person_id
    return [town.ids[name] for name in names]


def told(database: Database, key: str, now: datetime, *person_ids: int) -> int:
    """A notice that waits for these people; its id."""

    def job(work: Work) -> int:
        values = {"title": "t", "text": "t", "segment": {}, "author": "staff:a", "created_at": now}
        row = Broadcast(id=work.new_id(), key=key, state="sending", **values)
        broadcasts.add(work, row)
        for person_id in person_ids:
            kept = Recipient(id=work.new_id(), broadcast_id=row.id, person_id=person_id, state="kept")
            item = {"broadcast_id": row.id, "person_id": person_id, "recipient_id": kept.id, "created_at": now}
            work.session.add_all([kept, NoticeItem(id=work.new_id(), valid_until=now, **item)])
        return row.id

    return database.writer.run(job)


def test_everything_goes_along_once(database: Database, now: datetime) -> None:
    speaker, town = talk(database, now), Town(database, now)
    digits = code(says(speaker, *start(), "换手机")[-1])
    says(speaker, "TD", "退订 招聘", user="u2")
    says(speaker, "退订 招聘、文体", user="u1")
    stays, gone = ids(database, town, "u1", "u2")
    both, alone = told(database, "both", now, stays, gone), told(database, "alone", now, gone)
    town.tag("志愿者", "u1", "u2")
    town.tag("一线", "u2")
    town.event(12, "open", u2=("registered", False))
    says(speaker, "退订 法律", user="u2")
    assert "接上了" in says(speaker, f"接着填 {digits}", user="u2")[-1]
    assert sorted(rows(database, Recipient, "person_id", "broadcast_id")) == sorted([(stays, both), (stays, alone)])
    assert {row[0] for row in rows(database, NoticeItem, "person_id")} == {stays}
    assert len(rows(database, PersonTag, "tag_id")) == 2
    assert rows(database, Registration, "person_id") == [(stays,)]
    off = database.look(lambda work: topic_choices.stopped(work, stays))
    assert set(off) == {"jobs", "activity", "law"}


def test_what_of_notices_is_kept_is_shown_and_what_may_go_goes(database: Database, now: datetime) -> None:
    speaker, town = talk(database, now), Town(database, now)
    joins(speaker)
    says(speaker, "退订 招聘")
    ids(database, town, "u1")
    town.tag("志愿者", "u1")
    said = "\n".join(says(speaker, "我的信息"))
    assert "您不想收的通知：就业招聘（2026年11月25日退订）" in said and "标签：志愿者（" in said
    says(speaker, "删除我的信息", "确定删除")
    assert rows(database, PersonTag, "tag_id") == []
    assert set(database.look(lambda work: topic_choices.stopped(work, town.ids["u1"]))) == {"jobs"}, "still spared"
    assert "标签" not in "\n".join(says(speaker, "我的信息"))
