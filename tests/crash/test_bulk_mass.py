"""kill -9 of the mass sender in the middle of its call: everybody gets it once, and what nobody knows is unknown."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import Application
from bot.clock import FrozenClock, SystemClock
from storage.recipients import OPEN
from tests import postgres
from tests.crash.test_bulk import PATIENCE_S, Flood, flood
from tests.sending.bulk import states
from tests.wire.room import configuration, eventually

CROWD = 60
MASS = {"CHANNELS__OA__MASS": "true"}
LATER = timedelta(minutes=2)  # longer than a lease and than the platform wants between a call and its repeat
SLOW, FAST = timedelta(milliseconds=50), timedelta(minutes=1)

# What the platform does with the first call, which is never answered, and what becomes of the recipients. Taken: the
# repeat is refused with the number of the job, and who got it is told by nobody; that is asked for after 40 minutes.
# Not taken: the repeat is the send, and its finish event comes.
MOMENTS = {
    "taken": ({"p_timeout_after_accept": 1.0, "finish_events": False}, FAST, ("unknown", "mass_unknown", "mass")),
    "not taken": ({"p_timeout_before": 1.0}, SLOW, ("sent", "", "mass")),
}


async def killed(url: str, folder: Path, faults: dict[str, Any], step: timedelta) -> Counter[tuple[str, ...]]:
    """The call is made, the sender dies before it is answered, another one goes on two minutes later."""
    async with flood(url, folder, bots=1, seed=1, **MASS) as city:
        await city.begin(CROWD, "mass", force_path="mass/send", hang_s=60.0, push_timeout_s=15, **faults)
        await eventually(
            lambda: city.left("massed") == CROWD and bool(city.city.world.calls.view("message/mass/send")), PATIENCE_S
        )
        await city.bots[0].kill()
        await city.city.act("faults", p_timeout_after_accept=0, p_timeout_before=0, finish_events=True)
        await settle(url, city, step)
        got = Counter((entry["user"], entry["via"]) for entry in city.city.world.received.view(None))
        assert got == {(user, "mass"): 1 for user in city.users}
        return states(city.database, city.broadcast)


async def settle(url: str, city: Flood, step: timedelta) -> None:
    """An ordinary start later; so much time goes by with every look."""
    clock = FrozenClock(SystemClock().now() + LATER)
    port = city.city.bot.port

    def through() -> bool:
        clock.move(step)
        return city.left(*OPEN) == 0

    async with Application(configuration(url, city.city.platform, account={"mass": True}, public_port=port), clock):
        await eventually(through, 60)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_mass_sender_dies_in_its_call(file_url: str, tmp_path: Path, moment: str) -> None:
    faults, step, end = MOMENTS[moment]
    assert await killed(file_url, tmp_path, faults, step) == {end: CROWD}


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_mass_sender_dies_in_its_call_on_postgresql(
    postgres_server: postgres.Server, filled_postgres: str, tmp_path: Path, moment: str
) -> None:
    faults, step, end = MOMENTS[moment]
    url = postgres_server.create(filled_postgres)
    assert await killed(url, tmp_path, faults, step) == {end: CROWD}
    postgres_server.drop(url)
