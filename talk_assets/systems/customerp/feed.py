"""The change feed: what moved since a sequence number, asked once for all resources of a cycle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from talk_assets.model.errors import PeerAnswerError
from talk_assets.systems.http import Call, HttpClient

PATH = "/api/v1/changes"
OURSELVES = "talk-assets"
"""How our writes are signed, and how the feed tells them from those of others."""
LONGEST_WAIT = 25
_MOST = 1000
_OK = 200


@dataclass(frozen=True, kw_only=True)
class Moves:
    """Ids that moved, by resource, oldest first; *last* is the feed's newest number then.

    *deleted* are the (resource, id) whose last move was their deletion.
    *others* are the resources that anybody but us moved, as far as the end tells whose a move was.
    *began* is when the first of a resource's moves was made, where its moves tell.
    *rewound* says that the feed ends before the number asked from, as after restoring a backup.
    """

    ids: dict[str, list[str]]
    last: int
    deleted: frozenset[tuple[str, str]] = frozenset()
    others: frozenset[str] = frozenset()
    began: Mapping[str, datetime] = field(default_factory=dict)
    rewound: bool = False


class Move(NamedTuple):
    """One entry of the feed; *at* is None where it does not tell."""

    resource: str
    id: str
    deleted: bool
    origin: object
    at: datetime | None


class Feed:
    """Reads the feed of one client; answers are shared by the entities of a cycle.

    *told* is called with the tenant that an answer names.
    """

    def __init__(self, client: HttpClient, *, told: Callable[[object], None] = lambda _: None) -> None:
        self._client = client
        self._told = told
        self._kept: dict[int, Moves] = {}
        self._asked: set[tuple[int, str]] = set()
        self._ours: dict[int, int] = {}

    def newest(self) -> int:
        """Return the newest sequence number."""
        return self._ask(since=0, limit=0, wait=0)[1]

    def since(self, seq: int, resource: str) -> Moves:
        """Return what moved after *seq*.

        The answer to one resource serves the others that ask from the same number; a resource that
        asks a second time starts a new cycle and gets a new answer.
        """
        if (seq, resource) in self._asked or seq not in self._kept:
            self._kept.clear()
            self._asked.clear()
            self._kept[seq] = self.read(seq)
        self._asked.add((seq, resource))
        return self._kept[seq]

    def by_others(self, seq: int, *, wait: float = 0.0) -> Moves:
        """Return what moved after *seq*, waiting for it; nothing moved where all moves were our own writes.

        Such moves are passed over the next time, or each look would come back with them at once.
        """
        moves = self.read(self._ours.get(seq, seq), wait=wait)
        if not moves.rewound and not moves.others:
            self._ours = {seq: moves.last}
        return moves

    def read(self, seq: int, *, wait: float = 0.0) -> Moves:
        """Return what moved after *seq*, waiting up to *wait* seconds for something to move."""
        ids: dict[str, dict[str, bool]] = {}
        last = seq
        others: set[str] = set()
        began: dict[str, datetime | None] = {}
        while True:
            items, newest = self._ask(since=last, limit=_MOST, wait=min(int(wait), LONGEST_WAIT))
            if newest < last:
                return Moves(ids={}, last=newest, rewound=True)
            if len(items) == _MOST and newest == last:
                raise _unreadable("more to come without going on")
            others |= {one.resource for one in items if one.origin != OURSELVES}
            for one in items:
                ids.setdefault(one.resource, {}).pop(one.id, None)
                ids[one.resource][one.id] = one.deleted
                first = began.setdefault(one.resource, one.at)
                began[one.resource] = None if first is None or one.at is None else min(first, one.at)
            last, wait = newest, 0.0
            if len(items) < _MOST:
                gone = frozenset(
                    (name, one) for name, found in ids.items() for one, deleted in found.items() if deleted
                )
                return Moves(
                    ids={name: list(found) for name, found in ids.items()},
                    last=last,
                    deleted=gone,
                    others=frozenset(others),
                    began={name: at for name, at in began.items() if at is not None},
                )

    def _ask(self, *, since: int, limit: int, wait: int) -> tuple[list[Move], int]:
        query = {"since": str(since), "limit": str(limit)} | ({"wait": str(wait)} if wait else {})
        answer = self._client.read(Call(method="GET", path=PATH, kind="changes", query=query, wait=float(wait)))
        found = answer.json() if answer.status == _OK else None
        items = found.get("items") if isinstance(found, dict) else None
        last = found.get("last") if isinstance(found, dict) else None
        if not isinstance(items, list) or type(last) is not int or last < 0 or not all(map(_is_move, items)):
            raise _unreadable(f"HTTP {answer.status} in another shape than its API describes")
        self._told(found.get("tenant") if isinstance(found, dict) else None)
        return [_move(item) for item in items], last


def _is_move(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("resource"), str) and isinstance(item.get("id"), str)


def _move(item: Mapping[str, Any]) -> Move:
    deleted = item.get("deleted") is True
    return Move(item["resource"], item["id"], deleted, item.get("origin"), _moment(item.get("updatedAt")))


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return None if found is None or found.tzinfo is None else found.astimezone(UTC)


def _unreadable(how: str) -> PeerAnswerError:
    return PeerAnswerError(
        f"Customerp's change feed answered {how}. Nothing of it was used. Check the Customerp URL and key."
    )
