"""One browser before one `talk up`, for all tests of a module.

No longer than that: while Playwright's driver is there, nothing else in its thread can run an event loop.
"""

import sys

import pytest

from talk_assets_tests.browser.running import NoBrowserError, chromium, talk_up
from talk_assets_tests.browser.window import Window
from talk_assets_tests.served import Served

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="module")
def browser():
    """Chromium, or a skip that says what to install."""
    try:
        with chromium() as found:
            yield found
    except NoBrowserError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def systems(browser):  # noqa: ARG001 - nothing is started that nobody can look at
    """Both ends, at first with one product in Customerp, and a person at each."""
    with Served() as both:
        both.customerp.create("products", {"number": "LP-1", "name": "First"})
        yield both


@pytest.fixture(scope="module")
def up(systems, tmp_path_factory):
    """The address of the Dagster UI of a `talk up` that syncs *systems*."""
    folder = tmp_path_factory.mktemp("up")
    with talk_up(folder, "--no-sandbox", "--read-write", **systems.variables(folder / "talk.duckdb")) as url:
        yield url


@pytest.fixture
def window(browser, tmp_path, request):
    """A new window whose pages may complain of nothing; it leaves a picture where its test fails."""
    with Window(browser) as one:
        yield one
        if request.node.stash.get(FAILED, False) or one.complaints:
            picture = tmp_path / "failed.png"
            one.page.screenshot(path=picture)
            sys.stderr.write(f"What the browser showed last: {picture}\n")
        assert not one.complaints, "\n".join(one.complaints)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Let the fixtures of *item* know that it failed."""
    outcome = yield
    if outcome.get_result().failed:
        item.stash[FAILED] = True
