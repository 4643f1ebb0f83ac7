"""The code server of `talk up` ends when what it has imported is not what the files say any more."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from talk_assets.automation.codeserver import answers
from talk_assets.automation.sources import have_changed, sources

ROOT = Path(__file__).parents[2]
SERVING = """
import pathlib, sys, time
from talk_assets.automation.codeserver import end_once_changed

began = time.time()
import own
if sys.argv[1] == "edited at once":
    pathlib.Path(own.__file__).touch()
print("imported", flush=True)
end_once_changed(began=began, every=0.05)
"""
SOON = 60


def test_files_of_a_person_are_looked_at_and_installed_ones_are_not():
    found = sources()

    assert __file__ in found
    assert sys.modules[answers.__module__].__file__ in found
    assert pytest.__file__ not in found
    assert signal.__file__ not in found


@pytest.mark.parametrize("changed", ["edited", "removed", "edited at once"])
def test_process_ends_once_a_file_has_changed(tmp_path, changed):
    """Whoever started it starts it again, with the definitions of now."""
    own = tmp_path / "own.py"
    own.touch()
    os.utime(own, (0, 2_000_000))
    environ = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-c", SERVING, changed]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ, text=True) as process:
        try:
            assert process.stdout.readline() == "imported\n"
            if changed != "edited at once":
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(1)
            if changed == "edited":
                os.utime(own, (0, 1_000_000))
            if changed == "removed":
                own.unlink()

            assert process.wait(SOON) == -signal.SIGTERM
            assert process.stderr.read() == "A source file has changed: this process ends.\n"
        finally:
            process.kill()


def test_a_file_of_the_future_ends_nothing(tmp_path):
    """An archive may bring one: the process that replaces this one would end as well, and so on."""
    own = tmp_path / "own.py"
    own.touch()
    os.utime(own, (0, 10_000_000_000))
    environ = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-c", SERVING, ""]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environ, text=True) as process:
        try:
            assert process.stdout.readline() == "imported\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(1)
        finally:
            process.kill()


def test_change_is_told_from_what_stays(tmp_path):
    file = tmp_path / "one.py"
    file.touch()
    known = {str(file): file.stat().st_mtime}
    assert not have_changed(known)
    os.utime(file, (0, 1_000_000))
    assert have_changed(known)


def test_nobody_answers_where_no_server_is(tmp_path):
    assert not answers(tmp_path / "none.sock")
    (tmp_path / "left.sock").touch()
    assert not answers(tmp_path / "left.sock")
