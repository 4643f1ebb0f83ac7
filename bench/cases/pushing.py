"""Writing many changed records to both ends."""

from bench.case import LIMIT, OURS, Case, Goal, ratio

_HAND = "simple-salesforce and requests, by hand"
_WRITERS = {
    LIMIT: "bench.programs.push_limit",
    OURS: "bench.programs.push_ours",
    _HAND: "bench.peers.push_simple_salesforce",
}

CASES = (
    Case(
        name="B4 push",
        asks="Write two properties of each contact to both ends. Only ours judges each record's outcome, reads "
        "Salesforce before and after the write to tell what was overwritten, and keeps what was stored.",
        programs=_WRITERS,
        quick=5_000,
        full=10_000,
        figures={"applied": "Applied"},
    ),
    Case(
        name="B4 push afar",
        asks="The same with 50 ms before each answer; judge by the time it takes.",
        programs=_WRITERS,
        quick=5_000,
        full=10_000,
        server=("--latency", "50", "--gzip"),
        goals=(Goal(says=f"time over that of {_HAND}", figure=ratio(OURS, _HAND, "wall"), most=1.0),),
        figures={"applied": "Applied"},
    ),
)
