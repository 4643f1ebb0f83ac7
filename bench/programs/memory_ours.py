"""Cycles of the engine alone: both ends and the store in memory."""

from bench.case import tell
from bench.fixed import cycles

trivial, found = cycles(None)
tell(
    cycles_a_second=1 / found["no change"],
    trivial_statements=found["no change"] / trivial,
    quiet_ms=found["no change"] * 1e3,
    edits_ms=found["five edits"] * 1e3,
    new_ms=found["one new record"] * 1e3,
)
