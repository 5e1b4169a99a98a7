"""`broadcast plan` and `broadcast quotas`: what a notice would take, and what the month has left. In staff's words."""

import argparse

from bot.app import make_house
from bot.clock import SystemClock
from bot.commands import Failed, opened
from bot.config import Config
from bot.services import broadcasts, notice_trial, plan_words, quota_forecast
from bot.services.broadcasts import CLI
from bot.services.plans import Plan
from storage.work import Work


def plan(config: Config, given: argparse.Namespace) -> int:
    """By which route a notice reaches how many people, what it takes, and what to think of."""
    house, now = make_house(config), SystemClock().now()

    def ask(work: Work) -> Plan | None:
        return notice_trial.plan_kept(work, broadcasts.seen(work, CLI, given.id), house, now)

    with opened(config) as database:
        made = database.look(ask)
    if made is None:
        raise Failed("whom it is for is not understood any more; change it or cancel it")
    for line in (*plan_words.sentences(made), *(f"注意：{each}" for each in made.warnings)):
        print(line)
    return 0


def quotas(config: Config, given: argparse.Namespace) -> int:
    """The quotas of this month and what planned notices will take of them."""
    house, now = make_house(config), SystemClock().now()
    with opened(config) as database:
        forecast = database.look(lambda work: quota_forecast.month(work, house.reach, now))
    for line in quota_forecast.sentences(forecast):
        print(line)
    return 0
