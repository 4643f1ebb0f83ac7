"""Load the sample data into two running systems, through their public HTTP APIs."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx

from talk_assets.sandbox.fitting import Fitting

SALESFORCE_API = "/services/data/v62.0"
_PLACES = (
    Path(__file__).parent / "sample_data",
    Path(__file__).parents[2] / "data" / "sample",
)
"""In an installed package, and in a checkout."""
_SALESFORCE_BATCH = 200
_CUSTOMERP_BATCH = 500
_SECONDS = 30.0

Facts = Mapping[str, str]
Record = Mapping[str, Any]
Ids = dict[str, str]


class SampleError(RuntimeError):
    """The sample is not there, or a system did not take a part of it."""


def load_sample(salesforce: Facts, customerp: Facts) -> tuple[Ids, Ids]:
    """Fill both systems with the sample; return the id each system gave to each record by its name.

    *salesforce* needs url, client_id and client_secret, *customerp* needs url and api_key.
    Both must be empty: the sample is created, never merged.
    """
    return load_salesforce(salesforce, read("salesforce")), load_customerp(customerp, read("customerp"))


def load_fitting_sample(salesforce: Facts, customerp: Facts) -> list[str]:
    """Fill both systems with what the org's shape allows of the sample; return what was left out, in words."""
    content = read("salesforce")
    with _salesforce(salesforce) as client, Fitting(client, api=SALESFORCE_API) as fitting:
        kept = fitting.kept(content["records"])
        refs = {item["ref"] for item in kept}
        updates = [item for item in content["updates"] if item["ref"] in refs]
        _load_salesforce(client, {"records": kept, "updates": updates}, fitting)
    load_customerp(customerp, read("customerp"))
    return [f"{what} ({count})" for what, count in sorted(fitting.notes.items())]


def is_empty(salesforce: Facts, customerp: Facts) -> bool:
    """Return whether neither system was ever written to: no change here, no account, contact or product there."""
    with _customerp(customerp) as client:
        if _json(client.get("/changes", params={"limit": 0}))["last"]:
            return False
    with _salesforce(salesforce) as client:
        queries = [f"SELECT COUNT() FROM {name}" for name in ("Account", "Contact", "Product2")]  # noqa: S608 - constants
        found = [_json(client.get(f"{SALESFORCE_API}/query", params={"q": query})) for query in queries]
    return not any(answer["totalSize"] for answer in found)


def read(end: str) -> Record:
    """Return the sample of one end: its `records` in order and, for Salesforce, the `updates` after them."""
    for place in _PLACES:
        path = place / f"{end}.json"
        if path.exists():
            content: Record = json.loads(path.read_text(encoding="utf-8"))
            return content
    raise SampleError(
        f"The sample file {end}.json is in none of {', '.join(map(str, _PLACES))}. Nothing was loaded. "
        "Write it with data/sample/generate.py, or install the package again."
    )


def load_salesforce(facts: Facts, content: Record) -> Ids:
    """Create the records of *content* in Salesforce, in collections of 200 of one object."""
    with _salesforce(facts) as client:
        return _load_salesforce(client, content, None)


def _load_salesforce(client: httpx.Client, content: Record, fitting: Fitting | None) -> Ids:
    query = "SELECT Id FROM Pricebook2 WHERE IsStandard = true"
    found = _json(client.get(f"{SALESFORCE_API}/query", params={"q": query}))
    ids = {"standard-price-book": found["records"][0]["Id"]}
    for batch in _batches(content["records"], _SALESFORCE_BATCH):
        records = [{"attributes": {"type": item["resource"]}, **_resolved(item["fields"], ids)} for item in batch]
        body = {"allOrNone": fitting is None, "records": records}
        results = _json(client.post(f"{SALESFORCE_API}/composite/sobjects", json=body))
        for item, record, first in zip(batch, records, results, strict=True):
            result = first
            if fitting and not first["success"]:
                result = fitting.insist(item["resource"], record, first["errors"])
            if not result["success"]:
                raise _refused("Salesforce", item, result["errors"])
            ids[item["ref"]] = result["id"]
    kinds = {item["ref"]: item["resource"] for item in content["records"]}
    for item in content["updates"]:
        path = f"{SALESFORCE_API}/sobjects/{kinds[item['ref']]}/{ids[item['ref']]}"
        answer = client.patch(path, json=item["fields"])
        if not answer.is_success:
            raise _refused("Salesforce", item, answer.text)
    return ids


def load_customerp(facts: Facts, content: Record) -> Ids:
    """Create the records of *content* in Customerp, in batches of 500 of one resource."""
    ids: Ids = {}
    with _customerp(facts) as client:
        for batch in _batches(content["records"], _CUSTOMERP_BATCH):
            operations = [
                {"op": "create", "resource": item["resource"], "body": _resolved(item["fields"], ids)} for item in batch
            ]
            answer = _json(client.post("/batch", json={"operations": operations}))
            for item, result in zip(batch, answer["results"], strict=True):
                if "problem" in result:
                    raise _refused("Customerp", item, result["problem"])
                ids[item["ref"]] = result["record"]["id"]
    return ids


def _customerp(facts: Facts) -> httpx.Client:
    headers = {"Authorization": f"Bearer {facts['api_key']}"}
    return httpx.Client(base_url=f"{facts['url']}/api/v1", headers=headers, timeout=_SECONDS)


@contextmanager
def _salesforce(facts: Facts) -> Iterator[httpx.Client]:
    form = {
        "grant_type": "client_credentials",
        "client_id": facts["client_id"],
        "client_secret": facts["client_secret"],
    }
    with httpx.Client(base_url=facts["url"], timeout=_SECONDS) as client:
        token = _json(client.post("/services/oauth2/token", data=form))["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def _batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    """Cut *records* where the resource changes, and after *size*."""
    for _, run in groupby(records, key=lambda item: item["resource"]):
        alike = list(run)
        for start in range(0, len(alike), size):
            yield alike[start : start + size]


def _resolved(value: Any, ids: Ids) -> Any:  # noqa: ANN401 - any JSON value
    """Return *value* with the id in place of each `{"ref": name}`."""
    if isinstance(value, dict):
        if value.keys() == {"ref"}:
            return ids[value["ref"]]
        return {name: _resolved(inner, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, ids) for inner in value]
    return value


def _json(answer: httpx.Response) -> Any:  # noqa: ANN401 - any JSON value
    if not answer.is_success:
        raise SampleError(
            f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}. "
            "The sample is loaded only in part. Start again with empty systems."
        )
    return answer.json()


def _refused(system: str, item: Record, why: object) -> SampleError:
    return SampleError(
        f"{system} did not take {item['ref']} of the sample: {why}. The sample is loaded only in part: "
        "start again with empty systems, and with a sample that they take."
    )
