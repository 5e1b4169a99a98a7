"""Consents to single notices (订阅通知): what people answered to the platform's pop-up, and asking for one.

The platform sends one notice for each consent, whenever it is (platform.md 0.3). It tells a consent as it is given; a
refusal, in the pop-up or later in the settings, counts as "nothing any more": we would rather not use a consent than
write to somebody who has said no.
"""

from collections.abc import Iterable
from datetime import datetime

from bot import notice_texts
from bot.contract import Consent
from bot.services import reach
from bot.services.reach_policy import ReachPolicy
from storage import quotas
from storage.work import Work

MAX_TEMPLATE = 64  # longer ones are none of the platform's


def heard(work: Work, address_id: int, consents: Iterable[Consent], now: datetime) -> None:
    """Write down what a person answered to a pop-up; repeats of a push never come this far."""
    for consent in consents:
        if len(consent.template_id) > MAX_TEMPLATE:
            continue
        if consent.accepted:
            quotas.grant(work, address_id, consent.template_id, now)
        else:
            quotas.no_grant(work, address_id, consent.template_id, now)


def left(work: Work, policy: ReachPolicy, address_id: int, kind: str = "notice") -> int:
    """How many notices of a kind (`notice`, `event`) an address still accepts."""
    template = policy.notices.get(reach.purpose(kind), "")
    return quotas.grants(work, address_id).get(template, 0) if template else 0


def invitation(work: Work, policy: ReachPolicy, address_id: int, kind: str = "notice") -> str:
    """Words that ask for a consent; empty when nobody is asked here, or one is there already."""
    if not can_ask(policy, kind) or left(work, policy, address_id, kind):
        return ""
    words = notice_texts.ASK_CONSENT_EVENT if kind == "event" else notice_texts.ASK_CONSENT
    return words.format(link=policy.consent_link)


def can_ask(policy: ReachPolicy, kind: str = "notice") -> bool:
    """Whether there is a page to agree on and something to agree to."""
    return bool(policy.consent_link and policy.notices.get(reach.purpose(kind)))
