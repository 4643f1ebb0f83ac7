"""What a running `talk up` writes down of itself in the Dagster home, for `talk doctor` to read."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from talk_assets.automation.process import Process

if TYPE_CHECKING:
    from talk_assets.fitness.findings import Weight

_FILE = "talk-up.json"
_OVERDUE = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One process that `talk up` keeps going: how often it *ended*, the last time with *code*; its *log*.

    *wrong* says what it does not do; empty while it works.
    """

    name: str
    ended: int
    code: int | None
    log: str
    wrong: str


@dataclass(frozen=True, kw_only=True)
class UpState:
    """A `talk up` in *process*, with the UI at *url*, *since* then; how it was when it last *looked*."""

    process: str
    url: str
    since: str
    looked: str
    kept: tuple[Kept, ...]


@dataclass(frozen=True, kw_only=True)
class Note:
    """One sentence of the doctor about it, with what to do."""

    weight: "Weight"
    text: str
    action: str = ""


def write(home: Path, state: UpState) -> None:
    """Write *state* down, whole or not at all."""
    draft = home / f"{_FILE}.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        json.dump(asdict(state), opened)
    draft.replace(home / _FILE)


def forget(home: Path) -> None:
    """Say that no `talk up` runs: it ended as it should."""
    (home / _FILE).unlink(missing_ok=True)


def read(home: Path) -> UpState | None:
    """What was written last; None where no `talk up` is, or the last one ended as it should."""
    try:
        found = json.loads((home / _FILE).read_text(encoding="utf-8"))
        return UpState(**{**found, "kept": tuple(Kept(**one) for one in found["kept"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def judged(state: UpState, now: datetime) -> list[Note]:
    """What there is to say of *state*."""
    from talk_assets.fitness.findings import Weight

    process = Process.parse(state.process)
    looked = datetime.fromisoformat(state.looked)
    last = looked.strftime("%Y-%m-%d %H:%M:%S UTC")
    if process is None or process.is_gone():
        return [
            Note(
                weight=Weight.PROBLEM,
                text=f"`talk up` was killed, or the machine stopped, after {last}; it syncs nothing any more.",
                action="Start it again: nothing is lost, it goes on from the store.",
            )
        ]
    if now - looked > _OVERDUE:
        return [
            Note(
                weight=Weight.PROBLEM,
                text=f"`talk up` (process {process.pid}) has not looked after its processes since {last}.",
                action="Is the disk full, or the machine overloaded? Else stop it and start it again.",
            )
        ]
    notes = []
    for one in state.kept:
        if one.wrong:
            notes.append(Note(weight=Weight.PROBLEM, text=one.wrong, action=f"See {one.log}."))
        elif one.ended:
            times = "once" if one.ended == 1 else f"{one.ended} times"
            text = f"{one.name} ended {times}, last with exit code {one.code}, and was started again."
            notes.append(Note(weight=Weight.NOTICE, text=text, action=f"See {one.log}."))
    if not notes:
        since = datetime.fromisoformat(state.since).strftime("%Y-%m-%d %H:%M UTC")
        notes.append(Note(weight=Weight.FINE, text=f"`talk up` runs since {since}, and its daemon works: {state.url}"))
    return notes
