"""The contacts that a push changes, as writes of two properties each."""

from collections.abc import Iterator

from bench.case import Context
from talk_assets.model.changes import Op, Write
from talk_assets.model.system import System

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PROPERTIES = {System.SALESFORCE: ("Title", "Department"), System.CUSTOMERP: ("jobTitle", "department")}


def record_id(system: System, number: int) -> str:
    """The id of the person with this number, as the neutral server gives it; in 15 characters in Salesforce."""
    if system is System.CUSTOMERP:
        return f"C{number + 1000}"
    digits, rest = "", number + 1
    for _ in range(9):
        rest, digit = divmod(rest, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return f"003Hp0{digits}"


def writes(context: Context, system: System) -> Iterator[Write]:
    """One write for each person."""
    for number in range(context.size):
        values: dict[str, str | None] = {path: f"{path} {number}" for path in PROPERTIES[system]}
        yield Write(intent_id=f"{number}", entity="contact", op=Op.UPDATE, values=values, id=record_id(system, number))
