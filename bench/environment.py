"""The peers' own environment, made from exact pins where it is not there yet."""

import hashlib
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

_PINS = Path(__file__).parent / "peers.txt"
_HOME = Path(__file__).parents[1] / ".peers"


@lru_cache(maxsize=1)
def peers_python() -> Path | None:
    """The interpreter of the peers' environment; None where it cannot be made, as without a network."""
    pins = hashlib.sha256(_PINS.read_bytes()).hexdigest()
    python, ready = _HOME / "bin" / "python", _HOME / "ready"
    if ready.exists() and ready.read_text() == pins:
        return python
    sys.stderr.write("making the peers' environment\n")
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(_HOME)], check=True)  # noqa: S603
        subprocess.run(  # noqa: S603
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(_PINS)],
            check=True,
        )
    except subprocess.CalledProcessError:
        return None
    ready.write_text(pins)
    return python
