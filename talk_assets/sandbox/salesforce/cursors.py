"""Open query cursors: the ids a query found, served page by page."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import ApiError
from .ids import numbered

if TYPE_CHECKING:
    from .soql.plan import Plan

_KEPT = 200


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The result of a query at the time it ran; its size of page holds for all pages."""

    plan: Plan
    ids: tuple[str, ...]
    page: int


class Cursors:
    """The cursors that can still be read on; the oldest are closed first."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Cursor] = OrderedDict()
        self._numbers = itertools.count(1)

    def keep(self, cursor: Cursor) -> str:
        """Open a cursor and return its id."""
        cursor_id = numbered("01g", next(self._numbers))
        self._open[cursor_id] = cursor
        if len(self._open) > _KEPT:
            self._open.popitem(last=False)
        return cursor_id

    def at(self, locator: str) -> tuple[str, Cursor, int]:
        """Return cursor id, cursor and offset that a locator (`01g…-2000`) means."""
        cursor_id, _, offset = locator.partition("-")
        cursor = self._open.get(cursor_id)
        if cursor is None or not offset.isdigit() or int(offset) >= len(cursor.ids):
            raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return cursor_id, cursor, int(offset)
