"""Fixtures of the embedded Salesforce's tests: a served org and a caller with a session."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from talk_assets.sandbox.salesforce import SalesforceSettings, create_app
from talk_assets.sandbox.serving import running

DATA = "/services/data/v62.0"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 14, 9, 30, 15, 250_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **delta: float) -> None:
        self.now += timedelta(**delta)


class Caller:
    """Calls one org with a live session; paths are relative to the API version."""

    def __init__(self, url: str, settings: SalesforceSettings) -> None:
        self.url = url
        self.settings = settings
        self.http = httpx.Client(base_url=url)
        self.log_in()

    def log_in(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret,
        }
        token = self.http.post("/services/oauth2/token", data=form).json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        if body is not None:
            more["json"] = body
        return self.http.request(method, f"{DATA}/{path}", **more)

    def create(self, name: str, **fields: Any) -> str:
        answer = self.call("POST", f"sobjects/{name}", fields)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def change(self, name: str, record_id: str, **fields: Any) -> None:
        answer = self.call("PATCH", f"sobjects/{name}/{record_id}", fields)
        assert answer.status_code == 204, answer.text

    def read(self, name: str, record_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"sobjects/{name}/{record_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def query(self, soql: str, *, bin_too: bool = False) -> list[dict[str, Any]]:
        answer = self.call("GET", "queryAll" if bin_too else "query", params={"q": soql})
        assert answer.status_code == 200, answer.text
        return answer.json()["records"]

    def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str, str]:
        """Make a call that must be refused with one error; return status, code and message."""
        answer = self.call(method, path, body, **more)
        assert answer.status_code >= 400, answer.text
        (error,) = answer.json()
        return answer.status_code, error["errorCode"], error["message"]


class Shop:
    """An account, a contact, a priced product and the standard price book, for documents to refer to."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        (book,) = caller.query("SELECT Id FROM Pricebook2 WHERE IsStandard = true")
        self.book = book["Id"]
        self.account = caller.create("Account", Name="Acme")
        self.contact = caller.create("Contact", LastName="Keller", AccountId=self.account)
        self.product = caller.create("Product2", Name="Chair", ProductCode="CH-1", IsActive=True)
        self.entry = caller.create(
            "PricebookEntry", Pricebook2Id=self.book, Product2Id=self.product, UnitPrice=20, IsActive=True
        )

    def order(self, **fields: Any) -> str:
        given = {
            "AccountId": self.account,
            "EffectiveDate": "2026-03-01",
            "Status": "Draft",
            "Pricebook2Id": self.book,
        }
        return self.caller.create("Order", **(given | fields))

    def order_item(self, order_id: str, **fields: Any) -> str:
        given = {"OrderId": order_id, "PricebookEntryId": self.entry, "Quantity": 2, "UnitPrice": 10.5}
        return self.caller.create("OrderItem", **(given | fields))

    def opportunity(self, **fields: Any) -> str:
        given = {
            "Name": "Deal",
            "StageName": "Prospecting",
            "CloseDate": "2026-04-01",
            "AccountId": self.account,
            "Pricebook2Id": self.book,
        }
        return self.caller.create("Opportunity", **(given | fields))

    def quote(self, **fields: Any) -> str:
        given = {"Name": "Offer", "OpportunityId": fields.pop("OpportunityId", None) or self.opportunity()}
        return self.caller.create("Quote", **(given | fields))

    def quote_line(self, quote_id: str, **fields: Any) -> str:
        given = {"QuoteId": quote_id, "PricebookEntryId": self.entry, "Quantity": 2, "UnitPrice": 10.5}
        return self.caller.create("QuoteLineItem", **(given | fields))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings() -> SalesforceSettings:
    """The settings of the served org; a test module may override them."""
    return SalesforceSettings()


@pytest.fixture
def org(settings: SalesforceSettings, clock: Clock) -> Iterator[Caller]:
    app = create_app(settings=settings, clock=clock)
    with running(app) as url:
        caller = Caller(url, settings)
        yield caller
        caller.http.close()
    app.state.close()


@pytest.fixture
def shop(org: Caller) -> Shop:
    return Shop(org)
