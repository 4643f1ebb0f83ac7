"""Play seeds from the command line: one again with its trace, many as a soak, or the table of mutants."""

import argparse
import sys

from talk_assets_tests.simulation.gate import runs_to_catch, table
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
    """Print the table of mutants as Markdown; 1 if one was ever unseen."""
    found = {}
    for mutant in MUTANTS:
        found[mutant.name] = [runs_to_catch(mutant, first=1000 * n + 1, most=most) for n in range(repeats)]
        sys.stderr.write(f"{mutant.name}: {[one.runs for one in found[mutant.name]]}\n")
    for line in table(found):
        _say(line)
    return int(any(one.violation is None for times in found.values() for one in times))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
