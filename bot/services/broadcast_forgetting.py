"""Which notices a person was meant to get, as a copy for that person."""

from datetime import datetime
from typing import Any

from bot.clock import local
from bot.services import reasons
from bot.services.broadcast_results import RECIPIENT_WORDS
from bot.services.reach_policy import ROUTE_NAMES
from storage import broadcast_forgetting as rows
from storage.work import Work


def record(work: Work, person_id: int) -> list[dict[str, Any]]:
    """The notices a person was meant to get, as a copy for that person: times in Shanghai, words in Chinese."""
    return [
        {
            "通知": each.title,
            "时间": _time(each.not_before or each.created_at),
            "结果": RECIPIENT_WORDS.get(each.state, each.state),
            "原因": reasons.words(each.reason),
            "方式": ROUTE_NAMES.get(each.route, each.route),
            "结果时间": _time(each.settled_at),
            "回复收到": _time(each.acked_at),
            "提醒回复": _time(each.nudged_at),
        }
        for each in rows.of_person(work, person_id)
    ]


def _time(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""
