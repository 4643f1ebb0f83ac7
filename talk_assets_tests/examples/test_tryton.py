"""The example of an ERP with a port of its own: a real Tryton, where it is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/tryton"
INSTALLED = EXAMPLE / ".venv/.ready"


@pytest.mark.skipif(
    not INSTALLED.exists(), reason="Tryton is not installed; make tryton installs it and runs its tests."
)
def test_tryton_keeps_the_rules_and_stays_in_step():
    """The example's own tests pass, with Tryton's port found by its entry point."""
    path = os.pathsep.join([str(EXAMPLE / ".venv/port"), str(ROOT)])
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", EXAMPLE / "pyproject.toml", EXAMPLE / "tests"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout
