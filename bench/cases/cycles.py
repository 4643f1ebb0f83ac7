"""Cycles over contacts that are linked already: without changes, with some, their echo, and a whole read."""

from bench.case import OURS, Case, Goal, of

_FIGURES = {"cycle_cpu": "CPU s of the cycle itself"}
_START = "start alone"
_STARTED = {_START: "bench.programs.started"}

CASES = (
    Case(
        name="B8 no change",
        asks="A cycle in which nothing moved, by a process that has made one before. Its calls are one an end.",
        programs=_STARTED | {OURS: "bench.programs.cycle_ours"},
        quick=10_000,
        full=100_000,
        figures=_FIGURES,
        goals=(
            Goal(says="calls", figure=of(OURS, "calls"), most=2),
            Goal(says="CPU s of the cycle itself", figure=of(OURS, "cycle_cpu"), most=0.8),
        ),
    ),
    Case(
        name="B9 changes at both ends",
        asks="A cycle with 1,000 contacts edited at each end, each brought across.",
        programs=_STARTED | {OURS: "bench.programs.cycle_edits"},
        quick=22_000,
        full=100_000,
        figures=_FIGURES,
        goals=(
            Goal(says="calls", figure=of(OURS, "calls"), most=12),
            Goal(says="CPU s of the cycle itself", figure=of(OURS, "cycle_cpu"), most=1.2),
        ),
    ),
    Case(
        name="B10 echo",
        asks="The cycle after that: it reads what it wrote itself, and writes nothing.",
        programs={OURS: "bench.programs.cycle_echo"},
        quick=0,
        full=100_000,
        figures=_FIGURES,
        goals=(Goal(says="records written", figure=of(OURS, "updated"), most=0),),
    ),
    Case(
        name="Whole read, no change",
        asks="Both ends are read whole, and nothing has changed.",
        programs={OURS: "bench.programs.cycle_sweep"},
        quick=0,
        full=100_000,
        figures=_FIGURES,
    ),
)
