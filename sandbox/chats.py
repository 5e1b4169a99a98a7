"""What people see: bubbles in their chats, the received log, and the notices of the platform."""

from sandbox.clock import Clock
from sandbox.content import Content
from sandbox.hub import Hub
from sandbox.ids import Ids
from sandbox.phones import Bubble, Phone, Phones
from sandbox.pushes import Push
from sandbox.received import Received, ReceivedLog
from sandbox.replies import Judgement
from sandbox.wire import Check

FAULT_TEXT = "该公众号提供的服务出现故障，请稍后再试"


class Chats:
    """Writes into chats and tells the listening pages."""

    def __init__(self, clock: Clock, ids: Ids, phones: Phones, received: ReceivedLog, hub: Hub) -> None:
        self._clock, self._ids, self._phones, self._received, self._hub = clock, ids, phones, received, hub

    def deliver(
        self, phone: Phone, content: Content, via: str, text: str, msgid: str = "", client: str = "", push: str = ""
    ) -> Bubble:
        """The account's message reaches a person: bubble plus received entry (``text`` as it was sent)."""
        bubble = Bubble(self._ids.bubble(), self._clock.now(), "account", content, via, push or None)
        self._received.add(Received(bubble.id, bubble.at, phone.user, via, text, msgid, client))
        self._show(phone, bubble)
        return bubble

    def said(self, phone: Phone, content: Content, push: str | None = None) -> Bubble:
        """The person's own message."""
        return self._own(phone, "user", content, push)

    def notice(self, phone: Phone, kind: str, text: str, push: str | None = None) -> Bubble:
        """A grey line by the platform (followed, tapped a button, service fault)."""
        return self._own(phone, "system", Content(kind, text), push)

    def finish(self, push: Push, judgement: Judgement) -> None:
        """A push is over: show the reply, or the fault notice when there was none in time or it was broken."""
        phone = self._phones.get(push.user)
        self._hub.touch(push.user if phone else None)
        if push.silent or phone is None:
            if judgement.verdict == "reply":
                judgement.checks.append(Check("reply_possible", False, "nobody sees a reply to this event"))
            return
        if judgement.content is not None:
            push.reply = self.deliver(phone, judgement.content, "passive", judgement.text, push=push.id)
        elif judgement.verdict not in ("success", "empty"):
            push.reply = self.notice(phone, "fault", FAULT_TEXT, push.id)

    def _own(self, phone: Phone, sender: str, content: Content, push: str | None) -> Bubble:
        bubble = Bubble(self._ids.bubble(), self._clock.now(), sender, content, None, push)
        self._show(phone, bubble)
        return bubble

    def _show(self, phone: Phone, bubble: Bubble) -> None:
        if phone.bulk:
            self._hub.touch()
            return
        phone.add(bubble)
        self._hub.touch(phone.user)
