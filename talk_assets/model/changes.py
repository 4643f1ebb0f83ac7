"""What must change, what was sent and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from talk_assets.model.system import System


class Verdict(StrEnum):
    """What the three-way comparison says of one property."""

    IN_SYNC = "in_sync"
    AGREED = "agreed"
    TO_SALESFORCE = "to_salesforce"
    TO_CUSTOMERP = "to_customerp"
    CONFLICT = "conflict"
    UNSHOWN = "unshown"


class Op(StrEnum):
    """The kinds of write an end can be asked for."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class ChangeState(StrEnum):
    """Where a change stands.

    pending: may be sent. held: a rule keeps it back until an input changes. parked: it waits for
    something named and is released by itself. conflict: a person decides. review: the match is
    ambiguous and nothing is guessed.
    """

    PENDING = "pending"
    HELD = "held"
    PARKED = "parked"
    CONFLICT = "conflict"
    REVIEW = "review"


FOLLOWS = "follows"
"""State of what a plan lists besides its changes: it comes with a creation, as the status that a document gets once
its lines exist."""


class Outcome(StrEnum):
    """What a write did, as far as the answer tells.

    applied: the record now holds it. exists: a create met a record that already carries our key.
    stale: the end holds another version than the one we compared with. refused: the end says no and
    will say no again until the input changes. gone: the record is deleted. not_applied: certainly
    nothing happened, trying later helps. ambiguous: it may have been applied; read back before
    anything else.
    """

    APPLIED = "applied"
    EXISTS = "exists"
    STALE = "stale"
    REFUSED = "refused"
    GONE = "gone"
    NOT_APPLIED = "not_applied"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, kw_only=True)
class Write:
    """One record's write, in wire text.

    *values* maps property paths to wire text (None clears). *key* is our deterministic create key.
    *version* is the version we compared with, where the end can check it. *parent_id* is the owning
    document for child rows. *lines* are created together with their document or not at all.
    """

    intent_id: str
    entity: str
    op: Op
    values: dict[str, str | None]
    id: str | None = None
    key: str | None = None
    version: str | None = None
    parent_id: str | None = None
    lines: tuple["Write", ...] = ()


NOT_SENT = "NOT_SENT"
"""Code of a problem: the write certainly never reached the end."""
BUSY = "BUSY"
"""Code of a problem: the end asks for patience, and says so before it did anything."""
TOO_LARGE = "TOO_LARGE"
"""Code of a problem: the batch is larger than the end takes at once."""
CODE_OF_STATUS: Mapping[int, str] = {413: TOO_LARGE, 429: BUSY}
"""What an HTTP status says about a whole batch, whatever its body says."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why an end did not take a write, in its own (redacted) words.

    *properties* are the paths of all properties it names; empty where some of what it said is about the
    whole record. *wait* is how many seconds the end asked to be left alone.
    """

    code: str
    message: str
    property: str | None = None
    properties: tuple[str, ...] = ()
    wait: float | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What one write did. *id* is the record's id once known; *problem* says why it did not apply.

    *ours* is false where the record as read back was last changed by someone else: then what was sent,
    and not what was read, is what the end took from us.
    """

    intent_id: str
    outcome: Outcome
    id: str | None = None
    problem: Problem | None = None
    ours: bool = True
    lines: tuple["Receipt", ...] = ()


@dataclass
class Tally:
    """Counts of one pair in one run, per direction and in all; what reports and JSON output show.

    *linked* and *conflicts* were found in this run, most conflicts settled by their policy; the
    others stand after it, *undecided* being the conflicts that a person must settle. *postponed* are
    writes that could not be brought to an end in this run; the next one goes on with them.
    """

    created: dict[System, int] = field(default_factory=lambda: dict.fromkeys(System, 0))
    updated: dict[System, int] = field(default_factory=lambda: dict.fromkeys(System, 0))
    deleted: dict[System, int] = field(default_factory=lambda: dict.fromkeys(System, 0))
    linked: int = 0
    conflicts: int = 0
    undecided: int = 0
    quarantined: int = 0
    parked: int = 0
    held: int = 0
    review: int = 0
    postponed: int = 0
