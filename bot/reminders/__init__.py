"""What happens in one firing: the kinds of reminder and what each says when it is due."""

from bot.reminders import duty_due, duty_monthly
from bot.reminders.firing import Kind

KINDS: tuple[Kind, ...] = (duty_monthly.KIND, duty_due.KIND)
