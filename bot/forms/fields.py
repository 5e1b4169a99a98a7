"""The kinds of answers, in one place: each is a function that makes a `Field`."""

from bot.forms.choices import Option, choice, yes_no
from bot.forms.dates import date
from bot.forms.identity import bank_card, id_number, mobile, uscc
from bot.forms.numerals import number
from bot.forms.words import organisation, person_name, place, text

__all__ = [
    "Option",
    "bank_card",
    "choice",
    "date",
    "id_number",
    "mobile",
    "number",
    "organisation",
    "person_name",
    "place",
    "text",
    "uscc",
    "yes_no",
]
