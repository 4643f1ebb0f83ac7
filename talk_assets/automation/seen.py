"""What a run has just read and written, told to the doorbells, which would ring for our own writes otherwise.

Salesforce's head cannot tell our writes from those of others: all it shows is its newest stamp. A run leaves the
newest ones that the store holds, while their second may not be over; a doorbell that finds the same ones rings once
more when that second is over, and not before.
"""

import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.session import Session
from talk_assets.store import raw
from talk_assets.systems.salesforce.reading import SETTLING, unsettled

_LATEST = SETTLING + timedelta(seconds=1)


def leave(session: Session, folder: Path) -> None:
    """Leave what *session*'s store holds of Salesforce's last seconds in *folder*."""
    now = session.clock()
    tokens = {}
    for entity in _entities(session):
        newest = raw.newest(session.db, entity, since=now - _LATEST)
        if newest is not None:
            tokens[entity.name] = unsettled(*newest, now)
    path = _path(folder)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(tokens), encoding="ascii")
    os.replace(fresh, path)


def with_seen(tokens: Mapping[str, str], folder: Path, system: System) -> dict[str, str]:
    """*tokens* of *system*, with the later ones of what the last run left in *folder*."""
    if system is not System.SALESFORCE:
        return dict(tokens)
    try:
        left = json.loads(_path(folder).read_text(encoding="ascii"))
    except (OSError, ValueError):
        left = None
    told = left if isinstance(left, dict) else {}
    return {name: _later(token, told.get(name)) for name, token in tokens.items()}


def _later(token: str, left: object) -> str:
    """*left* if it is of a later record than *token*; what has settled since does not become unsettled again."""
    if not isinstance(left, str) or (token[:1].isdigit() and left <= token) or left.startswith(f"{token} at "):
        return token
    return left


def _entities(session: Session) -> list[Entity]:
    own = [session.entity(pair, System.SALESFORCE) for pair in session.pairs.values()]
    return own + [one for one in session.lookups.values() if one.system is System.SALESFORCE]


def _path(folder: Path) -> Path:
    return folder / f"{System.SALESFORCE}.seen"
