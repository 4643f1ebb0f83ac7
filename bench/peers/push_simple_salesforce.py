"""simple-salesforce's collections, by hand, to Salesforce; and the requests library to Customerp's batches."""

import json
import os

import requests
from simple_salesforce import Salesforce

given = json.loads(os.environ["BENCH"])
facts, size = given["facts"], given["size"]
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def contact_id(number: int) -> str:
    """The 15-character id of the person with this number."""
    digits = ""
    for _ in range(9):
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return f"003Hp0{digits}"


org = Salesforce(instance_url=facts["salesforce"]["url"], session_id="neutral", version="62.0")
org.base_url = f"{facts['salesforce']['url']}/services/data/v62.0/"
records = [
    {
        "attributes": {"type": "Contact"},
        "id": contact_id(number + 1),
        "Title": f"Title {number}",
        "Department": f"Department {number}",
    }
    for number in range(size)
]
applied = 0
for start in range(0, size, 200):
    body = {"allOrNone": False, "records": records[start : start + 200]}
    applied += sum(one["success"] for one in org.restful("composite/sobjects", method="PATCH", json=body))
session = requests.Session()
session.trust_env = False
operations = [
    {
        "op": "update",
        "resource": "contacts",
        "id": f"C{number + 1000}",
        "body": {"jobTitle": f"jobTitle {number}", "department": f"department {number}"},
    }
    for number in range(size)
]
for start in range(0, size, 500):
    body = {"operations": operations[start : start + 500]}
    told = session.post(f"{facts['customerp']['url']}/api/v1/batch", json=body).json()
    applied += sum(one["status"] == 200 for one in told["results"])  # noqa: PLR2004
print(json.dumps({"applied": applied}))
