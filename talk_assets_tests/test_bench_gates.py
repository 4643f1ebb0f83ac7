"""What does not depend on the machine: calls, bytes and connections of cycles over the benchmarks' quick server."""

import subprocess
import sys
from types import SimpleNamespace

import httpx
import pytest

from bench.processes import printing
from talk_assets.automation.cycle import run_cycle
from talk_assets.model.system import System
from talk_assets.remembered import Remembered
from talk_assets.resources import open_session
from talk_assets.settings import Settings, variables_for

CONTACTS = 2500
EDITED = 1000
SALESFORCE, CUSTOMERP = System


STARTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "os.exec"}
"""What Python tells of when a process is started."""


class Processes:
    """Counts the processes that are started while it is entered."""

    def __init__(self):
        self.started = 0
        self._counting = False
        sys.addaudithook(self._hear)

    def __enter__(self):
        self.started, self._counting = 0, True
        return self

    def __exit__(self, *_):
        self._counting = False

    def _hear(self, event, _):
        self.started += self._counting and event in STARTS


def ask(facts, system, method, path):
    return httpx.request(method, f"{facts[system]['url']}/bench/{path}", trust_env=False).raise_for_status().json()


@pytest.fixture(scope="module")
def cycles(tmp_path_factory):
    """A first load that links, quiet cycles, one after 1,000 edits at each end (two properties each), and its echo.

    Of the quiet ones the last two are by a process that remembers what it asked before.
    """
    command = [sys.executable, "-m", "bench.neutral", "--contacts", str(CONTACTS)]
    with printing(command) as facts:
        store = tmp_path_factory.mktemp("gates") / "store.duckdb"
        settings = Settings.from_environment(variables_for(facts, store=store))
        found = {}
        processes, remembered = Processes(), Remembered()
        for name in ("first load", "quiet", "begun", "known", "edits", "echo"):
            if name == "edits":
                ask(facts, SALESFORCE, "POST", f"change?count={EDITED}")
                ask(facts, CUSTOMERP, "POST", f"change?count={EDITED}&first={EDITED}")
            for system in System:
                ask(facts, system, "DELETE", "counts")
            known = remembered if name in {"begun", "known"} else None
            with processes, open_session(settings, remembered=known) as session:
                session.set_limits({"contact": {"update_ratio": 1}})
                tally = run_cycle(session, pairs=["contact"]).tallies["contact"]
            seen = {system: SimpleNamespace(**ask(facts, system, "GET", "counts")) for system in System}
            found[name] = SimpleNamespace(tally=tally, seen=seen, processes=processes.started)
        yield found


def test_a_first_load_takes_a_call_a_page(cycles):
    """Each page is asked for once, and nothing is written where all is there already."""
    first = cycles["first load"]

    assert first.tally.linked == CONTACTS
    assert first.seen[CUSTOMERP].by_kind["list"] == 3
    assert first.seen[SALESFORCE].bytes_up < 2000
    assert sum(first.seen[SALESFORCE].by_kind.values()) <= 12


def test_a_quiet_cycle_asks_little(cycles):
    """One look at the change feed, next to nothing up, next to nothing down from Customerp."""
    quiet = cycles["quiet"].seen

    assert quiet[CUSTOMERP].by_kind["changes"] == 1
    assert quiet[CUSTOMERP].requests <= 2
    assert quiet[CUSTOMERP].bytes_down < 1000
    assert quiet[SALESFORCE].requests <= 7


def test_edits_go_over_in_batches(cycles):
    """Of 1,000 edits each way: batches of 200 and of 500, and one read before them for many."""
    edits = cycles["edits"]

    assert edits.tally.updated == {SALESFORCE: EDITED, CUSTOMERP: EDITED}
    assert edits.seen[SALESFORCE].by_kind["composite write"] == EDITED // 200
    assert edits.seen[SALESFORCE].by_kind["composite read"] <= 3
    assert edits.seen[CUSTOMERP].by_kind["batch"] == EDITED // 500
    assert edits.seen[SALESFORCE].by_kind.get("retrieve", 0) <= 1
    assert "GET one" not in edits.seen[CUSTOMERP].by_kind


def test_an_edit_travels_as_what_changed(cycles):
    """Bytes up for each changed record: two properties and what finds the record, not the whole record."""
    seen = cycles["edits"].seen

    assert seen[CUSTOMERP].bytes_up / EDITED < 210
    # Salesforce is told each record's id three more times, to be read before and after.
    assert seen[SALESFORCE].bytes_up / EDITED < 310


def test_nothing_comes_back(cycles):
    """The cycle after reads our own writes and writes nothing."""
    echo = cycles["echo"]

    assert echo.tally.updated == {SALESFORCE: 0, CUSTOMERP: 0}
    assert not {"batch", "PATCH collection"} & echo.seen[CUSTOMERP].by_kind.keys()
    assert echo.seen[CUSTOMERP].requests <= 5


def test_a_process_that_ran_before_asks_each_end_once(cycles):
    """For all objects one call to Salesforce, and one look at Customerp's change feed; together under two kilobytes."""
    seen = cycles["known"].seen.values()

    assert [one.requests for one in seen] == [1, 1]
    assert sum(one.bytes_up + one.bytes_down for one in seen) < 2000


@pytest.mark.parametrize("cycle", ["first load", "quiet", "edits", "echo", "known"])
def test_a_cycle_starts_no_process(cycles, cycle):
    """All is done in the one that runs it, which holds the store."""
    assert cycles[cycle].processes == 0


def test_processes_are_heard_of():
    """One that is started is counted."""
    with Processes() as heard:
        subprocess.run([sys.executable, "-c", ""], check=True)

    assert heard.started


@pytest.mark.parametrize("cycle", ["first load", "quiet", "edits", "echo"])
def test_connections_are_kept_open(cycles, cycle):
    """As many as writes go out side by side, and one for the login; not one for each call."""
    assert all(seen.connections <= 6 for seen in cycles[cycle].seen.values())
