"""Refusals: what a rule does not allow, carrying the words for the person. The dispatcher alone says them."""


class Refusal(Exception):
    """A rule says no. `words` is a whole, kind Chinese sentence; subclasses name the rule."""

    words: str = "这个操作现在办不了，请回复“转人工”联系工会工作人员。"

    def __init__(self, words: str | None = None) -> None:
        super().__init__(type(self).__name__)
        self.words = words or self.words


class Misconfigured(Exception):
    """Configuration or content that cannot work. The message (English) names the key or file and what to do."""
