"""WeRoBot as its documentation shows it, with its SQLite session store: `python werobot_app.py PORT FILE`.

Runs in the virtual environment of the peer (see `benchmarks/peers.py`), with this repository on its path.
"""

import sys
from typing import Any

import werobot
from werobot.session.sqlitestorage import SQLiteStorage

from benchmarks import account


def main(port: str, file: str, server: str) -> None:
    """Answer the same questions; the session counts them, which is the least it can be used for."""
    answers = account.answers()
    robot = werobot.WeRoBot(token=account.TOKEN, app_id=account.APP_ID, encoding_aes_key=account.AES_KEY)
    robot.config["SESSION_STORAGE"] = SQLiteStorage(file)
    robot.config["HOST"], robot.config["PORT"] = "127.0.0.1", int(port)

    @robot.text  # type: ignore[untyped-decorator]
    def reply(message: Any, session: dict[str, int]) -> str:
        session["n"] = session.get("n", 0) + 1
        return answers.get(message.content, account.UNKNOWN)

    robot.run(server=server, enable_pretty_logging=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
