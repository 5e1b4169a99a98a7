"""Notices about an event, to begin from: an invitation, a word to those who are in. Staff write on and hand them in."""

from datetime import datetime, timedelta

from bot import event_texts as texts
from bot.services import event_notices, event_words, events
from bot.services.actors import Actor, require
from bot.services.broadcasts import HOURS_MOST, Draft
from bot.services.event_refusals import BadEvent
from storage import orgs
from storage.events import Event
from storage.work import Work

HOUR = timedelta(hours=1)
ABOUT_CHARS = 300  # of what it is; the whole of it is in 活动 12
AFTERWARDS = 48  # hours
EVERYBODY = {"who": "followers"}


def draft(work: Work, actor: Actor, event_id: int, now: datetime) -> Draft:
    """To those who may register and have not, worth sending until registration ends (counted from `now`).

    Raises NoEvent, BadEvent (nobody can register now), NotAllowed.
    """
    require(actor, "draft")
    event = events.seen(work, actor, event_id)
    if event.state != "open" or event.closes_at <= now:
        raise BadEvent("这个活动现在没有开放报名，先开放报名再发邀请。")
    hours = int((event.closes_at - now) / HOUR)
    return Draft(event.title, _text(event), event.topic, _rule(work, event), hours=min(max(hours, 1), HOURS_MOST))


def to_registered(work: Work, actor: Actor, event_id: int, now: datetime) -> Draft:
    """To those who are registered, worth sending until it begins, or for two days afterwards.

    Raises NoEvent, BadEvent (nobody could ever register), NotAllowed.
    """
    require(actor, "draft")
    event = events.seen(work, actor, event_id)
    if event.state == "draft":
        raise BadEvent("这个活动还没有开放过报名，没有可以通知的人。")
    hours = int((event.starts_at - now) / HOUR) if event.starts_at > now else AFTERWARDS
    rule = {"all": [{"event": event.number, "in": ["registered"]}]}
    text = texts.NEWS.format(**event_words.facts(event))
    return Draft(event.title, text, event.topic, rule, hours=min(max(hours, 1), HOURS_MOST))


def _text(event: Event) -> str:
    facts = event_words.facts(event)
    return texts.INVITE.format(
        about=event.about[:ABOUT_CHARS],
        closes=event_words.moment(event.closes_at, event.created_at),
        how=event_notices.invitation_words(event),
        **facts,
    )


def _rule(work: Work, event: Event) -> dict[str, list[dict[str, object]]]:
    """Who may register; not those who are in or wait.

    The rule of a branch's event means people of that branch, whoever sends the notice.
    """
    kept = event.segment or {}
    org = orgs.get(work, event.org_id) if kept and event.org_id else None
    below = [{"below": org.code}] if org is not None and org.parent_id is not None else []
    there: dict[str, object] = {"event": event.number, "in": ["registered", "waiting"]}
    return {"all": [*(kept.get("all") or [EVERYBODY]), *below], "none": [*kept.get("none", ()), there]}
