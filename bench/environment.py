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
    sys.stderr.write(
        f"Making the environment of the programs that are compared, in {_HOME.name}; once, some minutes.\n"
    )
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    # Without a network pip would try each package many times.
    pip += ["--retries", "1", "--timeout", "15", "--requirement", str(_PINS)]
    for command in ([sys.executable, "-m", "venv", "--clear", str(_HOME)], pip):
        ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if ended.returncode:
            said = [line for line in (ended.stdout + ended.stderr).splitlines() if line.strip()]
            sys.stderr.write(
                f"It could not be made, so these programs are left out: {said[-1] if said else 'nothing tells why'}\n"
                "The rest is measured. Run it again where pip finds the packages of bench/peers.txt.\n"
            )
            return None
    ready.write_text(pins)
    return python
