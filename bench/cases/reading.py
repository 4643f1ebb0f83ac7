"""Reading both ends into the store, mapped and checked, and whole first cycles."""

from bench.case import LIMIT, OURS, Case, Goal, Growth, of, ratio

_MEGABYTE = 1e6
DLT, ARROW = "dlt, Parquet", "dlt, own Arrow code"
READERS = {
    LIMIT: "bench.programs.read_limit",
    OURS: "bench.programs.read_ours",
    DLT: "bench.peers.read_dlt",
    ARROW: "bench.peers.read_dlt_arrow",
}
_LIMIT = (
    "both ends read at once by an open asynchronous httpx client, decoded by msgspec, stored by DuckDB as they came."
)
_KEPT = (
    "ours keeps each record as it came, translates it into the shape that both ends share, checks it against its "
    "contract, and keeps when each property moved: two tables of 25 and 47 columns, where the others have one of 23."
)
_UNDER_WAY = (
    "of some 410 MB at 10,000 records, 128 are there before any is read; DuckDB holds 77, most of it rows that wait "
    "for the cycle's one checkpoint; the rest are the pages read, a part of the creations, and their answers."
)
_WHOLE = "a page of each end, its translation and DuckDB's own memory are held at once."

CASES = (
    Case(
        name="B1 read",
        asks="Read contacts of both ends into DuckDB. Ours also translates them and checks them against contracts.",
        limit=_LIMIT,
        programs=READERS,
        quick=12_000,
        full=100_000,
        goals=(
            Goal(says="CPU over the limit's", figure=ratio(OURS, LIMIT), most=1.6, why=_KEPT),
            Goal(says=f"CPU over that of {DLT}", figure=ratio(OURS, DLT), most=0.4, why=_KEPT),
            Goal(says=f"CPU over that of {ARROW}", figure=ratio(OURS, ARROW), most=1.0, why=_KEPT),
            Goal(says="peak memory in MB", figure=of(OURS, "peak", per=_MEGABYTE), most=350, why=_WHOLE),
        ),
        growth=Growth(figure="cpu", quick=(3_000,), full=(10_000,), most=1.0),
    ),
    Case(
        name="B2 read from afar",
        judged="wall",
        asks="The same with 50 ms before each answer and compressed answers; judge by the time it takes.",
        limit=_LIMIT,
        programs=READERS,
        quick=6_000,
        full=100_000,
        server=("--latency", "50", "--gzip"),
        goals=(
            Goal(says="time over the limit's", figure=ratio(OURS, LIMIT, "wall"), most=1.5, why=_KEPT),
            Goal(says=f"time over that of {DLT}", figure=ratio(OURS, DLT, "wall"), most=0.25, why=_KEPT),
        ),
    ),
    Case(
        name="B3 read a million",
        asks="Peak memory of reading 1,000,000 contacts of both ends.",
        programs={OURS: READERS[OURS]},
        quick=0,
        full=1_000_000,
        rounds=1,
        goals=(Goal(says="peak memory in MB", figure=of(OURS, "peak", per=_MEGABYTE), most=500, why=_WHOLE),),
    ),
    Case(
        name="B12 first load, creating",
        rounds=1,
        asks="A whole first cycle: all people are in Customerp only, so each is created in Salesforce and linked.",
        programs={OURS: "bench.programs.first_ours"},
        quick=10_000,
        full=100_000,
        server=("--only", "customerp"),
        goals=(Goal(says="peak memory in MB", figure=of(OURS, "peak", per=_MEGABYTE), most=350, why=_UNDER_WAY),),
        growth=Growth(figure="cpu", quick=(2_000,), full=(10_000,), most=1.0),
    ),
)
