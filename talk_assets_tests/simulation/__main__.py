"""Play seeds from the command line: one again with its trace, many as a soak, or the table of mutants."""

import argparse
import statistics
import sys
import time

from talk_assets_tests.simulation.gate import runs_to_catch
from talk_assets_tests.simulation.mutants import MUTANTS
from talk_assets_tests.simulation.run import simulate
from talk_assets_tests.simulation.scenes import scene_of
from talk_assets_tests.simulation.soak import soak


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m talk_assets_tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="play this seed")
    parser.add_argument("--show", action="store_true", help="print everything that happens")
    parser.add_argument("--runs", type=int, help="play so many seeds, on all cores")
    parser.add_argument("--minutes", type=float, help="play seeds for so long, on all cores")
    parser.add_argument("--first", type=int, default=1, help="the first seed of a soak")
    parser.add_argument("--mutants", action="store_true", help="print how many runs each protocol bug needs to be seen")
    parser.add_argument("--repeats", type=int, default=3, help="how often the table of mutants is measured")
    parser.add_argument("--most", type=int, default=30, help="runs after which a mutant counts as unseen")
    asked = parser.parse_args()
    if asked.mutants:
        return _table(asked.repeats, asked.most)
    if asked.runs or asked.minutes:
        return soak(runs=asked.runs, minutes=asked.minutes, first=asked.first, say=_say)
    if asked.seed is None:
        parser.error("say --seed, --runs, --minutes or --mutants")
    outcome = simulate(asked.seed, scene_of(asked.seed), show=asked.show)
    for line in (*outcome.lines, *outcome.violations):
        _say(line)
    _say(
        f"seed {outcome.seed}: trace {outcome.digest[:16]}, {outcome.calls} calls, {len(outcome.violations)} violations"
    )
    return int(bool(outcome.violations))


def _table(repeats: int, most: int) -> int:
    unseen = 0
    _say(f"{'protocol bug':40} {'caught':>7} {'median':>7} {'max':>5}  shows as")
    for mutant in MUTANTS:
        started = time.monotonic()
        found = [runs_to_catch(mutant, first=1000 * (n + 1), most=most) for n in range(repeats)]
        caught = [f.runs for f in found if f.violation is not None]
        unseen += len(caught) < repeats
        middle = f"{statistics.median(caught):g}" if caught else "-"
        shows = next((f.violation for f in found if f.violation), "-").partition(":")[0]
        took = f"{time.monotonic() - started:.0f} s"
        _say(f"{mutant.name:40} {len(caught):>4}/{repeats} {middle:>7} {max(caught, default=0):>5}  {shows} ({took})")
    return int(unseen > 0)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
