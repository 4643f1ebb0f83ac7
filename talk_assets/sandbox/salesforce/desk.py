"""Where one call is served."""

from __future__ import annotations

from dataclasses import dataclass

from .org import Org
from .transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The org, and the transaction opened for the call."""

    org: Org
    tx: Transaction
