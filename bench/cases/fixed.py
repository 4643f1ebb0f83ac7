"""What a cycle costs that has next to nothing to do: the engine alone, and a run by Dagster beside the bare cycle."""

from bench.case import LIMIT, OURS, Case, Goal, Measured, of

_RUN = "a run by Dagster"


def _dagsters_own(measured: Measured) -> float | None:
    """What a run takes above the same cycle without Dagster."""
    if not measured.keys() >= {_RUN, OURS}:
        return None
    run, bare = measured[_RUN].median("cycle_cpu"), measured[OURS].median("cycle_cpu")
    return None if run is None or bare is None else run - bare


CASES = (
    Case(
        name="B15 engine in memory",
        asks="Cycles over 200 linked contacts, with both ends and the store in memory: what the engine takes by "
        "itself. A trivial statement is `SELECT 1`, answered by the same DuckDB.",
        programs={OURS: "bench.programs.memory_ours"},
        quick=200,
        full=200,
        rounds=1,
        server=None,
        figures={
            "cycles_a_second": "Cycles a second, no change",
            "quiet_ms": "CPU ms, no change",
            "edits_ms": "CPU ms, five edits",
            "new_ms": "CPU ms, one new record",
            "trivial_statements": "No change, in trivial statements",
        },
        goals=(Goal(says="CPU ms of a cycle without changes", figure=of(OURS, "quiet_ms"), most=50),),
    ),
    Case(
        name="B16 Dagster's own cost",
        judged="cycle_cpu",
        asks="The cycle without changes of B8 as a run by Dagster in one process, with its SQLite databases, beside "
        "the bare cycle.",
        limit="a run of as many assets, all of them empty.",
        programs={
            LIMIT: "bench.programs.run_empty",
            _RUN: "bench.programs.run_dagster",
            OURS: "bench.programs.cycle_ours",
        },
        quick=2_000,
        full=10_000,
        rounds=1,
        figures={"cycle_cpu": "CPU s of the run or cycle", "cycle_wall": "Seconds of it", "assets": "Assets"},
        goals=(
            Goal(
                says="CPU s of a run above the bare cycle",
                figure=_dagsters_own,
                most=0.5,
                why="each asset's step, materialization and checks are events, and each is written to Dagster's "
                "databases; the limit of empty assets costs much of that already.",
            ),
        ),
    ),
)
