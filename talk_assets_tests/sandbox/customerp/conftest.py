"""An embedded Customerp on loopback and a client that knows its key."""

import ssl
from contextlib import ExitStack

import httpx
import pytest

from talk_assets.sandbox.customerp import CustomerpSettings, create_app
from talk_assets.sandbox.serving import running

# Plain HTTP on loopback needs none, and reading the system's takes longer than most tests.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


class Erp:
    """Requests to one server, as a client would make them, answers unparsed."""

    def __init__(self, url, key):
        self.url = url
        headers = {"Authorization": f"Bearer {key}"}
        self.http = httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=30, verify=NO_CERTIFICATES)

    def get(self, path, **kwargs):
        return self.http.get(path, **kwargs)

    def post(self, path, body, **headers):
        return self.http.post(path, json=body, headers=_headers(headers))

    def patch(self, path, body, **headers):
        return self.http.patch(path, json=body, headers={**MERGE_PATCH, **_headers(headers)})

    def delete(self, path, **headers):
        return self.http.delete(path, headers=_headers(headers))

    def batch(self, *operations, **headers):
        return self.post("/batch", {"operations": list(operations)}, **headers)

    def made(self, resource, **body):
        """Create a record of acceptable properties and return it."""
        answer = self.post(f"/{resource}", {**self.acceptable(resource), **body})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def acceptable(self, resource):
        """Return the fewest properties a record of *resource* needs."""
        return {
            "contacts": {"familyName": "Curie"},
            "products": {"number": "RAD-1", "name": "Radium"},
            "quotes": {"title": "Two grams", "companyName": "Sorbonne"},
            "orders": {"orderDate": "2026-03-14", "companyName": "Sorbonne"},
        }[resource]

    def line(self, **body):
        """Return an acceptable line of a product of its own."""
        return {"productId": self.made("products")["id"], "quantity": 2, "unitPrice": 10, **body}


def _headers(named):
    return {name.replace("_", "-"): str(value) for name, value in named.items()}


@pytest.fixture
def serve(clock):
    """Start servers, each with the arguments of create_app, and return their Erp."""
    with ExitStack() as stack:

        def start(**kwargs):
            app = create_app(clock=clock, **kwargs)
            stack.callback(app.state.close)
            url = stack.enter_context(running(app, on_stop=app.state.release))
            erp = Erp(url, kwargs.get("settings", CustomerpSettings()).api_key)
            stack.callback(erp.http.close)
            return erp

        yield start


@pytest.fixture
def erp(serve):
    return serve()
