"""`broadcast …`: notices from the machine itself. Whoever may run commands here needs no second person."""

import argparse
import hashlib
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.app import make_house
from bot.clock import SystemClock, local
from bot.commands import Failed, opened
from bot.config import Config
from bot.services import (
    broadcast_again,
    broadcast_expected,
    broadcast_lists,
    broadcast_recall,
    broadcast_results,
    broadcast_states,
    broadcasts,
    group_copies,
)
from bot.services.broadcast_expected import Expected
from bot.services.broadcast_lists import Sheet
from bot.services.broadcast_results import Progress
from bot.services.broadcasts import CLI, Draft
from bot.services.house import House
from storage.broadcasts import ENDED, Broadcast
from storage.database import Database
from storage.work import Work

WATCHED_S = 24 * 60 * 60
BAR = 24


def send(config: Config, given: argparse.Namespace) -> int:
    """Write a notice and schedule it; the running server sends it."""
    house, now, draft = make_house(config), SystemClock().now(), _draft(given)
    key = given.key or _key(given, now)
    with opened(config) as database:
        if given.dry_run:
            print(f"{database.look(lambda work: _count(work, draft, now, house)).people} people would get it")
            return 0
        database.look(lambda work: _refuse_known(work, key))
        counted = database.look(lambda work: _count(work, draft, now, house))
        sent = database.writer.run(lambda work: _send(work, draft, key, now, house, counted))
        when = f"{local(sent.not_before or now):%Y-%m-%d %H:%M}"
        who = f"broadcast {sent.id}: {sent.expected} people"
        print(f"{who}; the running server delivers it from {when} Shanghai time on", flush=True)
        if given.watch:
            _watch(database, sent.id)
    return 0


def _draft(given: argparse.Namespace) -> Draft:
    below = [{"below": given.below}] if given.below else []
    return Draft(
        given.title,
        given.text,
        given.topic,
        {"all": [{"who": given.to}, *below]},
        at=given.at,
        hours=given.hours,
        wants_receipt=given.receipt,
        urgent=given.now,
    )


def _key(given: argparse.Namespace, now: datetime) -> str:
    """The same notice on the same day is one notice."""
    said = (f"{local(now).date()}", given.to, given.below, given.title, given.text)
    return f"cli-{hashlib.sha256(chr(0).join(said).encode()).hexdigest()[:24]}"


def _count(work: Work, draft: Draft, now: datetime, house: House) -> Expected:
    return broadcast_expected.of_draft(work, CLI, draft, now, house)


def _send(work: Work, draft: Draft, key: str, now: datetime, house: House, counted: Expected) -> Broadcast:
    _refuse_known(work, key)
    return broadcast_states.send(work, CLI, draft, now, house, counted, key)


def _refuse_known(work: Work, key: str) -> None:
    before = broadcasts.by_key(work, CLI, key)
    if before is not None:
        when = f"{local(before.created_at):%Y-%m-%d %H:%M}"
        raise Failed(f"a notice with this key was already sent ({when}); nothing was sent, give another --key")


def show_all(config: Config, given: argparse.Namespace) -> int:
    """Notices, the newest first."""
    with opened(config) as database:
        found = database.look(lambda work: broadcast_lists.listing(work, CLI, given.state))
    for each in found.lines:
        at = f"{local(each.at):%Y-%m-%d %H:%M}" if each.at else "-"
        people = (each.progress.total if each.progress else each.recipients) or each.expected
        print(f"{each.id}  {each.state:13} {at:16}  {people:>7} people  {each.title}")
    if not found.lines:
        print("no broadcasts")
    return 0


def show(config: Config, given: argparse.Namespace) -> int:
    """One notice and how far it is; with --watch until it has ended."""
    with opened(config) as database:
        if given.watch:
            return _watch(database, given.id)
        now = SystemClock().now()
        sheet, done, marks = database.look(
            lambda work: (
                broadcast_lists.one(work, CLI, given.id),
                broadcast_results.progress(work, given.id, now),
                group_copies.marks_of(work, given.id),
            )
        )
    for line in _full(sheet, done):
        print(line)
    if marks:
        print(f"groups     pasted by staff into {sum(each.groups for each in marks)}, not counted above")
    return 0


def _full(sheet: Sheet, done: Progress) -> list[str]:
    row = sheet.row
    at = f"{local(row.not_before):%Y-%m-%d %H:%M}" if row.not_before else "as soon as allowed"
    lines = [
        f"broadcast {row.id}: {row.title}",
        f"state      {row.state}" + (f" ({row.note})" if row.note else ""),
        f"to         {sheet.rule}",
        f"from       {at}, worth sending for {row.hours} h",
        f"by         {row.author}" + (f", approved by {row.approver}" if row.approver else ""),
    ]
    if sheet.line.repeat:
        lines.append(f"repeats    {sheet.line.repeat}")
    lines.append(f"people     {done.total or row.expected}, left out {done.left_out}, attempt {row.attempt}")
    for name, counts in (("states", done.states), ("routes", done.routes), ("reasons", done.reasons)):
        if counts:
            lines.append(f"{name:10} " + ", ".join(f"{key} {count}" for key, count in sorted(counts.items())))
    if row.wants_receipt:
        lines.append(f"receipts   {done.acked} of {done.acked + done.silent}")
    return lines


def _watch(database: Database, broadcast_id: int) -> int:
    """Say how far it is: every second (large ones less often) on a terminal, at every change elsewhere; to its end."""
    live, last = sys.stdout.isatty(), ""

    def look(work: Work) -> tuple[Broadcast, Progress]:
        row = broadcasts.seen(work, CLI, broadcast_id)
        return row, broadcast_results.progress(work, broadcast_id, SystemClock().now())

    for _ in range(WATCHED_S):
        row, done = database.look(look)
        line = _line(row.state, done, live)
        if live:
            print(f"\r\x1b[K{line}", end="", flush=True)
        elif line != last:
            print(line, flush=True)
        last = line
        if row.state in ENDED:
            break
        time.sleep(done.again_in)
    if live:
        print()
    return 0


def _line(state: str, done: Progress, live: bool) -> str:
    """How far it is, in one line. What changes all the time is for terminals only."""
    full = round(BAR * done.fraction)
    bar = f"[{'#' * full}{'.' * (BAR - full)}] " if live else ""
    line = f"{state} {bar}reached {done.reached}, open {done.waiting}, not reached {done.not_reached} of {done.total}"
    kept, unknown = done.states.get("kept", 0), done.states.get("unknown", 0)
    line += (f", kept {kept}" if kept else "") + (f", unknown {unknown}" if unknown else "")
    if not live or not done.waiting:
        return line
    left = "" if done.seconds_left is None else f", {done.seconds_left} s left"
    return f"{line}; {done.per_minute} a minute{left}"


def _deed(config: Config, given: argparse.Namespace, deed: Callable[[Work, datetime, House], Any], said: str) -> int:
    house, now = make_house(config), SystemClock().now()
    with opened(config) as database:
        database.writer.run(lambda work: deed(work, now, house))
        return _told(database, given, said)


def _told(database: Database, given: argparse.Namespace, said: str) -> int:
    state = database.look(lambda work: broadcasts.seen(work, CLI, given.id)).state
    print(f"broadcast {given.id} {said}; it is {state} now")
    return 0


def pause(config: Config, given: argparse.Namespace) -> int:
    """Nothing more of it is sent until it is resumed."""
    return _deed(config, given, lambda *a: broadcast_states.pause(a[0], CLI, given.id, *a[1:]), "paused")


def resume(config: Config, given: argparse.Namespace) -> int:
    """Go on where it stopped."""

    def deed(work: Work, now: datetime, house: House) -> Broadcast:
        return broadcast_states.resume(work, CLI, given.id, now, house, given.hours)

    return _deed(config, given, deed, "resumed")


def cancel(config: Config, given: argparse.Namespace) -> int:
    """Stop it for good; one that went out is not shown to those any more who have not been told of it yet."""

    def deed(work: Work, now: datetime, house: House) -> Broadcast:
        over = broadcasts.seen(work, CLI, given.id).state in broadcast_states.DEEDS["recall"].origins
        return (broadcast_recall.recall if over else broadcast_states.cancel)(work, CLI, given.id, now, house)

    return _deed(config, given, deed, "cancelled")


def approve(config: Config, given: argparse.Namespace) -> int:
    """Approve what staff handed in."""
    return _deed(config, given, lambda *a: broadcast_states.approve(a[0], CLI, given.id, *a[1:]), "approved")


def resend(config: Config, given: argparse.Namespace) -> int:
    """Send it again to those whom it did not reach, and only to them."""

    house, now, too = make_house(config), SystemClock().now(), given.unknown_too
    with opened(config) as database:
        counted = database.look(lambda work: broadcast_again.missed(work, CLI, given.id, now, too))
        count = database.writer.run(
            lambda work: broadcast_again.resend_failed(work, CLI, given.id, now, house, counted, too)
        )
        return _told(database, given, f"is sent again, {count} people")
