"""What a literal means for a field: its parameter in SQL, or the refusal of its spelling.

Text, ids and picklist values are quoted; numbers, booleans and dates are bare (SOQL and SOSL Reference,
"Field Expression Syntax").
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ..errors import ApiError
from ..ids import normalized
from ..schema import ID_TYPES, SCALED_TYPES, Field
from ..stamps import read_datetime, stamp
from .parser import unquoted
from .tree import Value
from .trouble import at_position

Bound = str | int | float | None

_DAYS_OF_WEEK = 7
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_LARGEST = 2**63
_TYPE_NAMES = {"currency": "double", "percent": "double", "datetime": "dateTime", "id": "ID", "reference": "ID"}


def bind(text: str, field: Field, value: Value) -> Bound:
    """Return the SQL parameter for a literal compared with *field*; null is None, and so is empty text."""
    if value.kind == "null":
        return None
    if value.kind == "text":
        return _bind_text(text, field, value)
    if value.kind == "number" and field.type in SCALED_TYPES | {"int"}:
        units = Decimal(value.text).scaleb(field.scale)
        return int(units) if units == units.to_integral_value() and abs(units) < _LARGEST else float(units)
    if value.kind == "boolean" and field.type == "boolean":
        return int(value.text.lower() == "true")
    if value.kind == "date" and field.type == "date":
        return value.text
    if value.kind == "datetime" and field.type == "datetime":
        moment = read_datetime(value.text)
        if moment is None:
            raise ApiError("MALFORMED_QUERY", at_position(text, value.offset, f"invalid datetime: {value.text}"))
        return stamp(moment)
    raise _wrong_kind(text, field, value)


def _bind_text(text: str, field: Field, value: Value) -> Bound:
    if field.type in SCALED_TYPES | {"int", "boolean", "date", "datetime"}:
        raise _wrong_kind(text, field, value)
    plain = unquoted(value.text)
    if not plain:
        return None
    if field.type in ID_TYPES:
        record_id = normalized(plain)
        if record_id is None:
            message = at_position(text, value.offset, f"invalid ID field: {plain}")
            raise ApiError("INVALID_QUERY_FILTER_OPERATOR", message)
        return record_id
    return plain


def _wrong_kind(text: str, field: Field, value: Value) -> ApiError:
    bare = field.type in SCALED_TYPES | {"int", "boolean", "date", "datetime"}
    kind = _TYPE_NAMES.get(field.type, field.type if bare else "string")
    quotes = "should not be enclosed in quotes" if bare else "should be enclosed in quotes"
    message = f"value of filter criterion for field '{field.name}' must be of type {kind} and {quotes}"
    return ApiError("INVALID_FIELD", at_position(text, value.offset, message))


def period(text: str, field: Field, value: Value, now: datetime) -> tuple[str, str]:
    """Return start and end (exclusive) of a date literal such as `LAST_N_DAYS:7`, in UTC.

    Weeks start on Sunday, as in the en_US locale.
    """
    if field.type not in {"date", "datetime"}:
        raise _wrong_kind(text, field, value)
    try:
        start, end = _days(value.text.upper(), now.astimezone(UTC).date())
    except OverflowError as failure:
        message = at_position(text, value.offset, f"date literal out of range: {value.text}")
        raise ApiError("MALFORMED_QUERY", message) from failure
    if field.type == "date":
        return start.isoformat(), end.isoformat()
    return _midnight(start), _midnight(end)


def _midnight(day: date) -> str:
    return stamp(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _days(name: str, today: date) -> tuple[date, date]:
    """Return first day and day after the last of a date literal; fiscal years are calendar years here."""
    name = name.replace("FISCAL_", "")
    single = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}
    if name in single:
        return _units("DAY", today, single[name], single[name] + 1)
    if name.endswith("_90_DAYS"):
        name = name.replace("_90_DAYS", "_N_DAYS:90")
    which, _, unit = name.partition("_")
    if ":" not in name:
        shift = {"LAST": -1, "THIS": 0, "NEXT": 1}[which]
        return _units(unit, today, shift, shift + 1)
    words, _, digits = unit.partition(":")
    number = int(digits)
    if which == "N":
        return _units(words.removesuffix("S_AGO"), today, -number, 1 - number)
    unit = words.removeprefix("N_").removesuffix("S")
    if which == "NEXT":
        return _units(unit, today, 1, number + 1)
    # The last days reach to the present; the last weeks and so on end with the one before this.
    return _units(unit, today, -number, 1 if unit == "DAY" else 0)


def _units(unit: str, today: date, first: int, after: int) -> tuple[date, date]:
    return _unit(unit, today, first), _unit(unit, today, after)


def _unit(unit: str, today: date, shift: int) -> date:
    """Return the first day of the unit that is *shift* units from the one of today."""
    day = timedelta(days=1)
    if unit == "DAY":
        return today + shift * day
    if unit == "WEEK":
        return today - (today.isoweekday() % _DAYS_OF_WEEK) * day + shift * _DAYS_OF_WEEK * day
    months = _MONTHS[unit]
    month = (today.year * 12 + today.month - 1) // months * months + shift * months
    if not date.min.year * 12 <= month <= date.max.year * 12:
        raise OverflowError
    return date(month // 12, month % 12 + 1, 1)
