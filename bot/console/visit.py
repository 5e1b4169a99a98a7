"""Who is looking at a page: the account behind the session cookie."""

from dataclasses import dataclass

from bot.services.actors import Actor


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is logged in.

    `csrf` is the token every form must carry; `flash` the key of the message to show once (`bot/console/flashes.py`);
    `path` the page asked for. While `must_change` is true only the password page opens.
    """

    actor: Actor
    staff_id: int
    display: str
    csrf: str
    session_id: str
    must_change: bool = False
    flash: str = ""
    path: str = "/"
