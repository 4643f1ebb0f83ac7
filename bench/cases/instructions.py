"""Instructions a record: what reading and writing one more costs, whatever else the machine does."""

from bench.case import LIMIT, OURS, Case, Goal, ratio
from bench.cases.pushing import DRT, WRITERS
from bench.cases.reading import ARROW, DLT, READERS

_FIGURES = {"instructions": "Instructions a record"}
_ASKS = "counted by Valgrind at this size and at half of it, so that the start of a program is no part of it."

CASES = (
    Case(
        name="B18 instructions of reading",
        asks=f"B1 in instructions a person, who is a record at both ends: {_ASKS}",
        programs=READERS,
        quick=0,
        full=4_000,
        counted=True,
        judged="instructions",
        figures=_FIGURES,
        goals=(
            Goal(
                says="instructions over the limit's",
                figure=ratio(OURS, LIMIT, "instructions"),
                most=1.9,
                why="the limit neither translates nor checks, which is the greater part of ours.",
            ),
            Goal(says=f"instructions over those of {DLT}", figure=ratio(OURS, DLT, "instructions"), most=0.4),
            Goal(says=f"instructions over those of {ARROW}", figure=ratio(OURS, ARROW, "instructions"), most=1),
        ),
    ),
    Case(
        name="B19 instructions of writing",
        asks=f"B4 in instructions a person, who is a record at both ends: {_ASKS}",
        programs=WRITERS,
        prepare="bench.programs.changed",
        quick=0,
        full=1_000,
        counted=True,
        judged="instructions",
        figures=_FIGURES,
        goals=(
            Goal(
                says=f"instructions over those of {DRT}",
                figure=ratio(OURS, DRT, "instructions"),
                most=0.17,
                why="ours reads each Salesforce record before and after the write and judges each answer.",
            ),
        ),
    ),
)
