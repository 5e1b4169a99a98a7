"""`broadcast plan` and `broadcast quotas`: what a notice would take, and what the month has left. In staff's words."""

import argparse

from bot.app import make_house
from bot.clock import SystemClock
from bot.commands import opened
from bot.config import Config
from bot.services import broadcast_plan, plan_words, quota_forecast
from bot.services.broadcasts import CLI


def plan(config: Config, given: argparse.Namespace) -> int:
    """By which route a notice reaches how many people, what it takes, and what to think of."""
    house, now = make_house(config), SystemClock().now()
    with opened(config) as database:
        made = database.look(lambda work: broadcast_plan.of(work, CLI, given.id, now, house))
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
