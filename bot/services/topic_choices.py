"""退订 and 订阅: which topics somebody hears of. A choice holds at once, everywhere, and can be taken back at any time.

What people asked for or have in hand (answers, applications, duties, an event they registered for) is no topic: that
they hear in any case. Source: PIPL art. 15 and 24 (an easy way to refuse what is pushed).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bot.services.topics import OPTIONAL, TOPICS
from storage import topic_choices
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Stopped:
    """What came of it: topics that are stopped now; those that were before, since when; those nobody can leave."""

    now: tuple[str, ...]
    before: Mapping[str, datetime]
    exempt: tuple[str, ...]


def stopped(work: Work, person_id: int) -> dict[str, datetime]:
    """The topics that somebody does not want, in the order of `TOPICS`, with when they said so."""
    found = topic_choices.stopped(work, person_id)
    return {key: found[key] for key in OPTIONAL if key in found}


def stop(work: Work, person_id: int, topics: Collection[str], now: datetime) -> Stopped:
    """Nothing of these topics any more; also what waits for them is taken back."""
    before = stopped(work, person_id)
    fresh = tuple(key for key in OPTIONAL if key in topics and key not in before)
    if fresh:
        topic_choices.stop(work, person_id, fresh, now)
    old = {key: at for key, at in before.items() if key in topics}
    return Stopped(fresh, MappingProxyType(old), _exempt(topics))


def resume(work: Work, person_id: int, topics: Collection[str]) -> tuple[list[str], list[str]]:
    """These topics again, from now on: those that were stopped, and those that never were."""
    before = stopped(work, person_id)
    back = [key for key in before if key in topics]
    if back:
        topic_choices.resume(work, person_id, back)
    return back, [key for key in TOPICS if key in topics and key not in back]


def labels(topics: Collection[str]) -> Sequence[str]:
    """The names of topics, in their order."""
    return [topic.label for key, topic in TOPICS.items() if key in topics]


def _exempt(topics: Collection[str]) -> tuple[str, ...]:
    return tuple(key for key, topic in TOPICS.items() if topic.exempt and key in topics)
