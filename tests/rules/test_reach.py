"""Which routes a notice may take: what is configured, what staff chose, and when a month begins."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.app import reach_policy
from bot.config import load
from bot.errors import Misconfigured
from bot.services import reach
from bot.services.reach_policy import ReachPolicy
from storage import quotas
from storage.database import Database

FULL = ReachPolicy(templates={"notice": "T"}, notices={"notice": "N", "event": "E"}, mass=True)


def policy(**account: Any) -> ReachPolicy:
    return reach_policy(load(None, channels={"oa": account}, broadcasts={"approve_above": 30}))


def test_the_policy_is_what_is_configured() -> None:
    made = policy(
        notice_template="T",
        notice_consent_template="N",
        event_consent_template="E",
        consent_link="https://union.example.org/notices",
        mass=True,
        sends_per_second=20,
    )
    assert made.templates == {"notice": "T", "event": "T", "reminder": "T"}
    assert made.notices == {"notice": "N", "event": "E"}
    assert (made.mass, made.per_second, made.approve_above) == (True, 20, 30)
    assert made.consent_link == "https://union.example.org/notices"
    assert made.routes == ("custom", "notice", "template", "mass")


def test_nothing_configured_leaves_the_open_window() -> None:
    assert policy().routes == ("custom",)
    assert policy(event_template="E").templates == {"event": "E"}


@pytest.mark.parametrize("link", ["javascript:alert(1)", "union.example.org", 'https://a.example/"x', "https://a b"])
def test_a_link_that_is_none_is_refused(link: str) -> None:
    with pytest.raises(Misconfigured, match="consent_link"):
        policy(consent_link=link)


@pytest.mark.parametrize(
    ("given", "kind", "allowed", "routes"),
    [
        (FULL, "notice", None, ("custom", "notice", "template")),
        (FULL, "event", None, ("custom", "notice")),
        (FULL, "notice", ["mass", "custom", "mass", "pigeon"], ("mass", "custom")),
        (FULL, "notice", [], ()),
        (ReachPolicy(), "notice", ["mass", "template", "notice", "custom"], ("custom",)),
    ],
)
def test_mass_sends_are_taken_only_where_somebody_chose_them(
    given: ReachPolicy, kind: str, allowed: list[str] | None, routes: tuple[str, ...]
) -> None:
    assert reach.routes(given, kind, allowed) == routes


def test_the_means_of_a_notice_know_what_the_platform_closed(database: Database, now: datetime) -> None:
    until = now + timedelta(hours=5)
    database.writer.run(lambda work: quotas.stop(work, "oa", "template", until, "45009"))
    means = database.look(lambda work: reach.means(work, FULL, "event", None, now, until))
    assert (means.routes, means.notice, means.stops) == (("custom", "notice"), "E", {"template": until})
    assert means.month == datetime(2026, 10, 31, 16, tzinfo=UTC)


def test_a_month_begins_at_midnight_in_shanghai() -> None:
    last = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    assert reach.month_start(last) == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert reach.month_start(last + timedelta(minutes=1)) == datetime(2026, 11, 30, 16, tzinfo=UTC)
