"""`python -m bench`: what the sync costs, beside other programs and beside the limit of its libraries.

A case is a `bench.case.Case` in the tuple ``CASES`` of any module of `bench.cases`; nothing else is to be done to add
one. It names its programs by label, as modules: ``limit`` (the least that the same libraries take), ``ours``, and
peers, whose modules are in `bench.peers` and run in an environment of their own (pins in ``bench/peers.txt``). A
program reads `Context.of_environment`: where the neutral server is, how many records, and a folder that stays for the
whole case, so that one program may leave a store for the next; ``prepare`` is called before each program, unmeasured,
to edit records (``POST /bench/change``) or bring a store. The last line that a program prints may hold figures of its
own (`bench.case.tell`), which ``Case.figures`` names for the table; its CPU time, peak memory, calls, bytes and
connections are measured from outside. Bounds are `Goal`; see `ratio` and `of`.
"""

import argparse
import json
import sys
from pathlib import Path

from bench.cases import cases
from bench.report import as_json, as_markdown, as_plot
from bench.suite import Outcome, run

_ROOT = Path(__file__).parents[1]
_REPORT = _ROOT / "data" / "bench.json"
_PAGE = _ROOT / "docs" / "benchmarks.md"
_PLOT = _ROOT / "docs" / "benchmarks.svg"


def main() -> None:
    """Run the cases and write the report."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what the sync costs.")
    parser.add_argument("--full", action="store_true", help="at full size, five rounds: about an hour")
    parser.add_argument("--rounds", type=int, help="rounds of each case (default 3, full 5)")
    parser.add_argument("--only", metavar="TEXT", help="only cases with this in their name; prints, writes no page")
    chosen = parser.parse_args()
    form, rounds = ("full", 5) if chosen.full else ("quick", 3)
    outcomes: list[Outcome] = []
    for case in cases():
        size = case.full if chosen.full else case.quick
        if not size or (chosen.only and chosen.only not in case.name):
            continue
        sys.stderr.write(f"{case.name}, {size:,} records\n")
        outcomes.append(run(case, size=size, rounds=chosen.rounds or rounds))
    page = as_markdown(outcomes, form=form, plot=_PLOT.name)
    sys.stdout.write(page)
    if not chosen.only:
        _REPORT.parent.mkdir(exist_ok=True)
        _REPORT.write_text(json.dumps(as_json(outcomes, form=form), indent=1) + "\n")
        _PAGE.write_text(page)
        _PLOT.write_text(as_plot(outcomes))


if __name__ == "__main__":
    main()
