"""A first load by bulk jobs, by the whole engine, over real HTTP."""

from contextlib import ExitStack

import pytest

from talk_assets.automation.cycle import run_cycle
from talk_assets.demo.ends import PlainCustomerp, PlainSalesforce
from talk_assets.model.system import System
from talk_assets.resources import open_session
from talk_assets.sandbox import customerp, salesforce
from talk_assets.sandbox.serving import running
from talk_assets.settings import Settings, variables_for
from talk_assets.systems.http import Patience

COUNT = 260


@pytest.mark.parametrize("trouble", ["none", "broken off", "results lost"])
def test_a_first_load_by_jobs_is_complete_and_without_doubles(tmp_path, trouble):
    """What a job did not reach is made by a later try, what it did not tell of is read back by key; nothing twice."""
    with ExitStack() as stack:
        org = salesforce.SalesforceSettings(bulk_fails_after=150 if trouble == "broken off" else None)
        tenant = customerp.CustomerpSettings()
        apps = salesforce.create_app(settings=org), customerp.create_app(settings=tenant)
        for app in apps:
            stack.callback(app.state.close)
        here = stack.enter_context(running(apps[0]))
        there = stack.enter_context(running(apps[1], on_stop=apps[1].state.release))
        login = {"url": here, "client_id": org.client_id, "client_secret": org.client_secret}
        facts = {
            "salesforce": login | {"external_id_field": org.external_id_field},
            "customerp": {"url": there, "api_key": tenant.api_key},
        }
        erp = PlainCustomerp(**facts["customerp"])
        stack.callback(erp.close)
        for number in range(COUNT):
            erp.create("contacts", {"familyName": f"Berg {number}", "email": f"berg{number}@x.no"})
        settings = Settings.from_environment(
            variables_for(facts, store=tmp_path / "s.duckdb") | {"TALK_SALESFORCE_BULK_ROWS": "200"}
        )
        if trouble == "results lost":
            apps[0].state.faults.take({"kind": "refuse", "status": 400, "path": "successfulResults"})
        kinds = []
        for _ in range(3):
            with open_session(settings, patience=Patience(first_pause=0.0)) as session:
                run_cycle(session, pairs=["contact"])
                kinds.append(session.ends[System.SALESFORCE].calls.by_kind.get("bulk ingest", 0))
        outsider = PlainSalesforce(**login)
        stack.callback(outsider.close)
        names = [row["LastName"] for row in outsider.query("SELECT LastName FROM Contact")]

    assert sorted(names) == sorted(f"Berg {number}" for number in range(COUNT))
    assert kinds[0] >= 5
    assert kinds[-1] == 0
