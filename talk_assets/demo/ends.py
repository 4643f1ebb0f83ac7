"""Both systems by plain HTTP, as their users' other software would speak to them.

Nothing of the sync is used here, so that what it did can be seen from outside.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import httpx

Record = dict[str, Any]
API = "/services/data/v62.0"


class PlainSalesforce:
    """A Salesforce org as a REST client sees it."""

    def __init__(self, *, url: str, client_id: str, client_secret: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=60, trust_env=False)
        grant = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        token = _checked(self._http.post("/services/oauth2/token", data=grant)).json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def query(self, soql: str) -> list[Record]:
        """All records of a query."""
        found: list[Record] = []
        answer = _exact(self._http.get(f"{API}/query", params={"q": soql}))
        while True:
            found += answer["records"]
            if answer["done"]:
                return found
            answer = _exact(self._http.get(answer["nextRecordsUrl"]))

    def create(self, kind: str, **fields: object) -> str:
        """Create a record; its id."""
        made: Record = _checked(self._http.post(f"{API}/sobjects/{kind}", json=fields)).json()
        return str(made["id"])

    def update(self, kind: str, record: str, **fields: object) -> None:
        """Change a record."""
        _checked(self._http.patch(f"{API}/sobjects/{kind}/{record}", json=fields))

    def patch(self, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 - any JSON value
        """Change records by any of the collection resources; the answer's JSON."""
        return _exact(self._http.patch(path, json=body))

    def close(self) -> None:
        """Give up the connection."""
        self._http.close()


class PlainCustomerp:
    """A Customerp as a REST client sees it."""

    def __init__(self, *, url: str, api_key: str) -> None:
        self._http = httpx.Client(
            base_url=f"{url}/api/v1", timeout=60, trust_env=False, headers={"Authorization": f"Bearer {api_key}"}
        )

    def all(self, resource: str) -> Iterator[Record]:
        """Every live record of a resource."""
        cursor = None
        while True:
            page = _exact(
                self._http.get(f"/{resource}", params={"limit": 1000} | ({"cursor": cursor} if cursor else {}))
            )
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def tenant(self) -> str:
        """Whose Customerp it is."""
        return str(_exact(self._http.get("/"))["tenant"])

    def create(self, resource: str, body: Mapping[str, object]) -> str:
        """Create a record; its id."""
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        headers = {"Idempotency-Key": f"demo-{resource}-{digest}"[:64]}
        return str(_checked(self._http.post(f"/{resource}", json=body, headers=headers)).json()["id"])

    def update(self, resource: str, record: str, body: Mapping[str, object]) -> None:
        """Change a record as it is now."""
        self._change("PATCH", f"/{resource}/{record}", f"/{resource}/{record}", body)

    def update_line(self, resource: str, record: str, line: str, body: Mapping[str, object]) -> None:
        """Change one line of a document."""
        self._change("PATCH", f"/{resource}/{record}", f"/{resource}/{record}/lines/{line}", body)

    def add_line(self, resource: str, record: str, body: Mapping[str, object]) -> None:
        """Add a line to a document."""
        self._change("POST", f"/{resource}/{record}", f"/{resource}/{record}/lines", body)

    def remove_line(self, resource: str, record: str, line: str) -> None:
        """Remove a line from a document."""
        self._change("DELETE", f"/{resource}/{record}", f"/{resource}/{record}/lines/{line}", None)

    def delete(self, resource: str, record: str) -> None:
        """Delete a record as it is now."""
        self._change("DELETE", f"/{resource}/{record}", f"/{resource}/{record}", None)

    def _change(self, method: str, owner: str, path: str, body: Mapping[str, object] | None) -> None:
        etag = _checked(self._http.get(owner)).headers.get("ETag")
        headers = {} if etag is None else {"If-Match": etag}
        if body is not None:
            headers["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        content = None if body is None else json.dumps(body)
        _checked(self._http.request(method, path, content=content, headers=headers))

    def close(self) -> None:
        """Give up the connection."""
        self._http.close()


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        raise RuntimeError(
            f"{answer.request.method} {answer.request.url.path}: HTTP {answer.status_code} {answer.text}"
        )
    return answer


def _exact(answer: httpx.Response) -> Any:  # noqa: ANN401 - any JSON value
    """The answer's JSON with numbers as exact decimals."""
    return json.loads(_checked(answer).text, parse_float=Decimal, parse_int=Decimal)
