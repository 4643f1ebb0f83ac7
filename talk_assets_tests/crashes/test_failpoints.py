"""The places themselves: declared, passed, and free of charge."""

import re
import timeit
from pathlib import Path

from talk_assets.model.failpoints import POINTS, WATCHERS, failpoint
from talk_assets_tests.crashes.test_matrix import CASES

PACKAGE = Path(__file__).parents[2] / "talk_assets"
CALL = re.compile(r'\bfailpoint\("([^"]+)"\)')


def test_every_place_is_declared_and_stands_in_the_code():
    """Neither a place without its meaning, nor a meaning without a place."""
    found = {name for path in PACKAGE.rglob("*.py") for name in CALL.findall(path.read_text(encoding="utf-8"))}

    assert found == set(POINTS)


def test_a_place_costs_nothing_while_nobody_watches():
    """A cycle passes some hundred of them: even on a slow machine that is less than a thousandth of it."""
    assert WATCHERS == []
    rounds = 20_000

    assert min(timeit.repeat(lambda: failpoint("page fetched"), number=rounds, repeat=5)) / rounds < 5e-6


def test_every_place_is_passed_by_a_run(ground):
    """A first load and a run after one that died pass all of them but those of copies and bulk jobs."""
    passed = set()
    for base in ("empty", "backlog"):
        ground.begin(base)
        passed |= set(ground.crash([], how="kill", nth=0)["passed"])

    assert passed == set(CASES)
