"""Reading both ends into the store, mapped and checked, and whole first cycles."""

from bench.case import LIMIT, OURS, Case, Goal, of, ratio

_MEGABYTE = 1e6
_DLT, _ARROW = "dlt, Parquet", "dlt, own Arrow code"
_READERS = {
    LIMIT: "bench.programs.read_limit",
    OURS: "bench.programs.read_ours",
    _DLT: "bench.peers.read_dlt",
    _ARROW: "bench.peers.read_dlt_arrow",
}

CASES = (
    Case(
        name="B1 read",
        asks="Read contacts of both ends into DuckDB. Ours also translates them and checks them against contracts.",
        programs=_READERS,
        quick=20_000,
        full=100_000,
        goals=(
            Goal(says="CPU over the limit's", figure=ratio(OURS, LIMIT), most=1.6),
            Goal(says=f"CPU over that of {_DLT}", figure=ratio(OURS, _DLT), most=0.4),
            Goal(says=f"CPU over that of {_ARROW}", figure=ratio(OURS, _ARROW), most=1.0),
            Goal(says="peak memory in MB", figure=of(OURS, "peak", per=_MEGABYTE), most=350),
        ),
    ),
    Case(
        name="B2 read from afar",
        asks="The same with 50 ms before each answer and compressed answers; judge by the time it takes.",
        programs=_READERS,
        quick=10_000,
        full=100_000,
        server=("--latency", "50", "--gzip"),
        goals=(
            Goal(says="time over the limit's", figure=ratio(OURS, LIMIT, "wall"), most=1.5),
            Goal(says=f"time over that of {_DLT}", figure=ratio(OURS, _DLT, "wall"), most=0.25),
        ),
    ),
    Case(
        name="B3 read a million",
        asks="Peak memory of reading 1,000,000 contacts of both ends.",
        programs={OURS: _READERS[OURS]},
        quick=0,
        full=1_000_000,
        rounds=1,
        goals=(Goal(says="peak memory in MB", figure=of(OURS, "peak", per=_MEGABYTE), most=500),),
    ),
    Case(
        name="First load, linking",
        asks="A whole first cycle: the same people are in both ends, so each is matched and linked.",
        programs={LIMIT: _READERS[LIMIT], OURS: "bench.programs.first_ours"},
        quick=10_000,
        full=100_000,
    ),
    Case(
        name="First load, creating",
        asks="A whole first cycle: all people are in Customerp only, so each is created in Salesforce and linked.",
        programs={OURS: "bench.programs.first_ours"},
        quick=10_000,
        full=100_000,
        server=("--only", "customerp"),
    ),
)
