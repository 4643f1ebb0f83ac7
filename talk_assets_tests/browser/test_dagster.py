"""The Dagster UI of `talk up`, looked at as a person does."""

import re

from talk_assets.definitions import defs

JOBS = "locations/talk_assets.definitions/jobs"
GROUPS = {spec.group_name for spec in defs.resolve_all_asset_specs()}
RUN = 180_000
"""Milliseconds for a run, which waits for those that are under way."""


def test_the_asset_graph_shows_every_group_and_a_jobs_assets(window, up):
    """The whole graph is drawn group by group; that of a job opens into its assets."""
    page = window.page
    page.goto(f"{up}/asset-groups")
    graph = page.locator("foreignObject")
    for group in GROUPS:
        graph.get_by_text(group, exact=True).first.wait_for()

    page.goto(f"{up}/{JOBS}/sync_contact")
    graph.get_by_text("raw", exact=True).wait_for()
    page.keyboard.press("Alt+KeyE")
    for name in ("salesforce_account", "customerp_contact", "salesforce_contact", "contact"):
        graph.get_by_text(name, exact=True).first.wait_for()


def test_a_run_launched_by_a_click_succeeds_and_its_checks_pass(window, up):
    """From the job's own page, without an entry in the launchpad; then the check says what it found."""
    page = window.page
    page.goto(f"{up}/{JOBS}/sync_product")
    page.get_by_role("button", name="Materialize all").click()
    page.get_by_role("link", name="View", exact=True).click()
    page.wait_for_url(re.compile("/runs/"))
    page.get_by_text("Success", exact=True).first.wait_for(timeout=RUN)

    page.goto(f"{up}/assets/links/product?view=checks")
    page.get_by_text("one_to_one", exact=True).first.click()
    page.get_by_text("No product of one end is linked to two of the other.").wait_for()
    page.get_by_text("Passed", exact=True).first.wait_for()
