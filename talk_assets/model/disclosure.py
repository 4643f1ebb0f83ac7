"""What may be said of records and secrets outside the store: in logs, errors, event databases and pages."""

import functools
import inspect
import logging
import re
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote, quote_plus
from uuid import uuid4

from talk_assets.model.errors import TalkError

P = ParamSpec("P")
R = TypeVar("R")

HIDDEN = "********"
ADDRESS = "…@…"
VALUE = "…"

_SHORTEST_SECRET = 8
"""Anything shorter occurs in ordinary text, and hides nothing."""
_SHORTEST_VALUE = 3
_EMAIL = re.compile(r"[^\s@<>()\[\]\"'`,;:|]+@[^\s@<>()\[\]\"'`,;:|]+")
_QUOTED = re.compile(r"(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"")
"""An apostrophe within a word quotes nothing."""
_secrets: set[str] = set()


class UnexpectedError(TalkError):
    """A bug; the message says where it happened, and holds no values."""


def conceal(secret: str) -> None:
    """Keep *secret* out of whatever `redacted` returns from now on."""
    if len(secret) >= _SHORTEST_SECRET:
        _secrets.update({secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]})


def redacted(text: str) -> str:
    """*text* without the secrets this process knows and without e-mail addresses."""
    # The longest first: one form of a secret may hold another.
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _EMAIL.sub(ADDRESS, text)


def without_values(text: str, *values: object) -> str:
    """*text* also without what stands in quotes and without any of *values*, which are a record's."""
    for value in sorted((str(one) for one in values if one is not None), key=len, reverse=True):
        if len(value) >= _SHORTEST_VALUE:
            text = text.replace(value, VALUE)
    return _QUOTED.sub(f"'{VALUE}'", redacted(text))


def withheld(value: object) -> str | None:
    """What may be said of *value* to anybody: how long it is; None for none."""
    if value is None:
        return None
    length = len(str(value))
    return f"({length:,} character{'' if length == 1 else 's'})"


def discreet(function: Callable[P, R]) -> Callable[P, R]:
    """*function* or generator function whose failures say nothing that must stay in the store.

    What we foresaw keeps its message, redacted and without quotations: an end may repeat a record. Anything
    else is told by its kind and place alone, since libraries quote values in their messages. Causes are
    dropped: they hold the same values.
    """
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def generated(*arguments: P.args, **named: P.kwargs) -> Iterator[Any]:
            with _Discreet():
                yield from function(*arguments, **named)

        return generated  # type: ignore[return-value]  # a generator function returns its iterator

    @functools.wraps(function)
    def called(*arguments: P.args, **named: P.kwargs) -> R:
        with _Discreet():
            return function(*arguments, **named)

    return called


class _Discreet:
    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, TalkError):
            raise type(error)(without_values(str(error))) from None
        if isinstance(error, Exception):
            raise UnexpectedError(bug_report(error)) from None


def bug_report(error: Exception) -> str:
    """What to report of *error*: its kind and the code it passed through, without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "talk_assets" in frame.filename]
    places = [
        f"  {frame.filename[frame.filename.rindex('talk_assets') :]}:{frame.lineno} in {frame.name}" for frame in ours
    ]
    return "\n".join(
        [
            f"A bug in Talk Assets ended this command: {type(error).__name__} (trace {uuid4().hex[:12]}).",
            *places,
            "What was written before it is recorded in the store; running the command again is safe.",
            "Please report these lines; they hold no record values. `talk --traceback ...` shows more.",
        ]
    )


def redact_logs() -> None:
    """Redact every log record of this process from now on, with its traceback."""
    make = logging.getLogRecordFactory()
    if getattr(make, "redacts", False):
        return

    def record(*arguments: Any, **named: Any) -> logging.LogRecord:  # noqa: ANN401 - as the factory it replaces
        made = make(*arguments, **named)
        try:
            text = made.getMessage()
        except (TypeError, ValueError, KeyError):
            # Its logger reports a message that does not fit its arguments.
            return made
        clean = redacted(text)
        if clean != text:
            made.msg, made.args = clean, None
        if made.exc_info and made.exc_info[0] is not None:
            made.exc_text = redacted("".join(traceback.format_exception(*made.exc_info)).rstrip())
        return made

    record.redacts = True  # type: ignore[attr-defined]  # so that it is put in place once
    logging.setLogRecordFactory(record)
