"""What every rule of this union may need to know: its name, its hours, its knowledge. Built once by the roof."""

from dataclasses import dataclass, field

from bot.calendar import Hours
from bot.services.duty_policy import DutyPolicy
from bot.services.knowledge import Knowledge
from bot.services.reach_policy import ReachPolicy
from bot.services.sensitive import Sensitive
from bot.services.unit_book import UnitBook


@dataclass(frozen=True, slots=True)
class House:
    """The union as the rules see it. Frozen, but `knowledge` and `units` refresh themselves.

    `private_link` opens a chat with the account.
    """

    union: str = "示例市总工会"
    hotline: str = "12351"
    office: str = "工作日 9:00–17:00"
    contact: str = "本会职工服务中心窗口"
    review_workdays: int = 5
    hours: Hours = field(default_factory=Hours)
    catch_up_hours: int = 24
    chat_days: int = 90
    consent_version: str = "2026-11.3"
    private_link: str = ""
    duties: DutyPolicy = field(default_factory=DutyPolicy)
    reach: ReachPolicy = field(default_factory=ReachPolicy)
    sensitive: Sensitive = field(default_factory=Sensitive)
    knowledge: Knowledge = field(default_factory=Knowledge)
    units: UnitBook = field(default_factory=UnitBook)
