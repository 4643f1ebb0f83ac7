"""Reading both ends into the store, mapped and checked, and whole first cycles."""

from bench.case import LIMIT, OURS, Case, Goal, of, ratio

_MEGABYTE = 1e6
DLT, ARROW = "dlt, Parquet", "dlt, own Arrow code"
READERS = {
    LIMIT: "bench.programs.read_limit",
    OURS: "bench.programs.read_ours",
    DLT: "bench.peers.read_dlt",
    ARROW: "bench.peers.read_dlt_arrow",
}

CASES = (
    Case(
        name="B1 read",
        asks="Read contacts of both ends into DuckDB. Ours also translates them and checks them against contracts.",
        programs=READERS,
        quick=20_000,
        full=100_000,
        goals=(
            Goal(says="CPU over the limit's", figure=ratio(OURS, LIMIT), most=1.6),
            Goal(says=f"CPU over that of {DLT}", figure=ratio(OURS, DLT), most=0.4),
            Goal(says=f"CPU over that of {ARROW}", figure=ratio(OURS, ARROW), most=1.0),
            Goal(says="peak memory in MB", figure=of(OURS, "peak", per=_MEGABYTE), most=350),
        ),
    ),
    Case(
        name="B2 read from afar",
        judged="wall",
        asks="The same with 50 ms before each answer and compressed answers; judge by the time it takes.",
        programs=READERS,
        quick=10_000,
        full=100_000,
        server=("--latency", "50", "--gzip"),
        goals=(
            Goal(says="time over the limit's", figure=ratio(OURS, LIMIT, "wall"), most=1.5),
            Goal(says=f"time over that of {DLT}", figure=ratio(OURS, DLT, "wall"), most=0.25),
        ),
    ),
    Case(
        name="B3 read a million",
        asks="Peak memory of reading 1,000,000 contacts of both ends.",
        programs={OURS: READERS[OURS]},
        quick=0,
        full=1_000_000,
        rounds=1,
        goals=(Goal(says="peak memory in MB", figure=of(OURS, "peak", per=_MEGABYTE), most=500),),
    ),
    Case(
        name="B12 first load, creating",
        asks="A whole first cycle: all people are in Customerp only, so each is created in Salesforce and linked.",
        programs={OURS: "bench.programs.first_ours"},
        quick=10_000,
        full=100_000,
        server=("--only", "customerp"),
    ),
)
