"""How often both ends are asked by cycles of one process, over real HTTP."""

from contextlib import ExitStack

import pytest

from talk_assets.automation.cycle import run_cycle
from talk_assets.demo.ends import PlainCustomerp, PlainSalesforce
from talk_assets.model.system import System
from talk_assets.remembered import Remembered
from talk_assets.resources import open_session
from talk_assets.sandbox import customerp, salesforce
from talk_assets.sandbox.serving import running
from talk_assets.settings import Settings, variables_for


@pytest.fixture
def facts():
    """Both embedded systems, empty."""
    with ExitStack() as stack:
        org, tenant = salesforce.SalesforceSettings(), customerp.CustomerpSettings()
        apps = salesforce.create_app(settings=org), customerp.create_app(settings=tenant)
        for app in apps:
            stack.callback(app.state.close)
        here = stack.enter_context(running(apps[0]))
        there = stack.enter_context(running(apps[1], on_stop=apps[1].state.release))
        login = {"url": here, "client_id": org.client_id, "client_secret": org.client_secret}
        yield {
            "salesforce": login | {"external_id_field": org.external_id_field},
            "customerp": {"url": there, "api_key": tenant.api_key},
        }


def test_a_cycle_without_changes_asks_each_end_about_once(facts, tmp_path):
    """One call of the change feed, and of Salesforce one for five objects: the rest is known from the cycle before."""
    settings = Settings.from_environment(variables_for(facts, store=tmp_path / "s.duckdb"))
    remembered = Remembered()
    asked = []
    for pairs in (None, None, ["contact"]):
        with open_session(settings, remembered=remembered) as session:
            report = run_cycle(session, pairs=pairs)
        asked.append(tuple(report.calls[system] for system in System))

    assert asked[1:] == [(2, 1), (1, 1)]


def test_edits_are_found_in_what_was_read_ahead(facts, tmp_path):
    """A record made on each end between two cycles of one process arrives, and the cycle after that writes nothing."""
    settings = Settings.from_environment(
        variables_for(facts, store=tmp_path / "s.duckdb") | {"TALK_LOOKBACK_SECONDS": "1"}
    )
    org, erp = facts["salesforce"], facts["customerp"]
    remembered = Remembered()
    written = []
    with ExitStack() as stack:
        ours = PlainSalesforce(**{name: org[name] for name in ("url", "client_id", "client_secret")})
        theirs = PlainCustomerp(**erp)
        stack.callback(ours.close)
        stack.callback(theirs.close)
        for number in range(3):
            if number == 1:
                ours.create("Contact", LastName="Here", Email="here@example.org")
                theirs.create("contacts", {"familyName": "There", "email": "there@example.org"})
            with open_session(settings, remembered=remembered) as session:
                run_cycle(session)
                written.append(sum(end.calls.writes for end in session.ends.values()))
        names = {row["LastName"] for row in ours.query("SELECT LastName FROM Contact")}
        assert names == {one["familyName"] for one in theirs.all("contacts")} == {"Here", "There"}

    assert (written[0], written[2]) == (0, 0)
    assert written[1] > 0
