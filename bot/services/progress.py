"""Where an application stands, in words: since when, who has it, until when, and what there is to do."""

from collections.abc import Iterable
from datetime import date, datetime

from bot import joining_texts as texts
from bot.calendar import say_date
from bot.clock import local
from storage import applications, conversations, members, orgs
from storage.applications import Application
from storage.work import Work

FIELDS = {
    "name": "姓名",
    "id_number": "身份证号",
    "mobile": "手机号",
    "employer": "工作单位",
    "work_status": "就业状况",
    "migrant": "是否农民工",
}  # what a reviewer may give back, by the keys of the form


def progress_words(work: Work, person_id: int, today: date | None = None) -> str:
    """Where the person's last application stands. `today` (in China) tells whether an answer is late.

    One that was dropped before it was handed in counts as none.
    """
    application = applications.open_of(work, person_id) or applications.latest_of(work, person_id)
    if application is None or (application.state == "withdrawn" and application.submitted_at is None):
        return texts.NO_APPLICATION
    return words_of(work, application, today)


def words_of(work: Work, application: Application, today: date | None) -> str:
    """The same for one application."""
    facts = {
        "number": application.number or "",
        "begun": _say(application.created_at),
        "day": _say(application.submitted_at or application.created_at),
        "since": _say(_since(work, application)),
        "unit": unit_name(work, application),
        "due": say_date(application.due_on) if application.due_on else "",
        "until": _until(work, application),
        "fields": field_names(application.returned),
        "note": application.note or texts.NOTE_NONE,
    }
    state = "released" if _released(work, application) else application.state
    state = "lapsed" if state == "expired" and application.submitted_at else state
    said = texts.PROGRESS[state].format(**facts)
    waits = application.state in ("submitted", "in_review") and application.due_on is not None
    late = waits and today is not None and application.due_on is not None and today > application.due_on
    return f"{said}\n{texts.LATE.format(**facts)}" if late else said


def _released(work: Work, application: Application) -> bool:
    """Whether the union that has the member let go, and the new one has to take."""
    request = members.request_of(work, application.id) if application.state == "releasing" else None
    return request is not None and request.state == "released"


def _until(work: Work, application: Application) -> str:
    """The day until which a returned application waits."""
    since = applications.waits_since(application, conversations.of_person(work, application.person_id))
    return _say(since + applications.RETURNED_DAYS)


def returned_words(work: Work, application: Application, now: datetime) -> str:
    """The letter about an application that is given back now: which fields, why, how to go on, until when."""
    return texts.LETTER_RETURNED.format(
        number=application.number or "",
        unit=unit_name(work, application),
        fields=field_names(application.returned),
        note=application.note or texts.NOTE_NONE,
        until=_say(now + applications.RETURNED_DAYS),
    )


def unit_name(work: Work, application: Application) -> str:
    """The union that has it; the union of this bot while none is known."""
    org = orgs.get(work, application.org_id) if application.org_id is not None else None
    return org.name if org else texts.MY_UNION


def field_names(keys: Iterable[str] | None) -> str:
    """Fields by the names people know."""
    return "、".join(FIELDS[key] for key in keys or () if key in FIELDS) or texts.FIELDS_ALL


def _since(work: Work, application: Application) -> datetime:
    """When it came into its state; reporting it to the union above is no new one."""
    moves = [each.at for each in applications.steps(work, application.id) if each.before != each.after]
    return moves[-1] if moves else application.updated_at


def _say(moment: datetime) -> str:
    return say_date(local(moment).date())
