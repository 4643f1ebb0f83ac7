"""`python -m bench`: what the sync costs, beside other programs and beside the limit of its libraries.

A case is a `bench.case.Case` in the tuple ``CASES`` of any module of `bench.cases`; nothing else is to be done to add
one. It names its programs by label, as modules: ``limit`` (the least that the same libraries take), ``ours``, and
peers, whose modules are in `bench.peers` and run in an environment of their own (pins in ``bench/peers.txt``). A
program reads `Context.of_environment`: where the neutral server is, how many records, and a folder that stays for the
whole case, so that one program may leave a store for the next; ``prepare`` is run before each program, unmeasured,
to edit records (``POST /bench/change``) or bring a store. Cases that share a word share that folder and their server.
The last line that a program prints may hold figures of its
own (`bench.case.tell`), which ``Case.figures`` names for the table; its CPU time, peak memory, calls, bytes and
connections are measured from outside. Bounds are `Goal`; see `ratio` and `of`.
"""

import argparse
import json
import re
import sys
import time
from dataclasses import replace
from pathlib import Path

from bench.cases import cases
from bench.machine import machine
from bench.once import FAILED
from bench.plot import as_plot
from bench.report import as_json, as_markdown
from bench.suite import in_order, run

_ROOT = Path(__file__).parents[1]
_REPORT = _ROOT / "data" / "bench.json"
_PAGE = _ROOT / "docs" / "benchmarks.md"
_PLOT = _ROOT / "docs" / "benchmarks.svg"


def main() -> int:
    """Run the cases and write the report; 1 if a program failed, which is left out of it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what the sync costs.")
    parser.add_argument("--full", action="store_true", help="at full size: about an hour")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each case (default 3)")
    parser.add_argument(
        "--only", metavar="TEXT", help="only cases whose names this expression finds; prints, writes no page"
    )
    parser.add_argument("--size", type=int, metavar="N", help="try the cases at this size, without their growth")
    chosen = parser.parse_args()
    form = "full" if chosen.full else "quick"
    asked = [case for case in cases() if not chosen.only or re.search(chosen.only, case.name)]
    if chosen.size:
        asked = [replace(case, quick=chosen.size, full=chosen.size, growth=None) for case in asked]
    made_with = machine()
    started = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:5.0f} s  {text}\n")

    outcomes = in_order(run(asked, full=chosen.full, rounds=chosen.rounds, say=say))
    page = as_markdown(outcomes, form=form, machine=made_with, plot=_PLOT.name)
    sys.stdout.write(page)
    if not (chosen.only or chosen.size):
        _REPORT.parent.mkdir(exist_ok=True)
        _REPORT.write_text(json.dumps(as_json(outcomes, form=form, machine=made_with), indent=1) + "\n")
        _PAGE.write_text(page)
        _PLOT.write_text(as_plot(outcomes))
    return int(any(FAILED in one.left_out.values() for one in outcomes))


if __name__ == "__main__":
    raise SystemExit(main())
