"""Ends under test, real and in memory, behind one face."""

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from talk_assets.entities import LOOKUPS, entity_of
from talk_assets.model.changes import Op, Problem, Write
from talk_assets.model.system import System
from talk_assets.model.wire import Field
from talk_assets.sandbox import customerp as customerp_sandbox
from talk_assets.sandbox import salesforce as salesforce_sandbox
from talk_assets.sandbox.serving import running
from talk_assets.systems.customerp import CustomerpLogin, CustomerpPort
from talk_assets.systems.http import HttpClient, Patience
from talk_assets.systems.memory import MemoryPort
from talk_assets.systems.memory_rules import Rules
from talk_assets.systems.origin import origin_of
from talk_assets.systems.port import CallCount
from talk_assets.systems.salesforce import SalesforceLogin, SalesforcePort
from talk_assets_tests.systems.peer import Peer, Tokens, http_answer

RELATIONS = {"order_line": "OrderItems"}
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def salesforce_entities():
    """Return the declared entities; the contact has one field more, which no org of ours has."""
    made = {name: entity_of(name, System.SALESFORCE) for name in ("contact", "product", "order", "order_line")}
    odd = Field(path="Missing__c")
    made["contact"] = replace(made["contact"], fields=(*made["contact"].fields, odd, Field(path="CurrencyIsoCode")))
    return made | {name: LOOKUPS[name] for name in ("account", "pricebook_entry")}


def customerp_entities():
    """Return the declared entities."""
    return {name: entity_of(name, System.CUSTOMERP) for name in ("contact", "product", "order", "order_line")}


@dataclass
class End:
    """An end and what a test needs to know to talk to it in its own words."""

    port: object
    outsider: object
    entities: dict
    paths: dict
    line_values: dict
    document_values: dict
    url: str = ""
    another: object = None
    numbers: int = field(default=0)

    def write(self, entity, op, values=None, **facts):
        """Return a write with *values* by the tests' own property names."""
        self.numbers += 1
        own = {self.paths.get(name, name): text for name, text in (values or {}).items()}
        return Write(
            intent_id=facts.pop("intent_id", f"intent-{self.numbers}"), entity=entity, op=op, values=own, **facts
        )

    def contact(self, key, **values):
        return self.write("contact", Op.CREATE, {"last": "Byron", **values}, key=key)

    def order(self, key, quantities):
        lines = tuple(
            self.write("order_line", Op.CREATE, {**self.line_values, "quantity": quantity}, key=f"{key}-{n}")
            for n, quantity in enumerate(quantities)
        )
        return self.write("order", Op.CREATE, self.document_values, key=key, lines=lines)

    def send(self, *writes, through=None):
        return (through or self.port).write(self.entities[writes[0].entity], list(writes))

    def fetch(self, entity, cursor=None):
        """Return (rows by id of *entity* and the lines among its pages, the new cursor)."""
        pages = list(self.port.fetch(self.entities[entity], cursor))
        assert [page.cursor for page in pages[:-1]] == [None] * (len(pages) - 1)
        rows = {row["_id"]: row for page in pages for row in page.frames[entity].to_dicts()}
        return rows, pages[-1].cursor

    def lines(self):
        """Return all live lines by key."""
        holder = "order" if self.port.system is System.CUSTOMERP else "order_line"
        pages = list(self.port.fetch(self.entities[holder], None))
        return {
            row["_key"]: row for page in pages for row in page.frames["order_line"].to_dicts() if not row["_deleted"]
        }


def _refuse_nothing_ordered(entity, op, values):  # noqa: ARG001 - the rule's shape
    name = values.get("LastName", values.get("familyName")) or ""
    if len(name) > 80:
        return Problem(code="LENGTH", message="too long a name")
    quantity = values.get("Quantity", values.get("quantity"))
    return Problem(code="RANGE", message="quantity", property="quantity") if quantity == "0" else None


SALESFORCE_PATHS = {
    "first": "FirstName",
    "last": "LastName",
    "city": "MailingCity",
    "opted_out": "HasOptedOutOfEmail",
    "quantity": "Quantity",
    "price": "UnitPrice",
    "title": "Name",
}
CUSTOMERP_PATHS = {
    "first": "givenName",
    "last": "familyName",
    "city": "address.city",
    "opted_out": "emailOptOut",
    "quantity": "quantity",
    "price": "unitPrice",
    "title": "title",
}


def memory_end(system):
    entities = salesforce_entities() if system is System.SALESFORCE else customerp_entities()
    port = MemoryPort(system=system, entities=entities, clock=lambda: NOON, rules=Rules(refuse=_refuse_nothing_ordered))
    return End(
        port=port,
        outsider=None,
        entities=entities,
        paths=SALESFORCE_PATHS if system is System.SALESFORCE else CUSTOMERP_PATHS,
        line_values={"price": "10"},
        document_values={"title": "An order"},
    )


@contextmanager
def salesforce_end():
    settings = salesforce_sandbox.SalesforceSettings()
    entities = salesforce_entities()

    def port():
        return SalesforcePort(
            login=SalesforceLogin(url=url, client_id=settings.client_id, client_secret=settings.client_secret),
            entities=entities,
            relations=RELATIONS,
            lookback=timedelta(0),
        )

    with running(salesforce_sandbox.create_app(settings=settings)) as url:
        end = End(
            port=port(),
            outsider=port(),
            another=port,
            entities=entities,
            paths=SALESFORCE_PATHS,
            line_values={},
            document_values={},
            url=url,
        )
        book = end.port.identify().pricebook
        account = end.send(end.write("account", Op.CREATE, {"Name": "Acme"}, key="acme")).receipts[0].id
        product = end.send(end.write("product", Op.CREATE, {"Name": "Pump", "IsActive": "true"}, key="pump"))
        entry = end.send(
            end.write(
                "pricebook_entry",
                Op.CREATE,
                {
                    "Pricebook2Id": book,
                    "Product2Id": product.receipts[0].id,
                    "UnitPrice": "10",
                    "IsActive": "true",
                },
            )
        )
        end.line_values = {"PricebookEntryId": entry.receipts[0].id, "price": "10"}
        end.document_values = {
            "title": "An order",
            "Status": "Draft",
            "EffectiveDate": "2026-01-01",
            "AccountId": account,
            "Pricebook2Id": book,
        }
        yield end
        end.port.close()
        end.outsider.close()


@contextmanager
def customerp_end():
    settings = customerp_sandbox.CustomerpSettings()
    entities = customerp_entities()

    def port():
        return CustomerpPort(login=CustomerpLogin(url=url, api_key=settings.api_key), entities=entities)

    app = customerp_sandbox.create_app(settings=settings)
    with running(app, on_stop=app.state.release) as url:
        end = End(
            port=port(),
            outsider=port(),
            another=port,
            entities=entities,
            paths=CUSTOMERP_PATHS,
            line_values={},
            document_values={},
            url=url,
        )
        contact = end.send(end.contact("buyer")).receipts[0].id
        product = end.send(end.write("product", Op.CREATE, {"number": "P1", "name": "Pump"}, key="pump"))
        end.line_values = {"productId": product.receipts[0].id, "price": "10"}
        end.document_values = {"title": "An order", "contactId": contact, "orderDate": "2026-01-01"}
        yield end
        end.port.close()
        end.outsider.close()
    app.state.close()


@pytest.fixture
def salesforce():
    with salesforce_end() as end:
        yield end


@pytest.fixture
def customerp():
    with customerp_end() as end:
        yield end


@pytest.fixture(params=["memory as Salesforce", "memory as Customerp", "Salesforce", "Customerp"])
def end(request):
    """Every end that must keep a port's promises."""
    if request.param == "Salesforce":
        with salesforce_end() as found:
            yield found
    elif request.param == "Customerp":
        with customerp_end() as found:
            yield found
    else:
        yield memory_end(System.SALESFORCE if request.param.endswith("Salesforce") else System.CUSTOMERP)


@pytest.fixture
def answer():
    """Build the bytes of one HTTP answer."""
    return http_answer


@pytest.fixture
def peer():
    """Start scripted peers; they end with the test."""
    started = []

    def start(*answers):
        started.append(Peer(*answers))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def pauses():
    """The pauses that were asked for; nothing really waits."""
    return []


@pytest.fixture
def patience(pauses):
    return Patience(sleep=pauses.append, jitter=lambda: 1.0)


@pytest.fixture
def client(patience):
    opened = []

    def open_client(url, **facts):
        calls = facts.pop("calls", CallCount())
        made = HttpClient(
            end=System.CUSTOMERP,
            origin=origin_of(url, end=System.CUSTOMERP),
            credentials=facts.pop("credentials", Tokens("canary-token")),
            calls=calls,
            patience=facts.pop("patience", patience),
            **facts,
        )
        opened.append(made)
        return made

    yield open_client
    for one in opened:
        one.close()
