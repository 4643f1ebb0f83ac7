"""Makes processes that run cycles and die as told; itself a process that has imported everything once.

Each line on stdin is an order in JSON, each order is carried out by a forked child: a whole run of its own, with
a store and connections that nobody else has ever had. Two lines on stdout answer it: the child's pid as soon as
it lives, then how it ended and what it had to say.
"""

import importlib
import json
import os
import resource
import signal
import sys
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from talk_assets.automation.cycle import run_cycle
from talk_assets.entities import PAIRS
from talk_assets.model.failpoints import WATCHERS
from talk_assets.resources import open_session
from talk_assets.settings import Settings
from talk_assets.store.backup import back_up, restore
from talk_assets.store.database import Database
from talk_assets.store.selfcheck import problems
from talk_assets.systems.http import Patience

MOST_CYCLES = 5
HURRIED = Patience(silence=20, total=20, first_pause=0, sleep=lambda _: None)


class DefectError(RuntimeError):
    """Something nobody expected."""


class Fuse:
    """Counts the places a run passes; at the *nth* passing of one of *points* the run ends as *how* says.

    kill: the process is gone at once. raise: an unexpected exception. full: from then on the machine writes no
    byte to any file, as on a full disk.
    """

    def __init__(self, *, points, nth, how):
        self.points, self.left, self.how = points, nth, how
        self.passed = Counter()

    def __call__(self, name):
        self.passed[name] += 1
        if name not in self.points:
            return
        self.left -= 1
        if self.left:
            return
        if self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how == "full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
            return
        raise DefectError(name)


def cycle(order, settings):
    """Run one cycle, each batch a group of its own; how many write requests it made."""
    with open_session(settings, patience=HURRIED) as session:
        session.options = replace(session.options, group_records=1)
        run_cycle(session, pairs=order["pairs"])
        return sum(end.calls.writes for end in session.ends.values())


def crash(order, settings):
    """Run a cycle that is to end early; what it passed is told if it did not."""
    fuse = Fuse(points=order["points"], nth=order["nth"], how=order["how"])
    WATCHERS.append(fuse)
    cycle(order, settings)
    return {"passed": fuse.passed}


def copy(order, settings):
    """Back the store up, or restore it, and end early like a run."""
    WATCHERS.append(Fuse(points=order["points"], nth=order["nth"], how=order["how"]))
    work = {"backup": back_up, "restore": restore}[order["task"]]
    return {"kept": work(settings.store, Path(order["file"]))}


def rest(order, settings):
    """Run cycles until one writes nothing and moves nothing; what the store says of itself after it."""
    written, before, after = [], None, None
    while len(written) < MOST_CYCLES and (not written or written[-1] or after != before):
        written.append(cycle(order, settings))
        with Database(settings.store) as db:
            before, after = after, dump(db)
    with Database(settings.store) as db:
        found = problems(db, PAIRS.values(), finished=True).rows()
        return {"written": written, "moved": after != before, "problems": found}


def dump(db):
    """All links and baselines."""
    tables = [f'links."{name}"' for name in PAIRS] + [f'store."baseline_{name}"' for name in PAIRS]
    return {table: sorted(db.rows(f"SELECT * FROM {table}"), key=repr) for table in tables}  # noqa: S608


TASKS = {"crash": crash, "rest": rest, "backup": copy, "restore": copy}


def child(order, pipe):
    """Carry out an order and end at once; never returns.

    Nothing is tidied up: what was imported before the fork belongs to the parent, threads and all.
    """
    said, known = {}, set(sys.modules)
    try:
        settings = Settings.from_environment(order["variables"])
        said = TASKS[order["task"]](order, settings)
    except BaseException:  # noqa: BLE001 - whatever it is, it is what the test wants to know
        said = {"failure": traceback.format_exc()}
    finally:
        said["imported"] = sorted(set(sys.modules) - known)
        os.write(pipe, json.dumps(said, default=str).encode())
        os._exit(0)


def main():
    """Carry out orders until stdin ends."""
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            child(order, writing)
        os.close(writing)
        print(json.dumps({"pid": pid}), flush=True)  # noqa: T201 - stdout is how it answers
        said = b""
        while part := os.read(reading, 65536):
            said += part
        os.close(reading)
        _, status = os.waitpid(pid, 0)
        answer = json.loads(said) if said else {}
        for name in answer.pop("imported", ()):
            # What one run imported on its way, the next ones find imported.
            with suppress(ImportError):
                importlib.import_module(name)
        ended = {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None}
        print(json.dumps(ended | answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
