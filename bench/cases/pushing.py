"""Writing many changed records."""

from bench.case import LIMIT, OURS, Case, Goal, of, ratio

_HAND = "simple-salesforce and requests, by hand"
DRT = "drt"
WRITERS = {
    LIMIT: "bench.programs.push_limit",
    OURS: "bench.programs.push_ours",
    _HAND: "bench.peers.push_simple_salesforce",
    DRT: "bench.peers.push_drt",
}
_LIMIT = "the same records in the same batches by an open asynchronous httpx client, with the answers not looked at."
_JUDGED = (
    "ours reads each Salesforce record before the write and after it, in the call that writes, to tell what was "
    "overwritten and what is stored now, and so decodes three times as many bytes."
)

CASES = (
    Case(
        name="B4 push",
        asks="Write two properties of each contact to both ends. Only ours judges each record's outcome, reads "
        "Salesforce before and after the write to tell what was overwritten, and keeps what was stored.",
        limit=_LIMIT,
        programs=WRITERS,
        prepare="bench.programs.changed",
        quick=5_000,
        full=10_000,
        goals=(
            Goal(says="CPU over the limit's", figure=ratio(OURS, LIMIT), most=1.5, why=_JUDGED),
            Goal(says=f"CPU over that of {DRT}", figure=ratio(OURS, DRT), most=0.71, why=_JUDGED),
        ),
        figures={"applied": "Applied"},
    ),
    Case(
        name="B4 push afar",
        judged="wall",
        asks="The same with 50 ms before each answer; judge by the time it takes.",
        limit=_LIMIT,
        programs=WRITERS,
        prepare="bench.programs.changed",
        quick=2_000,
        full=10_000,
        server=("--latency", "50", "--gzip"),
        goals=(
            Goal(says="time over the limit's", figure=ratio(OURS, LIMIT, "wall"), most=1.5, why=_JUDGED),
            Goal(says=f"time over that of {DRT}", figure=ratio(OURS, DRT, "wall"), most=0.33, why=_JUDGED),
        ),
        figures={"applied": "Applied"},
    ),
    Case(
        name="B6 push singly",
        asks="Write two properties of each contact to a Customerp that takes no batches: a call for each record. drt "
        "cannot do it, as it sends to one address only.",
        limit="the same calls by one open httpx client, one after the other, with the answers not looked at.",
        programs={
            LIMIT: "bench.programs.singly_limit",
            OURS: "bench.programs.singly_ours",
            "requests, by hand": "bench.peers.singly_requests",
        },
        quick=1_000,
        full=10_000,
        server=("--no-batch",),
        goals=(
            Goal(
                says="CPU over the limit's",
                figure=ratio(OURS, LIMIT),
                most=1.2,
                why="each call of ours has a deadline that holds where bytes are read, is counted, and has its answer "
                "judged; a process of ours also starts with polars, DuckDB and the declarations.",
            ),
            Goal(says="calls a record", figure=of(OURS, "calls_a_record"), most=1.01),
        ),
        figures={"applied": "Applied"},
    ),
)
