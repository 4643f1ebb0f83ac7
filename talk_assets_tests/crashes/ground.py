"""Where runs die: two served systems, a forge of processes, stores to begin with, and the judgement after it."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from talk_assets_tests.crashes.scenarios import FIRST_LOAD, LOADS, SCENARIOS
from talk_assets_tests.served import COMPARED, QUOTES, Served

PATIENCE = 120
"""Seconds a child may take before it counts as stuck; machines that run tests are often busy."""


@dataclass(frozen=True, kw_only=True)
class Base:
    """Both systems and the store's files before a run that dies, and the rows both hold in the end."""

    systems: Any
    store: dict[str, bytes]
    expected: dict[str, set[tuple[Any, ...]]]


class Ground:
    """Use as a context manager; one case after the other.

    The org is set up as *org* says, the runs are told *variables* besides where both systems are.
    """

    def __init__(self, folder, *, org=None, variables=None):
        self.folder = folder
        self.org, self.variables = org or {}, variables or {}
        self.store = folder / "talk.duckdb"
        self.pairs = []
        self._bases = {}
        self._stack = ExitStack()

    def __enter__(self):
        self.served = self._stack.enter_context(Served(**self.org))
        self._nothing = self.served.kept()
        self.forge = subprocess.Popen(
            [sys.executable, "-m", "talk_assets_tests.crashes.forge"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=self.folder,
            # Small frames on busy machines: threads cost more than they give.
            env=os.environ
            | {"POLARS_MAX_THREADS": "1", "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        return self

    def __exit__(self, *_):
        self.forge.stdin.close()
        self.forge.wait(timeout=PATIENCE)
        self._stack.close()

    def base(self, name):
        """Return the base of that name, made when it is first asked for.

        empty: records and no store. crowd: the same with so many records that bulk jobs take them. Any scenario: a
        first load at rest, then what people do. backlog: as everything, and a run that died when both systems had
        done what it asked and it knew nothing of it.
        """
        if name not in self._bases:
            self._bases[name] = self._made(name)
        return self._bases[name]

    def _made(self, name):
        if name in LOADS:
            load, expected = LOADS[name]
            self._begin(self._nothing, {})
            load(self.served)
            return self._kept(expected)
        if name == "rest":
            self.begin("empty")
            self.come_to_rest()
            return self._kept(FIRST_LOAD)
        if name == "backlog":
            self.begin("everything")
            assert self.crash(["batch answered"], how="kill", nth=2)["signal"] == signal.SIGKILL
            assert self.crash(["batch answered"], how="kill", nth=3)["signal"] == signal.SIGKILL
            return self._kept(SCENARIOS["everything"][1])
        act, expected, *after = SCENARIOS[name]
        self.begin(*after or ["rest"])
        if after:
            self.come_to_rest()
        self.served.clock.move(seconds=60)
        act(self.served)
        self.served.clock.move(seconds=60)
        return self._kept(expected)

    def begin(self, name):
        """Let both systems and the store be as in the base of that name."""
        base = self.base(name)
        self._begin(base.systems, base.store)
        self.pairs = ["product", "contact", "quote" if "quote" in name else "order"]

    def _begin(self, systems, store):
        self.served.put_back(systems)
        for left in self.folder.glob("talk.duckdb*"):
            left.unlink() if left.is_file() else shutil.rmtree(left)
        for name, content in store.items():
            (self.folder / name).touch(mode=0o600)
            (self.folder / name).write_bytes(content)

    def _kept(self, expected):
        store = {path.name: path.read_bytes() for path in self.folder.glob("talk.duckdb*") if path.is_file()}
        return Base(systems=self.served.kept(), store=store, expected=expected)

    def crash(self, points, *, how, nth=1):
        """Run a cycle that ends as told at the nth passing of *points*; how it ended."""
        return self._order(task="crash", points=points, nth=nth, how=how)

    def copy(self, task, file, points=(), *, how="kill", nth=1):
        """Back the store up into *file*, or restore it from there, and end as told; how it ended."""
        return self._order(task=task, file=str(file), points=list(points), nth=nth, how=how)

    def crash_unanswered(self, end, nth):
        """Kill a run when *end* has done its nth write and has not answered; False if there is no such write."""
        faults = self.served.faults(end)
        faults.take({"kind": "commit_then_timeout", "nth": nth, "seconds": PATIENCE})
        pid = self._tell(task="crash", points=[], nth=0, how="kill")
        while not faults.plan.struck:
            time.sleep(0.002)
            if self._answers():
                break
        else:
            os.kill(pid, signal.SIGKILL)
        ended = self._answer()
        faults.clear()
        return ended["signal"] == signal.SIGKILL

    def come_to_rest(self):
        """Run cycles until nothing is left to do; what the last ones said."""
        return self._order(task="rest")

    def judge(self, name):
        """Come to rest; return what is wrong then, in words, empty if nothing is."""
        said = self.come_to_rest()
        wrong = []
        if "failure" in said:
            return [said["failure"]]
        if said["written"][-1]:
            wrong.append(f"it never falls silent: {said}")
        if said["moved"]:
            wrong.append("links or baselines move though nothing is written")
        if said["problems"]:
            wrong.append(f"the store's own check: {said['problems']}")
        expected_rows = self.base(name).expected
        doubles = self.served.doubles(expected_rows)
        if doubles:
            wrong.append(f"doubled: {doubles}")
        for kind, expected in expected_rows.items():
            rows = dict(zip(("Salesforce", "Customerp"), self.served.rows(kind), strict=True))
            width = len((COMPARED | QUOTES)[kind])
            for end, found in rows.items():
                wanted = {row[-width:] for row in expected if len(row) == width or row[0] == end}
                if wanted != set(found) or len(found) != len(wanted):
                    wrong.append(f"{end} {kind}: {sorted(found, key=repr)} where {sorted(wanted, key=repr)} is right")
        return wrong

    def _order(self, **order):
        self._tell(**order)
        return self._answer()

    def _tell(self, **order):
        order |= {"variables": self.served.variables(self.store) | self.variables, "pairs": self.pairs}
        self.forge.stdin.write(json.dumps(order) + "\n")
        self.forge.stdin.flush()
        return json.loads(self.forge.stdout.readline())["pid"]

    def _answers(self):
        return bool(select.select([self.forge.stdout], [], [], 0)[0])

    def _answer(self):
        return json.loads(self.forge.stdout.readline())
