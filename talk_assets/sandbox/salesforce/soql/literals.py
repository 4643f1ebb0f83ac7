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
    day = timedelta(days=1)
    if name.startswith("LAST_N_DAYS:"):
        return today - int(name.partition(":")[2]) * day, today + day
    if name.startswith("NEXT_N_DAYS:"):
        return today + day, today + (int(name.partition(":")[2]) + 1) * day
    single = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}
    if name in single:
        start = today + single[name] * day
        return start, start + day
    which, _, unit = name.partition("_")
    shift = {"LAST": -1, "THIS": 0, "NEXT": 1}[which]
    if unit == "WEEK":
        sunday = today - (today.isoweekday() % _DAYS_OF_WEEK) * day + shift * _DAYS_OF_WEEK * day
        return sunday, sunday + _DAYS_OF_WEEK * day
    if unit == "MONTH":
        months = today.year * 12 + today.month - 1 + shift
        return _month(months), _month(months + 1)
    return date(today.year + shift, 1, 1), date(today.year + shift + 1, 1, 1)


def _month(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)
