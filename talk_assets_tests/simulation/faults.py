"""What can go wrong around a call, how often, and how the real clients would report it."""

import random
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """Faults by name; each is counted."""

    NOT_SENT = "fails before it is sent"
    LOST_UNDONE = "no answer, nothing done"
    LOST_DONE = "committed, then no answer"
    SERVER_ERROR = "committed, then 500"
    TRUNCATED = "committed, answer cut off"
    HALF_DONE = "a part of the batch committed, then reset"
    THROTTLED = "429"
    NO_TOKEN = "401 in mid batch"
    NO_BUDGET = "request limit reached"
    OVERTAKEN = "edited between our write and its reading back"
    NOT_READ_BACK = "applied, not read back"
    RECORD_LOCKED = "a record is locked"
    RECORD_REFUSED = "a record is refused"
    RECORD_UNKNOWN_DONE = "a record's result is unknown, it was done"
    RECORD_UNKNOWN_UNDONE = "a record's result is unknown, it was not done"
    READ_FAILED = "a read fails"
    READ_CUT = "a read's answer is cut off"
    READ_LATER_PAGE = "a later page fails"
    ROWS_TWICE = "rows come twice and out of order"
    REPLICA = "a lagging replica answers"
    LATE_COMMIT = "stamped, visible later"
    NORMALISED = "stored in another spelling"
    KILLED_AT_CALL = "killed around a call"
    KILLED_AT_COMMIT = "killed at a commit"
    DISK_FULL = "disk full at a commit"
    CLOCK_JUMP = "the clock jumps an hour"
    DATE_SKEW = "answers carry a skewed date"
    OLD_STORE = "an old copy of the store is put back"
    SECOND_ENGINE = "a second engine starts"


WHOLE_WRITE = (
    Fault.NOT_SENT,
    Fault.LOST_UNDONE,
    Fault.LOST_DONE,
    Fault.SERVER_ERROR,
    Fault.TRUNCATED,
    Fault.HALF_DONE,
    Fault.THROTTLED,
    Fault.NO_TOKEN,
    Fault.NO_BUDGET,
    Fault.NOT_READ_BACK,
    Fault.OVERTAKEN,
)
ONE_WRITE = (
    Fault.RECORD_LOCKED,
    Fault.RECORD_REFUSED,
    Fault.RECORD_UNKNOWN_DONE,
    Fault.RECORD_UNKNOWN_UNDONE,
)
ONE_READ = (Fault.READ_FAILED, Fault.READ_CUT)


@dataclass(frozen=True, kw_only=True)
class Rough:
    """What goes wrong, of which *kinds*, and how often: shares of calls, records, pages, moments and commits.

    A *varied* run has it milder or rougher as a whole.
    """

    write: float = 0.15
    record: float = 0.04
    read: float = 0.005
    rows: float = 0.10
    kill: float = 0.004
    commit: float = 0.006
    kinds: frozenset[Fault] = frozenset(Fault)
    varied: bool = True


@dataclass(kw_only=True)
class Weather:
    """How rough it is: chances for each call, record, moment and commit; all zero when calm."""

    chance: random.Random
    write: float = 0.0
    record: float = 0.0
    read: float = 0.0
    kill: float = 0.0
    commit: float = 0.0
    edit: float = 0.0
    rows: float = 0.0
    kinds: frozenset[Fault] = frozenset(Fault)
    seen: Counter[Fault] = field(default_factory=Counter)

    def strikes(self, share: float, among: tuple[Fault, ...]) -> Fault | None:
        """One of the faults *among*, with the probability *share*."""
        if share <= 0.0 or self.chance.random() >= share:
            return None
        possible = [fault for fault in among if fault in self.kinds]
        if not possible:
            return None
        fault = self.chance.choice(possible)
        self.seen[fault] += 1
        return fault

    def turn(self, rough: Rough) -> None:
        """Let things go wrong as *rough* says."""
        scale = self.chance.choice((0.3, 1.0, 2.0)) if rough.varied else 1.0
        self.kinds = rough.kinds
        self.write, self.record, self.read = rough.write * scale, rough.record * scale, rough.read * scale
        self.rows, self.kill, self.commit = rough.rows * scale, rough.kill * scale, rough.commit * scale

    def calm(self) -> None:
        """Let nothing go wrong any more, and nobody edit meanwhile."""
        self.write = self.record = self.read = self.kill = self.commit = self.edit = self.rows = 0.0
