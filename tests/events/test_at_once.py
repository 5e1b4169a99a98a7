"""Many people at once through two servers: no place is given twice, nobody waits beside a free one, nobody is lost."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from bot import texts
from bot.services.house import House
from bot.testing import Talk
from storage.events import RegistrationStep
from storage.letters import Letter
from tests.conftest import Opener
from tests.events.kit import hold
from tests.storage.kit import count, rows

PEOPLE, PLACES = 30, 8
NUMERALS = "一二三四五六七八九十"


def test_two_servers_fill_an_event(another: Opener, house: House, now: datetime) -> None:
    fair = hold(another(), house, now, capacity=PLACES)
    talks = [Talk(fair.database, house, now), Talk(another(), house, now)]
    drawn = random.Random(7)
    turns = [(f"p{place}", drawn.random() < 0.5) for place in range(PEOPLE)]

    def speak(job: tuple[int, tuple[str, bool]]) -> list[str]:
        place, (user, goes) = job
        talk = talks[place % 2]
        name = f"张{NUMERALS[place // 10]}{NUMERALS[place % 10]}"
        said = talk.says("报名 11", user) + talk.says(name, user)
        return said + (talk.says("取消报名 11", user) if goes else [])

    with ThreadPoolExecutor(8) as pool:
        said = [words for words in pool.map(speak, enumerate(turns)) for words in words]
    assert texts.BROKEN not in said
    states, places = fair.column("state"), fair.column("place")
    staying = sum(not goes for _, goes in turns)
    assert states.count("cancelled") == PEOPLE - staying
    assert states.count("registered") == min(PLACES, staying)
    assert states.count("waiting") == max(staying - PLACES, 0)
    assert sorted(places) == list(range(1, PEOPLE + 1))
    assert fair.now().last_place == PEOPLE
    steps = [what for (what,) in rows(fair.database, RegistrationStep, "what")]
    assert steps.count("promoted") == count(fair.database, Letter)
