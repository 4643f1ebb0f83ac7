"""The Dagster UI of `talk up`, looked at as a person does."""

import re

from talk_assets.definitions import defs
from talk_assets_tests.browser.launchpad import RUN, Launchpad

JOBS = "locations/talk_assets.definitions/jobs"
GROUPS = {spec.group_name for spec in defs.resolve_all_asset_specs()}


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


def test_the_launchpad_does_what_it_says(window, up, systems):
    """A dry run writes nothing, a tighter limit stops a plan, its hash lets it pass; what is misspelt is said."""
    page, launchpad = window.page, Launchpad(window.page, up)
    for _ in range(RUN // 500):
        if systems.rows("product")[0]:
            break
        page.wait_for_timeout(500)
    launchpad.stop_automation()
    (product,) = systems.customerp.all("products")
    systems.customerp.update("products", product["id"], {"name": "Second"})
    before = [("First", "LP-1", None)]

    launchpad.open("sync_product")
    launchpad.type("dry_run: true\nlimts: {}\n")
    page.get_by_text('Received unexpected config entry "limts"').first.wait_for()
    launchpad.type("dry_run: true\n")
    page.get_by_text("Read both ends and plan; write to neither.").first.wait_for()
    assert launchpad.launch() == "Success"
    assert systems.rows("product")[0] == before

    tight = "limits: {product: {floor: 0, update_ratio: 0.5}}\n"
    launchpad.open("sync_product")
    launchpad.type(tight)
    assert launchpad.launch() == "Failure"
    page.goto(f"{up}/assets/changesets/product?view=checks")
    page.get_by_text("guard", exact=True).first.click()
    told = page.get_by_text(re.compile(r"accept: [0-9a-f]{8,}")).first.inner_text()
    assert systems.rows("product")[0] == before

    launchpad.open("sync_product")
    launchpad.type(f"{tight}{re.search('accept: [0-9a-f]+', told)[0]}\n")
    assert launchpad.launch() == "Success"
    assert systems.rows("product")[0] == [("Second", "LP-1", None)]
