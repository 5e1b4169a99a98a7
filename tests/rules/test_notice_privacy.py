"""What of notices and of a staff phone goes when its person asks, what stays to spare them, and what they are shown."""

from datetime import datetime

import pytest

from bot.services import own_data, person_export, privacy, staff_phones, topic_choices
from bot.services.house import House
from storage import audit, staff, tags
from storage.database import Database
from storage.notice_items import NoticeItem
from storage.recipients import Recipient
from storage.segments import Tag
from storage.staff import Staff
from storage.work import Work
from tests.rules.notices import Notices, build
from tests.storage.kit import count


@pytest.fixture
def notices(database: Database, house: House, now: datetime) -> Notices:
    return build(database, house, now)


def settle(notices: Notices, person_id: int) -> None:
    """A tag, a topic they do not want, a notice that waits, and a phone of staff."""
    made = notices.sent("kept")

    def put(work: Work) -> None:
        now, account, tag = notices.now, work.new_id(), work.new_id()
        work.session.add(Tag(id=tag, name="骨干", by="staff:ann", created_at=now))
        values = {"id": account, "name": "bea", "display": "李", "password": "x", "created_at": now}
        staff.save(work, Staff(**values, role="approver"))
        work.session.flush()
        tags.put_on(work, tag, [person_id])
        topic_choices.stop(work, person_id, ["jobs"], now)
        staff_phones.bind(work, person_id, staff_phones.begin(work, account, now), now)
        about = {"broadcast_id": made.id, "person_id": person_id, "recipient_id": 1, "created_at": now}
        work.session.add(NoticeItem(id=work.new_id(), valid_until=now, **about))

    notices.database.writer.run(put)


def test_all_of_it_is_shown_to_its_person(notices: Notices) -> None:
    who = notices.people[0].person_id
    settle(notices, who)
    said = notices.database.look(lambda work: own_data.words(work, who, notices.house, notices.now))[0]
    assert "工会发给您的1条通知" in said
    assert "您不想收的通知：就业招聘" in said
    assert "标签：骨干" in said
    assert "工作台账号“bea”绑定了这个微信" in said
    copy = notices.database.look(lambda work: person_export._notices(work, who))
    assert (copy["工作手机的账号"], copy["标签"], copy["不收的通知"][0]["类别"]) == ("bea", ["骨干"], "就业招聘")


def test_it_goes_when_they_ask_and_what_they_do_not_want_stays(notices: Notices) -> None:
    who, now = notices.people[0].person_id, notices.now
    settle(notices, who)
    before = notices.database.writer.run(lambda work: privacy.delete(work, who, now))
    assert before.phone
    assert (count(notices.database, Recipient), count(notices.database, NoticeItem)) == (0, 0)

    def left(work: Work) -> tuple[object, ...]:
        return (tags.of_person(work, who), list(topic_choices.stopped(work, who)), staff_phones.actor_of(work, who))

    assert notices.database.look(left) == ([], ["jobs"], None)
    found = notices.database.look(lambda work: audit.newest(work, 50, action="phone_off"))
    assert [(each.actor, each.subject) for each in found] == [(f"person:{who}", "staff:bea")]


def test_nobody_elses_phone_is_taken_off(notices: Notices) -> None:
    who, other = notices.people[0].person_id, notices.people[1].person_id
    settle(notices, who)
    assert not notices.database.writer.run(lambda work: privacy.delete(work, other, notices.now)).phone
    assert notices.database.look(lambda work: staff_phones.name_of(work, who)) == "bea"
