"""WeRoBot as its documentation shows it, with its SQLite session store; arguments: PORT FILE SERVER.

Runs in the virtual environment of the peer (see `benchmarks/peers.py`), with this repository on its path.
"""

import importlib
import sys
from typing import Any

from benchmarks import account

werobot: Any = importlib.import_module("werobot")  # installed in the peer's environment only
sessions: Any = importlib.import_module("werobot.session.sqlitestorage")


def main(port: str, file: str, server: str) -> None:
    """Answer the same questions; the session counts them, which is the least it can be used for."""
    answers = account.answers()
    robot: Any = werobot.WeRoBot(token=account.TOKEN, app_id=account.APP_ID, encoding_aes_key=account.AES_KEY)
    robot.config["SESSION_STORAGE"] = sessions.SQLiteStorage(file)
    robot.config["HOST"], robot.config["PORT"] = "127.0.0.1", int(port)

    @robot.text
    def reply(message: Any, session: dict[str, int]) -> str:
        session["n"] = session.get("n", 0) + 1
        return answers.get(message.content, account.UNKNOWN)

    robot.run(server=server, enable_pretty_logging=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
