"""Jobs of the first Bulk API and their batches."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..schema import Field, SObject


@dataclass(kw_only=True)
class Batch:
    """A part of a job: what it wrote, or what it read."""

    id: str
    results: list[dict[str, Any]]
    found: list[Any] | None = None
    result_id: str = ""


@dataclass(kw_only=True)
class FirstJob:
    """A job of the first Bulk API, with its batches by id."""

    id: str
    operation: str
    sobject: SObject
    version: str
    created: datetime
    key: Field | None = None
    state: str = "Open"
    batches: dict[str, Batch] = field(default_factory=dict)
