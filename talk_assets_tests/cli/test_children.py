"""Child processes live and die together."""

import os
import select
import signal
import sys
import threading

import pytest

from talk_assets.cli.children import ChildEndedError, Children

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def has_said(log, text: str):
    return lambda: log.exists() and text in log.read_text()


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="a process of others is waited for by its descriptor")
def test_leaving_ends_children_and_their_children(tmp_path):
    """Nothing started here outlives the context, not even what ignores SIGTERM or was started by a child."""
    stubborn = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('pid', inner.pid, flush=True); time.sleep(600)"
    )
    log = tmp_path / "stubborn.log"
    with Children(grace_seconds=0.1) as children:
        children.start("stubborn", python(stubborn), environ=os.environ, folder=tmp_path)
        children.watch(threading.Event(), until=has_said(log, "pid"))
        outer, inner = children.pids()[0], int(log.read_text().split()[1])
        assert is_running(outer)
        assert is_running(inner)

    assert not is_running(outer)
    assert has_ended(inner, within_seconds=30)


def has_ended(pid: int, *, within_seconds: float) -> bool:
    """A killed process that is nobody's child ends when the kernel comes to it; its descriptor tells."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], within_seconds)[0])
    finally:
        os.close(descriptor)


def test_child_that_ends_is_named_with_its_log(tmp_path):
    """A dead daemon is not left unnoticed behind a UI that still answers."""
    with Children() as children:
        children.start("sleeper", python(SLEEPER), environ=os.environ, folder=tmp_path)
        children.start("daemon", python("raise SystemExit(3)"), environ=os.environ, folder=tmp_path)

        with pytest.raises(ChildEndedError) as caught:
            children.watch(threading.Event())

    assert "daemon ended with exit code 3" in str(caught.value)
    assert str(tmp_path / "daemon.log") in str(caught.value)
    assert caught.value.exit_code != 0


def test_watching_ends_when_asked_to(tmp_path):
    """A set event ends the watch without an error."""
    stop = threading.Event()
    with Children() as children:
        children.start("sleeper", python(SLEEPER), environ=os.environ, folder=tmp_path)
        children.watch(stop, until=has_said(tmp_path / "sleeper.log", "up"))
        stop.set()

        assert children.watch(stop) is None


def test_children_work_in_the_given_folder(tmp_path):
    """A `.env` in the caller's directory stays unseen by a child that would let it win."""
    code = "import os; print('in', os.getcwd(), flush=True); import time; time.sleep(600)"
    with Children() as children:
        children.start("where", python(code), environ=os.environ, folder=tmp_path)
        children.watch(threading.Event(), until=has_said(tmp_path / "where.log", "in"))

    assert (tmp_path / "where.log").read_text() == f"in {tmp_path}\n"


def test_replaceable_child_that_ended_is_started_again(tmp_path):
    """Killed or ended by itself, another one takes its place, and what it had started ends; leaving ends that, too."""
    log = tmp_path / "worker.log"
    parent = (
        "import subprocess, sys, time\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('pid', inner.pid, flush=True); time.sleep(600)"
    )
    with Children(grace_seconds=5.0, first_pause=0.1) as children:
        children.start("worker", python(parent), environ=os.environ, folder=tmp_path, replaceable=True)
        children.watch(threading.Event(), until=has_said(log, "pid"))
        (first,) = children.pids()
        os.kill(first, signal.SIGKILL)
        children.watch(threading.Event(), until=lambda: log.read_text().count("pid") == 2)
        (second,) = children.pids()
        inner = [int(line.split()[1]) for line in log.read_text().splitlines()]

        assert second != first
        assert has_ended(inner[0], within_seconds=30)
        assert is_running(inner[1])
    assert not is_running(second)
    assert has_ended(inner[1], within_seconds=30)
