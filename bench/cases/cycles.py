"""A first load that links, and what comes after it over the same store: cycles, comparing, committing, auditing."""

from bench.case import LIMIT, OURS, Case, Goal, Growth, Measured, of, ratio

_CYCLE = {"cycle_cpu": "CPU s of the cycle itself", "updated": "Written"}
_START = "start alone"
_STARTED = {_START: "bench.programs.started"}
_CHAIN = "dlt, SQL and drt"
_LINKED = "linked"
_QUICK, _FULL = 20_000, 100_000
_QUICK_GROWTH, _FULL_GROWTH = (5_000,), (10_000, 1_000_000)
_WORK = {"work_cpu": "CPU s of the work"}
_MEGABYTE = 1e6
_READ_TWICE = (
    "each of the 2,000 records is looked at before it is written and read back after, each write is noted before it is "
    "sent and its answer judged, and its history and what both ends agreed on are kept; the others do none of that."
)
_NOT_STRAIGHT = "some of the work, as sorting and DuckDB's merging of tables, grows faster than what it is done to."


def _bytes(measured: Measured) -> float | None:
    """What ours sent and was sent."""
    parts = [of(OURS, name)(measured) for name in ("up", "down")]
    return None if None in parts else sum(filter(None, parts))


CASES = (
    Case(
        name="B11 first load, linking",
        asks="A whole first cycle: the same people are in both ends, so each is matched and linked.",
        limit="both ends read into DuckDB with nothing looked at, as in B1.",
        programs={
            LIMIT: "bench.programs.read_limit",
            OURS: "bench.programs.first_ours",
            _CHAIN: "bench.peers.chain_first",
        },
        quick=_QUICK,
        full=_FULL,
        rounds=1,
        shared=_LINKED,
        goals=(
            Goal(
                says=f"CPU over that of {_CHAIN}",
                figure=ratio(OURS, _CHAIN),
                most=0.4,
                why="ours also translates each record, checks it against its contract, matches it by rules and keeps "
                "its history and what both ends agreed on.",
            ),
            Goal(
                says="peak memory in MB",
                figure=of(OURS, "peak", per=_MEGABYTE),
                most=350,
                why="some 10,000 links are compared at a time, each beside both records and what was agreed of them, "
                "and rows that changed wait in memory for the cycle's one checkpoint.",
            ),
        ),
        growth=Growth(figure="cpu", quick=_QUICK_GROWTH, full=_FULL_GROWTH, most=1.0, why=_NOT_STRAIGHT),
    ),
    Case(
        name="B8 no change",
        judged="cycle_cpu",
        asks="A cycle in which nothing moved, by a process that has made one before, over linked contacts.",
        limit="each end asked once by an open client, a DuckDB file opened and closed.",
        programs=_STARTED
        | {
            LIMIT: "bench.programs.cycle_limit",
            OURS: "bench.programs.cycle_ours",
            _CHAIN: "bench.peers.chain",
        },
        quick=_QUICK,
        full=_FULL,
        shared=_LINKED,
        figures=_CYCLE,
        goals=(
            Goal(says="calls", figure=of(OURS, "calls"), most=2),
            Goal(says="bytes up and down", figure=_bytes, most=2000),
            Goal(says="CPU s of the cycle itself", figure=of(OURS, "cycle_cpu"), most=0.8),
        ),
        growth=Growth(
            figure="cycle_cpu",
            quick=_QUICK_GROWTH,
            full=_FULL_GROWTH,
            most=0.03,
            rounds=3,
            why="0.02 is 10 % for a hundred times the records; so short a cycle spreads by more than that.",
        ),
    ),
    Case(
        name="B9 changes at both ends",
        judged="cycle_cpu",
        asks="A cycle with 1,000 contacts edited at each end, each brought across, over linked contacts.",
        programs=_STARTED | {OURS: "bench.programs.cycle_edits", _CHAIN: "bench.peers.chain_edits"},
        quick=_QUICK,
        full=_FULL,
        shared=_LINKED,
        figures=_CYCLE,
        goals=(
            Goal(
                says="calls",
                figure=of(OURS, "calls"),
                most=12,
                why="besides the look at each end, a page of what changed, and the batches that write, ours asks "
                "Salesforce for the present state of what it is about to write, 500 records a call.",
            ),
            Goal(
                says="CPU s of the cycle itself",
                figure=of(OURS, "cycle_cpu"),
                most=1.2,
                why=_READ_TWICE,
            ),
            Goal(
                says=f"CPU of the cycle over that of {_CHAIN}",
                figure=ratio(OURS, _CHAIN, "cycle_cpu"),
                most=1,
                why=_READ_TWICE,
            ),
            Goal(
                says="bytes up a changed record",
                figure=of(OURS, "up", per=2000),
                most=120,
                why="a write names the record's type, id, and both properties with the new values, some 90 bytes here; "
                "Salesforce is told each id three more times, to read the record before and after.",
            ),
        ),
        growth=Growth(figure="cycle_cpu", quick=_QUICK_GROWTH, full=_FULL_GROWTH, most=0.1),
    ),
    Case(
        name="B10 echo",
        judged="cycle_cpu",
        asks="The cycle after that: it reads what it wrote itself, and writes nothing.",
        programs={OURS: "bench.programs.cycle_echo"},
        quick=_QUICK,
        full=_FULL,
        rounds=1,
        shared=_LINKED,
        figures=_CYCLE,
        goals=(
            Goal(says="records written", figure=of(OURS, "updated"), most=0),
            Goal(
                says="calls",
                figure=of(OURS, "calls"),
                most=2,
                why="what was changed within the time that every cycle looks back is read again, a page a call, as a "
                "stamp cannot tell our own write from an edit of the same second.",
            ),
        ),
    ),
    Case(
        name="B13 whole read",
        judged="cycle_cpu",
        asks="Both ends are read whole, as each night, and nothing has changed.",
        programs={OURS: "bench.programs.cycle_sweep"},
        quick=_QUICK,
        full=_FULL,
        rounds=1,
        shared=_LINKED,
        figures=_CYCLE,
        growth=Growth(figure="cycle_cpu", quick=_QUICK_GROWTH, full=_FULL_GROWTH, most=1.0),
    ),
    Case(
        name="B5 compare",
        judged="work_cpu",
        asks="Compare all linked contacts three ways: what each end has, beside what both last agreed on; one in a "
        "hundred was edited at each end, one in a thousand at both. Only what moved is compared in a common cycle.",
        limit="DuckDB's own two-way comparison of the two tables, column by column; it tells no side, no conflict.",
        programs={LIMIT: "bench.programs.diff_limit", OURS: "bench.programs.diff_ours"},
        quick=_QUICK,
        full=_FULL,
        shared=_LINKED,
        figures=_WORK | {"moved_cpu": "CPU s, only what moved", "compared": "Compared", "conflicts": "Conflicts"},
        goals=(
            Goal(
                says="CPU of the work over the limit's",
                figure=ratio(OURS, LIMIT, "work_cpu"),
                most=2,
                why="every link is taken out of the store with four rows, both records and what was agreed of each, "
                "and a verdict is found for each property.",
            ),
            Goal(says="peak memory in MB", figure=of(OURS, "peak", per=_MEGABYTE), most=1200),
        ),
        growth=Growth(figure="work_cpu", quick=_QUICK_GROWTH, full=_FULL_GROWTH, most=1.0),
    ),
    Case(
        name="B7 commit",
        judged="work_wall",
        asks="Replace what both ends agreed on of 10,000 contacts in the table of all, and open and close the store.",
        limit="one DELETE and one INSERT in a transaction of a plain DuckDB file with the same rows.",
        programs={LIMIT: "bench.programs.commit_limit", OURS: "bench.programs.commit_ours"},
        quick=_QUICK,
        full=_FULL,
        shared=_LINKED,
        figures=_WORK | {"work_wall": "Seconds of the work", "rows": "Rows"},
        goals=(
            Goal(
                says="time of the work over the limit's",
                figure=ratio(OURS, LIMIT, "work_wall"),
                most=1.5,
                why="a store that opens is looked through, and its witness, which tells of one that went back in time, "
                "is written to the disk.",
            ),
        ),
        growth=Growth(figure="work_wall", quick=_QUICK_GROWTH, full=_FULL_GROWTH, most=0.5),
    ),
    Case(
        name="B14 audit",
        judged="work_cpu",
        asks="Compare all linked contacts, and account for every record that stands alone.",
        limit="DuckDB's own two-way comparison, as in B5.",
        programs={LIMIT: "bench.programs.diff_limit", OURS: "bench.programs.audit_ours"},
        quick=_QUICK,
        full=_FULL,
        shared=_LINKED,
        rounds=1,
        figures=_WORK | {"compared": "Compared"},
        growth=Growth(figure="work_cpu", quick=_QUICK_GROWTH, full=_FULL_GROWTH, most=1.0),
    ),
)
