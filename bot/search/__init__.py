"""FAQ search: pure, in memory, no model. `Index.ask` answers, offers a choice or declines."""

from bot.search.confidence import Decision
from bot.search.followup import leans
from bot.search.index import Hit, Index, Result
from bot.search.lexicon import DEFAULT, Lexicon
from bot.search.normal import normalise, unify
from bot.search.texts import Entry

__all__ = ["DEFAULT", "Decision", "Entry", "Hit", "Index", "Lexicon", "Result", "leans", "normalise", "unify"]
