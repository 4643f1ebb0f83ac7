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
        fault = self.chance.choice(among)
        if fault not in self.kinds:
            return None
        self.seen[fault] += 1
        return fault

    def calm(self) -> None:
        """Let nothing go wrong any more, and nobody edit meanwhile."""
        self.write = self.record = self.read = self.kill = self.commit = self.edit = self.rows = 0.0
