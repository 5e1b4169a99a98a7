"""A notice as people get it: title, what staff wrote, and the lines that every notice has of its own accord.

Those are the request for 收到 and how to opt out of its topic (PIPL art. 24, an easy way to refuse what is pushed). The
whole text is made once, when staff write it, and is the same for everybody. Pure.
"""

from bot import notice_texts as texts
from bot.services.topics import TOPICS


def say(title: str, text: str, wants_receipt: bool, topic: str = "") -> str:
    """The whole message. `topic`: empty where nobody can opt out, as of news of an event they registered for."""
    asks = texts.ASK_RECEIPT if wants_receipt else ""
    stops = opt_out(topic)
    gap = "\n" if asks else "\n\n"
    return f"【{title.strip()}】\n{text.strip()}{asks}{gap + stops if stops else ''}"


def opt_out(topic: str) -> str:
    """How to opt out of a topic, in one line; empty of what nobody can opt out of."""
    found = TOPICS.get(topic)
    return "" if found is None or found.exempt else texts.OPT_OUT.format(label=found.label)


def bare(text: str, topic: str) -> str:
    """The message without the lines about 收到 and opting out, as the two fields of a template have room for it."""
    stops = opt_out(topic)
    rest = text.removesuffix(stops).removesuffix("\n").removesuffix("\n") if stops and text.endswith(stops) else text
    return rest.removesuffix(texts.ASK_RECEIPT)


def body(title: str, text: str, topic: str) -> str:
    """What staff wrote of the message."""
    return bare(text, topic).removeprefix(f"【{title}】\n")


def stops(text: str, topic: str) -> bool:
    """Whether the message says how to opt out."""
    line = opt_out(topic)
    return bool(line) and text.endswith(line)
