"""What is kept about somebody, in words, for a private chat: masked, since when, until when, on which consent."""

from datetime import datetime

from bot import privacy_texts as texts
from bot import topic_texts
from bot.calendar import say_date
from bot.clock import local
from bot.forms.fields import id_number, mobile
from bot.member_texts import STATES as MEMBER_STATES
from bot.services import event_privacy, own_duties, staff_phones, tags, topic_choices
from bot.services.forgetting import KEPT
from bot.services.house import House
from bot.services.topics import TOPICS
from storage import applications, broadcast_forgetting, consents, conversations, members, orgs, people
from storage.applications import OPEN, UNSENT, Application
from storage.consents import Consent
from storage.members import HERE, Member
from storage.work import Work

SHOWN = 5  # applications, the newest first


def words(work: Work, person_id: int, house: House, now: datetime) -> list[str]:
    """Paragraphs: what there is, who sees it, what can be done."""
    member = members.of_person(work, person_id)
    lines = [texts.CHAT.format(days=house.chat_days), *_person(work, person_id), *_form(work, person_id)]
    lines += [_application(work, each) for each in applications.of_person(work, person_id)[:SHOWN] if each.number]
    lines += [_member(work, member)] if member else []
    lines += own_duties.lines(work, person_id, house, now)
    lines += event_privacy.lines(work, person_id, house)
    lines += _notices(work, person_id, house)
    lines += [_consent(each) for each in consents.of_person(work, person_id)]
    lines += _topics(work, person_id)
    head = texts.INFO.format(today=_day(now))
    here = member is not None and member.state in HERE
    how = texts.HOW_MEMBER + texts.HOW if here else texts.HOW
    return ["\n".join([head, *lines]), texts.REST + "\n" + texts.WHO, how]


def _notices(work: Work, person_id: int, house: House) -> list[str]:
    count = broadcast_forgetting.count_of_person(work, person_id)
    return [texts.NOTICES.format(count=count, days=house.chat_days)] if count else []


def _day(moment: datetime) -> str:
    return say_date(local(moment).date())


def _person(work: Work, person_id: int) -> list[str]:
    person = people.get(work, person_id)
    org = orgs.get(work, person.org_id) if person and person.org_id else None
    unit = [texts.UNIT.format(unit=org.name)] if org else []
    return [texts.NAME.format(name=person.name), *unit] if person and person.name else unit


def _form(work: Work, person_id: int) -> list[str]:
    form = conversations.of_person(work, person_id)
    return [texts.FORM.format(day=_day(form.updated_at), until=_day(form.expires_at))] if form else []


def _application(work: Work, application: Application) -> str:
    known = {"number": application.number, "state": texts.STATES.get(application.state, texts.STATES["submitted"])}
    known["day"] = _day(application.submitted_at or application.created_at)
    if application.state not in OPEN and not application.name and application.id_number is None:
        return texts.EMPTY_APPLICATION.format(**known)
    facts = texts.FACTS.format(
        name=application.name or texts.NONE, employer=application.employer or texts.NONE, **_masked(work, application)
    )
    return texts.APPLICATION.format(facts=facts, until=_until(work, application), **known)


def _until(work: Work, application: Application) -> str:
    if application.state == "returned":
        since = applications.waits_since(application, conversations.of_person(work, application.person_id))
        return texts.UNTIL_CHANGED.format(until=_day(since + applications.RETURNED_DAYS))
    if application.state in OPEN and application.state not in UNSENT:
        return texts.UNTIL_DECIDED
    if application.state == "approved":
        return texts.UNTIL_MEMBER
    return texts.UNTIL_DAY.format(until=_day(application.updated_at + KEPT))


def _member(work: Work, member: Member) -> str:
    org = orgs.get(work, member.org_id)
    return texts.MEMBER.format(
        number=member.number,
        unit=org.name if org else "",
        state=MEMBER_STATES[member.state],
        day=say_date(member.joined_on),
        name=member.name,
        employer=member.employer or texts.NONE,
        **_masked(work, member),
    )


def _masked(work: Work, row: Application | Member) -> dict[str, str]:
    kind = members if isinstance(row, Member) else applications
    found = {}
    for name, sealed, purpose, show in (
        ("id_number", row.id_number, kind.ID_PURPOSE, id_number().show),
        ("mobile", row.mobile, kind.MOBILE_PURPOSE, mobile().show),
    ):
        clear = work.seal.open_or(texts.HIDDEN, sealed, purpose) or texts.NONE
        found[name] = clear if clear in (texts.NONE, texts.HIDDEN) else show(clear)
    return found


def _consent(consent: Consent) -> str:
    ended = texts.CONSENT_ENDED.format(day=_day(consent.ended_at)) if consent.ended_at else ""
    subject = texts.SUBJECTS.get(consent.subject, consent.subject)
    return texts.CONSENT.format(subject=subject, version=consent.version, day=_day(consent.at), ended=ended)


def _topics(work: Work, person_id: int) -> list[str]:
    """What else of notices is kept about somebody: topics they do not want, tags that staff put on them, whose phone
    theirs is."""
    off, mine = topic_choices.stopped(work, person_id), tags.of_person(work, person_id)
    one = topic_texts.OWN_STOPPED_ONE
    topics = "、".join(one.format(label=TOPICS[key].label, day=_day(at)) for key, at in off.items())
    lines = [topic_texts.OWN_STOPPED.format(topics=topics)] if off else []
    lines += [topic_texts.OWN_TAGS.format(tags="、".join(mine))] if mine else []
    account = staff_phones.name_of(work, person_id)
    return [*lines, *([texts.PHONE.format(name=account)] if account else [])]
