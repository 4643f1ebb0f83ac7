"""What the rules of an object are: functions called at three moments of a row's life."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..tables import Row
from ..transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class ObjectRules:
    """The checks and derived values of one object.

    `create` and `change` run last before a row is stored: they raise, or fill in derived fields of the
    row they are given. `remove` runs before a row goes to the recycle bin; its flag says that the row was
    named by the caller, not taken along by its parent. `saved` runs after a row was stored.
    """

    create: Callable[[Transaction, Row], None]
    change: Callable[[Transaction, Row, Row], None]
    remove: Callable[[Transaction, Row, bool], None] | None = None
    saved: Callable[[Transaction, Row], None] | None = None
