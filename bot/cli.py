"""The command line: `python -m bot COMMAND`. Exit status: 0 done, 1 failed, 2 wrong use."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot import (
    account,
    broadcast_commands,
    cadre_commands,
    checking,
    commands,
    demo,
    faq_commands,
    log,
    member_commands,
    plan_commands,
    privacy_commands,
    report_commands,
    serving,
    staffing,
    talk,
)
from bot.clock import SHANGHAI
from bot.config import Config, load
from bot.errors import Misconfigured, Refusal
from bot.preparing import add_local_secrets
from bot.services.actors import ROLES
from bot.services.broadcast_lists import TABS
from bot.services.duty_sheets import KINDS
from bot.services.segments import WHO
from bot.services.topics import TOPICS
from storage.broadcasts import STATES
from storage.database import DatabaseBusy

DEFAULT_CONFIG = Path("config.yaml")
Run = Callable[[Config, argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    given = parser().parse_args(_spelt_out(sys.argv[1:] if arguments is None else arguments))
    try:
        config = _config(given)
        log.configure(given.log_level or config.log_level)
        run: Run = given.run
        status = run(config, given)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Misconfigured, DatabaseBusy, commands.Failed) as error:
        print(f"unionbot: {error}", file=sys.stderr)
    except SQLAlchemyError as error:
        print(f"unionbot: the database does not work: {type(error).__name__}; check database.url", file=sys.stderr)
    except ModuleNotFoundError as error:
        print(f"unionbot: {error}; database.url is sqlite:///… or postgresql://…", file=sys.stderr)
    except OSError as error:
        print(f"unionbot: {error.strerror or error}", file=sys.stderr)
    except Refusal as refusal:
        print(f"unionbot: {refusal.words}", file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return 1


def _spelt_out(arguments: Sequence[str]) -> list[str]:
    """`broadcast --to …` of earlier versions is `broadcast send --to …`."""
    said = list(arguments)
    place = said.index("broadcast") + 1 if "broadcast" in said else len(said)
    if said[place : place + 1] and said[place].startswith("--") and said[place] not in ("--help", "--config"):
        said.insert(place, "send")
    return said


def _config(given: argparse.Namespace) -> Config:
    path = given.config or (DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None)
    if given.command not in ("serve", "check"):  # a real installation must set its own keys and keep them
        add_local_secrets(load(path))
    return load(path)


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    top = argparse.ArgumentParser(prog="unionbot", description="A WeChat assistant for Chinese trade unions.")
    top.add_argument("--config", type=Path, help="configuration file (default: config.yaml if it is there)")
    top.add_argument("--log-level", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    commands_ = _Commands(top)
    _serving(commands_)
    _content(commands_)
    _operating(commands_)
    _staff(commands_)
    return top


class _Commands:
    """Sub-commands of a parser."""

    def __init__(self, top: argparse.ArgumentParser, dest: str = "command") -> None:
        self._sub = top.add_subparsers(dest=dest, required=True, metavar="COMMAND")

    def add(self, name: str, run: Run | None, text: str) -> argparse.ArgumentParser:
        """A sub-command; without `run` it only groups others."""
        made = self._sub.add_parser(name, help=text, description=text)
        made.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        if run is not None:
            made.set_defaults(run=run)
        return made

    def group(self, name: str, text: str) -> "_Commands":
        """A sub-command with sub-commands."""
        return _Commands(self.add(name, None, text), "subcommand")


def _serving(top: _Commands) -> None:
    top.add("serve", serving.serve, "run bot, console and jobs")
    demo_ = top.add("demo", demo.run, "run sandbox, bot and console with the demo organisation")
    demo_.add_argument("--fresh", action="store_true", help="forget the demo's database and phones first")
    talk_ = top.add("talk", talk.run, "chat in the terminal")
    talk_.add_argument("--as", dest="user", default="u1", help="who is talking (default: u1)")
    talk_.add_argument("--json", action="store_true", help="one JSON object a line in, one out")


def _content(top: _Commands) -> None:
    _faq(top.group("faq", "the knowledge base"))
    duties = top.group("duties", "cadres' duties")
    duties.add("import", commands.duties_import, "bring a yearly calendar (YAML) into the database").add_argument(
        "file", type=Path
    )
    preview = duties.add("preview", commands.duties_preview, "who would be reminded of what and when; sends nothing")
    preview.add_argument("--month", required=True, type=month, metavar="YYYY-MM")
    year = duties.add("year", commands.duties_year, "what a whole year brings an office; writes nothing")
    year.add_argument("--union", required=True, metavar="CODE", help="code of the union")
    year.add_argument("--office", default="主席", help="the office whose duties are shown (default: 主席)")
    year.add_argument("--year", type=int, choices=range(2020, 2100), metavar="YYYY", help="default: this year")
    year.add_argument("--drafts", action="store_true", help="as it would be with every draft published")
    _reports(top.group("reports", "sheets, circulars, indicators and targets"))
    _broadcasts(top.group("broadcast", "notices to many people"))


def _broadcasts(broadcasts: _Commands) -> None:
    send = broadcasts.add("send", broadcast_commands.send, "send a notice to a segment (the same without `send`)")
    send.add_argument("--to", required=True, choices=tuple(WHO))
    send.add_argument("--below", default="", metavar="CODE", help="only this branch of the organisation tree")
    send.add_argument("--title", required=True)
    send.add_argument("--text", required=True)
    send.add_argument("--topic", default="activity", choices=tuple(TOPICS), help="default: activity")
    send.add_argument("--at", type=moment, metavar="ISO-TIME", help="Shanghai time unless it says otherwise")
    send.add_argument("--hours", type=int, default=48, help="how long the notice is worth sending (default: 48)")
    send.add_argument("--key", default="", help="the same key is sent only once (default: made from title and text)")
    send.add_argument("--receipt", action="store_true", help="ask people to reply 收到")
    send.add_argument("--now", action="store_true", help="send at once, also at night")
    send.add_argument("--dry-run", action="store_true", help="only say how many people would get it")
    broadcasts.add("quotas", plan_commands.quotas, "the quotas of this month and what is planned")
    list_ = broadcasts.add("list", broadcast_commands.show_all, "notices, the newest first")
    list_.add_argument("--state", default="all", choices=(*TABS, *STATES), help="default: all")
    show = broadcasts.add("show", broadcast_commands.show, "one notice and how far it is")
    for each in (send, show):
        each.add_argument("--watch", action="store_true", help="say how far it is until it has ended")
    resume = broadcasts.add("resume", broadcast_commands.resume, "go on where it stopped")
    resume.add_argument("--hours", type=int, help="worth sending so long from now on")
    resend = broadcasts.add("resend", broadcast_commands.resend, "send it again to those whom it did not reach")
    resend.add_argument("--unknown-too", action="store_true", help="also where the end is unknown: some get it twice")
    others = (
        broadcasts.add("plan", plan_commands.plan, "whom each route reaches, what it takes, who is left out"),
        broadcasts.add("pause", broadcast_commands.pause, "nothing more of it is sent until it is resumed"),
        broadcasts.add("cancel", broadcast_commands.cancel, "stop it for good"),
        broadcasts.add("approve", broadcast_commands.approve, "approve what staff handed in"),
    )
    for each in (show, resume, resend, *others):
        each.add_argument("id", type=row_id, help="of the notice, see `broadcast list`")


def _reports(reports: _Commands) -> None:
    sheet = reports.add("sheet", report_commands.sheet, "write a sheet of a duty's numbers as xlsx")
    sheet.add_argument("file", type=Path, metavar="FILE")
    sheet.add_argument("--duty", required=True, metavar="ID", help="id of the line of the calendar")
    sheet.add_argument("--kind", choices=KINDS, default="month", help="default: month")
    sheet.add_argument("--year", type=int, required=True, metavar="YYYY")
    sheet.add_argument("--number", type=int, default=1, help="which one of the year (default: 1)")
    circular = reports.add("circular", report_commands.make_circular, "write a circular as xlsx or PNG, by the ending")
    circular.add_argument("file", type=Path, metavar="FILE")
    circular.add_argument("--indicator", required=True, metavar="ID")
    circular.add_argument("--year", type=int, required=True, metavar="YYYY")
    for each in (sheet, circular):
        each.add_argument("--below", default="", metavar="CODE", help="only this branch of the organisation tree")
        each.add_argument("--as-of", type=date.fromisoformat, metavar="YYYY-MM-DD", help="default: today")
    reports.add("import", report_commands.bring_in, "bring in indicators (YAML) or targets (xlsx)").add_argument(
        "file", type=Path, metavar="FILE"
    )


def _faq(faq: _Commands) -> None:
    import_ = faq.add(
        "import", faq_commands.faq_import, "bring xlsx and YAML files into the knowledge base; idempotent"
    )
    import_.add_argument("files", nargs="+", type=Path, metavar="FILE")
    import_.add_argument("--despite-golden", action="store_true", help="also when golden questions break; audited")
    export = faq.add(
        "export", faq_commands.faq_export, "write the knowledge base as xlsx or YAML, by the file's ending"
    )
    export.add_argument("file", type=Path, metavar="FILE")
    ask = faq.add("ask", faq_commands.faq_ask, "answer questions from standard input, a line each")
    ask.add_argument("--json", action="store_true", help="one JSON object a line out")
    check = faq.add("check", faq_commands.faq_check, "ask the golden questions; status 1 when a floor is broken")
    check.add_argument("--json", action="store_true", help="one JSON object")
    check.add_argument("--list", action="store_true", help="also every question that failed or was set apart")


def _members(members: _Commands) -> None:
    import_ = members.add("import", member_commands.members_import, "bring a roster (xlsx) in; all or nothing")
    import_.add_argument("file", type=Path, metavar="FILE")
    import_.add_argument("--unit", default="", metavar="CODE", help="the union of rows that name none")
    import_.add_argument(
        "--column",
        action="append",
        default=[],
        type=member_commands.column,
        metavar="HEADER=FIELD",
        help="what a column means, such as 证件=身份证号; nothing after = leaves it out",
    )
    import_.add_argument("--dry-run", action="store_true", help="only check and count")
    export = members.add("export", member_commands.members_export, "write the roster as xlsx, numbers masked")
    export.add_argument("file", type=Path, metavar="FILE")
    export.add_argument("--reason", required=True, help="goes into the audit trail")
    export.add_argument("--below", default="", metavar="CODE", help="only this branch of the organisation tree")
    export.add_argument("--full", action="store_true", help="with full ID and mobile numbers; audited on its own")
    person = members.add("export-person", member_commands.members_export_person, "write what is kept of one person")
    person.add_argument("file", type=Path, metavar="FILE")
    person.add_argument("--number", required=True, help="of the member, or of the application; never an ID number")
    person.add_argument("--reason", required=True, help="goes into the audit trail")


def _operating(top: _Commands) -> None:
    _members(top.group("members", "the roster of members"))
    orgs = top.group("orgs", "the organisation tree")
    orgs.add(
        "import", member_commands.orgs_import, "bring organisations (xlsx or YAML) into the database"
    ).add_argument("file", type=Path, metavar="FILE")
    bind = orgs.add("bind", cadre_commands.orgs_bind, "make a one-time code that gives a cadre an office")
    bind.add_argument("unit", help="organisation code")
    bind.add_argument("office", help="主席, 经办人 …")
    bind.add_argument("--days", type=days, default=30, metavar="1..30", help="how long it is valid (default: 30)")
    cadres = top.group("cadres", "cadres and their one-time codes")
    many = cadres.add("import", cadre_commands.cadres_import, "make a code for every row of a list (xlsx)")
    many.add_argument("file", type=Path, metavar="FILE")
    many.add_argument("--to", type=Path, required=True, metavar="FILE", help="where the codes are written, once")
    many.add_argument("--days", type=days, default=30, metavar="1..30", help="how long they are valid (default: 30)")
    codes = cadres.add("codes", cadre_commands.cadres_codes, "list the codes that nobody used yet")
    codes.add_argument("--below", default="", metavar="CODE", help="only this branch of the organisation tree")
    platform = top.group("account", "the Official Account on the platform")
    platform.add("menu", account.menu, "replace the account's menu").add_argument("file", type=Path)
    qr = platform.add("qr", account.qr, "make a QR code for a scene, such as unit_<code>")
    qr.add_argument("scene")
    qr.add_argument("--days", type=days, default=0, metavar="1..30", help="without it the code is for ever")
    jobs = top.group("jobs", "what happens by itself")
    jobs.add("list", commands.jobs_list, "all jobs with their last run")
    run = jobs.add("run", commands.jobs_run, "run one job now, or as of a time")
    run.add_argument("name")
    run.add_argument("--at", type=moment, metavar="ISO-TIME", help="Shanghai time unless it says otherwise")
    database = top.group("db", "the database")
    database.add("upgrade", commands.db_upgrade, "bring the schema to the newest version")
    database.add("backup", commands.db_backup, "an online backup of a SQLite database").add_argument("file", type=Path)
    database.add("reseal", privacy_commands.db_reseal, "seal everything again with the first of the seal keys")
    top.add("check", checking.check, "check configuration, content and credentials")


def _staff(top: _Commands) -> None:
    staff = top.group("staff", "accounts of the console")
    add = staff.add("add", staffing.add, "make an account and print its one-time password")
    add.add_argument("name", help="small letters, digits, . _ -")
    add.add_argument("--role", required=True, choices=ROLES)
    add.add_argument("--branch", default="", metavar="CODE", help="only for this branch of the organisation tree")
    add.add_argument("--display", default="", metavar="NAME", help="the name the console shows")
    staff.add("list", staffing.show, "all accounts")
    reset = staff.add("reset", staffing.reset, "print a new one-time password for an account, and unlock it")
    reset.add_argument("name")
    reset.add_argument("--code", action="store_true", help="also switch its second factor off")
    staff.add("off", staffing.off, "switch an account off").add_argument("name")


def days(text: str) -> int:
    """1 to 30 days: as long as the platform lets a temporary QR code live."""
    count = int(text)
    if not 1 <= count <= 30:
        raise ValueError
    return count


def month(text: str) -> str:
    """A month like 2026-12."""
    return datetime.strptime(text, "%Y-%m").replace(tzinfo=SHANGHAI).strftime("%Y-%m")


def row_id(text: str) -> int:
    """The number of something that is kept; no database holds a longer one."""
    number = int(text)
    if not 0 < number < 2**63:
        raise ValueError(text)
    return number


def moment(text: str) -> datetime:
    """A time in ISO form; Shanghai time unless it says otherwise."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
