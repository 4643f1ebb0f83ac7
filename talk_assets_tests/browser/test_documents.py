"""The pages that `talk` writes, opened from the disk as a person opens them: nothing else is asked for."""

import pytest

from talk_assets.automation.cycle import run_cycle
from talk_assets.resources import open_session
from talk_assets_tests.browser.window import Window
from talk_assets_tests.cli.conftest import TalkCommand
from talk_assets_tests.crashes.scenarios import first_load
from talk_assets_tests.served import Served

PAGES = ("talk-report.html", "verify.html", "docs/salesforce-to-customerp.html", "docs/customerp-to-salesforce.html")
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture(scope="module")
def written(browser, tmp_path_factory):  # noqa: ARG001 - nothing is written that nobody can look at
    """The folder that holds every page, of two systems that were synced once."""
    folder = tmp_path_factory.mktemp("pages")
    talk = TalkCommand(folder)
    with Served() as served:
        first_load(served)
        with open_session(served.settings(folder / "talk.duckdb")) as session:
            run_cycle(session)
        told = served.variables(folder / "talk.duckdb")
        for arguments in (("report",), ("docs", "--out", "docs"), ("verify", "--html", "verify.html")):
            ended = talk.run(*arguments, **told)
            assert ended.returncode in {0, 1}, ended.stderr
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_well_by_day_by_night_and_on_a_telephone(browser, written, name):
    """It has a title and a heading, is dark where the reader's screen is, and no wider than the screen."""
    seen = {}
    for scheme, size in (("light", (1400, 1000)), ("dark", (1400, 1000)), ("light", (390, 800))):
        with Window(browser, size=size, scheme=scheme) as window:
            page = window.page
            page.goto((written / name).as_uri())
            page.get_by_role("heading", level=1).first.wait_for()
            seen[scheme] = page.evaluate(BACKGROUND)
            assert page.title()
            assert not page.evaluate(TOO_WIDE), f"{name} is wider than {size[0]} pixels"
            assert window.complaints == []
    assert seen["light"] != seen["dark"]


def test_a_page_that_needs_another_machine_or_breaks_is_found_out(browser, tmp_path):
    """What these tests go by: a window tells of each picture, script and style that it did not get."""
    broken = tmp_path / "broken.html"
    broken.write_text('<h1>Broken</h1><img src="http://elsewhere.invalid/a.png"><script>missing()</script>')
    with Window(browser) as window:
        window.page.goto(broken.as_uri(), wait_until="networkidle")

    assert any("elsewhere.invalid" in told for told in window.complaints)
    assert any("missing is not defined" in told for told in window.complaints)
