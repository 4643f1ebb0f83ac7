"""The change feed: what moved since a sequence number, asked once for all resources of a cycle."""

from collections.abc import Callable
from dataclasses import dataclass

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
    *rewound* says that the feed ends before the number asked from, as after restoring a backup.
    """

    ids: dict[str, list[str]]
    last: int
    deleted: frozenset[tuple[str, str]] = frozenset()
    others: frozenset[str] = frozenset()
    rewound: bool = False


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
        while True:
            items, newest = self._ask(since=last, limit=_MOST, wait=min(int(wait), LONGEST_WAIT))
            if newest < last:
                return Moves(ids={}, last=newest, rewound=True)
            if len(items) == _MOST and newest == last:
                raise _unreadable("more to come without going on")
            others |= {resource for resource, _, _, origin in items if origin != OURSELVES}
            for resource, record_id, deleted, _ in items:
                ids.setdefault(resource, {}).pop(record_id, None)
                ids[resource][record_id] = deleted
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
                )

    def _ask(self, *, since: int, limit: int, wait: int) -> tuple[list[tuple[str, str, bool, object]], int]:
        query = {"since": str(since), "limit": str(limit)} | ({"wait": str(wait)} if wait else {})
        answer = self._client.read(Call(method="GET", path=PATH, kind="changes", query=query, wait=float(wait)))
        found = answer.json() if answer.status == _OK else None
        items = found.get("items") if isinstance(found, dict) else None
        last = found.get("last") if isinstance(found, dict) else None
        if not isinstance(items, list) or type(last) is not int or last < 0 or not all(map(_is_move, items)):
            raise _unreadable(f"HTTP {answer.status} in another shape than its API describes")
        self._told(found.get("tenant") if isinstance(found, dict) else None)
        moves = [(item["resource"], item["id"], item.get("deleted") is True, item.get("origin")) for item in items]
        return moves, last


def _is_move(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("resource"), str) and isinstance(item.get("id"), str)


def _unreadable(how: str) -> PeerAnswerError:
    return PeerAnswerError(
        f"Customerp's change feed answered {how}. Nothing of it was used. Check the Customerp URL and key."
    )
