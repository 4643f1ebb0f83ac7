"""JSON whose numbers stay exact: decimals are read as Decimal and written digit for digit."""

from decimal import Decimal
from typing import Any

import msgspec

from talk_assets.sandbox.customerp.problems import ProblemError

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def decode(text: bytes | str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of *text*; ProblemError 400 when it is not JSON."""
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(400, "malformed", "The body is not JSON in UTF-8.") from error


def encode(value: object) -> bytes:
    """Return *value* as JSON."""
    return _ENCODER.encode(value)
