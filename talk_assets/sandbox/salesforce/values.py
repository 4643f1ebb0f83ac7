"""One value between JSON and its column, with the refusals of its type."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from .errors import ApiError, BodyError
from .ids import normalized
from .schema import ID_TYPES, SCALED_TYPES, TEXT_TYPES, Field
from .stamps import read_date, read_datetime, stamp, whole_second
from .tables import Stored
from .wire import Json

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+\.[^\s@<>()\[\],;:\".]{2,}")
_JSON_NAMES = {str: "VALUE_STRING", bool: "VALUE_TRUE", dict: "START_OBJECT", list: "START_ARRAY"}


def read(field: Field, value: Json, *, prefixes: tuple[str, ...] = ()) -> Stored:
    """Return what is stored for a JSON value, or refuse it as the field's type does.

    Text is trimmed and empty text is null. Decimals beyond the field's scale are rounded half up.
    `prefixes` are the key prefixes a reference may have.
    """
    if value is None:
        if field.type == "boolean":
            raise ApiError(
                "INVALID_TYPE_ON_FIELD_IN_RECORD",
                f"{field.label}: value not of required type: null",
                fields=[field.name],
            )
        return None
    if field.type in TEXT_TYPES:
        return _read_text(field, value)
    if field.type in ID_TYPES:
        return _read_reference(field, value, prefixes)
    if field.type in SCALED_TYPES:
        return _read_scaled(field, value)
    return _READERS[field.type](field, value)


def writer(field: Field) -> Callable[[Json], Json] | None:
    """Return how a stored value becomes JSON, or None where it is JSON already."""
    if field.type == "boolean":
        return bool
    if field.type in SCALED_TYPES:
        unit = 10**field.scale
        return lambda value: None if value is None else value / unit
    return None


def scaled(field: Field, number: Decimal) -> int:
    """Return *number* in the units in which *field* stores it."""
    return int(number.scaleb(field.scale).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _unreadable(field: Field, value: Json) -> BodyError:
    name = _JSON_NAMES.get(type(value), "VALUE_NUMBER")
    shown = value if isinstance(value, str | int | float | Decimal) else "{"
    return BodyError(
        f"Cannot deserialize instance of {field.type} from {name} value {shown} or request may be missing a "
        "required field",
        culprit=str(shown),
    )


def _read_text(field: Field, value: Json) -> str | None:
    if isinstance(value, dict | list):
        raise _unreadable(field, value)
    text = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    text = text.strip()
    if not text:
        return None
    if len(text) > field.length:
        raise ApiError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {text} (max length={field.length})",
            fields=[field.name],
        )
    if field.type == "email" and not _EMAIL.fullmatch(text):
        raise ApiError("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", fields=[field.name])
    if field.restricted and text not in field.picklist:
        raise ApiError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {text}",
            fields=[field.name],
        )
    return text


def _read_reference(field: Field, value: Json, prefixes: tuple[str, ...]) -> str | None:
    if not isinstance(value, str):
        raise _unreadable(field, value)
    text = value.strip()
    if not text:
        return None
    record_id = normalized(text)
    if record_id is None or record_id[:3] not in prefixes:
        raise ApiError("MALFORMED_ID", f"{field.label}: id value of incorrect type: {text}", fields=[field.name])
    return record_id


def _number(field: Field, value: Json) -> Decimal | None:
    if isinstance(value, str) and not value.strip():
        return None
    if isinstance(value, bool | dict | list):
        raise _unreadable(field, value)
    try:
        number = Decimal(value.strip() if isinstance(value, str) else str(value))
    except InvalidOperation as failure:
        raise _unreadable(field, value) from failure
    if not number.is_finite():
        raise _unreadable(field, value)
    return number


def _out_of_range(field: Field, value: Json) -> ApiError:
    return ApiError(
        "NUMBER_OUTSIDE_VALID_RANGE",
        f"{field.label}: value outside of valid range on numeric field: {value}",
        fields=[field.name],
    )


def _read_scaled(field: Field, value: Json) -> int | None:
    number = _number(field, value)
    if number is None:
        return None
    if number and number.adjusted() >= field.precision - field.scale:
        raise _out_of_range(field, value)
    units = scaled(field, number)
    if abs(units) >= 10**field.precision:
        raise _out_of_range(field, value)
    return units


def _read_int(field: Field, value: Json) -> int | None:
    number = _number(field, value)
    if number is None:
        return None
    if number and number.adjusted() >= field.precision:
        raise _out_of_range(field, value)
    if number != number.to_integral_value():
        raise _unreadable(field, value)
    return int(number)


def _read_boolean(field: Field, value: Json) -> int:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return int(value.lower() == "true")
    raise _unreadable(field, value)


def _read_day(field: Field, value: Json) -> str | None:
    if value == "":
        return None
    day = read_date(value) if isinstance(value, str) else None
    if day is None:
        raise _unreadable(field, value)
    return day.isoformat()


def _read_moment(field: Field, value: Json) -> str | None:
    moment = read_datetime(value) if isinstance(value, str) else None
    if moment is None:
        raise _unreadable(field, value)
    return stamp(whole_second(moment.astimezone(UTC)))


_READERS: dict[str, Callable[[Field, Json], Stored]] = {
    "int": _read_int,
    "boolean": _read_boolean,
    "date": _read_day,
    "datetime": _read_moment,
}
