"""dlt's rest_api source from both ends into DuckDB, loaded from Parquet files: its quickest form without own code."""

import json
import os

import dlt
from dlt.sources.rest_api import rest_api_source

given = json.loads(os.environ["BENCH"])
facts, folder = given["facts"], given["folder"]
FIELDS = (
    "Id, IsDeleted, SystemModstamp, ERP_External_Id__c, Salutation, FirstName, LastName, Title, Department, Email, "
    "Phone, MobilePhone, HomePhone, Birthdate, MailingStreet, MailingCity, MailingState, MailingPostalCode, "
    "MailingCountry, AccountId, HasOptedOutOfEmail, Description, MasterRecordId"
)


pipeline = dlt.pipeline(
    "bench", destination=dlt.destinations.duckdb(f"{folder}/dlt.duckdb"), pipelines_dir=f"{folder}/dlt", dev_mode=True
)
salesforce = {
    "path": "/services/data/v62.0/queryAll",
    "params": {"q": f"SELECT {FIELDS} FROM Contact"},
    "data_selector": "records",
    "paginator": {"type": "json_link", "next_url_path": "nextRecordsUrl"},
}
customerp = {
    "path": "/api/v1/contacts",
    "params": {"limit": "1000"},
    "data_selector": "items",
    "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "cursor"},
}
for name, endpoint in {"salesforce": salesforce, "customerp": customerp}.items():
    client = {"base_url": facts[name]["url"]}
    source = rest_api_source({"client": client, "resources": [{"name": name, "endpoint": endpoint}]})
    pipeline.run(source, loader_file_format="parquet")
print(json.dumps({"records": sum(pipeline.last_trace.last_normalize_info.row_counts.values())}))
