"""Take the README's pictures anew: `python -m talk_assets_tests.browser.pictures FOLDER`."""

import sys
import tempfile
from pathlib import Path

from talk_assets_tests.browser.running import chromium, talk_up
from talk_assets_tests.browser.week import report
from talk_assets_tests.browser.window import Window

MARGIN = 20
ROOM, SCALE = (4600, 1700), 0.8
"""So much room that the assets are drawn with all they say, and so much smaller in the picture."""


def asset_graph(browser, up, picture):
    """The assets of one job, once everything was synced."""
    with Window(browser, size=ROOM, scale=SCALE) as window:
        page = window.page
        page.goto(f"{up}/runs")
        page.get_by_text("Success", exact=True).first.wait_for(timeout=300_000)
        page.goto(f"{up}/locations/talk_assets.definitions/jobs/sync_contact")
        drawn = page.locator("foreignObject")
        drawn.get_by_text("raw", exact=True).wait_for()
        page.keyboard.press("Alt+KeyE")
        drawn.get_by_text("salesforce_account", exact=True).wait_for()
        drawn.get_by_text("Materialized", exact=True).first.wait_for()
        drawn.get_by_text("Loading...").first.wait_for(state="detached")
        # The graph moves to its place.
        page.wait_for_timeout(2000)
        boxes = [box for one in drawn.all() if (box := one.bounding_box())]
        left, top = (min(box[name] for box in boxes) - MARGIN for name in ("x", "y"))
        right = max(box["x"] + box["width"] for box in boxes) + MARGIN
        bottom = max(box["y"] + box["height"] for box in boxes) + MARGIN
        page.screenshot(path=picture, clip={"x": left, "y": top, "width": right - left, "height": bottom - top})


def data_quality(browser, folder, picture):
    """The head of a report of a week."""
    (folder / "report.html").write_text(report(), encoding="utf-8")
    with Window(browser, size=(1200, 1330)) as window:
        window.page.goto((folder / "report.html").as_uri())
        window.page.get_by_role("heading", level=1).first.wait_for()
        window.page.screenshot(path=picture)


def main(folder):
    """Take every picture into *folder*."""
    with chromium() as browser, tempfile.TemporaryDirectory() as data:
        with talk_up(Path(data), "--sample", "small") as up:
            asset_graph(browser, up, folder / "asset-graph.png")
        data_quality(browser, Path(data), folder / "report.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
