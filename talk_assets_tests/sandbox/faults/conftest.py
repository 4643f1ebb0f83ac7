"""Both embedded systems on loopback, the faults of each, and clients that take what comes."""

import ssl
from contextlib import ExitStack

import httpx
import pytest

from talk_assets.sandbox import customerp, salesforce
from talk_assets.sandbox.serving import running

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
DATA = "/services/data/v62.0"


class Customerp:
    """A client of an embedded Customerp: *save* writes a batch of contacts, *names* lists them."""

    end = "customerp"

    def __init__(self, url, app):
        self.faults = app.state.faults
        settings = customerp.CustomerpSettings()
        headers = {"Authorization": f"Bearer {settings.api_key}"}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=5, verify=NO_CERTIFICATES)

    def save(self, *names, agent="somebody", **values):
        operations = [
            {"op": "create", "resource": "contacts", "body": {"familyName": name, **values}} for name in names
        ]
        return self.http.post("/api/v1/batch", json={"operations": operations}, headers={"User-Agent": agent})

    def change(self, record_id, name):
        body = {"op": "update", "resource": "contacts", "id": record_id, "body": {"familyName": name}}
        version = self.http.get(f"/api/v1/contacts/{record_id}").headers["etag"]
        return self.http.post("/api/v1/batch", json={"operations": [body | {"ifMatch": version}]})

    def rows(self):
        return self.http.get("/api/v1/contacts", params={"limit": 1000}).json()["items"]

    def names(self):
        return sorted(row["familyName"] for row in self.rows())

    def results(self, answer):
        return [200 <= result["status"] < 300 for result in answer.json()["results"]]

    def codes(self, answer):
        return [result.get("problem", {}).get("detail") for result in answer.json()["results"]]


class Salesforce:
    """A client of an embedded Salesforce; as above."""

    end = "salesforce"

    def __init__(self, url, app):
        self.faults = app.state.faults
        self.http = httpx.Client(base_url=url, timeout=5, verify=NO_CERTIFICATES)
        self.log_in()

    def log_in(self):
        settings = salesforce.SalesforceSettings()
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
        }
        token = self.http.post("/services/oauth2/token", data=form).json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def save(self, *names, agent="somebody", **values):
        values = {name[0].upper() + name[1:]: value for name, value in values.items()}
        values = {"Title" if name == "JobTitle" else name: value for name, value in values.items()}
        records = [{"attributes": {"type": "Contact"}, "LastName": name, **values} for name in names]
        return self._write("POST", records, agent=agent)

    def change(self, record_id, name):
        return self._write("PATCH", [{"attributes": {"type": "Contact"}, "id": record_id, "LastName": name}])

    def rows(self):
        soql = "SELECT Id, LastName, Title FROM Contact ORDER BY SystemModstamp, Id"
        return self.http.get(f"{DATA}/query", params={"q": soql}).json()["records"]

    def names(self):
        return sorted(row["LastName"] for row in self.rows())

    def results(self, answer):
        return [result["success"] for result in self._written(answer)]

    def codes(self, answer):
        return [(result["errors"] or [{}])[0].get("message") for result in self._written(answer)]

    def _write(self, method, records, *, agent="somebody"):
        url = f"{DATA}/composite/sobjects"
        part = {"method": method, "url": url, "referenceId": "write", "body": {"allOrNone": False, "records": records}}
        look = {"method": "GET", "url": f"{DATA}/query?q=SELECT+Id+FROM+Contact", "referenceId": "look"}
        body = {"allOrNone": False, "compositeRequest": [part, look]}
        return self.http.post(f"{DATA}/composite", json=body, headers={"User-Agent": agent})

    def _written(self, answer):
        return answer.json()["compositeResponse"][0]["body"]


@pytest.fixture
def serve(clock):
    with ExitStack() as stack:

        def start(end, **kwargs):
            module, client = (salesforce, Salesforce) if end == "salesforce" else (customerp, Customerp)
            app = module.create_app(clock=clock, **kwargs)
            stack.callback(app.state.close)
            url = stack.enter_context(running(app))
            served = client(url, app)
            stack.callback(served.http.close)
            return served

        yield start


@pytest.fixture(params=["salesforce", "customerp"])
def end(request, serve):
    """Either end."""
    return serve(request.param)


@pytest.fixture
def strike():
    """Tell an end of a fault, as a client would."""

    def tell(end, kind, **given):
        answer = end.http.post("/sandbox/faults", json={"kind": kind, **given})
        assert answer.status_code == 201, answer.text

    return tell
