"""What the platform allows one account when it speaks unasked: its routes, rates and quotas. Built by the roof.

Source: platform.md 0.1, 0.3, 5.2 and 5.3. Quotas are per day of Shanghai, mass sends per follower and calendar month.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

ROUTES = ("custom", "notice", "template", "mass")  # the usual order: what costs least first
ROUTE_NAMES = {
    "custom": "客服消息（48小时内有互动）",
    "notice": "订阅通知（本人同意过）",
    "template": "模板消息",
    "mass": "群发（每人每月最多4次）",
    "inbox": "下次联系时告知",
}
MASS_LEAST, MASS_MOST = 2, 10_000  # openids in one call
MASS_CALLS = "mass_calls"  # calls of mass sends in the ledger, beside their people
PER_DAY: Mapping[str, int] = MappingProxyType(
    {"custom": 500_000, "template": 100_000, "mass": 100 * MASS_MOST, MASS_CALLS: 100}
)


@dataclass(frozen=True, slots=True)
class ReachPolicy:
    """One channel. `templates`, `notices`: purpose (`notice`, `event`) to the platform's template id, where it has one.

    `per_second`: sends of all routes but mass together; `per_day`: route to quota; `approve_above`: a notice to more
    people needs a second person; `mass`: whether staff may choose the mass route at all.
    """

    channel: str = "oa"
    templates: Mapping[str, str] = field(default_factory=dict)
    notices: Mapping[str, str] = field(default_factory=dict)
    per_second: float = 50.0
    per_day: Mapping[str, int] = field(default_factory=lambda: dict(PER_DAY))
    mass: bool = False
    mass_per_month: int = 4
    approve_above: int = 100
    consent_link: str = ""  # the page where people agree to one notice; empty: nobody is asked

    @property
    def routes(self) -> tuple[str, ...]:
        """The routes that are set up, in the usual order."""
        have = {"custom": True, "notice": bool(self.notices), "template": bool(self.templates), "mass": self.mass}
        return tuple(route for route in ROUTES if have[route])
