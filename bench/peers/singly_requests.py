"""The requests library: a PATCH for each contact of Customerp, as a script of one's own would do it."""

import json
import os

import requests

given = json.loads(os.environ["BENCH"])
session = requests.Session()
session.trust_env = False
applied = 0
for number in range(given["size"]):
    url = f"{given['facts']['customerp']['url']}/api/v1/contacts/C{number + 1000}"
    body = {"jobTitle": f"jobTitle {number}", "department": f"department {number}"}
    applied += session.patch(url, json=body).status_code == 200  # noqa: PLR2004
print(json.dumps({"applied": applied}))
