"""The port that the tutorial shows is a port."""

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from talk_assets.systems.plugged import GROUP
from talk_assets.testing import RULES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "examples/README.md").read_text()


def test_the_tutorials_port_keeps_every_rule_it_can_be_asked(tmp_path):
    """Copied from the page as it stands and run by pytest, with no other file."""
    blocks = [dedent(block) for block in re.findall(r"^ *```python\n(.*?)^ *```", PAGE, flags=re.DOTALL | re.MULTILINE)]
    (tmp_path / "test_shelf.py").write_text("\n\n".join(blocks))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    documents = sum(rule.needs_lines for rule in RULES)
    assert run.returncode == 0, run.stdout
    assert f"{len(RULES) - documents} passed, {documents} skipped" in run.stdout


def test_the_tutorial_names_the_entry_point():
    """What is written there is what is looked for."""
    assert f'[project.entry-points."{GROUP}"]' in PAGE
