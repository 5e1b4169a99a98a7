"""Which duty is meant by its title, or a part of it. Pure."""

from collections.abc import Sequence

from bot.forms.fold import fold
from bot.services.duty_answers import Entry

SHORTEST = 4  # characters of a title that mean it


def named(words: str, entries: Sequence[Entry]) -> list[Entry]:
    """The duties whose title these words are, else those they are a part of."""
    said = fold(words)
    if len(said) < SHORTEST:
        return []
    whole = [each for each in entries if fold(each.template.title) == said]
    return whole or [each for each in entries if said in fold(each.template.title)]
