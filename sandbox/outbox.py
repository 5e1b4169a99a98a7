"""Builds pushes (messages and events) and gives them to the driver."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.driver import Driver
from sandbox.faults import FaultBox
from sandbox.ids import Ids
from sandbox.messages import head, message_fields, render
from sandbox.pushes import Push

MASS_SENDER: Final = "mphelper"
SILENT_EVENTS: Final = frozenset(
    {
        "unsubscribe",
        "VIEW",
        "view_miniprogram",
        "TEMPLATESENDJOBFINISH",
        "MASSSENDJOBFINISH",
        "subscribe_msg_popup_event",
        "subscribe_msg_change_event",
        "subscribe_msg_sent_event",
        "user_info_modified",
        "user_authorization_revoke",
    }
)


class Outbox:
    """Everything that leaves towards the callback goes through here."""

    def __init__(self, config: SandboxConfig, clock: Clock, ids: Ids, faults: FaultBox, driver: Driver) -> None:
        self._account, self._clock, self._ids, self._faults, self._driver = config.account, clock, ids, faults, driver

    def message(self, user: str, kind: str, given: Mapping[str, Any]) -> Push:
        """Push a message; raises MessageError on an unknown kind."""
        return self._driver.start(self.build(user, kind, given))

    def event(self, user: str, event: str, extra: Mapping[str, Any]) -> Push:
        """Push an event with these extra fields."""
        return self._driver.start(self.build(user, f"event:{event}", extra))

    def finish_event(self, user: str, event: str, extra: Mapping[str, Any]) -> None:
        """Push the result of a send a moment later, unless the ``finish_events`` switch is off."""
        faults = self._faults.current
        if faults.finish_events:
            self._driver.start_later(self.build(user, f"event:{event}", extra), faults.finish_delay_s)

    def build(
        self, user: str, what: str, given: Mapping[str, Any], created: int | None = None, msg_id: int | None = None
    ) -> Push:
        """A push that is not started; ``what`` is a message kind or ``event:<name>``. Raises MessageError."""
        at = created if created is not None else int(self._clock.now()) + self._faults.current.clock_skew_s
        kind, _, event = what.partition(":")
        fields = head(self._account, user, at, kind)
        if kind == "event":
            fields |= {"Event": event, **given}
        else:
            fields |= message_fields(kind, given)
            fields["MsgId"] = self._ids.message() if msg_id is None else msg_id
        render(fields)
        return Push(self._ids.push(), user, what, fields, silent=event in SILENT_EVENTS)
