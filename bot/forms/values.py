"""The values an answer can have, and their JSON: text, whole numbers and truths as they are, the rest tagged."""

from datetime import date
from decimal import Decimal, InvalidOperation

Value = str | int | Decimal | bool | date
MAX_TEXT = 4000
MAX_NUMBER = 10**15
MAX_PLACES = 9


def dump(value: Value) -> object:
    """The JSON-able form of a value."""
    if isinstance(value, Decimal):
        return {"number": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value


def load(data: object) -> Value:
    """The value again. Raises ValueError on anything `dump` cannot have made."""
    match data:
        case bool():
            return data
        case int() if abs(data) <= MAX_NUMBER:
            return data
        case str() if len(data) <= MAX_TEXT:
            return data
        case {"date": str(text), **rest} if not rest and len(text) == 10:
            return date.fromisoformat(text)
        case {"number": str(text), **rest} if not rest and len(text) <= 40:
            return _decimal(text)
    raise ValueError("not a value")


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("not a number") from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MAX_PLACES or abs(number) > MAX_NUMBER:
        raise ValueError("not a number in range")
    return number
