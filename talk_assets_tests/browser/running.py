"""What a person has in front of them: a Chromium of this machine, and a whole `talk up`."""

import re
import shutil
import signal
import socket
from contextlib import contextmanager

from talk_assets_tests.cli.conftest import TalkCommand

NAMES = ("chromium", "chromium-browser", "google-chrome")
"""What the program is called on different systems."""


class NoBrowserError(RuntimeError):
    """There is nothing to look with; the text says what to install."""


@contextmanager
def chromium():
    """Yield a headless Chromium of this machine; none is downloaded.

    Raises:
        NoBrowserError: there is none, or nothing to drive it with.
    """
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - tests without a browser need none of it
    except ImportError:
        raise NoBrowserError("Playwright was not found: pip install playwright.") from None
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise NoBrowserError(f"None of {', '.join(NAMES)} was found: apt-get install chromium.")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@contextmanager
def talk_up(folder, *options, **environ):
    """Yield the address of the Dagster UI of a `talk up` that keeps its data below *folder*.

    With the embedded systems, unless *options* say otherwise and *environ* leads to others.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ports = ("--port", str(port), "--salesforce-port", "0", "--customerp-port", "0")
    process = TalkCommand(folder).start("up", *options, *ports, **environ)
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, process.communicate(timeout=60)[1]
        yield found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
