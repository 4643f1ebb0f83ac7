"""Dagster's code server, which ends once a source file has changed; takes the arguments of `dagster api grpc`.

Run as `python -m talk_assets.automation.codeserver` by `talk up`, which starts it again then: so a property that was
added is known within a minute.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from dagster._cli import ENV_PREFIX, cli
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._grpc.client import DagsterGrpcClient

from talk_assets.automation.sources import have_changed, sources

_EVERY_SECONDS = 15.0
_GRAIN = 1.0
"""How far, in seconds, a file's time may be behind the clock when it changes now."""


def end_once_changed(*, began: float, every: float = _EVERY_SECONDS) -> None:
    """Look *every* so many seconds, and end this process once one of its source files has changed.

    A file may change between its import and the next look: so one that changed after *began*, in seconds since 1970,
    when none was imported yet, counts as well. One whose time is still to come does not, or no process would last.
    """
    known: dict[str, float] = {}
    while not have_changed(known):
        found = sources()
        if any(began - _GRAIN < found[path] <= time.time() for path in found.keys() - known.keys()):
            break
        known = found | known
        time.sleep(every)
    sys.stderr.write("A source file has changed: this process ends.\n")
    os.kill(os.getpid(), signal.SIGTERM)


def answers(path: Path) -> bool:
    """Whether a code server answers at the socket at *path*."""
    if not path.exists():
        return False
    try:
        DagsterGrpcClient(socket=str(path)).ping("")
    except DagsterUserCodeUnreachableError:
        return False
    return True


def main() -> None:
    """Serve until told to stop, or until a source file has changed."""
    os.umask(0o077)
    threading.Thread(target=end_once_changed, kwargs={"began": time.time()}, daemon=True).start()
    cli(["api", "grpc", *sys.argv[1:]], auto_envvar_prefix=ENV_PREFIX)


if __name__ == "__main__":
    main()
