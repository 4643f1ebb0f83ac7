"""Documents with lines, through the embedded systems."""

from bench.case import LIMIT, OURS, Case, Goal, ratio
from bench.documents import missing

_OWN = (
    "ours uses more CPU for its own work than those systems do to answer, 16 s beside 12 s at 300 orders: each record "
    "is noted before it is sent, read back, kept as it came and translated, with its history and what both ends agreed "
    "on. Only judging the batches before goes on while the ends answer."
)

CASES = (
    Case(
        name="B17 documents with lines",
        judged="work_wall",
        asks="A first load of AdventureWorks, 504 products, 19,972 contacts and orders with all their lines, from "
        "Customerp into an empty Salesforce, both of them the embedded systems.",
        limit="the very requests of that load, sent again one after the other to systems as they were, with nothing "
        "done with the answers. Those systems judge each record by the rules of the real ones, which takes most of it.",
        # Ours first: it leaves the requests.
        programs={OURS: "bench.programs.documents_ours", LIMIT: "bench.programs.documents_bare"},
        quick=0,
        full=21_674,
        of="orders",
        server=None,
        lacks=missing,
        rounds=1,
        figures={
            "work_wall": "Seconds of the load",
            "work_cpu": "CPU s of it",
            "requests": "Requests",
            "other": "Answered otherwise",
            "lines": "Lines",
        },
        goals=(
            Goal(says="time over that of its bare requests", figure=ratio(OURS, LIMIT, "work_wall"), most=2, why=_OWN),
        ),
    ),
)
