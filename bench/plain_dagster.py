"""What a user of Dagster would write first: a sensor that asks for changes, and a job that copies them."""

import os

import dagster as dg

from talk_assets.demo.ends import PlainCustomerp, PlainSalesforce
from talk_assets.sandbox.customerp import CustomerpSettings
from talk_assets.sandbox.salesforce import SalesforceSettings


def _salesforce() -> PlainSalesforce:
    org = SalesforceSettings()
    return PlainSalesforce(url=os.environ["PLAIN_SALESFORCE"], client_id=org.client_id, client_secret=org.client_secret)


@dg.asset
def contacts() -> None:
    """Salesforce's titles, copied to Customerp."""
    titles = {one["LastName"]: one["Title"] for one in _salesforce().query("SELECT LastName, Title FROM Contact")}
    customerp = PlainCustomerp(url=os.environ["PLAIN_CUSTOMERP"], api_key=CustomerpSettings().api_key)
    for one in list(customerp.all("contacts")):
        title = titles.get(one["familyName"])
        if title is not None and one.get("jobTitle") != title:
            customerp.update("contacts", one["id"], {"jobTitle": title})


job = dg.define_asset_job("copy_contacts", selection=[contacts])


@dg.sensor(job=job, default_status=dg.DefaultSensorStatus.RUNNING)
def salesforce_changes(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Asks for the latest stamp."""
    found = _salesforce().query("SELECT Id, SystemModstamp FROM Contact ORDER BY SystemModstamp DESC LIMIT 1")
    newest = f"{found[0]['Id']} {found[0]['SystemModstamp']}" if found else ""
    if newest == context.cursor:
        return dg.SkipReason("Nothing changed.")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=newest)], cursor=newest)


defs = dg.Definitions(assets=[contacts], jobs=[job], sensors=[salesforce_changes])
