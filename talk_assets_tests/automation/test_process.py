"""What a process knows of itself."""

import subprocess
import sys

from talk_assets.automation.process import peak_memory

LARGE = 400_000_000


def test_memory_of_the_process_that_started_it_is_not_counted():
    """A worker started by something large is not replaced after its first run for memory it never had."""
    starting = f"""
import subprocess, sys
held = b"x" * {LARGE}
asking = "from talk_assets.automation.process import peak_memory; print(peak_memory())"
subprocess.run([sys.executable, "-c", asking], check=True)
"""
    told = subprocess.run([sys.executable, "-c", starting], check=True, capture_output=True, text=True).stdout

    assert 0 < int(told) < LARGE


def test_memory_once_needed_is_counted():
    before = peak_memory()
    held = b"x" * (before + LARGE)
    assert peak_memory() >= before + LARGE // 2
    assert len(held) > before
