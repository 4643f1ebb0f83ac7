"""Which causes stand, who was told, and what to say next: decided here, sent elsewhere.

A cause is told once, again after a while if that is wished, and once more when it is over. What could not be sent is
tried again, not at once.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from talk_assets.alerts.signs import Sign, Trouble

_NEXT_TRY = timedelta(minutes=5)
_NEVER = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A cause that stands *since*, or is *over* and was not told so yet; *told* and *tried* are None for never."""

    trouble: Trouble
    since: datetime
    patience: timedelta
    told: datetime | None = None
    tried: datetime | None = None
    over: datetime | None = None


Causes = Mapping[str, Cause]


@dataclass(frozen=True, kw_only=True)
class Message:
    """One alert about several causes: a line for a subject, and the text."""

    subject: str
    text: str
    causes: tuple[str, ...]


def observe(causes: Causes, signs: Iterable[Sign]) -> dict[str, Cause]:
    """Return the causes after *signs*, the oldest first. One that is over before anybody was told is forgotten."""
    found = dict(causes)
    for sign in signs:
        known = found.get(sign.cause)
        if sign.trouble is not None:
            if known is None:
                found[sign.cause] = Cause(trouble=sign.trouble, since=sign.at, patience=sign.patience)
            else:
                found[sign.cause] = replace(known, trouble=sign.trouble, over=None)
        elif known is not None and known.told is None:
            del found[sign.cause]
        elif known is not None:
            found[sign.cause] = replace(known, over=sign.at)
    return found


def due(causes: Causes, now: datetime, *, repeat: timedelta) -> Message | None:
    """What is to be said now, all in one message; None for nothing. *repeat* of 0 is never."""
    said = {name: text for name, cause in causes.items() if (text := _say(cause, now, repeat))}
    if not said:
        return None
    first, *others = (text.partition("\n")[0] for text in said.values())
    subject = first if not others else f"{first}, and {len(others)} more"
    return Message(subject=subject, text="\n\n".join(said.values()), causes=tuple(said))


def sent(causes: Causes, message: Message, now: datetime, *, taken: bool) -> dict[str, Cause]:
    """Return the causes after *message* was sent, and *taken* by at least one channel or by none."""
    found = dict(causes)
    for name in message.causes:
        if not taken:
            found[name] = replace(found[name], tried=now)
        elif found[name].over is not None:
            del found[name]
        else:
            found[name] = replace(found[name], told=now, tried=None)
    return found


def _say(cause: Cause, now: datetime, repeat: timedelta) -> str | None:
    if cause.tried is not None and now - cause.tried < _NEXT_TRY:
        return None
    if cause.over is not None:
        return f"Solved: {cause.trouble.title}\nIt stood from {_minute(cause.since)} to {_minute(cause.over)} UTC."
    if cause.told is None:
        return cause.trouble.text() if now - cause.since >= cause.patience else None
    if repeat > _NEVER and now - cause.told >= repeat:
        return f"Still: {cause.trouble.text()}\nIt stands since {_minute(cause.since)} UTC."
    return None


def _minute(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M")


def dumped(causes: Causes) -> str:
    """*causes* as text, for `loaded`."""
    return json.dumps(
        {
            name: asdict(cause)
            | {key: None if (at := getattr(cause, key)) is None else at.isoformat() for key in _TIMES}
            | {"patience": cause.patience.total_seconds()}
            for name, cause in causes.items()
        }
    )


_TIMES = ("since", "told", "tried", "over")


def loaded(text: str) -> dict[str, Cause]:
    """The causes that `dumped` wrote; none for an empty text or one of another form."""
    try:
        rows = json.loads(text or "{}")
        return {
            name: Cause(
                trouble=Trouble(**row["trouble"]),
                patience=timedelta(seconds=row["patience"]),
                since=datetime.fromisoformat(row["since"]),
                told=_time(row["told"]),
                tried=_time(row["tried"]),
                over=_time(row["over"]),
            )
            for name, row in rows.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        # It says only what was told: without it, at worst something is told twice.
        return {}


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
